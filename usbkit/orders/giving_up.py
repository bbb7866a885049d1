"""The numbers of an order that we may give up ourselves, and what of it a hub or another station has."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.ledger.claiming import stations_of
from usbkit.ledger.records import Order
from usbkit.ledger.state_view import StateView


@dataclass(frozen=True, slots=True)
class AtHub:
    """Numbers of an order that we cannot give up: ``free`` at the hub, or ``held`` by the named station."""

    free: tuple[int, ...] = ()
    held: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.free or self.held)


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
