"""A report as one page that needs nothing else and prints well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from usbkit.cli import ledgers
from usbkit.ledger.book import Book
from usbkit.ledger.chain import Head
from usbkit.ledger.reporting import Report
from usbkit.office_page import office_environment

TEMPLATE = "report.html"


def render_report(
    book: Book, found: Report, heads: Sequence[Head], moment: dt.datetime, language: str, templates: Path | None
) -> str:
    """The report as HTML, with the heads of all chains, so that a print anchors them."""
    environment = office_environment(templates)
    return environment.get_template(TEMPLATE).render(
        language=language,
        by=ledgers.BY[found.by],
        columns=list(ledgers.COUNTS.values()),
        groups=[(name, list(counts.to_json().values())) for name, counts in found.groups.items()],
        total=list(found.total.to_json().values()),
        to_look_at=[(title, journeys) for title, journeys in ledgers.to_look_at(found) if journeys],
        where=ledgers.WHERE,
        is_demo=any(order.added.is_demo for order in book.orders.values()),
        heads=heads,
        moment=moment,
    )
