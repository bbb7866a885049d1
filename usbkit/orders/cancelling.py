"""An order is cancelled: what may be, and what stands again for its numbers."""

from __future__ import annotations

from usbkit.core.errors import Finding, InputError, RefusedError
from usbkit.core.messages import _
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Marked
from usbkit.ledger.events import DriveVoided, EntryUndone, OrderCancelled
from usbkit.ledger.journey import HOLDING, Stage
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state import LedgerState
from usbkit.ledger.tracking import OUT
from usbkit.ledger.uncancelling import ITS_ORDER_WAS_CANCELLED
from usbkit.orders.finding import find_standing_order


def cancel_order(ledger: Ledger, named: str, reason: str, *, give_up_whole: bool) -> Order:
    """Cancel an order; its whole drives no longer count.

    Raises RefusedError while a station is writing it, and for one with whole drives unless ``give_up_whole``.
    """
    with ledger.write() as writing:
        order = find_standing_order(writing.state, named)
        if order.origin != ledger.origin:
            what = _("{order} is of another station: {origin}", order=order.id, origin=order.origin)
            raise InputError(Finding("order-elsewhere", what, None, _("Cancel it there.")))
        journeys = [j for j in writing.state.journeys_of(named) if j.stage in HOLDING]
        if any(j.stage is Stage.BEGUN and j.origin == ledger.origin for j in journeys):
            what, todo = _("a station is writing drives of {order}", order=named), _("Stop it (Ctrl-C), then cancel.")
            raise RefusedError(Finding("order-in-work", what, None, todo))
        whole = [j for j in journeys if j.stage is Stage.WHOLE]
        if whole and not give_up_whole:
            out = sum(j.where in OUT for j in whole)
            values = {"count": len(whole), "order": named, "out": out}
            what = _("{count} drives of {order} are whole, {out} of them out; they would no longer count", **values)
            raise RefusedError(Finding("order-has-drives", what, None, _("If you mean that, pass --yes.")))
        for journey in journeys:
            if journey.origin == ledger.origin:  # the stations of others void theirs when they learn of it
                writing.append(DriveVoided(drive=journey.drive, reason=ITS_ORDER_WAS_CANCELLED))
        writing.append(OrderCancelled(order=order.added.order, reason=reason))
        for mark in _marks_for(writing.state, order):
            writing.append(EntryUndone(chain=mark.chain, sequence=mark.sequence, reason=ITS_ORDER_WAS_CANCELLED))
        return writing.state.order(named)


def _marks_for(ledger_state: LedgerState, order: Order) -> list[Marked]:
    """What says that drives were replaced by an order: they stand for their numbers again when it is cancelled."""
    added, earlier = order.added, list[Journey]()
    if added.replaces is not None:
        found = ledger_state.drive_of(added.replaces_origin or order.origin, added.replaces)
        earlier = [] if found is None else [found]
    elif added.renews is not None and (before := ledger_state.order_of(order.origin, added.renews)) is not None:
        earlier = ledger_state.journeys_of(before.id)
    marks = (j.replacement for j in earlier if j.stage is Stage.WHOLE)
    return [mark for mark in marks if mark is not None and mark.successor == order.id]
