"""Claim numbers: store an id, ask the hub, then record the answer in our chain."""

from __future__ import annotations

import secrets

from usbkit.ledger.events import NumbersClaimed
from usbkit.ledger.hub.line import Granted, Hub
from usbkit.ledger.records import Order
from usbkit.ledger.store import Ledger

_ID_BYTES = 16


def claim_numbers(ledger: Ledger, hub: Hub, order: Order, wanted: int) -> Granted:
    """Claim numbers of ``order``. If it is interrupted after asking, the next call asks under the same id."""
    key = _key(order)
    id = ledger.fact(key)
    if id is None:
        id = secrets.token_hex(_ID_BYTES)
        with ledger.write() as writing:
            writing.note_fact(key, id)
    granted = hub.claim(id, (order.origin, order.added.order), wanted)
    if granted.waiting:
        return granted
    with ledger.write() as writing:
        if granted.numbers:
            writing.append(
                NumbersClaimed(claim=id, order=order.added.order, order_origin=order.origin, numbers=granted.numbers)
            )
        writing.note_fact(key, None)
    return granted


def is_asking(ledger: Ledger, order: Order) -> bool:
    """Whether a claim is pending: its id is stored, its answer is not here."""
    return ledger.fact(_key(order)) is not None


def _key(order: Order) -> str:
    return f"claim {order.origin} {order.added.order}"
