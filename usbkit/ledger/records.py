"""What the book holds: an order, and the journey of one passport. Values only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from usbkit.ledger import events
from usbkit.ledger.delivery_status import Entered, Mark, Marked, Where, where_after
from usbkit.ledger.journey import Stage


@dataclass(frozen=True, slots=True)
class Told:
    """What the chain ``origin`` says of a drive without being believed: a mark, or a receipt that was not computed."""

    origin: str
    mark: Marked | None = None
    receipt: Entered | None = None


@dataclass(frozen=True)
class Journey:
    """A passport and what became of it. ``begun`` and ``ended`` are the latest of their kind; times are UTC.

    ``drive`` is what this book knows it by: its reference, and where two origins gave out the same one, the later as
    ``reference@origin``.
    """

    drive: str
    origin: str
    order: str
    number: int
    of: int
    nonce_sha256: str
    minted_at: dt.datetime
    changed_at: dt.datetime
    by: str
    stage: Stage = Stage.MINTED
    begun: events.DriveBegun | None = None
    ended: events.DriveEnded | None = None
    found: events.DriveFound | None = None
    reason: str = ""
    is_forgiven: bool = False
    marks: tuple[Marked, ...] = ()
    receipts: tuple[Entered, ...] = ()
    told: tuple[Told, ...] = ()

    def with_(self, **changes: Any) -> Journey:
        """Itself with some fields changed: as `dataclasses.replace`, and a fraction of its time in a long ledger."""
        changed = object.__new__(Journey)
        vars(changed).update(vars(self), **changes)
        return changed

    @property
    def reference(self) -> str:
        """The five characters on its label."""
        return self.drive.partition("@")[0]

    @property
    def where(self) -> Where:
        """Where it is, as far as anybody told."""
        return where_after(self.marks, self.receipts)

    @property
    def counts(self) -> bool:
        """Whether it is a whole drive that stands for its number."""
        return self.stage is Stage.WHOLE and not self.is_replaced

    @property
    def is_replaced(self) -> bool:
        """Whether another drive stands for its number."""
        return self.where is Where.REPLACED

    @property
    def sent(self) -> Marked | None:
        """When it left, the last time it did."""
        return next((m for m in reversed(self.marks) if m.mark is Mark.SENT), None)

    @property
    def arrived(self) -> tuple[Entered, ...]:
        """The receipts that its own passport made."""
        return tuple(r for r in self.receipts if r.is_authentic)

    @property
    def stick(self) -> events.Stick | None:
        """The hardware it was last seen on."""
        if self.found is not None:
            return self.found.stick
        return self.begun.stick if self.begun else None

    @property
    def check(self) -> events.Check | None:
        """What the latest reading found."""
        if self.found is not None:
            return self.found.check
        return self.ended.check if self.ended else None


@dataclass(frozen=True)
class Order:
    """An order and where it came from. ``id`` is what this book knows it by: its own, or where two origins gave out the
    same one, the later as ``id@origin``. ``given_away`` are numbers that another order stands for now; ``words`` are
    the digests of its letter words, each with the origin that made it.
    """

    id: str
    added: events.OrderAdded
    origin: str
    at: dt.datetime
    by: str
    is_cancelled: bool = False
    given_away: frozenset[int] = frozenset()
    words: tuple[tuple[str, str], ...] = ()

    def has_number(self, number: int) -> bool:
        """Whether ``number`` is among those that it is to fill."""
        return number in self.added.numbers and number not in self.given_away

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers that it is to fill, lowest first."""
        return tuple(sorted(set(self.added.numbers) - self.given_away))


def marked_of(event: events.DriveMarked, note: events.EntryBody) -> Marked:
    """The mark that an entry records."""
    day = event.on or note.at.date()
    return Marked(event.mark, note.at, note.by, day, event.route, event.bag, event.note, event.successor)


def entered_of(event: events.ReceiptEntered, note: events.EntryBody) -> Entered:
    """The receipt that an entry records."""
    found = event.found, event.count, event.has_letter, event.answer
    return Entered(event.code, *found, note.at, note.by, event.sender, event.way, event.typed)
