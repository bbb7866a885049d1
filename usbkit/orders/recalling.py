"""Recall numbers of an order from a station: it returns them itself, or a person gives the station up.

If the station is not reached, its unfinished numbers become void for good, and a new order has them: a lost drive that
turns up later is told from its successor by its order.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError, RefusedError
from usbkit.core.messages import _
from usbkit.ledger import Ledger
from usbkit.ledger.events import NumbersRecalled
from usbkit.ledger.hub.line import Holding, Hub
from usbkit.ledger.hub.syncing import sync
from usbkit.ledger.records import Order
from usbkit.orders.finding import find_order, find_standing_order
from usbkit.orders.ordering import new_order_id

#: Seconds that a station which runs has to answer: it looks every second.
PATIENCE = 20.0
_BEAT = 0.5


@dataclass(frozen=True)
class Recall:
    """The result of a recall. ``returned`` are numbers that the station returned, ``void`` those that it lost;
    ``successor`` is the order that has them now.

    ``kept`` are numbers of drives that a station has begun: it answered and will finish them.
    """

    order: Order
    is_answered: bool
    returned: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()
    void: tuple[int, ...] = ()
    successor: Order | None = None


def recall_numbers(
    ledger: Ledger, hub: Hub, named: str, station: str, *, give_up: bool = False, seconds: float = PATIENCE
) -> Recall:
    """Ask ``station`` for its numbers of an order, and wait up to ``seconds`` for its answer.

    ``give_up`` voids the numbers of a station that does not answer. A repeated call continues after a kill. Raises
    InputError for an unknown order or station, RefusedError if the station does not answer and is not given up.
    """
    sync(ledger, hub)
    order = find_standing_order(ledger.read(), named)
    if not order.at_hub:
        what = _("the hub gives out no numbers of {order}", order=order.id)
        raise InputError(Finding("recall-not-at-hub", what, None, _("Is it another order? See: usbkit order list")))
    key = (order.origin, order.added.order)
    asked = hub.recall(key, station)
    answer = _wait(hub, key, station, asked, seconds)
    look = sync(ledger, hub).look
    has_nothing = not (answer.held or answer.used or station in look.waiting)
    if has_nothing and not answer.has_answered and not give_up:
        return Recall(ledger.read().order(order.id), False)  # it has nothing, and gets no more
    if answer.has_answered:
        claims = ledger.read().rows.claims(order.id)
        returned = tuple(n for n in asked.held if n not in claims or claims[n].origin != answer.origin)
        return Recall(ledger.read().order(order.id), True, returned, answer.used)
    if not give_up:
        raise _unanswered(order, station, answer)
    void = hub.make_void(key, station)
    found = _give_up(ledger, order, answer.origin or "", void, station)
    sync(ledger, hub)
    for successor in _successors(ledger, order):
        hub.excuse(successor, station)
    return Recall(ledger.read().order(order.id), False, void=void, successor=found)


def lift_recall(ledger: Ledger, hub: Hub, named: str, station: str) -> Order:
    """Allow a station numbers of an order again. Raises InputError."""
    order = find_order(ledger.read(), named)
    hub.lift((order.origin, order.added.order), station)
    return order


def _wait(hub: Hub, key: tuple[str, str], station: str, asked: Holding, seconds: float) -> Holding:
    until, found = time.monotonic() + (seconds if asked.held or asked.used else 0), asked
    while not found.has_answered and time.monotonic() < until:
        time.sleep(_BEAT)
        found = hub.holding(key, station)
    return found


def _unanswered(order: Order, station: str, found: Holding) -> RefusedError:
    held, used = (", ".join(map(str, numbers)) or "-" for numbers in (found.held, found.used))
    values = {"station": station, "seen": (found.seen or "-")[:16].replace("T", " "), "order": order.id}
    what = _(
        "{station} has not answered (last seen {seen}); of {order} it holds {held}, and has begun {used}",
        held=held,
        used=used,
        **values,
    )
    todo = _("It gives them back when it runs again. If it never will: add --give-up, and others make them anew.")
    return RefusedError(Finding("recall-unanswered", what, None, todo))


def _give_up(ledger: Ledger, order: Order, origin: str, void: Sequence[int], station: str) -> Order | None:
    """Write down what is lost, and the order that stands for it; what was written down before is left."""
    if not origin:
        return None  # it never wrote an entry, and so it never had a number
    with ledger.write() as writing:
        state = writing.state
        told = {one.number for one in state.rows.recalled(order.id) if one.origin == origin}
        whole = set(state.whole_numbers(order.id))
        lost = tuple(n for n in void if n not in told and n not in whole and n in order.added.numbers)
        if not lost or state.order(order.id).is_cancelled:
            return None
        id = new_order_id(state.orders, order.added.country)
        recalled = NumbersRecalled(
            order=order.added.order,
            order_origin=order.origin,
            numbers=lost,
            station=origin,
            successor=id,
            reason=f"{station} was given up",
        )
        writing.append(recalled)
        update = {"order": id, "numbers": lost, "why": "replaces", "replaces": None, "replaces_origin": None}
        more = {"parent": None, "parent_origin": None, "renews": None}
        writing.append(order.added.model_copy(update={**update, **more}))
        return state.order(id)


def _successors(ledger: Ledger, order: Order) -> list[str]:
    """The orders of ours that stand for numbers of ``order``, as our chain calls them."""
    ledger_state = ledger.read()
    ids = {one.successor for one in ledger_state.rows.recalled(order.id) if one.successor}
    found = [ledger_state.orders[id] for id in sorted(ids) if id in ledger_state.orders]
    return [one.added.order for one in found if one.origin == ledger.origin]
