"""Compound files (MS-CFB), the small file system inside old Office and HWP documents, read without trust.

Damage shows in the structure: a stream with missing sectors, a directory with invalid links.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

#: What every compound file begins with, and its header's bytes (MS-CFB 2.2).
SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512

#: Sector numbers from here on are marks: end of chain, free, or the table's own (MS-CFB 2.1).
_LARGEST_SECTOR = 0xFFFFFFFA

#: A directory entry's bytes, what it may be, and the number that stands for no entry (MS-CFB 2.6.1).
_ENTRY = 128
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_NO_ENTRY = 0xFFFFFFFF

#: Sizes that a sector may have, as powers of two.
_SHIFTS = (9, 12)


class CompoundError(ValueError):
    """A part of the file is incomplete; the message is the part's name, a stream's or the specification's."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or folder of the directory; ``left``, ``right`` and ``child`` are numbers of others."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int

    @classmethod
    def from_bytes(cls, data: bytes) -> _Entry:
        length = min(int.from_bytes(data[64:66], "little"), 64)
        name = data[: max(0, length - 2)].decode("utf-16-le", "replace")
        left, right, child = struct.unpack_from("<III", data, 68)
        start, size = struct.unpack_from("<II", data, 116)  # of the size's upper half version 3 may hold anything
        return cls(name, data[66], left, right, child, start, size)


class Compound:
    """The streams of a compound file: ``names`` are their paths, with slashes.

    Stream names are case-insensitive (MS-CFB 2.6.4).
    """

    def __init__(self, data: bytes) -> None:
        """Raises CompoundError if ``data`` is no compound file or its directory is damaged."""
        if not data.startswith(SIGNATURE) or len(data) < _HEADER:
            raise CompoundError("header")
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in _SHIFTS or mini_shift >= shift:
            raise CompoundError("header")
        directory, self._cutoff, mini_table = struct.unpack_from("<I4xII", data, 48)
        self._data, self._sector = data, 1 << shift
        self._next = list(self._table(self._list_table_sectors()))
        self._entries = self._read_directory(directory)
        self._mini_next = list(self._table(_follow(mini_table, self._next, "miniFAT")))
        self._mini_data, self._mini_sector = self._join(self._entries[0], "ministream"), 1 << mini_shift
        streams = tuple(self._walk())
        self.names = tuple(name for name, _entry in streams)
        self._streams: Mapping[str, _Entry] = {name.upper(): entry for name, entry in streams}

    def __contains__(self, name: str) -> bool:
        return name.upper() in self._streams

    def read(self, name: str) -> bytes:
        """Return the bytes of the stream ``name``. Raises CompoundError if it is incomplete, KeyError if it does not
        exist.
        """
        entry = self._streams[name.upper()]
        if entry.size >= self._cutoff:
            return self._join(entry, name)
        size = self._mini_sector
        sectors = _follow(entry.start, self._mini_next, name)
        return _whole((self._mini_data[at * size : (at + 1) * size] for at in sectors), entry.size, name)

    def _sector_at(self, number: int) -> bytes:
        return self._data[(number + 1) * self._sector : (number + 2) * self._sector]

    def _list_table_sectors(self) -> Iterator[int]:
        """The sectors of the table of chains: 109 in the header, the others in sectors that follow one another."""
        numbers = struct.unpack_from("<109I", self._data, 76)
        following: int = struct.unpack_from("<I", self._data, 68)[0]
        seen: set[int] = set()
        while True:
            yield from (n for n in numbers if n < _LARGEST_SECTOR)
            if following >= _LARGEST_SECTOR:
                return
            data = self._sector_at(following)
            if following in seen or len(data) < self._sector:
                raise CompoundError("FAT")
            seen.add(following)
            *numbers, following = struct.unpack(f"<{self._sector // 4}I", data)  # type: ignore[assignment]

    def _table(self, sectors: Iterator[int]) -> Iterator[int]:
        for number in sectors:
            data = self._sector_at(number)
            if len(data) < self._sector:
                raise CompoundError("FAT")
            yield from struct.unpack(f"<{self._sector // 4}I", data)

    def _join(self, entry: _Entry, name: str) -> bytes:
        return _whole(map(self._sector_at, _follow(entry.start, self._next, name)), entry.size, name)

    def _read_directory(self, start: int) -> list[_Entry]:
        data = b"".join(map(self._sector_at, _follow(start, self._next, "directory")))
        entries = [_Entry.from_bytes(data[at : at + _ENTRY]) for at in range(0, len(data) - _ENTRY + 1, _ENTRY)]
        if not entries or entries[0].kind != _ROOT:
            raise CompoundError("directory")
        return entries

    def _walk(self) -> Iterator[tuple[str, _Entry]]:
        """Every stream with its path: the entries of a folder are a tree of their own (MS-CFB 2.6.4)."""
        ahead = [("", self._entries[0].child)]
        seen: set[int] = set()
        while ahead:
            folder, number = ahead.pop()
            if number == _NO_ENTRY:
                continue
            if number in seen or number >= len(self._entries):
                raise CompoundError("directory")
            seen.add(number)
            entry = self._entries[number]
            ahead += [(folder, entry.left), (folder, entry.right)]
            if entry.kind == _STORAGE:
                ahead.append((f"{folder}{entry.name}/", entry.child))
            elif entry.kind == _STREAM:
                yield folder + entry.name, entry


def _follow(start: int, following: list[int], name: str) -> Iterator[int]:
    """The sectors of the chain of ``name``. Raises CompoundError where it leads out of the table or round."""
    left = len(following)
    while start < _LARGEST_SECTOR:
        if start >= len(following) or left == 0:
            raise CompoundError(name)
        left -= 1
        yield start
        start = following[start]


def _whole(parts: Iterable[bytes], size: int, name: str) -> bytes:
    if size == 0:
        return b""  # whatever its first sector is said to be
    data = b"".join(parts)
    if len(data) < size:
        raise CompoundError(name)
    return data[:size]
