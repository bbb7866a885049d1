"""A FAT as fragments: the same chains as entry by entry, in no more steps than there are fragments."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.sample import sample
from tests.support.steps import steps
from usbkit.disk.reader import chains
from usbkit.disk.reader.chains import FatMap, Marks, TooFragmentedError, read_fat
from usbkit.disk.reader.source import Source

MARKS = Marks(0x0FFFFFFF, 0x0FFFFFF8, 0x0FFFFFF7)
END = 0x0FFFFFFF


def read(entries: list[int], most: int = 10**6) -> FatMap:
    data = array("I", entries).tobytes()
    return read_fat(Source(lambda o, n: data[o : o + n], len(data)), 0, len(entries) - 2, MARKS, most)


def follow_entry_by_entry(entries: list[int], first: int) -> list[int] | None:
    """The clusters of a chain, or None when it leads nowhere, in a circle, or out of the volume."""
    found: list[int] = []
    while first < MARKS.end_least:
        if not 2 <= first < len(entries) or entries[first] & MARKS.mask == 0 or first in found:
            return None
        found.append(first)
        first = entries[first] & MARKS.mask
    return found


@st.composite
def fats(draw: st.DrawFn) -> list[int]:
    """Entries that mostly lead to the next cluster, as in life, and sometimes anywhere."""
    count = draw(st.integers(1, 60))
    entries = [0x0FFFFFF8, END]
    for cluster in range(2, count + 2):
        entries.append(
            draw(
                st.sampled_from([cluster + 1] * 6 + [0, 0, END, END, 1, 0x0FFFFFF7, count + 2, 0xF0000000])
                | st.integers(0, count + 3)
            )
        )
    return entries


@pytest.mark.parametrize("page", [4, 2**18])
@settings(max_examples=sample("chains: chains of tables", 400, 10_000), deadline=None)
@given(entries=fats(), first=st.integers(0, 65))
def test_chains_are_those_of_the_fat(page: int, entries: list[int], first: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chains, "_PAGE", page)
        chain = read(entries).follow(first)
    expected = follow_entry_by_entry(entries, first)
    if expected is None:
        assert chain.fault is not None
    else:
        assert chain.fault is None
        assert [c for p in chain.pieces for c in range(p.first, p.last + 1)] == expected


@settings(max_examples=sample("chains: fates of clusters", 300, 10_000), deadline=None)
@given(entries=fats(), firsts=st.lists(st.integers(2, 61), max_size=5))
def test_every_cluster_is_followed_lost_bad_or_free(entries: list[int], firsts: list[int]) -> None:
    fat = read(entries)
    followed = [p for first in firsts for p in fat.follow(first).pieces]
    taken = [c for p in (*followed, *fat.find_lost()) for c in range(p.first, p.last + 1)]
    allocated = {n for n, e in enumerate(entries) if n >= 2 and e & MARKS.mask}
    assert len(taken) == len(set(taken))
    bad = {n for n in allocated if entries[n] & MARKS.mask == MARKS.bad}
    assert allocated - bad <= set(taken) <= allocated
    assert {c for p in fat.find_allocated() for c in range(p.first, p.last + 1)} == allocated


def test_a_long_chain_takes_no_step_for_each_cluster() -> None:
    count = 3_000_000
    entries = array("I", range(1, count + 3))
    entries[-1] = END
    data = entries.tobytes()
    source = Source(lambda o, n: data[o : o + n], len(data))
    assert steps(lambda: read_fat(source, 0, count, MARKS, 10)) < count / 1000
    fat = read_fat(source, 0, count, MARKS, 10)
    chains_found = []
    assert steps(lambda: chains_found.append(fat.follow(2))) < 100
    assert [chain.count for chain in chains_found] == [count]


def test_too_many_fragments_are_refused() -> None:
    entries = [0x0FFFFFF8, END, *([END] * 100)]
    assert len(read(entries, 100).firsts) == 100
    with pytest.raises(TooFragmentedError):
        read(entries, 99)
