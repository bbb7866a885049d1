"""Whether a ledger holds together: chains, what the entries say, secrets, and heads noted elsewhere. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from usbkit.errors import BrokenOffError
from usbkit.ledger.book import Book
from usbkit.ledger.chain import Break, Entry, Head, check_chain, find_unanchored
from usbkit.ledger.events import Note
from usbkit.text import _


@dataclass(frozen=True)
class Audit:
    """``anchors`` counts the heads from elsewhere that were compared: without one, a cut tail cannot show."""

    entries: int
    breaks: tuple[Break, ...]
    anchors: int

    @property
    def holds(self) -> bool:
        return not self.breaks

    @property
    def is_anchored(self) -> bool:
        return self.holds and self.anchors > 0


def audit(entries: Iterable[Entry], secret_digests: Mapping[str, str], heads: Iterable[Head] = ()) -> Audit:
    """Check ``entries``, in the order in which they came, against themselves, the secrets and ``heads``."""
    every, noted = list(entries), list(heads)
    broken = list(check_chain(sorted(every, key=lambda e: (e.origin, e.sequence))))
    broken += find_unanchored({(e.origin, e.sequence): e.hash for e in every}, noted)
    broken += _check_story(every, secret_digests)
    return Audit(len(every), tuple(_first_of_each(broken)), len(noted))


def _check_story(entries: Iterable[Entry], secret_digests: Mapping[str, str]) -> Iterator[Break]:
    """Whether what the entries say could have happened, up to the first that could not."""
    book, minted_in = Book(), dict[str, Entry]()
    for entry in entries:
        try:
            note = Note.from_body(entry.body, _("its body"))
            book.apply(note, entry.origin)
        except BrokenOffError as problem:
            yield Break(entry.origin, entry.sequence, problem.findings[0].what)
            return
        if note.event.kind == "passport-minted":
            minted_in[note.event.drive] = entry
    for drive, entry in minted_in.items():
        if secret_digests.get(drive) != book.journeys[drive].nonce_sha256:
            why = _("the nonce of drive {drive} is not among the secrets, or another", drive=drive)
            yield Break(entry.origin, entry.sequence, why)


def _first_of_each(breaks: Iterable[Break]) -> Iterator[Break]:
    """One finding an entry: what is wrong with its hash comes before what follows from that."""
    seen: set[tuple[str, int]] = set()
    for one in breaks:
        if (one.origin, one.sequence) not in seen:
            seen.add((one.origin, one.sequence))
            yield one
