"""Extents cut into runs: every byte once, whole sectors, never across a limit's multiple."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usbkit.core.content import Made, Zeros
from usbkit.disk.image import Extent, ExtentKind
from usbkit.drives.runs import cut_runs, divide


def extent(offset: int, length: int, what: str = "x") -> Extent:
    return Extent(offset, Zeros(length), ExtentKind.DATA, what)


def test_neighbours_make_one_run() -> None:
    (run,) = cut_runs([extent(512, 300, "a"), extent(812, 212, "b")], 512)
    assert (run.offset, run.length) == (512, 512)
    assert [(p.at, p.start, p.length, p.what) for p in run.pieces] == [(0, 0, 300, "a"), (300, 0, 212, "b")]


def test_a_gap_parts_them() -> None:
    assert [(r.offset, r.end) for r in cut_runs([extent(0, 512), extent(1024, 512)], 512)] == [(0, 512), (1024, 1536)]


def test_half_a_sector_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="whole sectors"):
        list(cut_runs([extent(0, 100)], 512))


def test_nothing_is_nothing() -> None:
    assert list(cut_runs([], 512)) == []
    assert list(cut_runs([Extent(0, Made(b""), ExtentKind.DATA, "empty")], 512)) == []


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 90)), max_size=30))
def test_every_byte_once(steps: list[tuple[int, int]]) -> None:
    limit, at, extents = 64 * 16, 0, []
    for gap, length in steps:
        at += gap * 16
        extents.append(extent(at, length * 16))
        at += length * 16
    covered = list[int]()
    for run in cut_runs(extents, 16, limit):
        assert 0 < run.length <= limit
        assert run.offset // limit == (run.end - 1) // limit
        inside = run.offset
        for piece in run.pieces:
            assert run.offset + piece.at == inside
            inside += piece.length
        assert inside == run.end
        covered += range(run.offset, run.end, 16)
    assert covered == [b for e in extents for b in range(e.offset, e.end, 16)]


@given(st.lists(st.integers(0, 90), min_size=1, max_size=8), st.integers(0, 20), st.integers(1, 16))
def test_a_run_divided_is_the_same_bytes(lengths: list[int], offset: int, limit: int) -> None:
    at, extents = offset * 16, []
    for number, length in enumerate(lengths):
        extents.append(extent(at, length * 16, str(number)))
        at += length * 16
    for run in cut_runs(extents, 16, 2**20):
        parts = list(divide(run, limit * 16))
        assert [p.offset for p in parts] + [run.end] == [run.offset] + [p.end for p in parts]
        assert all(p.offset // (limit * 16) == (p.end - 1) // (limit * 16) for p in parts)
        bytes_of = [(p.what, b) for r in parts for p in r.pieces for b in range(p.start, p.start + p.length, 16)]
        assert bytes_of == [(p.what, b) for p in run.pieces for b in range(p.start, p.start + p.length, 16)]
        assert all(sum(p.length for p in r.pieces) == r.length and r.pieces[0].at == 0 for r in parts)
