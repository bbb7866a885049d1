"""What holds now: orders, journeys and sticks, folded from the entries of all chains. Values and rules; no I/O.

An entry that could not have happened (a number given twice, a void drive that became whole) is an error here, both
when it is about to be written and when it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from usbkit.core.errors import BrokenOffError, Finding
from usbkit.core.messages import Text, _
from usbkit.drives.record import Outcome
from usbkit.ledger import events
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.journey import HOLDING, NEXT, Stage, stage_after
from usbkit.ledger.records import Journey, Order, entered_of, marked_of

#: What a stick says of itself: vendor, model, serial, size. Never identity: whole batches say the same.
Hardware = tuple[str | None, str | None, str | None, int]

#: Failures after which a stick is marked and refused until somebody clears it.
FAILURES_ALLOWED = 2


@dataclass
class LedgerState:
    """The state after all entries that were applied. Read it; only `apply` changes it.

    ``home`` is the chain that is appended to here. Events name drives and orders as their own chain knows them.
    """

    home: str = ""
    orders: dict[str, Order] = field(default_factory=dict)
    journeys: dict[str, Journey] = field(default_factory=dict)
    ports_of: dict[str, tuple[events.PortName, ...]] = field(default_factory=dict)
    by_job: dict[str, str] = field(default_factory=dict)
    by_nonce: dict[str, str] = field(default_factory=dict)
    by_number: dict[tuple[str, int], str] = field(default_factory=dict)
    by_hardware: dict[Hardware, list[str]] = field(default_factory=dict)
    shared: set[Hardware] = field(default_factory=set)
    by_order: dict[str, list[str]] = field(default_factory=dict)
    by_origin: dict[tuple[str, str], str] = field(default_factory=dict)
    waiting: dict[tuple[str, str], list[tuple[events.EntryBody, str]]] = field(default_factory=dict)

    def apply(self, note: events.EntryBody, origin: str) -> None:
        """Take one more entry. Raises BrokenOffError where it cannot follow on what was before."""
        match note.event:
            case events.OrderAdded() as event:
                self._add_order(event, note, origin)
            case events.OrderSplit(order=id, numbers=numbers):
                self._give_away(self._order_of(id, origin), numbers)
            case events.OrderCancelled(order=id):
                order = self._order_of(id, origin)
                self.orders[order.id] = replace(order, is_cancelled=True)
            case events.PortsNamed(ports=ports):
                self.ports_of[origin] = ports
            case events.PassportMinted() as event:
                self._mint(event, note, origin)
            case events.FailuresForgiven(drives=drives):
                for drive in drives:
                    journey = self._journey_of(drive, origin)
                    self.journeys[journey.drive] = journey.with_(is_forgiven=True)
            case events.BatchConfirmed():
                pass
            case events.DriveMarked() | events.ReceiptEntered() as event:
                self._follow(event, note, origin)
            case events.LetterWordMade() as event:
                self._note_word(event, note, origin)
            case event:
                self._travel(event, note, self._journey_of(event.drive, origin))

    def _travel(
        self,
        event: events.DriveBegun | events.DriveEnded | events.DriveFound | events.DriveVoided,
        note: events.EntryBody,
        journey: Journey,
    ) -> None:
        """What the station that made a drive says of it."""
        match event:
            case events.DriveBegun():
                self._begin(event, note, journey)
            case events.DriveEnded():
                self._move(journey, stage_after(event.outcome), note, ended=event)
            case events.DriveFound():
                self._find(event, note, journey)
            case events.DriveVoided():
                self._move(journey, Stage.VOID, note, reason=event.reason)

    @property
    def ports(self) -> tuple[events.PortName, ...]:
        """The station's ports here."""
        return self.ports_of.get(self.home, ())

    def order(self, id: str) -> Order:
        """The order ``id``. Raises BrokenOffError."""
        if id not in self.orders:
            raise _impossible(_("there is no order {order}", order=id))
        return self.orders[id]

    def journey(self, drive: str) -> Journey:
        """The journey of the passport ``drive``. Raises BrokenOffError."""
        if drive not in self.journeys:
            raise _impossible(_("there is no drive {drive}", drive=drive))
        return self.journeys[drive]

    def open_orders(self) -> list[Order]:
        """Orders to be filled here that are neither cancelled nor filled, oldest first."""
        ours = (o for o in self.orders.values() if o.origin == self.home)
        return [o for o in ours if not o.is_cancelled and not self.is_filled(o.id)]

    def journeys_of(self, order: str) -> list[Journey]:
        """All journeys of an order, in the order in which they were minted."""
        return [self.journeys[drive] for drive in self.by_order.get(order, ())]

    def references(self, reference: str) -> list[Journey]:
        """Every drive with this reference: one, but where two origins gave out the same."""
        first = self.journeys.get(reference)
        if first is None:
            return []
        return [first, *(j for d, j in self.journeys.items() if d.startswith(f"{reference}@"))]

    def holder(self, order: str, number: int) -> Journey | None:
        """Whose the number is, None when it is free."""
        drive = self.by_number.get((order, number))
        return self.journeys[drive] if drive is not None else None

    def free_numbers(self, order: str) -> list[int]:
        """The numbers that nobody holds, lowest first."""
        return [n for n in self.order(order).numbers if self.holder(order, n) is None]

    def whole_numbers(self, order: str) -> list[int]:
        """The numbers that a whole drive has."""
        holders = ((n, self.holder(order, n)) for n in self.order(order).numbers)
        return [n for n, journey in holders if journey is not None and journey.stage is Stage.WHOLE]

    def is_filled(self, order: str) -> bool:
        """Whether every number has its whole drive."""
        return len(self.whole_numbers(order)) == len(self.order(order).numbers)

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

    def _order_of(self, id: str, origin: str) -> Order:
        """The order that the chain ``origin`` calls ``id``."""
        return self.order(self.by_origin.get((origin, id), id))

    def _journey_of(self, drive: str, origin: str) -> Journey:
        """The drive that the chain ``origin`` minted as ``drive``."""
        key = self.by_origin.get((origin, drive))
        if key is None:
            raise _impossible(_("there is no drive {drive}", drive=drive))
        return self.journeys[key]

    def _add_order(self, event: events.OrderAdded, note: events.EntryBody, origin: str) -> None:
        if (origin, event.order) in self.by_origin:
            raise _impossible(_("order {order} is there already", order=event.order))
        id = _key(self.orders, event.order, origin)
        self.orders[id] = Order(id, event, origin, note.at, note.by)
        self.by_origin[origin, event.order] = id
        if event.replaces is not None:
            successor = events.DriveMarked(
                drive=event.replaces, drive_origin=event.replaces_origin, mark=Mark.REPLACED, successor=id
            )
            self._follow(successor, note, origin)
        self._catch_up(origin, event.order)

    def _give_away(self, order: Order, numbers: Collection[int]) -> None:
        for number in numbers:
            if number not in order.numbers or self.holder(order.id, number) is not None:
                raise _impossible(_("number {number} of order {order} is taken", number=number, order=order.id))
        self.orders[order.id] = replace(order, given_away=order.given_away | frozenset(numbers))

    def _note_word(self, event: events.LetterWordMade, note: events.EntryBody, origin: str) -> None:
        of = (event.order_origin or origin, event.order)
        if of not in self.by_origin:
            self.waiting.setdefault(of, []).append((note, origin))
            return
        order = self.orders[self.by_origin[of]]
        self.orders[order.id] = replace(order, words=(*order.words, (origin, event.word_sha256)))

    def _follow(self, event: events.DriveMarked | events.ReceiptEntered, note: events.EntryBody, origin: str) -> None:
        """What is told of a drive. Where its own chain is still to come, this waits for it."""
        of = (event.drive_origin or origin, event.drive)
        if of not in self.by_origin:
            self.waiting.setdefault(of, []).append((note.model_copy(update={"event": event}), origin))
            return
        journey = self.journeys[self.by_origin[of]]
        if isinstance(event, events.ReceiptEntered):
            receipts = (*journey.receipts, entered_of(event, note))
            self.journeys[journey.drive] = journey.with_(receipts=receipts)
            return
        self.journeys[journey.drive] = journey.with_(marks=(*journey.marks, marked_of(event, note)))
        if event.mark is Mark.REPLACED:
            self._free_number(journey)
            if event.successor is not None:
                order = self.orders[journey.order]
                self.orders[order.id] = replace(order, given_away=order.given_away | {journey.number})

    def _catch_up(self, origin: str, name: str) -> None:
        """Take what was told of a drive or an order before its own chain came here."""
        for note, teller in self.waiting.pop((origin, name), ()):
            self.apply(note, teller)

    def _mint(self, event: events.PassportMinted, note: events.EntryBody, origin: str) -> None:
        order = self._order_of(event.order, origin)
        if order.is_cancelled:
            raise _impossible(_("order {order} is cancelled", order=order.id))
        if not order.has_number(event.number) or event.of != order.added.of:
            values = {"order": order.id, "number": event.number, "of": event.of}
            raise _impossible(_("order {order} has no number {number} of {of}", **values))
        if (origin, event.drive) in self.by_origin:
            raise _impossible(_("drive {drive} is there already", drive=event.drive))
        if self.holder(order.id, event.number) is not None:
            raise _impossible(_("number {number} of order {order} is taken", number=event.number, order=order.id))
        drive = _key(self.journeys, event.drive, origin)
        self.journeys[drive] = Journey(
            drive=drive,
            origin=origin,
            order=order.id,
            number=event.number,
            of=event.of,
            nonce_sha256=event.nonce_sha256,
            minted_at=note.at,
            changed_at=note.at,
            by=note.by,
        )
        self.by_origin[origin, event.drive] = drive
        self.by_nonce[event.nonce_sha256] = drive
        self.by_number[order.id, event.number] = drive
        self.by_order.setdefault(order.id, []).append(drive)
        self._catch_up(origin, event.drive)

    def _begin(self, event: events.DriveBegun, note: events.EntryBody, journey: Journey) -> None:
        self._move(journey, Stage.BEGUN, note, begun=event)
        self.by_job[event.job] = journey.drive

    def _find(self, event: events.DriveFound, note: events.EntryBody, journey: Journey) -> None:
        if not event.is_whole:
            self._move(journey, Stage.VOID, note, found=event, reason="no longer whole")
        elif journey.stage is not Stage.WHOLE:
            self._move(journey, Stage.WHOLE, note, found=event)

    def _move(
        self,
        journey: Journey,
        stage: Stage,
        note: events.EntryBody,
        *,
        begun: events.DriveBegun | None = None,
        ended: events.DriveEnded | None = None,
        found: events.DriveFound | None = None,
        reason: str = "",
    ) -> None:
        if stage not in NEXT[journey.stage]:
            values = {"drive": journey.drive, "before": journey.stage, "after": stage}
            raise _impossible(_("drive {drive} is {before} and cannot become {after}", **values))
        self.journeys[journey.drive] = moved = journey.with_(
            stage=stage,
            changed_at=note.at,
            by=note.by,
            begun=begun or journey.begun,
            ended=ended or journey.ended,
            found=found or journey.found,
            reason=reason or journey.reason,
        )
        if stage not in HOLDING:
            self._free_number(journey)
        self._note_hardware(moved)

    def _free_number(self, journey: Journey) -> None:
        if self.by_number.get((journey.order, journey.number)) == journey.drive:
            del self.by_number[journey.order, journey.number]

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


def _key(taken: Collection[str], name: str, origin: str) -> str:
    """What the book calls a drive or an order: its name, or ``name@origin`` where that is taken."""
    return name if name not in taken else f"{name}@{origin}"


def _impossible(why: Text) -> BrokenOffError:
    todo = _("Run `usbkit ledger check`, and tell us what it says.")
    return BrokenOffError(Finding("ledger-impossible", why, todo=todo))


def _hardware(stick: events.Stick) -> Hardware:
    return stick.vendor, stick.model, stick.serial, stick.size


def fold(notes: Iterable[tuple[str, events.EntryBody]], home: str = "") -> LedgerState:
    """The book after ``notes``, each with its origin."""
    ledger_state = LedgerState(home)
    for origin, note in notes:
        ledger_state.apply(note, origin)
    return ledger_state
