"""Handlers for a bounded process that do what no decoder should; asked by name in `tests/workers/test_bounded.py`."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from usbkit.workers.handed import open_source


def warm_up() -> None:
    """Nothing to import."""


def _read(path: Path) -> bytes:
    with open_source(path) as file:
        return file.read()


def _eat(path: Path, size: int) -> bytes:
    return bytes(len(bytearray(size)))


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


def _thread(path: Path) -> bytes:
    heard: list[bytes] = []
    thread = threading.Thread(target=lambda: heard.append(b"heard"))
    thread.start()
    thread.join()
    return heard[0]


HANDLERS: dict[str, Callable[..., bytes]] = {
    "read": _read,
    "eat": _eat,
    "spin": _spin,
    "sleep": _sleep,
    "crash": _crash,
    "raise": _raise,
    "open": _open,
    "write": _write,
    "remove": _remove,
    "connect": _connect,
    "run": _run,
    "fork": _fork,
    "kill": _kill,
    "thread": _thread,
}
