"""A drive as JSON and as a row of CSV: everything recorded of it, without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from usbkit.core.csv_table import to_csv
from usbkit.ledger.delivery_status import Arrival, Entered, Left, Mark, Marked
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Told
from usbkit.ledger.seals import is_outdated_drive
from usbkit.ledger.selecting import route_of
from usbkit.ledger.state import LedgerState


def journey_json(journey: Journey) -> dict[str, Any]:
    """Return a drive's journey as JSON; stable, without its secrets."""
    ended = journey.ended
    return {
        "drive": journey.drive,
        "origin": journey.origin,
        "order": journey.order,
        "number": journey.number,
        "of": journey.of,
        "state": journey.stage,
        "minted_at": journey.minted_at.isoformat(),
        "changed_at": journey.changed_at.isoformat(),
        "by": journey.by,
        "stick": journey.stick.model_dump() if journey.stick else None,
        "metadata": journey.begun.metadata if journey.begun else None,
        "outcome": ended.outcome if ended else None,
        "written": ended.written if ended else None,
        "read": ended.read if ended else None,
        "milliseconds": {str(phase): spent for phase, spent in ended.milliseconds.items()} if ended else None,
        "check": journey.check.model_dump() if journey.check else None,
        "findings": list(ended.findings) if ended else [],
        "reason": journey.reason or None,
        "instead_of": journey.instead_of,
    }


def drive_json(ledger_state: LedgerState, journey: Journey) -> dict[str, Any]:
    """Return a drive, its order's facts, and its history as JSON; stable."""
    order = ledger_state.orders[journey.order]
    added = order.added
    return {
        **journey_json(journey),
        "reference": journey.reference,
        "country": added.country,
        "code": added.code,
        "programme": added.programme,
        "edition": added.edition,
        "route": route_of(journey, order),
        "fingerprint": added.fingerprint,
        "demo": added.is_demo,
        "where": journey.where if journey.stage is Stage.WHOLE else None,
        "counts": journey.counts,
        "marks": [_mark_json(m) for m in journey.marks],
        "receipts": [_receipt_json(r) for r in journey.receipts],
        "arrivals": [_arrival_json(a) for a in journey.arrivals],
        "told": [_told_json(t) for t in journey.told],
        "outdated": is_outdated_drive(ledger_state, journey),
        "left": [_left_json(one) for one in journey.left],
        "back": journey.is_back,
    }


def _left_json(left: Left) -> dict[str, Any]:
    return {
        "seal": left.seal,
        "reason": left.reason,
        "at": left.at.isoformat(),
        "by": left.by,
        "entry": {"chain": left.chain, "sequence": left.sequence},
        "undone": left.is_undone,
    }


def _told_json(told: Told) -> dict[str, Any]:
    """What another chain says of it without being believed."""
    return {
        "origin": told.origin,
        "mark": None if told.mark is None else _mark_json(told.mark),
        "receipt": None if told.receipt is None else _receipt_json(told.receipt),
        "arrival": None if told.arrival is None else _arrival_json(told.arrival),
    }


def _mark_json(mark: Marked) -> dict[str, Any]:
    return {
        "mark": mark.mark,
        "on": mark.day.isoformat(),
        "route": mark.route,
        "bag": mark.bag,
        "note": mark.note,
        "successor": mark.successor,
        "by_drive": mark.by_drive,
        "entry": {"chain": mark.chain, "sequence": mark.sequence},
        "undone": mark.is_undone,
        "at": mark.at.isoformat(),
        "by": mark.by,
    }


def _receipt_json(receipt: Entered) -> dict[str, Any]:
    return {
        "code": receipt.code,
        "answer": receipt.answer,
        "found": receipt.found,
        "count": receipt.count,
        "letter": receipt.has_letter,
        "from": receipt.sender,
        "way": receipt.way,
        "typed": receipt.typed or None,
        "at": receipt.at.isoformat(),
        "by": receipt.by,
    }


def _arrival_json(arrival: Arrival) -> dict[str, Any]:
    return {
        "on": arrival.day.isoformat(),
        "plays": arrival.plays,
        "from": arrival.sender,
        "way": arrival.way,
        "note": arrival.note,
        "at": arrival.at.isoformat(),
        "by": arrival.by,
        "entry": {"chain": arrival.chain, "sequence": arrival.sequence},
        "undone": arrival.is_undone,
    }


#: The columns of the CSV; stable, later ones are added at the end.
_COLUMNS = (
    *("drive", "origin", "order", "number", "of", "country", "code", "programme", "edition", "route", "fingerprint"),
    *("state", "where", "counts", "minted_at", "changed_at", "by", "vendor", "model", "serial", "size", "port"),
    *("sent", "bag", "handed_over", "lost", "replaced", "received", "found", "files_in_trouble", "letter", "receipts"),
    "demo",
    *("outdated", "returned", "instead_of", "told_arrived", "plays", "told_by"),
)


def drives_csv(ledger_state: LedgerState, journeys: Sequence[Journey]) -> str:
    """Return drives as CSV, with a header line."""
    return to_csv(_COLUMNS, [_row(ledger_state, journey) for journey in journeys])


def _row(ledger_state: LedgerState, journey: Journey) -> list[object]:
    stick, sent = journey.stick, journey.sent
    last = journey.arrived[-1] if journey.arrived else None
    told = journey.telling
    values: dict[str, object] = {
        **drive_json(ledger_state, journey),
        "vendor": stick and stick.vendor,
        "model": stick and stick.model,
        "serial": stick and stick.serial,
        "size": stick and stick.size,
        "port": stick and (stick.port_name or stick.port),
        "sent": sent and sent.day,
        "bag": sent and sent.bag,
        "handed_over": _day_of(journey, Mark.HANDED_OVER),
        "lost": _day_of(journey, Mark.LOST),
        "replaced": _day_of(journey, Mark.REPLACED),
        "returned": _day_of(journey, Mark.RETURNED),
        "received": last and f"{last.at:%Y-%m-%d}",
        "found": last and last.found,
        "files_in_trouble": last and last.count,
        "letter": last and last.has_letter,
        "receipts": len(journey.receipts),
        "told_arrived": told and told.day,
        "plays": told and told.plays,
        "told_by": told and told.sender,
    }
    return [str(v).lower() if isinstance(v, bool) else v for v in (values[name] for name in _COLUMNS)]


def _day_of(journey: Journey, mark: Mark) -> object:
    return next((m.day for m in reversed(journey.standing) if m.mark is mark), None)
