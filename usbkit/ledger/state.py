"""The current state: orders, journeys and sticks, folded from the entries of all chains. Rules over rows of tables.

An impossible entry (a number given twice, a void drive that became whole) is an error here, both when it is about to be
written and when it is read. What a chain is not entitled to say is kept as told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from usbkit.core.messages import _
from usbkit.ledger import claiming, disputes, events, seals, undoing
from usbkit.ledger.delivery_status import Entered, Mark
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.entry_limits import MOST_SAID, require_few, said_by
from usbkit.ledger.events import Role
from usbkit.ledger.records import (
    Cancelling,
    Journey,
    Order,
    Place,
    Release,
    Told,
    arrival_of,
    correction_of,
    entered_of,
    left_of,
    marked_of,
)
from usbkit.ledger.state_rows import StateRows
from usbkit.ledger.state_view import StateView, impossible
from usbkit.ledger.travelling import travel

#: Whether the code of a receipt that another chain tells of was made by this drive, as far as the secrets here tell.
Recompute = Callable[[Journey, Order, Entered], bool]

#: Whether the nonce is among the secrets here that a chain has under a reference, and has this digest.
KnowsNonce = Callable[[str, str, str], bool]


class LedgerState(StateView):
    """The state after all applied entries. Read-only except for ``apply``.

    Events name drives and orders as their own chain knows them.
    """

    def __init__(
        self,
        home: str = "",
        rows: StateRows | None = None,
        recompute: Recompute | None = None,
        knows_minted: KnowsNonce = lambda origin, reference, digest: False,
    ) -> None:
        super().__init__(home, rows or StateRows.in_memory())
        self._recompute = recompute
        self.knows_minted = knows_minted
        self._arrived: list[tuple[Place, bytes]] = []
        self._is_catching_up = False

    def apply(self, note: EntryBody, origin: str, sequence: int) -> None:
        """Apply one more entry, ``sequence`` of ``origin``. Raises BrokenOffError if it is impossible here."""
        place = origin, sequence
        match note.event:
            case events.OrderAdded() as event:
                self._add_order(event, note, place)
            case events.OrderSplit() | events.OrderCancelled() | events.OrderCorrected() as event:
                self._order(event, note, place)
            case events.PortsNamed(ports=ports):
                self.rows.put_ports(origin, ports)
            case events.PassportMinted() as event:
                self._mint(event, note, place)
            case events.FailuresForgiven(drives=drives):
                for drive in drives:
                    self.rows.put_journey(self._journey_of(drive, origin).with_(is_forgiven=True))
            case events.DriveBegun() | events.DriveEnded() | events.DriveFound() | events.DriveVoided() as event:
                travel(self, event, note, self._journey_of(event.drive, origin))
            case _:
                self._tell(note, place)
        if isinstance(note.event, _UNDOABLE) and self.rows.undoable(place) is not None:
            self._catch_up(origin, entry_name(sequence))

    def _tell(self, note: EntryBody, place: Place) -> None:
        """What anybody says of drives and orders, and what is believed of whom."""
        match note.event:
            case events.DriveMarked() | events.ReceiptEntered() | events.ArrivalTold() as event:
                self._follow(event, note, place)
            case events.OutdatedLeft() as event:
                self._leave(event, note, place)
            case events.EntryUndone() as event:
                self._undo(event, note, place)
            case events.LetterWordMade() as event:
                self._note_word(event, note, place)
            case events.ChainAdopted(chain=chain, role=role, name=name) if place[0] == self.home:
                self.rows.put_role(chain, role, name)
            case events.SealReleased() as event if self.believes(place[0], self.home):
                seals.note_release(self, Release(event, place[0], note.at, note.by))
            case events.NumbersClaimed() | events.NumbersReturned() | events.NumbersRecalled() as event:
                claiming.apply(self, event, note, place[0])

    def _order(
        self,
        event: events.OrderSplit | events.OrderCancelled | events.OrderCorrected,
        note: EntryBody,
        place: Place,
    ) -> None:
        order = self._order_of(event.order, place[0])
        match event:
            case events.OrderSplit(numbers=numbers, hub=None):
                self._give_away(order, numbers)
            case events.OrderSplit(numbers=numbers):
                claiming.offer(self, order, numbers)
            case events.OrderCancelled(reason=reason):
                require_few(len(order.cancellings), order.id)
                cancelling = Cancelling(note.at, note.by, reason, *place)
                self.rows.put_order(replace(order, cancellings=(*order.cancellings, cancelling)))
                self.rows.put_undoable(place, event.kind, order.id)
                seals.choose_again(self, order)
            case events.OrderCorrected():
                require_few(len(order.corrections), order.id)
                corrected = (*order.corrections, correction_of(event, note, place[1]))
                self.rows.put_order(replace(order, corrections=corrected))
                self.rows.put_undoable(place, event.kind, order.id)

    def believes(self, origin: str, of: str) -> bool:
        """Whether the chain ``origin`` is believed about what the chain ``of`` made (docs/ledger.md)."""
        return origin in (of, self.home) or self.rows.role(origin) is not Role.STATION

    def knows_nonce(self, journey: Journey) -> bool:
        """Whether its chain brought the drive's nonce here."""
        return self.knows_minted(journey.origin, journey.reference, journey.nonce_sha256)

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

    def _add_order(self, event: events.OrderAdded, note: EntryBody, place: Place) -> None:
        origin, sequence = place
        if self.rows.order_id(origin, event.order) is not None:
            raise impossible(_("order {order} is there already", order=event.order))
        id = _key(self.orders, event.order, origin)
        self.rows.put_order(Order(id, event, origin, note.at, note.by, sequence=sequence))
        seals.note_order(self, self.orders[id])
        if event.replaces is not None:
            successor = events.DriveMarked(
                drive=event.replaces, drive_origin=event.replaces_origin, mark=Mark.REPLACED, successor=id
            )
            self._follow(successor, note, place)
        self._catch_up(origin, event.order)

    def _give_away(self, order: Order, numbers: Collection[int]) -> None:
        for number in numbers:
            if number not in order.numbers or self.rows.holder(order.id, number) is not None:
                raise impossible(_("number {number} of order {order} is taken", number=number, order=order.id))
        for number, claim in self.rows.claims(order.id).items():
            if number in numbers:
                self.rows.drop_claim(
                    order.id, number, claim.origin
                )  # by whoever gave it away: nobody mints it any more
        self.rows.put_order(replace(order, given_away=order.given_away | frozenset(numbers)))

    def _note_word(self, event: events.LetterWordMade, note: EntryBody, place: Place) -> None:
        origin = place[0]
        of = (event.order_origin or origin, event.order)
        order = self.order_of(*of)
        if order is None:
            self._keep_waiting(of, place, note)
        elif self.believes(origin, of[0]):
            require_few(sum(maker == origin for maker, _digest in order.words), order.id)
            self.rows.put_order(replace(order, words=(*order.words, (origin, event.word_sha256))))

    def _follow(
        self,
        event: events.DriveMarked | events.ReceiptEntered | events.ArrivalTold,
        note: EntryBody,
        place: Place,
    ) -> None:
        """What is told of a drive. Where its own chain is still to come, this waits for it."""
        origin = place[0]
        of = (event.drive_origin or origin, event.drive)
        journey = self.drive_of(*of)
        if journey is None:
            self._keep_waiting(of, place, replace(note, event=event))
            return
        require_few(said_by(origin, journey), journey.drive)
        if isinstance(event, events.ReceiptEntered):
            self._receive(event, note, journey, origin)
        elif isinstance(event, events.ArrivalTold):
            self._arrive(event, note, journey, place)
        elif self.believes(origin, journey.origin):
            self._mark(event, note, journey, place)
        else:
            told = Told(origin, mark=marked_of(event, note, place))
            self.rows.put_journey(journey.with_(told=(*journey.told, told)))

    def _leave(self, event: events.OutdatedLeft, note: EntryBody, place: Place) -> None:
        """Somebody says that drives stay as they are; nobody is believed of drives that are not his to mark."""
        of = event.drives_origin or place[0]
        for drive in event.drives:
            journey = self.drive_of(of, drive)
            if journey is None:
                alone = event.model_copy(update={"drives": (drive,)})
                self._keep_waiting((of, drive), place, replace(note, event=alone))
            elif self.believes(place[0], of):
                require_few(said_by(place[0], journey), journey.drive)
                self.rows.put_journey(journey.with_(left=(*journey.left, left_of(event, note, place))))
                before = self.rows.undoable(place)
                subject = journey.drive if before is None else f"{before[1]},{journey.drive}"
                self.rows.put_undoable(place, event.kind, subject)

    def _undo(self, event: events.EntryUndone, note: EntryBody, place: Place) -> None:
        """An entry was a mistake: who wrote it says so, or a desk. One that is still to come is waited for."""
        target = event.chain, event.sequence
        if not self.believes(place[0], event.chain):
            return
        if self.rows.undoable(target) is None:
            self._keep_waiting((event.chain, entry_name(event.sequence)), place, note)
            return
        if not undoing.may_undo(self, target, place[0]):
            return
        undoing.set_undone(self, target, is_undone=True)
        self.rows.put_undoable(place, event.kind, undoing.subject_of(target))

    def _receive(self, event: events.ReceiptEntered, note: EntryBody, journey: Journey, origin: str) -> None:
        """A receipt counts where it was judged here, or the code was computed again here; of others', so many."""
        entered, order = entered_of(event, note), self.orders[journey.order]
        if origin == self.home or (len(journey.receipts) < MOST_SAID and self._is_computed(journey, order, entered)):
            self.rows.put_journey(journey.with_(receipts=(*journey.receipts, entered)))
        else:
            self.rows.put_journey(journey.with_(told=(*journey.told, Told(origin, receipt=entered))))

    def _arrive(self, event: events.ArrivalTold, note: EntryBody, journey: Journey, place: Place) -> None:
        arrival = arrival_of(event, note, place)
        if self.believes(place[0], journey.origin):
            self.rows.put_undoable(place, event.kind, journey.drive)
            self.rows.put_journey(journey.with_(arrivals=(*journey.arrivals, arrival)))
        else:
            self.rows.put_journey(journey.with_(told=(*journey.told, Told(place[0], arrival=arrival))))

    def _mark(self, event: events.DriveMarked, note: EntryBody, journey: Journey, place: Place) -> None:
        marked = marked_of(event, note, place, len(journey.receipts))
        if event.successor is not None:
            id = self.rows.order_id(place[0], event.successor) or event.successor
            marked = replace(marked, successor=id)
        self.rows.put_undoable(place, event.kind, journey.drive)
        undoing.put_marks(self, journey, (*journey.marks, marked))

    def _keep_waiting(self, of: tuple[str, str], place: Place, note: EntryBody) -> None:
        """Keep an entry until the drive, order or entry ``of`` has come."""
        require_few(self.rows.count_waiting(of, place[0]), of[1])
        self.rows.keep_waiting(of, place, note.to_body())

    def _catch_up(self, origin: str, name: str) -> None:
        """Take what was told of a drive, an order or an entry before that came here.

        What is taken may be what others wait for, and so on for as long as somebody likes: nothing calls itself here.
        """
        self._arrived += self.rows.take_waiting((origin, name))
        if self._is_catching_up:
            return
        self._is_catching_up = True
        try:
            coming = self._next_arrived()
            while coming:
                (teller, sequence), body = coming.pop()
                self.apply(EntryBody.from_body(body, _("what was told of {name}", name=name)), teller, sequence)
                coming += self._next_arrived()
        finally:
            self._is_catching_up = False

    def _next_arrived(self) -> list[tuple[Place, bytes]]:
        """What has arrived since this was asked last, the first of it at the end."""
        arrived, self._arrived = self._arrived[::-1], []
        return arrived

    def _mint(self, event: events.PassportMinted, note: EntryBody, place: Place) -> None:
        origin, sequence = place
        order = self._order_of(event.order, event.ordered_in or origin)
        if self.rows.drive_id(origin, event.drive) is not None:
            raise impossible(_("drive {drive} is there already", drive=event.drive))
        claimed = self.journeys.select("nonce = ?", (event.nonce_sha256,))
        if (same := next((j.drive for j in claimed if j.origin == origin), None)) is not None:
            raise impossible(_("drive {drive} has the nonce of drive {same}", drive=event.drive, same=same))
        if (drive := self.rows.holder(order.id, event.number)) is not None:
            undoing.give_way(self, self.journeys[drive])
        why = claiming.why_not_mint(self, order, event, origin, is_claimed=event.ordered_in is not None)
        if why is not None and (event.ordered_in is None or origin == self.home):
            raise impossible(why)
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
                instead_of=event.instead_of,
                is_beside=why is not None,
                sequence=sequence,
            )
        )
        if claimed:
            self._dispute(event.nonce_sha256)
        self._catch_up(origin, event.drive)

    def _dispute(self, digest: str) -> None:
        """Several chains say that they minted a drive: whose it is, and from here on each may be taken back."""
        disputes.settle(self, digest)
        for journey in self.journeys.select("nonce = ?", (digest,)):
            self.rows.put_undoable((journey.origin, journey.sequence), "passport-minted", journey.drive)
            self._catch_up(journey.origin, entry_name(journey.sequence))


#: Kinds of entries that a further entry can take back: an order that it replaces a drive.
_UNDOABLE = (
    events.DriveMarked,
    events.ArrivalTold,
    events.OutdatedLeft,
    events.OrderCorrected,
    events.OrderCancelled,
    events.EntryUndone,
    events.OrderAdded,
)


def entry_name(sequence: int) -> str:
    """Return the key under which an entry is awaited; no drive or order has such a name."""
    return f"#{sequence}"


def _key(taken: Collection[str], name: str, origin: str) -> str:
    """What the book calls a drive or an order: its name, or ``name@origin`` where that is taken."""
    return name if name not in taken else f"{name}@{origin}"


def fold(notes: Iterable[tuple[str, EntryBody]], home: str = "") -> LedgerState:
    """Return the state after ``notes``, each with its origin, in new tables."""
    ledger_state = LedgerState(home)
    for sequence, (origin, note) in enumerate(notes, start=1):
        ledger_state.apply(note, origin, sequence)
    return ledger_state
