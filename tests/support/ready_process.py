"""``usbkit`` in processes forked from one that has loaded it: a test with many calls of the command line pays for
imports once.

A test sees the same as from a new interpreter: each call has its own arguments, folder, environment, standard streams
and exit code, and leaves nothing for the next. Settings that only a new interpreter reads (``PYTHON…``, the locale, the
time zone) are the server's: ``ReadyProcesses.suits`` says whether an environment can be served.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import functools
import gc
import importlib
import io
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final, NoReturn

_TOP: Final = Path(__file__).parent.parent.parent
_LENGTH: Final = 8  # bytes that say how long a request is
_STREAMS: Final = 3


def _shapes_the_start(name: str) -> bool:
    return name.startswith(("PYTHON", "LC_")) or name in ("LANG", "LANGUAGE", "TZ", "PATH", "LD_PRELOAD")


def is_measured(environ: Mapping[str, str]) -> bool:
    """Whether coverage notes what a process that is started in ``environ`` does, under the name of its test."""
    return any(name.startswith("COV") for name in environ)


def _start_of(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if _shapes_the_start(name)}


class ReadyProcesses:
    """A server of forked processes."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._start = _start_of(environ)
        self._ours, its = socket.socketpair()
        command = [sys.executable, "-m", __name__, str(its.fileno())]
        self._server = subprocess.Popen(command, pass_fds=[its.fileno()], env=dict(environ), cwd=_TOP, process_group=0)
        its.close()

    def suits(self, environ: Mapping[str, str]) -> bool:
        """Whether an interpreter that is started in ``environ`` would begin as the server did."""
        return self._start == _start_of(environ)

    def run(self, arguments: list[str], folder: Path | None, environ: Mapping[str, str], streams: list[IO[Any]]) -> int:
        """The exit code of one call; a negative one is the number of the signal that ended it."""
        request = json.dumps([arguments, str(folder or Path.cwd()), dict(environ)]).encode()
        rights = array.array("i", [stream.fileno() for stream in streams])
        header = len(request).to_bytes(_LENGTH)
        try:
            self._ours.sendmsg([header], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            self._ours.sendall(request)
            answer = _receive(self._ours, _LENGTH)
        except BaseException:  # as where a test takes too long: an answer that comes later is nobody's
            ready_processes.cache_clear()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self.close()
            raise
        if not answer:
            raise RuntimeError(f"the server of processes ended with {self._server.wait()}")
        return int.from_bytes(answer, signed=True)

    def close(self) -> None:
        """Have the server end."""
        self._ours.close()
        self._server.wait()


@functools.cache
def ready_processes() -> ReadyProcesses:
    """This process's own; a fork of it has one of its own too."""
    server = ReadyProcesses({**os.environ, "PYTHONPATH": str(_TOP)})
    atexit.register(server.close)
    return server


def _receive(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length and (part := connection.recv(length - len(data))):
        data += part
    return data


def _serve(connection: socket.socket) -> None:
    """Until nobody asks any more."""
    while True:
        header, rights, _flags, _address = connection.recvmsg(_LENGTH, socket.CMSG_SPACE(_STREAMS * 4))
        if not header:
            return
        streams = array.array("i")
        streams.frombytes(rights[0][2])
        arguments, folder, environ = json.loads(_receive(connection, int.from_bytes(header)))
        pid = os.fork()
        if pid == 0:
            connection.close()
            _call(arguments, folder, environ, list(streams))
        for stream in streams:
            os.close(stream)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        connection.sendall(code.to_bytes(_LENGTH, signed=True))


def _call(arguments: list[str], folder: str, environ: dict[str, str], streams: list[int]) -> NoReturn:
    """One call's whole life."""
    for own, given in enumerate(streams):
        os.dup2(given, own)
        os.close(given)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = [str(_TOP / "usbkit" / "__main__.py"), *arguments]
    sys.stdin, sys.stdout, sys.stderr = (_reopen(n, s) for n, s in enumerate((sys.stdin, sys.stdout, sys.stderr)))
    from usbkit.__main__ import main

    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - as an interpreter ends: in words and with 1
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _reopen(number: int, before: Any) -> io.TextIOWrapper:
    """A standard stream as a new interpreter has it."""
    raw = io.FileIO(number, "r" if number == 0 else "w", closefd=False)
    buffer = io.BufferedReader(raw) if number == 0 else io.BufferedWriter(raw)
    return io.TextIOWrapper(buffer, before.encoding, before.errors, line_buffering=number == 2)


def _load() -> None:
    """Everything that a command may import."""
    import usbkit

    for module in pkgutil.walk_packages(usbkit.__path__, "usbkit."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.freeze()


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        _load()
        _serve(asked)
