"""React to others' entries: void drives that no longer count, return numbers to the hub."""

from __future__ import annotations

from collections.abc import Iterable

from usbkit.ledger.appending import Writing
from usbkit.ledger.events import AnyEvent, DriveVoided, NumbersRecalled, NumbersReturned, OrderCancelled
from usbkit.ledger.journey import NEXT, Stage
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.store import Ledger
from usbkit.ledger.uncancelling import ITS_ORDER_WAS_CANCELLED

_ITS_NUMBER_WAS_RECALLED = "its number was recalled"

#: Why drives of ours are void by what others said.
BY_OTHERS = frozenset((ITS_ORDER_WAS_CANCELLED, _ITS_NUMBER_WAS_RECALLED))


def heed_others(writing: Writing, told: Iterable[AnyEvent]) -> None:
    """Void our drives whose numbers were recalled, or whose orders were cancelled, by these entries."""
    state = writing.state
    touched: dict[str, Order] = {}
    for event in told:
        match event:
            case NumbersRecalled(order=name, order_origin=origin):
                order = state.order_of(origin, name)
                touched |= {} if order is None else {order.id: order}
            case OrderCancelled(order=name):
                touched |= {o.id: o for o in state.orders.select("name = ?", (name,)) if o.is_cancelled}
    for id in touched:
        for journey in state.journeys_of(id):
            void_beside(writing, journey)


def void_beside(writing: Writing, journey: Journey) -> None:
    """Void a drive of ours that no longer counts; one that is being written is voided when it ends."""
    is_cancelled = writing.state.order(journey.order).is_cancelled
    may_be = journey.origin == writing.origin and Stage.VOID in NEXT[journey.stage]
    if may_be and (journey.is_beside or is_cancelled):
        reason = ITS_ORDER_WAS_CANCELLED if is_cancelled else _ITS_NUMBER_WAS_RECALLED
        writing.append(DriveVoided(drive=journey.reference, reason=reason))


def give_back(ledger: Ledger, order: str, keep: int = 0) -> tuple[int, ...]:
    """Return the numbers of an order that we claimed and did not use, except the lowest ``keep``.

    The hub learns of it with the next push.
    """
    with ledger.write() as writing:
        found = writing.state.order(order)
        spare = tuple(n for n in writing.state.free_numbers(order) if n in found.at_hub)[keep:]
        if spare:
            writing.append(NumbersReturned(order=found.added.order, order_origin=found.origin, numbers=spare))
        return spare
