"""Records of the state: an order, and the journey of one passport. Values only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from usbkit.ledger import events
from usbkit.ledger.delivery_status import (
    WRONG,
    Answer,
    Arrival,
    Entered,
    Left,
    Mark,
    Marked,
    Where,
    seen_when_it_came_back,
    where_after,
)
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.journey import Stage, stage_after
from usbkit.trust.receipt_code import Found


class Dispute(StrEnum):
    """Of a drive whose nonce several chains say is theirs. Stable names."""

    OPEN = "open"  # nobody can tell whose it is
    LOST = "lost"  # it is another's


#: Where an entry stands: its chain and its sequence there.
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Told:
    """A statement by the chain ``origin`` about a drive that is not believed: a mark, an arrival, or an unverified
    receipt.
    """

    origin: str
    mark: Marked | None = None
    receipt: Entered | None = None
    arrival: Arrival | None = None


@dataclass(frozen=True)
class Journey:
    """A passport and what became of it. ``begun`` and ``ended`` are the latest of their kind; times are UTC.

    ``drive`` is what this book knows it by: its reference, and where two origins gave out the same one, the later as
    ``reference@origin``. ``instead_of`` is the drive that had its number before and may still be somewhere.
    ``is_beside``: its number was recalled from its station, or is another's; so it never counts. ``dispute``: other
    chains say that they minted it; ``is_disowned``: somebody took back that it was minted, in entry ``sequence``.
    ``read_at`` is when its own station read it again, after it was whole, and found it so.
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
    left: tuple[Left, ...] = ()
    instead_of: str | None = None
    arrivals: tuple[Arrival, ...] = ()
    is_beside: bool = False
    sequence: int = -1
    dispute: Dispute | None = None
    is_disowned: bool = False
    read_at: dt.datetime | None = None

    def with_(self, **changes: Any) -> Journey:
        """Return a copy with some fields changed: like ``dataclasses.replace``, but much faster in a long ledger."""
        changed = object.__new__(Journey)
        vars(changed).update(vars(self), **changes)
        return changed

    @property
    def reference(self) -> str:
        """The five characters on the drive's label."""
        return self.drive.partition("@")[0]

    @property
    def where(self) -> Where:
        """Where the drive is, as far as is known."""
        return where_after(self.marks, self.receipts, self.arrivals)

    @property
    def was_whole(self) -> bool:
        """Whether it was ever written and read back whole, whatever became of it."""
        was_found = self.found is not None and self.found.is_whole
        return was_found or (self.ended is not None and stage_after(self.ended.outcome) is Stage.WHOLE)

    @property
    def counts(self) -> bool:
        """Whether this is a whole drive that has its number."""
        return self.stage is Stage.WHOLE and not self.is_replaced and not self.is_aside

    @property
    def has_trouble(self) -> bool:
        """Whether the last that was heard of it is trouble: it was checked and not whole, or told not to play.

        A check outranks a word that it plays. Its own station's reading ends the trouble.
        """
        last, told = (self.arrived[-1] if self.arrived else None), self.telling
        at = None if last is None or last.found is Found.WHOLE else last.at
        if told is not None and self.is_unplayed:
            at = told.at
        return at is not None and (self.read_at is None or self.read_at < at)

    @property
    def is_unplayed(self) -> bool:
        """Whether it was told not to play, and not checked since."""
        told = self.telling
        is_last = told is not None and (not self.arrived or told.at > self.arrived[-1].at)
        return told is not None and is_last and told.plays is False

    @property
    def is_doubted(self) -> bool:
        """Whether it is here, counts, and must not leave as it is: trouble was heard of it, and nobody has read it."""
        return self.counts and self.has_trouble and self.where in (Where.HERE, Where.RETURNED)

    @property
    def is_aside(self) -> bool:
        """Whether it never counts, whatever becomes of it, as long as nothing more is said."""
        return self.is_beside or self.dispute is not None

    @property
    def is_replaced(self) -> bool:
        """Whether another drive has its number."""
        return self.where is Where.REPLACED

    @property
    def standing(self) -> tuple[Marked, ...]:
        """The marks that were not taken back."""
        return tuple(m for m in self.marks if not m.is_undone)

    @property
    def replacement(self) -> Marked | None:
        """The mark by which another drive has its number."""
        return next((m for m in reversed(self.standing) if m.mark is Mark.REPLACED), None)

    @property
    def has_left(self) -> bool:
        """Whether the drive ever left, as far as is known."""
        is_heard_of = bool(self.receipts) or self.telling is not None
        return is_heard_of or any(m.mark is not Mark.REPLACED for m in self.standing)

    @property
    def is_back(self) -> bool:
        """Whether the drive left and came back here."""
        moves = [m.mark for m in self.standing if m.mark is not Mark.REPLACED]
        return bool(moves) and moves[-1] is Mark.RETURNED

    @property
    def telling(self) -> Arrival | None:
        """The latest report of its arrival that was not taken back."""
        return next((a for a in reversed(self.arrivals) if not a.is_undone), None)

    @property
    def sent(self) -> Marked | None:
        """The mark of its latest departure."""
        return next((m for m in reversed(self.standing) if m.mark is Mark.SENT), None)

    @property
    def left_for(self) -> Left | None:
        """The latest decision to leave it as it is, although its country has another seal."""
        return next((one for one in reversed(self.left) if not one.is_undone), None)

    @property
    def arrived(self) -> tuple[Entered, ...]:
        """The receipts made with its own passport."""
        return tuple(r for r in self.receipts if r.is_authentic)

    @property
    def receipts_now(self) -> tuple[Entered, ...]:
        """The receipts since it last came back here: the others are of a journey that is over."""
        return self.receipts[seen_when_it_came_back(self.standing) :]

    @property
    def found_last(self) -> Found | None:
        """What was found when it was last checked: where it went, or by its own station after that."""
        if not self.arrived:
            return None
        is_read = self.read_at is not None and self.read_at > self.arrived[-1].at
        return Found.WHOLE if is_read else self.arrived[-1].found

    @property
    def call_about(self) -> Entered | None:
        """The receipt that needs a call back: it reports trouble, or the drive did not make its code.

        What its own station has read since needs none.
        """
        if not self.counts or self.is_back or not self.receipts:
            return None
        last = self.receipts[-1]
        if self.read_at is not None and self.read_at > last.at:
            return None
        is_trouble = last.is_authentic and (last.found is not Found.WHOLE or last.answer is Answer.CONTRADICTS)
        return last if is_trouble or last.answer in WRONG else None

    @property
    def stick(self) -> events.Stick | None:
        """The hardware it was last seen on."""
        if self.found is not None:
            return self.found.stick
        return self.begun.stick if self.begun else None

    @property
    def check(self) -> events.Check | None:
        """The result of the latest check."""
        if self.found is not None:
            return self.found.check
        return self.ended.check if self.ended else None


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of an order, recorded in entry ``sequence`` of its chain; None means unchanged."""

    wanted: int | None
    route: str | None
    note: str | None
    reason: str
    at: dt.datetime
    by: str
    sequence: int
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class Cancelling:
    """When an order was cancelled, by whom, and why; in entry ``sequence`` of ``chain``."""

    at: dt.datetime
    by: str
    reason: str
    chain: str = ""
    sequence: int = -1
    is_undone: bool = False

    @property
    def entry(self) -> str:
        """What `ledger mark undo` calls it."""
        return f"{self.chain}:{self.sequence}"


@dataclass(frozen=True)
class Order:
    """An order and where it came from. ``id`` is what this book knows it by: its own, or where two origins gave out the
    same one, the later as ``id@origin``. ``given_away`` are numbers that another order stands for now, ``returned``
    those of drives that stand for them again, in place of which they were ordered. ``words`` are the digests of its
    letter words, each with the origin that made it. ``sequence`` is its entry's. ``at_hub`` are numbers that the hub
    gives out, whoever fills them. It may have been cancelled more than once.
    """

    id: str
    added: events.OrderAdded
    origin: str
    at: dt.datetime
    by: str
    given_away: frozenset[int] = frozenset()
    words: tuple[tuple[str, str], ...] = ()
    sequence: int = -1
    corrections: tuple[Correction, ...] = ()
    at_hub: frozenset[int] = frozenset()
    cancellings: tuple[Cancelling, ...] = ()
    returned: frozenset[int] = frozenset()

    @property
    def cancelling(self) -> Cancelling | None:
        """How it was cancelled, where nobody took that back."""
        return next((c for c in reversed(self.cancellings) if not c.is_undone), None)

    @property
    def is_cancelled(self) -> bool:
        """Whether no more drives are made of it."""
        return self.cancelling is not None

    @property
    def elsewhere(self) -> frozenset[int]:
        """The numbers that others stand for."""
        return self.given_away | self.returned

    @property
    def route(self) -> str | None:
        """The route of its drives."""
        said = (c.route for c in reversed(self.corrections) if not c.is_undone)
        return next(filter(None, said), self.added.route)

    @property
    def note(self) -> str:
        """The note about its addressee."""
        said = (c.note for c in reversed(self.corrections) if not c.is_undone)
        return next((note for note in said if note is not None), "")

    def has_number(self, number: int) -> bool:
        """Whether ``number`` is one that it must fill."""
        return number in self.added.numbers and number not in self.elsewhere

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers that it must fill, in ascending order."""
        return tuple(sorted(set(self.added.numbers) - self.elsewhere))


@dataclass(frozen=True)
class Release:
    """A country's last released seal, with the time and who recorded it."""

    event: events.SealReleased
    origin: str
    at: dt.datetime
    by: str


def marked_of(event: events.DriveMarked, note: EntryBody, place: Place, receipts: int = 0) -> Marked:
    """Return the mark in the entry at ``place``; ``receipts`` counts the drive's receipts so far."""
    said = event.mark, note.at, note.by, event.on or note.at.date()
    what = event.route, event.bag, event.note, event.successor
    return Marked(*said, *what, *place, receipts=receipts, by_drive=event.by_drive)


def left_of(event: events.OutdatedLeft, note: EntryBody, place: Place) -> Left:
    """Return what the entry at ``place`` records for each of its drives."""
    return Left(event.seal, event.reason, note.at, note.by, *place)


def correction_of(event: events.OrderCorrected, note: EntryBody, sequence: int) -> Correction:
    """Return the correction in entry ``sequence`` of the order's chain."""
    return Correction(event.wanted, event.route, event.note, event.reason, note.at, note.by, sequence)


def entered_of(event: events.ReceiptEntered, note: EntryBody) -> Entered:
    """Return the receipt in an entry."""
    found = event.found, event.count, event.has_letter, event.answer
    return Entered(event.code, *found, note.at, note.by, event.sender, event.way, event.typed)


def arrival_of(event: events.ArrivalTold, note: EntryBody, place: Place) -> Arrival:
    """Return the arrival in an entry."""
    day = event.on or note.at.date()
    return Arrival(day, note.at, note.by, event.plays, event.sender, event.way, event.note, *place)


@dataclass(frozen=True, slots=True)
class Claim:
    """The holder of a number that the hub gives out: the chain ``origin``, since when."""

    number: int
    origin: str
    claim: str
    since: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """A number that the chain ``origin`` has lost for good, and the order that has it now."""

    number: int
    origin: str
    successor: str | None
