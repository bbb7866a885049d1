"""A process for native code that reads untrusted bytes: asked file by file, within limits, started on demand.

It is ``python -m usbkit.workers.bounded_child MODULE``, which imports MODULE's ``HANDLERS``, confines itself
(``usbkit.workers.confinement``) and then answers. Where sockets carry descriptors it gets only the opened file;
elsewhere it is told the path. If its limits end it, an error names the file, and the next file gets a new process.
"""

from __future__ import annotations

import atexit
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from usbkit.core.small_files import open_file
from usbkit.workers.bounds import MOST_MEMORY, Bounds
from usbkit.workers.frames import MOST_HANDED, Channel, ClosedError, LateError, pack_json

#: Signals that end a process which has used up its CPU seconds.
_OUT_OF_TIME = [getattr(signal, name) for name in ("SIGPROF", "SIGXCPU") if hasattr(signal, name)]


#: Seconds that a process has to end whose end of the channel is gone, or which sent what is no answer.
_LAST_BREATH = 5.0

#: The folder that holds our package.
_HOME = Path(__file__).parent.parent.parent


class DecoderError(Exception):
    """The work on a file was ended or failed. ``reason``: ``memory``, ``time``, ``file``, ``crash`` or ``content``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DecoderError) and (self.reason, self.detail) == (other.reason, other.detail)

    __hash__ = Exception.__hash__


class ReportedError(OSError):
    """What the process says that the system answered it. Never one of OSError's own kinds, whatever number it has: such
    a one is this computer's word, which the process could have us take for one.
    """


class BoundedProcess:
    """A handle on one such process. Not for two threads at a time; a fork starts its own process."""

    def __init__(self, module: str, bounds: Bounds) -> None:
        self._module, self._bounds = module, bounds
        self._child: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._owner = 0
        self._starter = threading.current_thread()

    def start(self) -> None:
        """Start it now instead of with the first request: it ends with the thread that started it."""
        self._running()

    def ask(
        self,
        kind: str,
        path: Path,
        arguments: Mapping[str, Any],
        others: Sequence[Path] = (),
        target: Path | None = None,
        doubts: Callable[[bytes], bool] | None = None,
    ) -> bytes:
        """What the module's handler ``kind`` answers about the file at ``path``, which it may read, as ``others``.

        ``target`` is made, or emptied, for it to write. ``doubts`` says whether an answer speaks against the file:
        libraries tell a lack of memory as damage, so such a one must be the same with twice the memory, unless the file
        changes meanwhile. Raises OSError where one of them cannot be opened, and ReportedError where the process says
        that it cannot be read or written; DecoderError where the process was ended or failed, or where memory made the
        difference.
        """
        before = _state_of(path)
        answer = self._try(kind, path, arguments, others, target)
        if isinstance(answer, DecoderError) or (doubts is not None and doubts(answer)):
            with self._more_memory() as has_more:
                again = self._try(kind, path, arguments, others, target) if has_more else answer
            if again != answer and _state_of(path) == before:
                self.close()  # what it holds is nothing to go on with
                raise DecoderError("memory")
            answer = again
        if isinstance(answer, DecoderError):
            raise answer
        return answer

    def _try(self, *request: Any) -> bytes | DecoderError:
        """The answer, or that the handler failed at the content; raises the other errors of `ask`."""
        try:
            return self._ask(*request)
        except DecoderError as problem:
            if problem.reason != "content":
                raise
            return problem

    @contextmanager
    def _more_memory(self) -> Iterator[bool]:
        """Twice the memory for the process, which it cannot give itself; false where the system has no such call.

        Raises DecoderError if it has ended.
        """
        from usbkit.workers.confinement import CAN_GRANT, grant

        child = self._child
        if child is None or not CAN_GRANT:
            yield False
            return
        if child.poll() is not None:  # ended by another thread: a new one would have no more memory
            raise DecoderError("crash", str(child.returncode))
        try:
            grant(child.pid, self._bounds, MOST_MEMORY)
        except OSError:  # it has ended, or we may not
            yield False
            return
        try:
            yield True
        finally:
            if self._child is child:  # one that has ended meanwhile left its number to others
                with suppress(OSError):
                    grant(child.pid, self._bounds, 1)

    def _ask(
        self, kind: str, path: Path, arguments: Mapping[str, Any], others: Sequence[Path], target: Path | None
    ) -> bytes:
        files = [path.absolute(), *(other.absolute() for other in others)]
        request = {"kind": kind, "path": os.fspath(files[0]), "arguments": dict(arguments)}
        with open_file(path):  # one that is not there, or is no file, starts nothing
            channel = self._running()
            try:
                for first in range(0, len(files), MOST_HANDED):
                    _hand(channel, files[first : first + MOST_HANDED], open_file, {})
                _hand(channel, [] if target is None else [target.absolute()], _open_target, request)
                head, payload = channel.receive(self._bounds.patience)
            except ClosedError:
                raise self._ended() from None
            except LateError:
                self.close()
                raise DecoderError("time") from None
            except BaseException:  # interrupted: what comes later would answer another question
                self.close()
                raise
        return self._judge(self._understand(head), payload)

    def kill(self) -> None:
        """End it from another thread than the asking one, which then sees a crash."""
        child = self._child
        if child is not None and self._owner == os.getpid():
            child.kill()

    def close(self) -> None:
        """End it at once."""
        child, self._child = self._child, None
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()
        if child is not None and self._owner == os.getpid():
            child.kill()
            child.wait()
            atexit.unregister(self.close)

    def _running(self) -> Channel:
        if self._channel is None or self._owner != os.getpid():
            if self._channel is not None:
                self._channel.forget()  # the parent's process, which goes on serving it
            self._start()
        elif not self._starter.is_alive() or (self._child is not None and self._child.poll() is not None):
            self.close()  # it has ended, by itself or (in a moment) with the thread that started it
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
        self._owner, self._starter = os.getpid(), threading.current_thread()
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
            self._channel = Channel.of_socket(mine, takes=False)
        else:
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
            )
            self._channel = Channel.of_pipes(self._child.stdout, self._child.stdin)
        atexit.register(self.close)

    def _ended(self) -> DecoderError:
        """Why the process ended without an answer."""
        child = self._child
        try:
            code = child.wait(_LAST_BREATH) if child is not None else 0
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL  # which it does not wait for
        self.close()
        return DecoderError("time") if -code in _OUT_OF_TIME else DecoderError("crash", str(code))

    def _understand(self, head: bytes) -> Mapping[str, Any]:
        """What a head says. One that is none is from a process that the file has taken over: nothing of it is kept."""
        try:
            said = json.loads(head)
            if isinstance(said, dict) and isinstance(said.get("errno", 0), int):
                return said
        except (ValueError, RecursionError):
            pass
        self.close()
        raise DecoderError("crash", "no answer")

    def _judge(self, head: Mapping[str, Any], payload: bytes) -> bytes:
        failed, detail = head.get("failed"), str(head.get("detail", ""))
        if failed is None:
            return payload
        if failed == "system" and head.get("errno") == errno.EFBIG:
            raise DecoderError("file")
        if failed == "system":
            raise ReportedError(head.get("errno", errno.EIO), detail)
        if failed == "memory":
            self.close()  # what a process that ran out of memory holds is nothing to go on with
            raise DecoderError("memory")
        raise DecoderError("content", detail)


def _state_of(path: Path) -> tuple[int, int] | None:
    """Size and time of the file at ``path``; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _open_target(path: Path) -> BinaryIO:
    return path.open("w+b")


def _hand(
    channel: Channel, files: Sequence[Path], open_: Callable[[Path], BinaryIO], request: Mapping[str, Any]
) -> None:
    """Send ``request`` with ``files``, opened. Raises OSError, ClosedError."""
    with ExitStack() as stack:
        opened = [stack.enter_context(open_(file)).fileno() for file in files]
        channel.send(pack_json({**request, "files": [os.fspath(file) for file in files]}), opened)
