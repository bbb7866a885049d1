"""Others' entries at the hub are taken only as far as they hold."""

from __future__ import annotations

import pytest

from tests.ledger.hub.computers import Computers, held, union
from tests.ledger.stories import order

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql")]


def test_documents_follow_the_orders_that_name_them(computers: Computers) -> None:
    with computers.desk.ledger.write() as writing:
        sheet = writing.keep_document("order-sheet", b'{"a":1}')
        writing.append(order("guatemala-2").model_copy(update={"sheet": sheet}))
    computers.desk.sync()
    seoul = computers.add("seoul")
    seoul.sync()
    assert seoul.ledger.find_document(sheet) == b'{"a":1}'


def test_an_entry_that_was_changed_at_the_hub_is_not_taken(computers: Computers) -> None:
    computers.order(3)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    seoul.claim(1)
    with computers.owner() as raw:
        raw.execute("ALTER TABLE usbkit_hub.entry DISABLE TRIGGER ALL")
        raw.execute(
            "UPDATE usbkit_hub.entry SET body = '{}' WHERE origin = %s AND sequence = 2", (seoul.ledger.origin,)
        )
    done = busan.sync()
    assert "entry 2 was changed" in done.refused[seoul.ledger.origin]
    assert busan.claim(1) == (2,)


def test_what_was_refused_is_followed_once_it_holds(computers: Computers) -> None:
    computers.order(3)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    seoul.claim(1)
    with computers.owner() as raw:
        raw.execute("ALTER TABLE usbkit_hub.entry DISABLE TRIGGER ALL")
        change = "UPDATE usbkit_hub.entry SET hash = %s || substr(hash, 2) WHERE origin = %s AND sequence = 1"
        (first,) = raw.execute("SELECT substr(hash, 1, 1) FROM usbkit_hub.entry WHERE origin = %s AND sequence = 1",
                               (seoul.ledger.origin,)).fetchone() or ("",)  # fmt: skip
        raw.execute(change, ("0" if first != "0" else "1", seoul.ledger.origin))
        assert seoul.ledger.origin in busan.sync().refused
        raw.execute(change, (first, seoul.ledger.origin))
    assert busan.sync().refused == {}
    assert held(busan.ledger) >= {e for e in union(computers) if e[0] == seoul.ledger.origin}
