"""Audit a ledger: chains, entries, secrets, and heads recorded elsewhere. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from usbkit.core.errors import BrokenOffError
from usbkit.core.messages import Text, _
from usbkit.ledger.appending import Secrets
from usbkit.ledger.chain import Break, Entry, Head, check_chain, find_unanchored
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import LetterWordMade, PassportMinted, Unknown
from usbkit.ledger.records import Journey
from usbkit.ledger.state import LedgerState, Recompute
from usbkit.ledger.state_rows import StateRows
from usbkit.ledger.tables import STATE_TABLES


@dataclass(frozen=True)
class Audit:
    """``anchors`` counts the heads from elsewhere that were compared: without one, a cut tail cannot show.

    ``without_secret`` counts drives of other origins whose nonces are not here, so that their receipts cannot be read;
    ``unknown`` entries of kinds that this version does not know. ``is_state_right``: the state's tables are what the
    entries come to. ``documents`` are those whose bytes do not give their name, or that are not what their order is of;
    ``lacking`` the orders whose sheet is not here; ``misnaming`` others' orders that name a sheet which is not theirs;
    ``unadopted`` the chains that 1.0.0rc1 took and nobody adopted as
    something. ``lost`` says what the state knows to have been here; ``disputes`` are the drives under each nonce that
    several chains say is theirs.
    """

    entries: int
    breaks: tuple[Break, ...]
    anchors: int
    without_secret: int = 0
    is_state_right: bool = True
    unknown: int = 0
    documents: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    misnaming: tuple[str, ...] = ()
    unadopted: tuple[str, ...] = ()
    lost: Text | None = None
    disputes: tuple[tuple[Journey, ...], ...] = ()

    @property
    def holds(self) -> bool:
        return not self.breaks and self.is_state_right and not self.documents

    @property
    def is_anchored(self) -> bool:
        return self.holds and self.anchors > 0


def audit(
    entries: Iterable[Entry],
    secrets: Secrets,
    heads: Iterable[Head] = (),
    *,
    kept: StateRows | None = None,
    recompute: Recompute | None = None,
) -> Audit:
    """Check ``entries``, in the order they came, against each other, the secrets and ``heads``.

    ``kept`` is the state in its tables, which is compared with the state computed from the entries.
    """
    every, noted = list(entries), list(heads)
    broken = list(check_chain(sorted(every, key=lambda e: (e.origin, e.sequence))))
    broken += find_unanchored({(e.origin, e.sequence): e.hash for e in every}, noted)
    story = _Story(secrets, recompute)
    broken += story.check(every)
    is_right = kept is None or bool(broken) or is_same(kept, story.rows)
    breaks = tuple(_first_of_each(broken))
    return Audit(len(every), breaks, len(noted), story.without_secret, is_right, story.unknown)


def is_same(one: StateRows, other: StateRows) -> bool:
    """Whether two states hold the same rows."""
    tables = (table for table in STATE_TABLES if table != "state_fact")
    pairs = (zip_longest(one.every(table), other.every(table)) for table in tables)
    return all(left == right for rows in pairs for left, right in rows)


class _Story:
    """Whether what the entries say could have happened, and the secrets are those that they tell of."""

    def __init__(self, secrets: Secrets, recompute: Recompute | None) -> None:
        self._secrets = secrets
        self._book = LedgerState(secrets.home, None, recompute, self._knows)
        self.rows = self._book.rows
        self.without_secret = 0
        self.unknown = 0

    def _knows(self, origin: str, reference: str, digest: str) -> bool:
        return self._secrets.nonces.get((origin, reference)) == digest

    def check(self, entries: Iterable[Entry]) -> Iterator[Break]:
        """What is wrong, up to the first entry that could not have happened."""
        for entry in entries:
            try:
                note = EntryBody.from_body(entry.body, _("its body"))
                self._book.apply(note, entry.origin, entry.sequence)
            except BrokenOffError as problem:
                yield Break(entry.origin, entry.sequence, problem.findings[0].what)
                return
            if (why := self._why_untied(note, entry.origin)) is not None:
                yield Break(entry.origin, entry.sequence, why)

    def _why_untied(self, note: EntryBody, origin: str) -> Text | None:
        match note.event:
            case Unknown():
                self.unknown += 1
            case PassportMinted(drive=drive, nonce_sha256=digest):
                kept = self._secrets.nonces.get((origin, drive))
                if kept is None and origin != self._secrets.home:
                    self.without_secret += 1
                elif kept != digest:
                    return _("the nonce of drive {drive} is not among the secrets, or another", drive=drive)
            case LetterWordMade(order=order, order_origin=of, word_sha256=digest):
                kept = self._secrets.words.get((origin, of or origin, order))
                if kept != digest and not (kept is None and origin != self._secrets.home):
                    return _("the letter word of order {order} is not among the secrets, or another", order=order)
        return None


def _first_of_each(breaks: Iterable[Break]) -> Iterator[Break]:
    """One finding an entry: what is wrong with its hash comes before what follows from that."""
    seen: set[tuple[str, int]] = set()
    for one in breaks:
        if (one.origin, one.sequence) not in seen:
            seen.add((one.origin, one.sequence))
            yield one
