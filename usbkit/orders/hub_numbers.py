"""Take back numbers of our own orders from a hub by claiming them, so that nobody else makes their drives.

An order that is renewed, or of which fewer are wanted, gives numbers up. Only the hub knows which of them a station has
begun: it gives a number to at most one holder. So they are claimed first; numbers of other holders stay theirs until
recalled (``usbkit.orders.recalling``).
"""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.ledger import Ledger
from usbkit.ledger.claiming import stations_of
from usbkit.ledger.events import MOST_NUMBERS
from usbkit.ledger.hub.claims import claim_numbers
from usbkit.ledger.hub.line import Hub
from usbkit.ledger.hub.recalled import give_back
from usbkit.ledger.hub.syncing import sync
from usbkit.ledger.records import Order
from usbkit.ledger.state_view import StateView
from usbkit.orders.ordering import find_order


@dataclass(frozen=True, slots=True)
class AtHub:
    """Numbers of an order that we cannot give up: ``free`` at the hub, or ``held`` by the named station."""

    free: tuple[int, ...] = ()
    held: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.free or self.held)


def claim_rest(ledger: Ledger, hub: Hub, named: str) -> tuple[int, ...]:
    """Claim what the hub still has of an order of ours. Raises InputError for an unknown order."""
    sync(ledger, hub)
    order = find_order(ledger.read(), named)
    taken = list[int]()
    while order.at_hub and order.origin == ledger.origin:
        numbers = claim_numbers(ledger, hub, order, MOST_NUMBERS).numbers
        if not set(numbers) - set(taken):
            break
        taken += numbers
    return tuple(sorted(taken))


def return_rest(ledger: Ledger, hub: Hub, named: str) -> None:
    """Return the unused numbers that ``claim_rest`` took, and report the order's new state to the hub."""
    order = find_order(ledger.read(), named)
    if order.at_hub and order.origin == ledger.origin:
        give_back(ledger, order.id)
    sync(ledger, hub)


def ours_to_give_up(state: StateView, order: Order, home: str) -> list[int]:
    """Return the numbers of an order that have no drive and that no other computer may use."""
    claims = state.rows.claims(order.id)
    held_here = {number for number, claim in claims.items() if claim.origin == home}
    return [n for n in state.free_numbers(order.id) if n not in order.at_hub or n in held_here]


def left_at_hub(state: StateView, order: Order, home: str) -> AtHub:
    """Return what remains of an order at its hub after ours was given up."""
    whole = {number for number, journey in state.holders(order.id).items() if journey.counts}
    standing = {number for number in order.at_hub if order.has_number(number)} - whole
    claims = state.rows.claims(order.id)
    others = [
        (s.name, tuple(n for n in s.numbers if n in standing)) for s in stations_of(state, order) if s.origin != home
    ]
    free = tuple(sorted(number for number in standing if number not in claims))
    return AtHub(free, tuple((name, numbers) for name, numbers in others if numbers))
