"""Content: where bytes come from, without the bytes. Bundle, image and drive all use it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileRange:
    """``length`` bytes at ``offset`` of a local file, which is only ever read.

    ``mtime_ns`` is the file's modification time when planned: a reader that finds another one reports a changed source.
    """

    path: Path
    offset: int
    length: int
    mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """Bytes that we made: a page, a directory cluster, a boot sector."""

    data: bytes

    @property
    def length(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Zeros:
    """``length`` zero bytes."""

    length: int


Content = FileRange | Made | Zeros
