"""Correct an order: how many drives are wanted, their route, and what is noted about the addressee."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError, RefusedError
from usbkit.core.messages import _
from usbkit.ledger import Ledger, Writing
from usbkit.ledger.events import OrderCorrected, OrderSplit
from usbkit.ledger.records import Order
from usbkit.orders.finding import find_standing_order
from usbkit.orders.giving_up import left_at_hub, ours_to_give_up


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected order, and the numbers given up."""

    order: Order
    given_up: tuple[int, ...]


def correct_order(
    ledger: Ledger,
    named: str,
    *,
    wanted: int | None,
    route: str | None,
    note: str | None,
    reason: str,
    dry_run: bool = False,
) -> Corrected:
    """Correct how many drives are wanted, their route, or the note about the addressee.

    If fewer are wanted, the highest free numbers are given up. ``dry_run`` writes nothing. Raises InputError for an
    order that is unknown or another station's, or if nothing is given; RefusedError for more drives, or fewer than
    exist.
    """
    if wanted is None and route is None and note is None:
        todo = _("Give the correct value: --count, --route or --note.")
        raise InputError(Finding("correct-nothing", _("no correction is given"), None, todo))
    with ledger.write() as writing:
        order = find_standing_order(writing.state, named)
        if order.origin != ledger.origin:
            what = _("{order} is of another station: {origin}", order=order.id, origin=order.origin)
            raise InputError(Finding("order-elsewhere", what, None, _("Put it right there.")))
        given_up = () if wanted is None else _given_up(writing, order, wanted, dry_run=dry_run)
        if dry_run:
            return Corrected(order, given_up)
        if given_up:
            writing.append(OrderSplit(order=order.added.order, numbers=given_up))
        fields = {"wanted": wanted, "route": route, "note": note, "reason": reason}
        writing.append(OrderCorrected.model_validate({"order": order.added.order, **fields}))
        return Corrected(writing.state.order(order.id), given_up)


def _given_up(writing: Writing, order: Order, wanted: int, *, dry_run: bool) -> tuple[int, ...]:
    """The numbers that are made no more when so few are ``wanted``; in a dry run the hub's, as they would be claimed.

    Raises RefusedError.
    """
    surplus = len(order.numbers) - wanted
    if surplus < 0:
        values = {"order": order.id, "count": len(order.numbers), "more": -surplus, "country": order.added.country}
        what = _("{order} has {count} numbers: its drives say so, and it cannot grow", **values)
        todo = _("Order the others beside it: usbkit order add {country} {more} --yes", **values)
        raise RefusedError(Finding("correct-more", what, None, todo))
    left = left_at_hub(writing.state, order, writing.origin)
    free = sorted({*ours_to_give_up(writing.state, order, writing.origin), *(left.free if dry_run else ())})
    if wanted < 1 or surplus > len(free):
        values = {"order": order.id, "made": len(order.numbers) - len(free)}
        what = _("{order}: {made} drives are made or in work", **values)
        todo = _("Fewer than that cannot be. Nothing of it is wanted? usbkit order cancel {order}", **values)
        if left.held:
            names = ", ".join(name for name, _numbers in left.held)
            todo = _(
                "Stations have some: {stations}. See: usbkit order recall {order} --station NAME",
                stations=names,
                **values,
            )
        raise RefusedError(Finding("correct-fewer", what, None, todo))
    return tuple(free[len(free) - surplus :])
