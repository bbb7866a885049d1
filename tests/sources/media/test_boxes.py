"""The walk over MP4 boxes: hostile bytes end it without a crash."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usbkit.sources.media.boxes import read_structure


def _box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _large_box(kind: bytes, body: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I4sQ", 1, kind, size if size is not None else 16 + len(body)) + body


def test_order_and_places() -> None:
    data = _box(b"ftyp", b"isom") + _large_box(b"mdat", b"x" * 9) + _box(b"moov")
    structure = read_structure(io.BytesIO(data), len(data))
    assert [(b.type, b.offset, b.end) for b in structure.boxes] == [("ftyp", 0, 12), ("mdat", 12, 37), ("moov", 37, 45)]
    assert not structure.has_index_first
    assert structure.cut is None
    assert structure.stray is None


@pytest.mark.parametrize(
    ("tail", "stray"),
    [
        (b"\0", True),
        (b"\0\0\0\x07free", True),
        (b"\0\0\0\x08fr\x01e", True),
        (_large_box(b"free", b"", size=15), True),
        (struct.pack(">I4s", 1, b"free"), True),
        (_box(b"free"), False),
        (struct.pack(">I4s", 0, b"mdat") + b"abc", False),
    ],
)
def test_what_is_no_box(tail: bytes, stray: bool) -> None:
    data = _box(b"moov") + tail
    assert (read_structure(io.BytesIO(data), len(data)).stray == 8) is stray


def test_each_moov_is_a_video() -> None:
    one = _box(b"ftyp", b"isom") + _box(b"mdat") + _box(b"moov")
    for count in range(3):
        assert read_structure(io.BytesIO(one * count), len(one) * count).movies == count


def test_a_box_that_claims_too_much_is_cut() -> None:
    data = _box(b"moov") + _large_box(b"mdat", b"abc", size=2**63)
    structure = read_structure(io.BytesIO(data), len(data))
    assert structure.cut is not None
    assert structure.cut.type == "mdat"


@given(st.binary(max_size=300))
def test_any_bytes_end(data: bytes) -> None:
    structure = read_structure(io.BytesIO(data), len(data))
    for before, box in zip(structure.boxes, structure.boxes[1:], strict=False):
        assert box.offset == before.end


def _edits(*times: int, version: int = 0) -> bytes:
    entries = b"".join(struct.pack(">QqI" if version else ">IiI", 10, time, 0x10000) for time in times)
    return _box(b"trak", _box(b"edts", _box(b"elst", struct.pack(">B3xI", version, len(times)) + entries)))


@pytest.mark.parametrize(
    ("inside", "edits"),
    [
        (b"", 0),
        (_box(b"trak"), 0),
        (_edits(0), 1),
        (_edits(-1, 0), 1),
        (_edits(0, 90), 2),
        (_edits(0) + _edits(0, 1, 2), 3),
        (_edits(0, 90, version=1), 2),
        (_edits(-1, 90, version=1), 1),
        (_box(b"trak", _box(b"edts", _box(b"elst", b"\0\0"))), 0),
        (_box(b"trak", _box(b"edts", _box(b"elst", struct.pack(">B3xI", 0, 2**31)))), 0),
        (_box(b"trak", struct.pack(">I4s", 3, b"edts")), 0),
        (_box(b"free", _edits(0, 90)), 0),
    ],
)
def test_parts_of_an_edit_list_are_counted(inside: bytes, edits: int) -> None:
    data = _box(b"ftyp") + _box(b"moov", inside)
    assert read_structure(io.BytesIO(data), len(data)).edits == edits
