"""Drives of an older seal: where each is and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from usbkit.cli import ledger_access
from usbkit.cli.output import show
from usbkit.core.messages import Text, _
from usbkit.ledger.delivery_status import Where
from usbkit.ledger.records import Journey
from usbkit.ledger.seals import may_be_renewed, seal_for
from usbkit.ledger.state_view import StateView
from usbkit.ledger.tracking import AT_HAND


def todo_of(ledger_state: StateView, journey: Journey) -> Text:
    """Return what to do with an outdated drive: one that is here is written again, one that is out is replaced, and so
    is one of an order that only another station can renew.
    """
    order = ledger_state.orders[journey.order]
    values = {"order": journey.order, "country": order.added.country, "drive": journey.drive}
    is_ours = order.origin == ledger_state.home
    if journey.where in AT_HAND and is_ours:
        return _("refresh it here: usbkit order renew {order}", **values)
    if journey.where is Where.LOST or journey.where in AT_HAND:
        return _("replace it: usbkit order add {country} --replaces {drive}", **values)
    return _(
        "replace it: usbkit order add {country} --replaces {drive};"
        " or leave it: usbkit ledger mark left {drive} --note WHY",
        **values,
    )


def outdated_line(ledger_state: StateView, order: str, count: int) -> Text:
    """Return that drives of an order are outdated, with the command that helps: here they are written again."""
    if may_be_renewed(ledger_state, order):
        command = f"usbkit order renew {order} --dry-run"
    else:
        command = f"usbkit ledger list --outdated --order {order}"
    return _("{order}: {count} drives are outdated: {command}", order=order, count=count, command=command)


def print_outdated(ledger_state: StateView, journeys: Sequence[Journey]) -> None:
    """Print a line for each drive; nothing if there is none."""
    if not journeys:
        return
    show.answer(_("OUTDATED, their country has another seal now: {count} drives", count=len(journeys)))
    for journey in journeys:
        values = {
            "drive": journey.drive,
            "order": journey.order,
            "number": journey.number,
            "of": journey.of,
            "where": ledger_access.place_of(journey),
            "todo": todo_of(ledger_state, journey),
        }
        show.answer(_("  {drive} ({order} {number}/{of}), {where}: {todo}", **values))


def outdated_json(ledger_state: StateView, journeys: Sequence[Journey]) -> list[dict[str, Any]]:
    """Return the drives as JSON; stable."""
    rows = list[dict[str, Any]]()
    for journey in journeys:
        order = ledger_state.orders[journey.order]
        seal = seal_for(ledger_state, order)
        rows.append(
            {
                "drive": journey.drive,
                "order": journey.order,
                "number": journey.number,
                "country": order.added.country,
                "where": journey.where,
                "seal": order.added.fingerprint,
                "now": seal and seal.fingerprint,
                "action": "refresh" if journey.where in AT_HAND else "replace",
            }
        )
    return rows
