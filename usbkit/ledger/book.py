"""What holds now: orders, journeys and sticks, folded from the entries of all chains. Values and rules; no I/O.

An entry that could not have happened (a number given twice, a void drive that became whole) is an error here, both
when it is about to be written and when it is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from usbkit.drives.record import Outcome
from usbkit.errors import BrokenOffError, Finding
from usbkit.ledger import events
from usbkit.ledger.journey import HOLDING, NEXT, Stage, stage_after
from usbkit.text import Text, _

#: What a stick says of itself: vendor, model, serial, size. Never identity: whole batches say the same.
Hardware = tuple[str | None, str | None, str | None, int]

#: Failures after which a stick is marked and refused until somebody clears it.
FAILURES_ALLOWED = 2


@dataclass(frozen=True)
class Journey:
    """A passport and what became of it. ``begun`` and ``ended`` are the latest of their kind; times are UTC."""

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
    """An order and where it came from; ``added.order`` is its id."""

    added: events.OrderAdded
    origin: str
    at: dt.datetime
    by: str
    is_cancelled: bool = False

    @property
    def id(self) -> str:
        return self.added.order


@dataclass
class Book:
    """The state after all entries that were applied. Read it; only `apply` changes it."""

    orders: dict[str, Order] = field(default_factory=dict)
    journeys: dict[str, Journey] = field(default_factory=dict)
    ports: tuple[events.PortName, ...] = ()
    by_job: dict[str, str] = field(default_factory=dict)
    by_nonce: dict[str, str] = field(default_factory=dict)
    by_number: dict[tuple[str, int], str] = field(default_factory=dict)
    by_hardware: dict[Hardware, list[str]] = field(default_factory=dict)
    shared: set[Hardware] = field(default_factory=set)

    def apply(self, note: events.Note, origin: str) -> None:
        """Take one more entry. Raises BrokenOffError where it cannot follow on what was before."""
        at, by = note.at, note.by
        match note.event:
            case events.OrderAdded() as event:
                self._require(event.order not in self.orders, _("order {order} is there already", order=event.order))
                self.orders[event.order] = Order(event, origin, at, by)
            case events.OrderCancelled(order=order):
                self.orders[order] = replace(self.order(order), is_cancelled=True)
            case events.PortsNamed(ports=ports):
                self.ports = ports
            case events.PassportMinted() as event:
                self._mint(event, note, origin)
            case events.DriveBegun() as event:
                self._begin(event, note)
            case events.DriveEnded() as event:
                self._move(event.drive, stage_after(event.outcome), note, ended=event)
            case events.DriveFound() as event:
                self._find(event, note)
            case events.DriveVoided() as event:
                self._move(event.drive, Stage.VOID, note, reason=event.reason)
            case events.FailuresForgiven(drives=drives):
                for drive in drives:
                    self.journeys[drive] = replace(self.journey(drive), is_forgiven=True)
            case events.BatchConfirmed():
                pass

    def order(self, id: str) -> Order:
        """The order ``id``. Raises BrokenOffError."""
        self._require(id in self.orders, _("there is no order {order}", order=id))
        return self.orders[id]

    def journey(self, drive: str) -> Journey:
        """The journey of the passport ``drive``. Raises BrokenOffError."""
        self._require(drive in self.journeys, _("there is no drive {drive}", drive=drive))
        return self.journeys[drive]

    def open_orders(self) -> list[Order]:
        """Orders that are neither cancelled nor filled, oldest first."""
        return [o for o in self.orders.values() if not o.is_cancelled and not self.is_filled(o.id)]

    def journeys_of(self, order: str) -> list[Journey]:
        """All journeys of an order, in the order in which they were minted."""
        return [j for j in self.journeys.values() if j.order == order]

    def holder(self, order: str, number: int) -> Journey | None:
        """Whose the number is, None when it is free."""
        drive = self.by_number.get((order, number))
        return self.journeys[drive] if drive is not None else None

    def free_numbers(self, order: str) -> list[int]:
        """The numbers that nobody holds, lowest first."""
        return [n for n in sorted(self.order(order).added.numbers) if self.holder(order, n) is None]

    def whole_numbers(self, order: str) -> list[int]:
        """The numbers that a whole drive has."""
        holders = ((n, self.holder(order, n)) for n in sorted(self.order(order).added.numbers))
        return [n for n, journey in holders if journey is not None and journey.stage is Stage.WHOLE]

    def is_filled(self, order: str) -> bool:
        """Whether every number has its whole drive."""
        return len(self.whole_numbers(order)) == len(self.order(order).added.numbers)

    def is_shared(self, stick: events.Stick) -> bool:
        """Whether what this stick says of itself is not its own: it has no serial, or another stick has the same."""
        return not stick.serial or _hardware(stick) in self.shared

    def failures(self, stick: events.Stick, last: str | None) -> list[Journey]:
        """The failures held against a stick: those of its hardware where that is its own, and those that ``last``,
        the passport that stands on it, follows on.
        """
        found = {j.drive: j for j in self._chain(last)}
        if not self.is_shared(stick):
            found |= {j.drive: j for j in self._on(_hardware(stick)) if j.stage is Stage.FAILED}
        return [j for j in found.values() if not j.is_forgiven]

    def is_marked(self, stick: events.Stick, last: str | None) -> bool:
        """Whether the stick failed so often that it is refused. One that lies about its size need not do so twice."""
        held = self.failures(stick, last)
        return len(held) >= FAILURES_ALLOWED or any(j.ended and j.ended.outcome is Outcome.FAKE for j in held)

    def failures_named(self, name: str) -> list[str]:
        """The references of unforgiven failures of the stick that has this serial, or failed as this drive."""
        drive = name.upper()
        chained = {j.drive for j in self._chain(drive)}
        return [
            j.drive
            for j in self.journeys.values()
            if j.stage is Stage.FAILED
            and not j.is_forgiven
            and (j.drive in chained or (j.stick is not None and j.stick.serial == name))
        ]

    def _on(self, hardware: Hardware) -> Iterator[Journey]:
        return (self.journeys[drive] for drive in self.by_hardware.get(hardware, ()))

    def _chain(self, last: str | None) -> Iterator[Journey]:
        seen: set[str] = set()
        while last is not None and last in self.journeys and last not in seen:
            seen.add(last)
            journey = self.journeys[last]
            if journey.stage is Stage.FAILED:
                yield journey
            last = journey.begun.after if journey.begun else None

    def _mint(self, event: events.PassportMinted, note: events.Note, origin: str) -> None:
        order = self.order(event.order)
        self._require(not order.is_cancelled, _("order {order} is cancelled", order=event.order))
        self._require(
            event.number in order.added.numbers and event.of == order.added.of,
            _("order {order} has no number {number} of {of}", order=event.order, number=event.number, of=event.of),
        )
        self._require(event.drive not in self.journeys, _("drive {drive} is there already", drive=event.drive))
        self._require(
            self.holder(event.order, event.number) is None,
            _("number {number} of order {order} is taken", number=event.number, order=event.order),
        )
        self.journeys[event.drive] = Journey(
            drive=event.drive,
            origin=origin,
            order=event.order,
            number=event.number,
            of=event.of,
            nonce_sha256=event.nonce_sha256,
            minted_at=note.at,
            changed_at=note.at,
            by=note.by,
        )
        self.by_nonce[event.nonce_sha256] = event.drive
        self.by_number[event.order, event.number] = event.drive

    def _begin(self, event: events.DriveBegun, note: events.Note) -> None:
        self._move(event.drive, Stage.BEGUN, note, begun=event)
        self.by_job[event.job] = event.drive

    def _find(self, event: events.DriveFound, note: events.Note) -> None:
        stage = Stage.WHOLE if event.is_whole else Stage.VOID
        if not event.is_whole:
            self._move(event.drive, stage, note, found=event, reason="no longer whole")
        elif self.journey(event.drive).stage is not Stage.WHOLE:
            self._move(event.drive, stage, note, found=event)

    def _move(
        self,
        drive: str,
        stage: Stage,
        note: events.Note,
        *,
        begun: events.DriveBegun | None = None,
        ended: events.DriveEnded | None = None,
        found: events.DriveFound | None = None,
        reason: str = "",
    ) -> None:
        journey = self.journey(drive)
        self._require(
            stage in NEXT[journey.stage],
            _("drive {drive} is {before} and cannot become {after}", drive=drive, before=journey.stage, after=stage),
        )
        self.journeys[drive] = moved = replace(
            journey,
            stage=stage,
            changed_at=note.at,
            by=note.by,
            begun=begun or journey.begun,
            ended=ended or journey.ended,
            found=found or journey.found,
            reason=reason or journey.reason,
        )
        if stage not in HOLDING:
            self.by_number.pop((journey.order, journey.number), None)
        self._note_hardware(moved)

    def _note_hardware(self, moved: Journey) -> None:
        """Two sticks that are written at once, or are both whole, are two: what both say of themselves is shared."""
        if moved.stick is None or self.is_shared(moved.stick):
            return
        key = _hardware(moved.stick)
        if moved.stage in (Stage.BEGUN, Stage.WHOLE) and any(
            j.stage is moved.stage and j.drive != moved.drive for j in self._on(key)
        ):
            self.shared.add(key)
        drives = self.by_hardware.setdefault(key, [])
        if moved.drive not in drives:
            drives.append(moved.drive)

    @staticmethod
    def _require(holds: bool, otherwise: Text) -> None:
        if not holds:
            todo = _("Run `usbkit ledger check`, and tell us what it says.")
            raise BrokenOffError(Finding("ledger-impossible", otherwise, todo=todo))


def _hardware(stick: events.Stick) -> Hardware:
    return stick.vendor, stick.model, stick.serial, stick.size


def fold(notes: Iterable[tuple[str, events.Note]]) -> Book:
    """The book after ``notes``, each with its origin."""
    book = Book()
    for origin, note in notes:
        book.apply(note, origin)
    return book
