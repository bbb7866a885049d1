"""Open an untrusted source file or its output: by path, or in a bounded process by the descriptor handed over."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO, cast

_handed: dict[Path, int] = {}


def hand_over(path: Path, descriptor: int) -> None:
    """Let ``path`` mean the open file ``descriptor`` from now on."""
    _handed[path] = descriptor


def take_back(path: Path) -> None:
    """Let ``path`` mean a path again."""
    _handed.pop(path, None)


def stat_source(path: Path) -> os.stat_result:
    """The file's status. Raises OSError."""
    descriptor = _handed.get(path)
    return path.stat() if descriptor is None else os.fstat(descriptor)


def open_source(path: Path) -> BinaryIO:
    """Open the file for reading from its beginning, with its own position. Raises OSError."""
    descriptor = _handed.get(path)
    if descriptor is None:
        return path.open("rb")
    return cast(BinaryIO, io.BufferedReader(_Handed(descriptor)))


def open_target(path: Path) -> BinaryIO:
    """Open the file for unbuffered writing from its beginning. Raises OSError."""
    descriptor = _handed.get(path)
    if descriptor is None:
        return cast(BinaryIO, path.open("wb", buffering=0))
    return cast(BinaryIO, _HandedTarget(descriptor))


class _Handed(io.RawIOBase):
    """A reader of a descriptor that others read too: it keeps its own position and leaves the descriptor open."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at}.get(whence)
        self._at = max(0, offset + (os.fstat(self._descriptor).st_size if start is None else start))
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        count = os.preadv(self._descriptor, [buffer], self._at)
        self._at += count
        return count


class _HandedTarget(_Handed):
    """A writer of a descriptor, which it leaves open."""

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        left = memoryview(data)
        while left:
            count = os.pwrite(self._descriptor, left, self._at)
            self._at += count
            left = left[count:]
        return len(data)
