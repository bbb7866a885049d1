"""Entries and the hash chain that joins those of one origin. Values only: what checks opens nothing.

A chain shows what was edited, deleted, inserted or put in another order. It cannot show that its tail was cut off or
that all of it was written anew: for that its head, noted elsewhere, is compared (`find_unanchored`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from usbkit.core.messages import Text, _

#: What the first entry of a chain names as the hash before it.
GENESIS = "0" * 64

#: Names of origins: what makes the bytes that are hashed unambiguous.
ORIGIN_PATTERN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

_HEAD_PATTERN = re.compile(r"usbkit head v1 origin=(\S+) sequence=(0|[1-9]\d{0,17}) hash=([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. ``sequence`` counts from 1 in its origin; ``hash`` covers all other fields; both hashes are hex.

    ``body`` is kept as the bytes it was written as, so that checking the chain needs no knowledge of what it says.
    """

    origin: str
    sequence: int
    previous: str
    body: bytes
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends."""

    origin: str
    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"usbkit head v1 origin={self.origin} sequence={self.sequence} hash={self.hash}"

    @classmethod
    def parse(cls, line: str) -> Head:
        """The inverse of ``str``. Raises ValueError."""
        found = _HEAD_PATTERN.fullmatch(line.strip())
        if found is None or ORIGIN_PATTERN.fullmatch(found[1]) is None:
            raise ValueError(f"{line.strip()!r} is not the head of a ledger")
        return cls(found[1], int(found[2]), found[3])


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: at which entry, and why."""

    origin: str
    sequence: int
    why: Text

    @property
    def line(self) -> Text:
        """All of it in a line."""
        return _("entry {sequence} of {origin}: {why}", sequence=self.sequence, origin=self.origin, why=self.why)


def digest_entry(origin: str, sequence: int, previous: str, body: bytes) -> str:
    """The hash of an entry, hex."""
    head = f"usbkit entry v1\n{origin}\n{sequence}\n{previous}\n{len(body)}\n".encode("utf-8", "surrogateescape")
    return hashlib.sha256(head + body).hexdigest()


def follow(head: Head, body: bytes) -> Entry:
    """The entry that comes after ``head``."""
    sequence = head.sequence + 1
    return Entry(head.origin, sequence, head.hash, body, digest_entry(head.origin, sequence, head.hash, body))


def start_of(origin: str) -> Head:
    """The head of a chain without entries."""
    return Head(origin, 0, GENESIS)


def head_of(entry: Entry) -> Head:
    """The head of a chain that ends with ``entry``."""
    return Head(entry.origin, entry.sequence, entry.hash)


def check_chain(entries: Iterable[Entry]) -> Iterator[Break]:
    """Every place where the chains of ``entries``, sorted by origin and sequence, do not hold.

    After a break the check goes on from what is there, so that one edit is one finding and not a thousand.
    """
    heads: dict[str, Head] = {}
    for entry in entries:
        head = heads.get(entry.origin, start_of(entry.origin))
        heads[entry.origin] = head_of(entry)
        if (why := _why_broken(entry, head)) is not None:
            yield Break(entry.origin, entry.sequence, why)


def _why_broken(entry: Entry, head: Head) -> Text | None:
    if ORIGIN_PATTERN.fullmatch(entry.origin) is None:
        return _("its chain's name is outside its grammar")
    if entry.sequence != head.sequence + 1:
        return _("entry {missing} is missing before it", missing=head.sequence + 1)
    if digest_entry(entry.origin, entry.sequence, entry.previous, entry.body) != entry.hash:
        return _("it was changed after it was written: its hash is another")
    if entry.previous != head.hash:
        return _("it does not follow the entry before it: one of the two was put there later")
    return None


def find_unanchored(known: Mapping[tuple[str, int], str], heads: Iterable[Head]) -> Iterator[Break]:
    """The noted ``heads`` that the ledger does not hold: ``known`` has the hash of each origin and sequence."""
    for head in heads:
        found = GENESIS if head.sequence == 0 else known.get((head.origin, head.sequence))
        if found is None:
            why = _("it was noted elsewhere and is not here: the ledger was cut, or is another")
            yield Break(head.origin, head.sequence, why)
        elif found != head.hash:
            why = _("it was noted elsewhere with another hash: the ledger was written anew, or is another")
            yield Break(head.origin, head.sequence, why)
