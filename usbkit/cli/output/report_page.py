"""A report as one self-contained page that prints well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from usbkit.cli import ledger_access
from usbkit.ledger.chain import Head
from usbkit.ledger.reporting import DeliveryReport
from usbkit.ledger.state import LedgerState
from usbkit.site.office_page import office_environment

TEMPLATE = "report.html"


def render_report(
    ledger_state: LedgerState,
    found: DeliveryReport,
    heads: Sequence[Head],
    moment: dt.datetime,
    language: str,
    templates: Path | None,
) -> str:
    """Return the report as HTML, with the heads of all chains, so that a print anchors them."""
    environment = office_environment(templates)
    return environment.get_template(TEMPLATE).render(
        language=language,
        by=ledger_access.BY[found.by],
        columns=list(ledger_access.COUNTS.values()),
        groups=[(name, list(counts.to_json().values())) for name, counts in found.groups.items()],
        total=list(found.total.to_json().values()),
        to_look_at=[(title, journeys) for title, journeys in ledger_access.to_look_at(found) if journeys],
        where=ledger_access.WHERE,
        is_demo=any(order.added.is_demo for order in ledger_state.orders.values()),
        heads=heads,
        moment=moment,
    )
