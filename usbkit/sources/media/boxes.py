"""The outermost structure of an MP4 file (ISO/IEC 14496-12 section 4.2): which boxes, where, and whether they fit.

FFmpeg forgives a file that was cut off as long as its index survives; the recipient's player will not. So the boxes are
walked here, where every length can be compared with the file's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = struct.Struct(">I4s")
_LARGE_SIZE = struct.Struct(">Q")

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
    """One top-level box: its type and where it lies. ``size`` is what it claims, in bytes, header included."""

    type: str
    offset: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size


@dataclass(frozen=True, slots=True)
class Structure:
    """The top-level boxes of a file of ``size`` bytes, in order.

    ``stray`` is the offset of the first bytes that are no box, None when the boxes fill the file.
    """

    size: int
    boxes: tuple[Box, ...]
    stray: int | None
    is_encrypted: bool

    def has(self, type: str) -> bool:
        return any(b.type == type for b in self.boxes)

    @property
    def cut(self) -> Box | None:
        """The box that claims more bytes than the file has."""
        return next((b for b in self.boxes if b.end > self.size), None)

    @property
    def has_index_first(self) -> bool:
        """Whether ``moov`` comes before the first ``mdat``, so that a player can begin before it has all."""
        order = [b.type for b in self.boxes if b.type in ("moov", "mdat")]
        return bool(order) and order[0] == "moov"


def read_structure(file: BinaryIO, size: int) -> Structure:
    """Walk the top-level boxes of an MP4 file of ``size`` bytes."""
    boxes: list[Box] = []
    offset = 0
    while offset < size and len(boxes) < _MOST_BOXES:
        box = _read_box(file, offset, size)
        if box is None:
            return Structure(size, tuple(boxes), offset, _is_encrypted(file, boxes))
        boxes.append(box)
        offset = box.end
    return Structure(size, tuple(boxes), None, _is_encrypted(file, boxes))


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


def _is_encrypted(file: BinaryIO, boxes: list[Box]) -> bool:
    moov = next((b for b in boxes if b.type == "moov"), None)
    if moov is None:
        return False
    file.seek(moov.offset)
    data = file.read(min(moov.size, _MOST_MOOV))
    return any(entry in data for entry in _ENCRYPTED_ENTRIES) and b"sinf" in data
