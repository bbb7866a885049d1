"""Predecessors and successors: who had a number before a drive, and who has a replaced drive's. Values only."""

from __future__ import annotations

from collections.abc import Sequence

from usbkit.drives.record import Outcome
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state_view import StateView


def predecessor_of(view: StateView, order: Order, number: int) -> str | None:
    """Return the reference of the drive that had a number before, was whole once and may still exist."""
    earlier = view.journeys.select("order_id = ? AND number = ?", (order.id, number))
    if whole := [journey for journey in earlier if was_whole(journey)]:
        return whole[-1].reference
    if order.added.replaces is not None:
        return order.added.replaces
    before = None if order.added.renews is None else view.order_of(order.origin, order.added.renews)
    return None if before is None or before.id == order.id else predecessor_of(view, before, number)


def was_whole(journey: Journey) -> bool:
    """Whether a drive was ever whole."""
    if journey.stage is Stage.WHOLE:
        return True
    was_made = journey.ended is not None and journey.ended.outcome is Outcome.WHOLE
    return journey.stage is Stage.VOID and (was_made or journey.found is not None)


def successor_of(view: StateView, journey: Journey) -> Journey | None:
    """Return the drive that has the number of a replaced one, None while there is none."""
    mark = journey.replacement
    if mark is None:
        return None
    holder = view.holder(mark.successor or journey.order, journey.number)
    if holder is not None:
        return holder
    named = view.references(mark.by_drive) if mark.by_drive else []
    return named[0] if len(named) == 1 else None


def stands_for(later: Order, order: Order) -> bool:
    """Whether ``later`` may have numbers that ``order`` gave away: as a share, a renewal, or a replacement."""
    added = later.added
    if added.of != order.added.of or later is order:
        return False
    return order.added.order in (added.parent, added.renews) or added.why == "replaces" or added.replaces is not None


def has_given_up(order: Order) -> bool:
    """Whether the wanted number of drives was ever corrected; numbers stay given up when that is taken back."""
    return any(correction.wanted is not None for correction in order.corrections)


def numbers_given_up(view: StateView, order: Order) -> frozenset[int]:
    """Return the numbers of an order that nobody fills because fewer are wanted."""
    if not has_given_up(order):
        return frozenset()
    where, values = "programme = ? AND country = ?", (order.added.programme, order.added.country)
    later = (one for one in view.orders.select(where, values) if one.id != order.id and stands_for(one, order))
    return order.given_away.difference(*(one.added.numbers for one in later))


def count_ordered(orders: Sequence[Order]) -> int:
    """Return how many drives these orders of one country ask for, here and at other stations, each number once.

    A number given to another station stays ordered until that station's ledger is merged; one given up by a correction
    does not. If only a share of an order is here, the whole order is counted.
    """
    count, elsewhere = 0, dict[tuple[str | None, str], int]()
    here = {(order.origin, order.added.order) for order in orders}
    for order in orders:
        added = order.added
        parent = (added.parent_origin, added.parent or "")
        if added.parent is not None and parent not in here:
            elsewhere[parent] = elsewhere.get(parent, added.of) - len(added.numbers)
        if order.is_cancelled:
            continue
        count += len(order.numbers)
        if not has_given_up(order):
            count += len(order.given_away.difference(*(o.added.numbers for o in orders if stands_for(o, order))))
    return count + sum(elsewhere.values())
