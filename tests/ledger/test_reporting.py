"""Reports query the state's tables by an index, so that a long ledger costs no more than a short one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.ledger.stories import clock, make_drive, open_ledger, order, stick
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked, OrderCancelled
from usbkit.ledger.reporting import By, programmes_of, report
from usbkit.ledger.selecting import OUTDATED, Choice, choose

pytestmark = pytest.mark.sqlite_only

#: Every drive, or every one that is whole, row by row.
EVERY = re.compile(r"SCAN d\b(?! USING INDEX state_drive_(?:call|doubted))|state_drive_stage \(stage=\?\)")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Orders of two programmes and two seals, of which one drive was sent and one is of a cancelled order."""
    made = open_ledger(tmp_path)
    other = order("other-1", 1).model_copy(update={"programme": "forum-2021"})
    newer = order("guatemala-2", 1).model_copy(update={"fingerprint": "ab" * 32, "edition": 9})
    made.append(order(), newer, other)
    made.append(DriveMarked(drive=make_drive(made, 1, stick("1")), mark=Mark.SENT))
    make_drive(made, 2, stick("2"))
    make_drive(made, 1, stick("3"), id="other-1")
    made.append(OrderCancelled(order="other-1"))
    return made


@pytest.mark.parametrize("by", By)
def test_no_report_looks_at_every_drive(ledger: Ledger, by: By) -> None:
    state, asked = ledger.read(), list[str]()
    connection = state.rows.connection
    connection.set_trace_callback(asked.append)
    report(state, by, Choice(), clock())
    programmes_of(state, Choice(), clock())
    connection.set_trace_callback(None)
    assert len(asked) > 8
    for query in asked:
        plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
        assert not any(map(EVERY.search, plan)), (query, plan)


CHOICES = (
    *(Choice(), Choice(programmes=("forum-2021",)), Choice(route="corps"), Choice(orders=("guatemala-1",))),
    *(Choice(states=("void",)), Choice(only_late=True), Choice(only_outdated=True), Choice(countries=("nowhere",))),
)


@pytest.mark.parametrize("choice", CHOICES)
def test_what_is_asked_otherwise_is_the_same(ledger: Ledger, choice: Choice) -> None:
    state = ledger.read()
    assert programmes_of(state, choice, clock()) == list(report(state, By.PROGRAMME, choice, clock()).groups)
    found = report(state, By.ORDER, choice, clock())
    assert found.outdated == tuple(choose(state, choice, clock(), OUTDATED))
    assert found.total.outdated == len(found.outdated)
