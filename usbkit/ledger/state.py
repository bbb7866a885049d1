"""What holds now: orders, journeys and sticks, folded from the entries of all chains. Rules over rows of tables.

An entry that could not have happened (a number given twice, a void drive that became whole) is an error here, both
when it is about to be written and when it is read. What a chain says that is not its to say is kept as told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from usbkit.core.messages import _
from usbkit.ledger import events
from usbkit.ledger.delivery_status import Entered, Mark
from usbkit.ledger.events import Role
from usbkit.ledger.journey import HOLDING, NEXT, Stage, stage_after
from usbkit.ledger.records import Journey, Order, Told, entered_of, marked_of
from usbkit.ledger.state_rows import StateRows
from usbkit.ledger.state_view import StateView, hardware_of, impossible

#: Whether the code of a receipt that another chain tells of was made by this drive, as far as the secrets here tell.
Recompute = Callable[[Journey, Order, Entered], bool]


class LedgerState(StateView):
    """The state after all entries that were applied. Read it; only `apply` changes it.

    Events name drives and orders as their own chain knows them.
    """

    def __init__(self, home: str = "", rows: StateRows | None = None, recompute: Recompute | None = None) -> None:
        super().__init__(home, rows or StateRows.in_memory())
        self._recompute = recompute

    def apply(self, note: events.EntryBody, origin: str) -> None:
        """Take one more entry. Raises BrokenOffError where it cannot follow on what was before."""
        match note.event:
            case events.OrderAdded() | events.OrderSplit() | events.OrderCancelled() as event:
                self._order(event, note, origin)
            case events.PortsNamed(ports=ports):
                self.rows.put_ports(origin, ports)
            case events.PassportMinted() as event:
                self._mint(event, note, origin)
            case events.FailuresForgiven(drives=drives):
                for drive in drives:
                    self.rows.put_journey(self._journey_of(drive, origin).with_(is_forgiven=True))
            case events.BatchConfirmed() | events.Unknown():
                pass
            case events.ChainAdopted(chain=chain, role=role):
                if origin == self.home:
                    self.rows.put_role(chain, role)
            case events.DriveMarked() | events.ReceiptEntered() as event:
                self._follow(event, note, origin)
            case events.LetterWordMade() as event:
                self._note_word(event, note, origin)
            case event:
                self._travel(event, note, self._journey_of(event.drive, origin))

    def _order(
        self, event: events.OrderAdded | events.OrderSplit | events.OrderCancelled, note: events.EntryBody, origin: str
    ) -> None:
        match event:
            case events.OrderAdded():
                self._add_order(event, note, origin)
            case events.OrderSplit(order=id, numbers=numbers):
                self._give_away(self._order_of(id, origin), numbers)
            case events.OrderCancelled(order=id):
                self.rows.put_order(replace(self._order_of(id, origin), is_cancelled=True))

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

    def believes(self, origin: str, of: str) -> bool:
        """Whether the chain ``origin`` is believed about what the chain ``of`` made (docs/ledger.md)."""
        return origin in (of, self.home) or self.rows.role(origin) is not Role.STATION

    def _is_computed(self, journey: Journey, order: Order, entered: Entered) -> bool:
        return entered.is_authentic and self._recompute is not None and self._recompute(journey, order, entered)

    def _order_of(self, id: str, origin: str) -> Order:
        """The order that the chain ``origin`` calls ``id``; ours may name another's as this ledger knows it."""
        found = self.rows.order_id(origin, id)
        if found is None and origin != self.home:
            raise impossible(_("there is no order {order}", order=id))
        return self.order(found or id)

    def _journey_of(self, drive: str, origin: str) -> Journey:
        """The drive that the chain ``origin`` minted as ``drive``."""
        journey = self.drive_of(origin, drive)
        if journey is None:
            raise impossible(_("there is no drive {drive}", drive=drive))
        return journey

    def _add_order(self, event: events.OrderAdded, note: events.EntryBody, origin: str) -> None:
        if self.rows.order_id(origin, event.order) is not None:
            raise impossible(_("order {order} is there already", order=event.order))
        id = _key(self.orders, event.order, origin)
        self.rows.put_order(Order(id, event, origin, note.at, note.by))
        if event.replaces is not None:
            successor = events.DriveMarked(
                drive=event.replaces, drive_origin=event.replaces_origin, mark=Mark.REPLACED, successor=id
            )
            self._follow(successor, note, origin)
        self._catch_up(origin, event.order)

    def _give_away(self, order: Order, numbers: Collection[int]) -> None:
        for number in numbers:
            if number not in order.numbers or self.rows.holder(order.id, number) is not None:
                raise impossible(_("number {number} of order {order} is taken", number=number, order=order.id))
        self.rows.put_order(replace(order, given_away=order.given_away | frozenset(numbers)))

    def _note_word(self, event: events.LetterWordMade, note: events.EntryBody, origin: str) -> None:
        of = (event.order_origin or origin, event.order)
        order = self.order_of(*of)
        if order is None:
            self.rows.keep_waiting(of, origin, note.to_body())
        elif self.believes(origin, of[0]):
            self.rows.put_order(replace(order, words=(*order.words, (origin, event.word_sha256))))

    def _follow(self, event: events.DriveMarked | events.ReceiptEntered, note: events.EntryBody, origin: str) -> None:
        """What is told of a drive. Where its own chain is still to come, this waits for it."""
        of = (event.drive_origin or origin, event.drive)
        journey = self.drive_of(*of)
        if journey is None:
            self.rows.keep_waiting(of, origin, replace(note, event=event).to_body())
        elif isinstance(event, events.ReceiptEntered):
            self._receive(event, note, journey, origin)
        elif self.believes(origin, journey.origin):
            self._mark(event, note, journey)
        else:
            told = Told(origin, mark=marked_of(event, note))
            self.rows.put_journey(journey.with_(told=(*journey.told, told)))

    def _receive(self, event: events.ReceiptEntered, note: events.EntryBody, journey: Journey, origin: str) -> None:
        """A receipt counts where it was judged here, or the code was computed again here."""
        entered = entered_of(event, note)
        if origin == self.home or self._is_computed(journey, self.orders[journey.order], entered):
            self.rows.put_journey(journey.with_(receipts=(*journey.receipts, entered)))
        else:
            self.rows.put_journey(journey.with_(told=(*journey.told, Told(origin, receipt=entered))))

    def _mark(self, event: events.DriveMarked, note: events.EntryBody, journey: Journey) -> None:
        self.rows.put_journey(journey.with_(marks=(*journey.marks, marked_of(event, note))))
        if event.mark is Mark.REPLACED:
            self.rows.free_number(journey)
            if event.successor is not None:
                order = self.orders[journey.order]
                self.rows.put_order(replace(order, given_away=order.given_away | {journey.number}))

    def _catch_up(self, origin: str, name: str) -> None:
        """Take what was told of a drive or an order before its own chain came here."""
        for teller, body in self.rows.take_waiting((origin, name)):
            self.apply(events.EntryBody.from_body(body, _("what was told of {name}", name=name)), teller)

    def _mint(self, event: events.PassportMinted, note: events.EntryBody, origin: str) -> None:
        order = self._order_of(event.order, origin)
        if order.is_cancelled:
            raise impossible(_("order {order} is cancelled", order=order.id))
        if not order.has_number(event.number) or event.of != order.added.of:
            values = {"order": order.id, "number": event.number, "of": event.of}
            raise impossible(_("order {order} has no number {number} of {of}", **values))
        if self.rows.drive_id(origin, event.drive) is not None:
            raise impossible(_("drive {drive} is there already", drive=event.drive))
        if (same := self.by_nonce.get(event.nonce_sha256)) is not None:
            raise impossible(_("drive {drive} has the nonce of drive {same}", drive=event.drive, same=same))
        if self.rows.holder(order.id, event.number) is not None:
            raise impossible(_("number {number} of order {order} is taken", number=event.number, order=order.id))
        self.rows.put_journey(
            Journey(
                drive=_key(self.journeys, event.drive, origin),
                origin=origin,
                order=order.id,
                number=event.number,
                of=event.of,
                nonce_sha256=event.nonce_sha256,
                minted_at=note.at,
                changed_at=note.at,
                by=note.by,
            )
        )
        self._catch_up(origin, event.drive)

    def _begin(self, event: events.DriveBegun, note: events.EntryBody, journey: Journey) -> None:
        if (other := self.by_job.get(event.job)) not in (None, journey.drive):
            raise impossible(_("drive {drive} has the job of drive {same}", drive=journey.drive, same=other))
        self._move(journey, Stage.BEGUN, note, begun=event)
        self.rows.put_job(event.job, journey.drive)

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
            raise impossible(_("drive {drive} is {before} and cannot become {after}", **values))
        moved = journey.with_(
            stage=stage,
            changed_at=note.at,
            by=note.by,
            begun=begun or journey.begun,
            ended=ended or journey.ended,
            found=found or journey.found,
            reason=reason or journey.reason,
        )
        self.rows.put_journey(moved)
        if stage not in HOLDING:
            self.rows.free_number(journey)
        self._note_hardware(moved)

    def _note_hardware(self, moved: Journey) -> None:
        """Two sticks that are written at once, or are both whole, are two: what both say of themselves is shared."""
        if moved.stick is None or self.is_shared(moved.stick):
            return
        key = hardware_of(moved.stick)
        if moved.stage in (Stage.BEGUN, Stage.WHOLE) and any(
            j.stage is moved.stage and j.drive != moved.drive for j in self._on(key)
        ):
            self.rows.put_shared(key)
        self.rows.put_stick(key, moved.drive)


def _key(taken: Collection[str], name: str, origin: str) -> str:
    """What the book calls a drive or an order: its name, or ``name@origin`` where that is taken."""
    return name if name not in taken else f"{name}@{origin}"


def fold(notes: Iterable[tuple[str, events.EntryBody]], home: str = "") -> LedgerState:
    """The state after ``notes``, each with its origin, in tables of its own."""
    ledger_state = LedgerState(home)
    for origin, note in notes:
        ledger_state.apply(note, origin)
    return ledger_state
