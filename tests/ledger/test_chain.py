"""The chain: edited, deleted, inserted or reordered entries are named."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usbkit.ledger.chain import (
    GENESIS,
    Break,
    Entry,
    Head,
    check_chain,
    digest_entry,
    find_unanchored,
    follow,
    head_of,
    start_of,
)

pytestmark = pytest.mark.sqlite_only


def make_chain(bodies: list[bytes], origin: str = "station-1") -> list[Entry]:
    entries, head = [], start_of(origin)
    for body in bodies:
        entries.append(follow(head, body))
        head = head_of(entries[-1])
    return entries


def places(entries: list[Entry]) -> list[int]:
    return [b.sequence for b in check_chain(sorted(entries, key=lambda e: (e.origin, e.sequence)))]


CHAIN = make_chain([f"body {n}".encode() for n in range(1, 11)])


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_a_chain_holds(bodies: list[bytes]) -> None:
    assert places(make_chain(bodies)) == []


def test_two_chains_hold_beside_each_other() -> None:
    assert places([*make_chain([b"a", b"b"], "one"), *make_chain([b"c"], "two")]) == []


@pytest.mark.parametrize("change", [{"body": b"body 50"}, {"hash": "0" * 64}, {"previous": "1" * 64}])
def test_an_edited_entry_is_named(change: dict[str, object]) -> None:
    entries = [*CHAIN[:4], replace(CHAIN[4], **change), *CHAIN[5:]]  # type: ignore[arg-type]
    assert places(entries)[0] == 5


def test_an_entry_edited_with_its_hash_is_named_by_the_next() -> None:
    body = b"body 50"
    edited = replace(CHAIN[4], body=body, hash=digest_entry("station-1", 5, CHAIN[4].previous, body))
    assert places([*CHAIN[:4], edited, *CHAIN[5:]]) == [6]


def test_a_deleted_entry_is_named_by_what_follows() -> None:
    breaks = list(check_chain([*CHAIN[:4], *CHAIN[5:]]))
    assert [b.sequence for b in breaks] == [6]
    assert "entry 5 is missing" in str(breaks[0].why)


def test_an_inserted_entry_is_named() -> None:
    stranger = follow(head_of(CHAIN[3]), b"never happened")
    shifted = [replace(e, sequence=e.sequence + 1) for e in CHAIN[4:]]
    assert places([*CHAIN[:4], stranger, *shifted])[0] == 6


def test_an_inserted_entry_that_takes_a_place_is_named_by_the_next() -> None:
    assert places([*CHAIN[:4], follow(head_of(CHAIN[3]), b"never happened"), *CHAIN[5:]]) == [6]


def test_reordered_entries_are_named() -> None:
    one, other = CHAIN[2], CHAIN[6]
    swapped = [*CHAIN]
    swapped[2], swapped[6] = replace(other, sequence=3), replace(one, sequence=7)
    assert places(swapped)[0] == 3


def test_an_entry_of_another_origin_is_named() -> None:
    foreign = [replace(e, origin="station-2") for e in CHAIN]
    assert places(foreign)[0] == 1


def test_a_cut_tail_passes_alone_and_fails_with_a_head() -> None:
    cut = CHAIN[:6]
    assert places(cut) == []
    known = {(e.origin, e.sequence): e.hash for e in cut}
    assert [b.sequence for b in find_unanchored(known, [head_of(CHAIN[-1])])] == [10]
    assert list(find_unanchored(known, [head_of(CHAIN[5]), start_of("station-1")])) == []


def test_a_chain_written_anew_passes_alone_and_fails_with_a_head() -> None:
    anew = make_chain([b"another story", *[f"body {n}".encode() for n in range(2, 11)]])
    assert places(anew) == []
    # Both ways, since one of two hashes is the greater.
    for kept, noted in ((anew, CHAIN), (CHAIN, anew)):
        known = {(e.origin, e.sequence): e.hash for e in kept}
        breaks: list[Break] = list(find_unanchored(known, [head_of(noted[-1])]))
        assert "written anew" in str(breaks[0].why)


def test_a_first_entry_is_hashed_as_any_ledger_ever_was() -> None:
    """What other programs compute, and heads that were written down: 64 zeros before the first entry."""
    (entry,) = make_chain([b"{}"])
    told = b"usbkit entry v1\nstation-1\n1\n" + b"0" * 64 + b"\n2\n{}"
    assert (entry.sequence, entry.previous) == (1, "0" * 64)
    assert entry.hash == hashlib.sha256(told).hexdigest()
    assert str(start_of("station-1")) == "usbkit head v1 origin=station-1 sequence=0 hash=" + "0" * 64


def test_a_break_is_told_in_one_line() -> None:
    (found,) = check_chain([*CHAIN[:4], *CHAIN[5:]])
    assert str(found.line) == "entry 6 of station-1: entry 5 is missing before it"


def test_fields_cannot_be_shifted_into_each_other() -> None:
    assert digest_entry("a", 1, GENESIS, b"x") != digest_entry("a", 11, GENESIS, b"x")
    assert digest_entry("a1", 1, GENESIS, b"x") != digest_entry("a", 11, GENESIS, b"x")


def test_a_head_is_read_as_it_is_written() -> None:
    head = head_of(CHAIN[-1])
    assert Head.parse(f"{head}\n") == head


@pytest.mark.parametrize(
    "line",
    [
        "",
        "usbkit head v2 origin=a sequence=1 hash=" + "0" * 64,
        "usbkit head v1 origin=A! sequence=1 hash=" + "0" * 64,
        "usbkit head v1 origin=a sequence=01 hash=" + "0" * 64,
        "usbkit head v1 origin=a sequence=1 hash=" + "0" * 63,
        "usbkit head v1 origin=a sequence=1 hash=" + "G" * 64,
    ],
)
def test_what_is_no_head(line: str) -> None:
    with pytest.raises(ValueError, match="not the head"):
        Head.parse(line)
