"""How a stranger's file is opened: by its path, and in a bounded process by the descriptor that was handed over."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO, cast

_handed: dict[Path, int] = {}


def hand_over(path: Path, descriptor: int) -> None:
    """From now on ``path`` is what ``descriptor`` has open."""
    _handed[path] = descriptor


def take_back(path: Path) -> None:
    """``path`` is a path again."""
    _handed.pop(path, None)


def stat_source(path: Path) -> os.stat_result:
    """The file's status. Raises OSError."""
    descriptor = _handed.get(path)
    return path.stat() if descriptor is None else os.fstat(descriptor)


def open_source(path: Path) -> BinaryIO:
    """The file, opened for reading from its beginning, with a position of its own. Raises OSError."""
    descriptor = _handed.get(path)
    if descriptor is None:
        return path.open("rb")
    return cast(BinaryIO, io.BufferedReader(_Handed(descriptor)))


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
