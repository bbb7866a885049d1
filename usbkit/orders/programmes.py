"""Programmes that share a ledger: the manifests of one say nothing of the orders of another."""

from __future__ import annotations

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.ledger.records import Order


def why_other(order: str, programme: str, here: str, todo: Text | None = None) -> Finding | None:
    """Return why an ``order`` of ``programme`` is not touched with the manifests of the programme ``here``; None if
    they are the same.
    """
    if programme == here:
        return None
    values = {"order": order, "other": programme, "programme": here}
    what = _("{order} is of the programme {other}, and these manifests are of {programme}", **values)
    todo = todo or _("Name that programme's folder with --manifests.")
    return Finding("order-programme", what, Place("--manifests"), todo)


def require_programme(order: Order, here: str, todo: Text | None = None) -> None:
    """Raise InputError unless ``order`` is of the programme ``here``."""
    if (finding := why_other(order.id, order.added.programme, here, todo)) is not None:
        raise InputError(finding)
