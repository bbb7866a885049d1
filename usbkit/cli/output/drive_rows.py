"""A drive as JSON and as a row of CSV: all that is recorded of it, and no secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from usbkit.core.csv_table import to_csv
from usbkit.ledger.delivery_status import Entered, Mark, Marked
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Told
from usbkit.ledger.selecting import route_of
from usbkit.ledger.state import LedgerState


def journey_json(journey: Journey) -> dict[str, Any]:
    """A drive's journey; stable, and without its secrets."""
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
    }


def drive_json(ledger_state: LedgerState, journey: Journey) -> dict[str, Any]:
    """A drive, its order's facts, and what became of it; stable."""
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
        "told": [_told_json(t) for t in journey.told],
    }


def _told_json(told: Told) -> dict[str, Any]:
    """What another chain says of it without being believed."""
    return {
        "origin": told.origin,
        "mark": None if told.mark is None else _mark_json(told.mark),
        "receipt": None if told.receipt is None else _receipt_json(told.receipt),
    }


def _mark_json(mark: Marked) -> dict[str, Any]:
    return {
        "mark": mark.mark,
        "on": mark.day.isoformat(),
        "route": mark.route,
        "bag": mark.bag,
        "note": mark.note,
        "successor": mark.successor,
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


#: The columns of the CSV; stable, later ones are added at the end.
_COLUMNS = (
    *("drive", "origin", "order", "number", "of", "country", "code", "programme", "edition", "route", "fingerprint"),
    *("state", "where", "counts", "minted_at", "changed_at", "by", "vendor", "model", "serial", "size", "port"),
    *("sent", "bag", "handed_over", "lost", "replaced", "received", "found", "files_in_trouble", "letter", "receipts"),
    "demo",
)


def drives_csv(ledger_state: LedgerState, journeys: Sequence[Journey]) -> str:
    """Drives as CSV, a header line first."""
    return to_csv(_COLUMNS, [_row(ledger_state, journey) for journey in journeys])


def _row(ledger_state: LedgerState, journey: Journey) -> list[object]:
    stick, sent = journey.stick, journey.sent
    last = journey.arrived[-1] if journey.arrived else None
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
        "received": last and f"{last.at:%Y-%m-%d}",
        "found": last and last.found,
        "files_in_trouble": last and last.count,
        "letter": last and last.has_letter,
        "receipts": len(journey.receipts),
    }
    return [str(v).lower() if isinstance(v, bool) else v for v in (values[name] for name in _COLUMNS)]


def _day_of(journey: Journey, mark: Mark) -> object:
    return next((m.day for m in reversed(journey.marks) if m.mark is mark), None)
