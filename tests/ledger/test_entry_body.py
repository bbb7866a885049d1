"""Valid times of an entry: those that every computer can represent, in every field."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.ledger.stories import open_ledger, order
from usbkit.core.errors import BrokenOffError
from usbkit.core.messages import _
from usbkit.ledger.chain import follow, start_of
from usbkit.ledger.entry_body import EntryBody

pytestmark = pytest.mark.sqlite_only


def body(at: str, **event: object) -> bytes:
    return json.dumps({"at": at, "by": "kim", "event": event}).encode()


@pytest.mark.parametrize(
    "at",
    [
        "9999-12-31T23:59:59-23:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
    ],
)
@pytest.mark.parametrize("kind", ["batch-confirmed", "drive-sung-to"])
def test_a_time_that_is_none_somewhere_is_not_read(at: str, kind: str) -> None:
    with pytest.raises(BrokenOffError, match=r"it cannot be read: .* no year of the calendar"):
        EntryBody.from_body(body(at, kind=kind, orders=[], ports=[], foreign="ask"), _("it"))


def test_what_cannot_be_read_is_named_with_its_field() -> None:
    split = {"kind": "order-split", "order": "x"}
    for numbers, said in (([], "numbers is"), ([1, 10**30], "1 is 1000"), (None, "numbers is None")):
        with pytest.raises(BrokenOffError, match=rf"it cannot be read: .*: {said}") as problem:
            EntryBody.from_body(body("2026-11-24T09:30:00Z", **split, numbers=numbers), _("it"))
        assert len(str(problem.value)) < 250
    with pytest.raises(BrokenOffError, match=r"it cannot be read: Field required: numbers"):
        EntryBody.from_body(body("2026-11-24T09:30:00Z", **split), _("it"))


@pytest.mark.parametrize("at", ["0002-01-01T00:00:00+00:00", "9998-12-31T23:59:59+09:00"])
def test_every_other_time_is_read_as_it_was_written(at: str) -> None:
    found = EntryBody.from_body(body(at, kind="drive-sung-to"), _("it"))
    assert EntryBody.from_body(found.to_body(), _("it")) == found
    assert found.at == dt.datetime.fromisoformat(at)


def test_what_waits_from_long_ago_stops_nothing(tmp_path: Path) -> None:
    """A word for an order that is still to come, of a clock that was never set: it is kept until then."""
    ledger = open_ledger(tmp_path)
    told = {"kind": "letter-word-made", "order": "guatemala-1", "order_origin": ledger.origin, "word_sha256": "a" * 64}
    with ledger.write() as writing:
        entry = follow(start_of("a-station"), body("0500-01-01T00:00:00Z", **told))
        writing.adopt(entry)
        writing.keep([entry])
    ledger.append(order())
    assert list(ledger.read().orders) == ["guatemala-1"]
