"""Content: where bytes come from, without the bytes. The common currency of bundle, image and drive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileRange:
    """``length`` bytes at ``offset`` of a file on this machine's disk, which is only ever read.

    ``mtime_ns`` is the file's when it was looked at: a reader that finds another one reports a changed source.
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
