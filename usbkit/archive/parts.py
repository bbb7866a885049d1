"""An archive cut into parts (``x.7z.001``, ``x.7z.002``, …), written and read as one file.

Only one part is open at a time. 7-Zip opens such an archive by its first part.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

_CHUNK = 4 * 2**20


def part_name(archive: str, number: int, part_size: int | None) -> str:
    """Return the name of part ``number`` (from 1) of an archive; the archive's own name if it is not cut."""
    return archive if part_size is None else f"{archive}.{number:03}"


class PartsWriter(io.RawIOBase):
    """Writes one archive to ``folder`` as files of ``part_size`` bytes, each named ``prefix`` plus the part's name."""

    def __init__(self, folder: Path, prefix: str, archive: str, part_size: int | None) -> None:
        self._folder = folder
        self._prefix = prefix
        self._archive = archive
        self._part_size = part_size
        self._position = 0
        self._count = 0
        self._open: tuple[int, BinaryIO] | None = None

    @property
    def names(self) -> list[str]:
        """The final names of the parts, in order."""
        return [part_name(self._archive, n + 1, self._part_size) for n in range(self._count)]

    def place(self, name: str) -> Path:
        """The path where the part with the final name ``name`` is written."""
        return self._folder / (self._prefix + name)

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            raise io.UnsupportedOperation("the end is not known before all is written")
        self._position = offset + (self._position if whence == os.SEEK_CUR else 0)
        return self._position

    def write(self, data: object) -> int:
        rest = memoryview(data).cast("B")  # type: ignore[arg-type]
        total = len(rest)
        while rest:
            number, offset = divmod(self._position, self._part_size) if self._part_size else (0, self._position)
            piece = rest[: self._part_size - offset] if self._part_size else rest
            file = self._part(number)
            file.seek(offset)
            file.write(piece)
            self._position += len(piece)
            rest = rest[len(piece) :]
        return total

    def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None
        super().close()

    def _part(self, number: int) -> BinaryIO:
        if self._open is not None and self._open[0] == number:
            return self._open[1]
        if self._open is not None:
            self._open[1].close()
        path = self.place(part_name(self._archive, number + 1, self._part_size))
        file = path.open("r+b" if number < self._count else "w+b")
        self._count = max(self._count, number + 1)
        self._open = (number, file)
        return file


class PartsReader(io.RawIOBase):
    """Reads the files ``parts``, in order, as one."""

    def __init__(self, parts: Sequence[Path]) -> None:
        self._parts = list(parts)
        self._starts = [0]
        for part in self._parts:
            self._starts.append(self._starts[-1] + part.stat().st_size)
        self._position = 0
        self._open: tuple[int, BinaryIO] | None = None

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return self._starts[-1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: object) -> int:
        if self._position >= self.size:
            return 0
        number = next(n for n in range(len(self._parts)) if self._position < self._starts[n + 1])
        file = self._part(number)
        file.seek(self._position - self._starts[number])
        room = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        count: int = file.readinto(room[: self._starts[number + 1] - self._position])  # type: ignore[attr-defined]
        self._position += count
        return count

    def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None
        super().close()

    def _part(self, number: int) -> BinaryIO:
        if self._open is None or self._open[0] != number:
            if self._open is not None:
                self._open[1].close()
            self._open = (number, self._parts[number].open("rb"))
        return self._open[1]


def open_parts(parts: Sequence[Path]) -> io.BufferedReader:
    """Open ``parts`` as one buffered file."""
    return io.BufferedReader(PartsReader(parts), 2**20)


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    sha, buffer = hashlib.sha256(), memoryview(bytearray(_CHUNK))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            sha.update(buffer[:count])
    return sha.hexdigest()
