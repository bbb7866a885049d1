"""Entries, and the hash chain that joins those of one origin. Values only: checking opens nothing.

A chain reveals edited, deleted, inserted or reordered entries. It cannot reveal a cut tail or a complete rewrite: for
that its head, recorded elsewhere, is compared (``find_unanchored``).
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

    ``body`` keeps the bytes as written, so a chain can be checked without understanding them.
    """

    origin: str
    sequence: int
    previous: str
    body: bytes
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain."""

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
    """A place where a chain does not hold: the entry, and the reason."""

    origin: str
    sequence: int
    why: Text

    @property
    def line(self) -> Text:
        """Return the break as one line."""
        return _("entry {sequence} of {origin}: {why}", sequence=self.sequence, origin=self.origin, why=self.why)


def digest_entry(origin: str, sequence: int, previous: str, body: bytes) -> str:
    """Return the hash of an entry, hex."""
    head = f"usbkit entry v1\n{origin}\n{sequence}\n{previous}\n{len(body)}\n".encode("utf-8", "surrogateescape")
    return hashlib.sha256(head + body).hexdigest()


def follow(head: Head, body: bytes) -> Entry:
    """Return the entry that follows ``head``."""
    sequence = head.sequence + 1
    return Entry(head.origin, sequence, head.hash, body, digest_entry(head.origin, sequence, head.hash, body))


def start_of(origin: str) -> Head:
    """Return the head of an empty chain."""
    return Head(origin, 0, GENESIS)


def head_of(entry: Entry) -> Head:
    """Return the head of a chain that ends with ``entry``."""
    return Head(entry.origin, entry.sequence, entry.hash)


def check_chain(entries: Iterable[Entry]) -> Iterator[Break]:
    """Yield every break in the chains of ``entries``, which are sorted by origin and sequence.

    After a break the check continues from the entry found, so that one edit is one finding.
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
    """Yield the recorded ``heads`` that the ledger lacks: ``known`` has the hash of each origin and sequence."""
    for head in heads:
        found = GENESIS if head.sequence == 0 else known.get((head.origin, head.sequence))
        if found is None:
            why = _("it was noted elsewhere and is not here: the ledger was cut, or is another")
            yield Break(head.origin, head.sequence, why)
        elif found != head.hash:
            why = _("it was noted elsewhere with another hash: the ledger was written anew, or is another")
            yield Break(head.origin, head.sequence, why)
