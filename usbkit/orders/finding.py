"""Find an order by its name: what looks at orders, or says something of one, needs no more than this."""

from __future__ import annotations

from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _
from usbkit.ledger.records import Order
from usbkit.ledger.state import LedgerState


def find_order(ledger_state: LedgerState, named: str) -> Order:
    """Return the order ``named``. Raises InputError with the existing ones."""
    if named in ledger_state.orders:
        return ledger_state.orders[named]
    known = ", ".join(ledger_state.orders) or "-"
    todo = _("There are: {orders}", orders=known)
    raise InputError(Finding("order-unknown", _("there is no order {order}", order=named), None, todo))


def find_standing_order(ledger_state: LedgerState, named: str) -> Order:
    """Return the order ``named`` if it is not cancelled. Raises InputError."""
    order = find_order(ledger_state, named)
    if order.is_cancelled:
        raise InputError(Finding("order-cancelled", _("{order} is cancelled already", order=order.id)))
    return order
