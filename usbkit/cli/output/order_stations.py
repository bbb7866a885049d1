"""Which station has which numbers of an order at a hub, for people and as JSON."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from usbkit.cli.hub_access import own_name, standing_line, when
from usbkit.cli.output import show
from usbkit.cli.output.dispute_rows import say_dispute
from usbkit.core.messages import _
from usbkit.ledger import Ledger
from usbkit.ledger.claiming import in_ranges, stations_of
from usbkit.ledger.records import Order
from usbkit.ledger.state import LedgerState


def say_stations(ledger: Ledger, found: Order) -> None:
    """Print which station has which numbers, since when, and how many are done; what was lost; what does not count."""
    ledger_state = ledger.read()
    if shares := stations_of(ledger_state, found, own_name(ledger)):
        headers = (_("station"), _("numbers"), _("since"), _("whole"))
        rows = [(s.name, in_ranges(s.numbers), when(dt.datetime.fromisoformat(s.since)), s.whole) for s in shares]
        show.table(headers, rows)
    for one in ledger_state.rows.recalled(found.id):
        values = {"number": one.number, "of": found.added.of, "order": one.successor or "-"}
        station = ledger_state.rows.chain_name(one.origin) or one.origin
        what = _("  {number} of {of} was recalled from {station}; {order} stands for it", station=station, **values)
        show.answer(what)
    for journey in map(ledger_state.journey, ledger_state.drives_aside(found.id)):
        if journey.is_beside:
            station = ledger_state.rows.chain_name(journey.origin) or journey.origin
            values = {"drive": journey.drive, "number": journey.number, "of": found.added.of, "station": station}
            if found.is_cancelled:
                show.answer(_("  drive {drive} of {station} bears {number} of {of}; it counts no more", **values))
                continue
            show.answer(_("  CONFLICT: drive {drive} of {station} bears {number} of {of}, which is not its", **values))
        elif journey.dispute is not None:
            say_dispute(ledger_state.journeys.select("nonce = ?", (journey.nonce_sha256,)))
    if (line := standing_line(ledger)) is not None:
        show.answer(line)


def stations_json(ledger_state: LedgerState, found: Order) -> dict[str, Any]:
    """Return the same as JSON; stable. This computer is named by its chain."""
    return {
        "stations": [asdict(share) for share in stations_of(ledger_state, found)],
        "recalled": [asdict(one) for one in ledger_state.rows.recalled(found.id)],
        "conflicts": ledger_state.drives_aside(found.id),
    }
