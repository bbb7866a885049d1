"""Order sheets for the ledger's own tests, which have no bundle."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.ledger.stories import order
from usbkit.ledger.events import OrderAdded
from usbkit.ledger.order_sheet import OrderSheet, SheetContact, SheetCountry, SheetEvent, SheetProgramme, SheetWords
from usbkit.trust.sums import format_sums

SUMS = format_sums({"index.html": "a" * 64, "videos/01-opening.mp4": "b" * 64})

WORDS = SheetWords(
    programme=SheetProgramme(
        id="forum-test",
        date=dt.date(2020, 10, 30),
        title={"ko": "포럼", "en": "A forum"},
        organisers=({"en": "An office"},),
        event=SheetEvent(date=dt.date(2020, 9, 24)),
        contact=SheetContact(office={"en": "An office"}),
    ),
    country=SheetCountry(code="GT", name={"en": "Guatemala"}, interface=("es", "en")),
)


def sheet(**changes: Any) -> OrderSheet:
    """The sheet of `ordered`, with ``changes``."""
    values: dict[str, Any] = {
        "country": "guatemala",
        "edition": 3,
        "label": "FORUMTEST",
        "filesystem": "auto",
        "layout": 1,
        "sums": SUMS.decode(),
        "sizes": (10, 2000),
        "words": WORDS,
    }
    return OrderSheet(**{**values, **changes})


def ordered(name: str | None, id: str = "guatemala-1", count: int = 3) -> OrderAdded:
    """An order whose sheet is called ``name``."""
    return order(id, count).model_copy(update={"fingerprint": sheet().fingerprint, "sheet": name})
