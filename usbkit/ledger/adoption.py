"""A summary of another ledger's chains, for the person who decides whether to take them. Values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from usbkit.core.errors import BrokenOffError, Finding
from usbkit.core.messages import _
from usbkit.ledger.chain import Entry, Head, head_of
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import (
    ArrivalTold,
    DriveMarked,
    EntryUndone,
    LetterWordMade,
    OrderAdded,
    OutdatedLeft,
    PassportMinted,
    ReceiptEntered,
    Role,
)
from usbkit.ledger.intake import why_unfit


@dataclass
class Newcomer:
    """A chain that is new here: its head, first and last time, its orders and drives made, and what it says of others'
    drives, by the kind of entry.
    """

    origin: str
    role: Role
    head: Head
    first: dt.datetime
    last: dt.datetime
    entries: int = 0
    orders: list[str] = field(default_factory=list)
    made: int = 0
    of_others: dict[str, int] = field(default_factory=dict)

    def add(self, entry: Entry, note: EntryBody) -> None:
        self.head, self.last = head_of(entry), note.at
        self.entries += 1
        match note.event:
            case OrderAdded(order=order, replaces=replaces, replaces_origin=of):
                self.orders.append(order)
                if replaces is not None:
                    self._tell("order-added", of)
            case PassportMinted():
                self.made += 1
            case (
                DriveMarked(kind=kind, drive_origin=of)
                | ReceiptEntered(kind=kind, drive_origin=of)
                | ArrivalTold(kind=kind, drive_origin=of)
            ):
                self._tell(kind, of)
            case LetterWordMade(kind=kind, order_origin=of):
                self._tell(kind, of)
            case OutdatedLeft(kind=kind, drives_origin=of) | EntryUndone(kind=kind, chain=of):
                self._tell(kind, of)

    def _tell(self, kind: str, of: str | None) -> None:
        if of not in (None, self.origin):
            self.of_others[kind] = self.of_others.get(kind, 0) + 1


def find_newcomers(entries: Iterable[Entry], known: Collection[str], own: str, role: Role) -> list[Newcomer]:
    """Return the chains among ``entries`` that are not ``known`` here, by name. The ledger's own chain, ``own``, would
    be believed as ``role``, all others in it as stations. Raises BrokenOffError for an entry that cannot be taken: it
    is not shown to anybody either.
    """
    found: dict[str, Newcomer] = {}
    for entry in entries:
        if entry.origin in known:
            continue
        where = _("entry {sequence} of {origin}", sequence=entry.sequence, origin=entry.origin)
        note = EntryBody.from_body(entry.body, where)
        if (why := why_unfit(note)) is not None:
            raise BrokenOffError(Finding("name-form", _("{where} cannot be taken: {why}", where=where, why=why)))
        if entry.origin not in found:
            as_what = role if entry.origin == own else Role.STATION
            found[entry.origin] = Newcomer(entry.origin, as_what, head_of(entry), note.at, note.at)
        found[entry.origin].add(entry, note)
    return [found[origin] for origin in sorted(found)]


def is_anchored(newcomer: Newcomer, entries: Iterable[Entry], heads: Sequence[Head]) -> bool:
    """Whether the chain contains one of ``heads``, which a known person signed."""
    wanted = {(head.sequence, head.hash) for head in heads if head.origin == newcomer.origin}
    return any(e.origin == newcomer.origin and (e.sequence, e.hash) in wanted for e in entries)
