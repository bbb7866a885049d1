"""Take back numbers of our own orders from a hub by claiming them, so that nobody else makes their drives.

An order that is renewed, or of which fewer are wanted, gives numbers up. Only the hub knows which of them a station has
begun: it gives a number to at most one holder. So they are claimed first; numbers of other holders stay theirs until
recalled (``usbkit.orders.recalling``).
"""

from __future__ import annotations

from usbkit.ledger import Ledger
from usbkit.ledger.events import MOST_NUMBERS
from usbkit.ledger.hub.claims import claim_numbers
from usbkit.ledger.hub.line import Hub
from usbkit.ledger.hub.recalled import give_back
from usbkit.ledger.hub.syncing import sync
from usbkit.orders.finding import find_order


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
