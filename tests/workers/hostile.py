"""Handlers for a bounded process that misbehave, requested by name in ``tests/workers/test_bounded.py``."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import platform
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from usbkit.workers import confinement
from usbkit.workers.source_files import open_source, open_target

_go, _gone = threading.Event(), threading.Event()
_opened: list[object] = []


def warm_up() -> None:
    """A thread that is there before the process is confined, as a library may start one."""
    threading.Thread(target=_open_late, daemon=True).start()


def _open_late() -> None:
    _go.wait()
    try:
        _opened.append(os.open(__file__, os.O_RDONLY))
    except OSError as problem:
        _opened.append(problem)
    _gone.set()


def _read(path: Path) -> bytes:
    with open_source(path) as file:
        return file.read()


def _eat(path: Path, size: int) -> bytes:
    return bytes(len(bytearray(size)))


def _map(path: Path, size: int) -> bytes:
    """As `_eat`, with memory that a bound on data does not count."""
    with mmap.mmap(-1, size) as memory:
        for at in range(0, size, mmap.PAGESIZE):
            memory[at] = 1
    return b""


def _spin(path: Path) -> bytes:
    while True:
        pass


def _sleep(path: Path) -> bytes:
    threading.Event().wait()
    return b""


def _crash(path: Path) -> bytes:
    os.abort()


def _raise(path: Path) -> bytes:
    raise KeyError("what a library may raise")


def _hide(path: Path, size: int, raises: bool) -> bytes:
    """What libraries do that lack memory: they say that the file is damaged."""
    try:
        return str(len(bytearray(size))).encode()
    except MemoryError:
        if raises:
            raise ValueError("damaged") from None
        return b"-damaged"


def _report(path: Path, number: int) -> bytes:
    raise OSError(number, "as it says")


def _say(path: Path, raw: str, stays: bool) -> bytes:
    """Past our own code: bytes on the channel, whatever they are."""
    descriptor = next(n for n in range(3, 256) if _is_socket(n))
    os.write(descriptor, bytes.fromhex(raw))
    if stays:
        threading.Event().wait()
    os._exit(0)


def _is_socket(descriptor: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def _open(path: Path, other: str) -> bytes:
    return Path(other).read_bytes()


def _write(path: Path, other: str) -> bytes:
    Path(other).write_bytes(b"x")
    return b""


def _remove(path: Path, other: str) -> bytes:
    Path(other).unlink()
    return b""


def _connect(path: Path) -> bytes:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    return b""


def _run(path: Path) -> bytes:
    os.execv("/bin/true", ["true"])


def _fork(path: Path) -> bytes:
    return str(os.fork()).encode()


def _kill(path: Path, process: int) -> bytes:
    os.kill(process, 0)
    return b""


def _signal(path: Path, process: int) -> bytes:
    """As `_kill`, by the call that C libraries signal their own threads with."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(confinement._SYSTEMS[platform.machine()].tgkill, process, process, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return b""


def _own(path: Path, process: int) -> bytes:
    """Have the kernel send signals to another process."""
    fcntl.fcntl(0, fcntl.F_SETOWN, process)
    return b""


def _flags(path: Path) -> bytes:
    """What readers and writers do with their descriptors."""
    copy = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 3)
    fcntl.fcntl(copy, fcntl.F_SETFL, fcntl.fcntl(copy, fcntl.F_GETFL) | os.O_NONBLOCK)
    os.close(copy)
    return b"set"


def _late(path: Path) -> bytes:
    _go.set()
    _gone.wait()
    if isinstance(_opened[0], OSError):
        raise _opened[0]
    return b""


def _thread(path: Path) -> bytes:
    heard: list[bytes] = []
    thread = threading.Thread(target=lambda: heard.append(b"heard"))
    thread.start()
    thread.join()
    return heard[0]


def _copy(path: Path, target: str, others: list[str]) -> bytes:
    """Writes what it reads of all, and gives what stands in the target then."""
    with open_target(Path(target)) as made:
        for each in (path, *map(Path, others)):
            with open_source(each) as file:
                made.write(file.read())
    with open_source(Path(target)) as again:
        return again.read()


def _fill(path: Path, target: str, size: int) -> bytes:
    with open_target(Path(target)) as made:
        made.seek(size - 1)
        made.write(b"x")
    return b""


HANDLERS: dict[str, Callable[..., bytes]] = {
    "read": _read,
    "eat": _eat,
    "map": _map,
    "spin": _spin,
    "sleep": _sleep,
    "crash": _crash,
    "raise": _raise,
    "hide": _hide,
    "report": _report,
    "say": _say,
    "open": _open,
    "write": _write,
    "remove": _remove,
    "connect": _connect,
    "run": _run,
    "fork": _fork,
    "kill": _kill,
    "signal": _signal,
    "own": _own,
    "flags": _flags,
    "late": _late,
    "thread": _thread,
    "copy": _copy,
    "fill": _fill,
}
