"""The top-level structure of an MP4 file (ISO/IEC 14496-12 section 4.2): its boxes, their offsets and sizes.

FFmpeg accepts a truncated file as long as its index survives; players do not. So the boxes are walked here, where every
length is compared with the file's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = struct.Struct(">I4s")
_LARGE_SIZE = struct.Struct(">Q")
#: ISO/IEC 14496-12 section 8.6.6: version (flags left out) and count; length, media time and rate of each edit.
_EDITS, _EDIT_32, _EDIT_64 = struct.Struct(">B3xI"), struct.Struct(">IiI"), struct.Struct(">QqI")

#: ``size`` values with a meaning of their own.
_TO_END_OF_FILE = 0
_LARGE_SIZE_FOLLOWS = 1

#: More top-level boxes than any sensible file has; a live recording in fragments may have some ten thousand.
_MOST_BOXES = 200_000

#: More than this of a ``moov`` is not looked through for encrypted sample entries.
_MOST_MOOV = 64 * 2**20

#: Sample entries of encrypted streams (ISO/IEC 14496-12 section 8.12, ISO/IEC 23001-7).
_ENCRYPTED_ENTRIES = (b"encv", b"enca")


@dataclass(frozen=True, slots=True)
class Box:
    """One top-level box: its type and place. ``size`` is what it claims, in bytes, header included."""

    type: str
    offset: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size


@dataclass(frozen=True, slots=True)
class BoxStructure:
    """The top-level boxes of a file of ``size`` bytes, in order.

    ``stray`` is the offset of the first bytes that are no box, None when the boxes fill the file. ``edits`` is the
    largest number of parts in a track's edit list; one means an unedited track, or one without its beginning.
    """

    size: int
    boxes: tuple[Box, ...]
    stray: int | None
    is_encrypted: bool
    edits: int = 0

    def has(self, type: str) -> bool:
        return any(b.type == type for b in self.boxes)

    @property
    def movies(self) -> int:
        """How many videos stand one behind the other: each has one ``moov`` (ISO/IEC 14496-12 section 8.2.1)."""
        return sum(b.type == "moov" for b in self.boxes)

    @property
    def cut(self) -> Box | None:
        """The box that claims more bytes than the file has."""
        return next((b for b in self.boxes if b.end > self.size), None)

    @property
    def has_index_first(self) -> bool:
        """Whether ``moov`` comes before the first ``mdat``, so that playback can begin early."""
        order = [b.type for b in self.boxes if b.type in ("moov", "mdat")]
        return bool(order) and order[0] == "moov"


def read_structure(file: BinaryIO, size: int) -> BoxStructure:
    """Walk the top-level boxes of an MP4 file of ``size`` bytes."""
    boxes: list[Box] = []
    offset = 0
    while offset < size and len(boxes) < _MOST_BOXES:
        box = _read_box(file, offset, size)
        if box is None:
            break
        boxes.append(box)
        offset = box.end
    moov = _read_moov(file, boxes)
    is_encrypted = any(entry in moov for entry in _ENCRYPTED_ENTRIES) and b"sinf" in moov
    stray = offset if offset < size and len(boxes) < _MOST_BOXES else None
    return BoxStructure(size, tuple(boxes), stray, is_encrypted, _count_edits(moov))


def _read_box(file: BinaryIO, offset: int, size: int) -> Box | None:
    file.seek(offset)
    head = file.read(_HEADER.size + _LARGE_SIZE.size)
    if len(head) < _HEADER.size:
        return None
    length, kind = _HEADER.unpack_from(head)
    if not all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind):
        return None
    smallest = _HEADER.size
    if length == _TO_END_OF_FILE:
        length = size - offset
    elif length == _LARGE_SIZE_FOLLOWS:
        if len(head) < _HEADER.size + _LARGE_SIZE.size:
            return None
        (length,) = _LARGE_SIZE.unpack_from(head, _HEADER.size)
        smallest += _LARGE_SIZE.size
    return Box(kind.decode("latin-1"), offset, length) if length >= smallest else None


def _read_moov(file: BinaryIO, boxes: list[Box]) -> bytes:
    """The index, header included; empty where there is none."""
    moov = next((b for b in boxes if b.type == "moov"), None)
    if moov is None:
        return b""
    file.seek(moov.offset)
    return file.read(min(moov.size, _MOST_MOOV))


def _count_edits(moov: bytes) -> int:
    """The most parts that an edit list of a track names (ISO/IEC 14496-12 section 8.6.6), empty ones not counted."""
    most = 0
    for trak in _inside(moov, b"trak"):
        for edts in _inside(trak, b"edts"):
            for elst in _inside(edts, b"elst"):
                most = max(most, _count_parts(elst[_HEADER.size :]))
    return most


def _inside(box: bytes, kind: bytes) -> Iterator[bytes]:
    """The boxes of one kind that stand in ``box``, which begins with its own header; a size that lies ends the walk."""
    at = _HEADER.size
    while at + _HEADER.size <= len(box):
        length, found = _HEADER.unpack_from(box, at)
        if length < _HEADER.size:
            return
        if found == kind:
            yield box[at : at + length]
        at += length


def _count_parts(list_: bytes) -> int:
    """Entries that show something: a media time of −1 is a pause."""
    if len(list_) < _EDITS.size:
        return 0
    version, count = _EDITS.unpack_from(list_)
    entry = _EDIT_64 if version == 1 else _EDIT_32
    entries = entry.iter_unpack(list_[_EDITS.size : _EDITS.size + count * entry.size])
    return sum(time != -1 for _length, time, _rate in entries)
