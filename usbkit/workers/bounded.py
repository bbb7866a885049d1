"""A process for native code that reads a stranger's bytes: asked file by file, within bounds, started when needed.

It is ``python -m usbkit.workers.bounded_child MODULE``, which imports MODULE's ``HANDLERS``, confines itself
(``usbkit.workers.confinement``) and then answers. Where sockets carry descriptors it gets the opened file and nothing
else of this computer's; elsewhere it is told the path. One that is ended by its bounds is named in an error, and the
next file gets a new one.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from usbkit.workers.bounds import Bounds
from usbkit.workers.frames import Channel, ClosedError, LateError, pack_json

#: Signals that end a process which has used up its CPU seconds.
_OUT_OF_TIME = [getattr(signal, name) for name in ("SIGPROF", "SIGXCPU") if hasattr(signal, name)]


#: The folder that holds our package.
_HOME = Path(__file__).parent.parent.parent


class DecoderError(Exception):
    """The work on a file was ended or failed. ``reason``: ``memory``, ``time``, ``crash`` or ``content``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class BoundedProcess:
    """Our hold on one such process. Not for two threads at a time; a fork of ours starts one of its own."""

    def __init__(self, module: str, bounds: Bounds) -> None:
        self._module, self._bounds = module, bounds
        self._child: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._owner = 0

    def ask(self, kind: str, path: Path, arguments: Mapping[str, Any]) -> bytes:
        """What the module's handler ``kind`` answers about the file at ``path``.

        Raises OSError where it cannot be opened or read, DecoderError where it was ended or failed.
        """
        with path.open("rb") as file:
            channel = self._running()
            request = {"kind": kind, "path": os.fspath(path.absolute()), "arguments": dict(arguments)}
            try:
                channel.send(pack_json(request), file.fileno())
                head, payload = channel.receive(self._bounds.patience)
            except ClosedError:
                raise self._ended() from None
            except LateError:
                self.close()
                raise DecoderError("time") from None
            except BaseException:  # interrupted: what comes later would answer another question
                self.close()
                raise
        return self._judge(json.loads(head), payload)

    def close(self) -> None:
        """End it, whatever it is doing."""
        child, self._child = self._child, None
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()
        if child is not None and self._owner == os.getpid():
            child.kill()
            child.wait()

    def _running(self) -> Channel:
        if self._channel is None or self._owner != os.getpid():
            if self._channel is not None:
                self._channel.forget()  # the parent's process, which goes on serving it
            self._start()
        if self._channel is None:
            raise RuntimeError("the process was started without a channel")
        return self._channel

    def _start(self) -> None:
        # -P: what lies in the folder where somebody stands is not to be imported.
        command = [sys.executable, "-P", "-m", "usbkit.workers.bounded_child", self._module]
        command.append(json.dumps(asdict(self._bounds)))
        # It imports usbkit from where we did.
        places = [str(_HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
        self._owner = os.getpid()
        if hasattr(socket, "send_fds"):
            mine, its = socket.socketpair()
            with its:
                self._child = subprocess.Popen(
                    [*command, str(its.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[its.fileno()],
                    env=environment,
                )
            self._channel = Channel.of_socket(mine)
        else:
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
            )
            self._channel = Channel.of_pipes(self._child.stdout, self._child.stdin)
        atexit.register(self.close)

    def _ended(self) -> DecoderError:
        """Why the process ended without an answer."""
        child = self._child
        code = child.wait() if child is not None else 0
        self.close()
        return DecoderError("time") if -code in _OUT_OF_TIME else DecoderError("crash", str(code))

    def _judge(self, head: Mapping[str, Any], payload: bytes) -> bytes:
        failed = head.get("failed")
        if failed is None:
            return payload
        if failed == "system":
            raise OSError(head["errno"], head["detail"])
        if failed == "memory":
            self.close()  # what a process that ran out of memory holds is nothing to go on with
        raise DecoderError(str(failed), str(head.get("detail", "")))
