"""The schema's promises: entries of older versions are migrated, those of newer ones are carried, and the state matches
the entries.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from tests.ledger.stories import begun, clock, ended, engine_of, make_drive, named, open_ledger, order, stick, tamper
from tests.support.cli import usbkit
from usbkit.core.errors import AnswerNoError, BrokenOffError, InputError
from usbkit.core.messages import _
from usbkit.ledger import Ledger
from usbkit.ledger.audit import audit
from usbkit.ledger.chain import Head, follow
from usbkit.ledger.checking import check_ledger, checked_heads
from usbkit.ledger.delivery_status import Mark, Where
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import DriveMarked, OrderAdded, OrderCancelled, Unknown
from usbkit.ledger.journey import Stage
from usbkit.ledger.merging import visiting
from usbkit.ledger.place import LedgerPlace
from usbkit.ledger.reporting import By, report
from usbkit.ledger.selecting import Choice
from usbkit.ledger.tables import STATE_TABLES

#: A ledger of 1.0.0rc1 (commit 8ead8a1) with a station's chain merged, and the heads that it printed.
RC1 = Path(__file__).parent / "data" / "rc1.sql"
RC1_HEADS = [
    Head("vm-a3913aa8", 24, "994b269f420fab99235d932c319c72187e4ea2db565a7d79cdbd26313d364841"),
    Head("vm-1cbd4336", 10, "a38358bf80ece7991f38a0d45773223e2e05b6e92585ef6b476fea2f77ecc6ce"),
]


@pytest.fixture
def rc1(tmp_path: Path) -> LedgerPlace:
    place = LedgerPlace(tmp_path / "rc1.sqlite")
    made = sqlite3.connect(place.path)
    made.executescript(RC1.read_text())
    made.close()
    place.path.chmod(0o644)
    return place


@pytest.mark.sqlite_only
def test_a_ledger_of_rc1_has_the_same_heads_and_says_the_same(rc1: LedgerPlace) -> None:
    ledger = Ledger.open(rc1, "kim", clock)
    assert ledger.heads() == RC1_HEADS
    state = ledger.read()
    assert {j.drive: (j.stage, j.where) for j in state.journeys.values()} == {
        "542YP": (Stage.WHOLE, Where.RECEIVED),
        "7BECV": (Stage.WHOLE, Where.REPLACED),
        "AXSWS": (Stage.FAILED, Where.HERE),
        "EXTA2": (Stage.INTERRUPTED, Where.HERE),
        "CGDPY": (Stage.WHOLE, Where.RECEIVED),
        "CKCB2": (Stage.WHOLE, Where.LOST),
    }
    assert list(state.orders) == ["guatemala-1", "guatemala-1@vm-1cbd4336", "guatemala-2", "guatemala-3"]
    found = check_ledger(ledger, ledger.heads())
    assert found.is_anchored and found.unadopted == (RC1_HEADS[1].origin,)
    said = usbkit("--ledger", rc1.path, "ledger", "check").expect(0).out
    assert f"believed as headquarters: {RC1_HEADS[1].origin}" in said
    assert rc1.path.stat().st_mode & 0o777 == 0o600
    ledger.append(DriveMarked(drive="542YP", mark=Mark.LOST))
    assert ledger.heads()[0].sequence == 25 and check_ledger(ledger).holds


@pytest.mark.sqlite_only
def test_a_ledger_of_rc1_is_visited_as_it_is(rc1: LedgerPlace) -> None:
    before = rc1.path.read_bytes()
    with visiting(rc1) as visited:
        assert (visited.origin, len(visited.entries()), visited.documents()) == ("vm-a3913aa8", 34, ())
    assert rc1.path.read_bytes() == before


def carry(ledger: Ledger, event: dict[str, object]) -> None:
    """Write an entry that a newer usbkit wrote."""
    values = {"at": "2026-11-24T09:30:00Z", "by": "kim", "event": event}
    with ledger.write() as writing:
        entry = follow(writing.head, json.dumps(values, sort_keys=True, separators=(",", ":")).encode())
        writing.adopt(entry)
        writing.keep([entry])


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "drive-sung-to", "song": ["la"]},
        {"kind": "drive-marked", "drive": "00000", "mark": "blessed"},
        {**json.loads(order("x").model_dump_json()), "why": "because"},
    ],
    ids=["kind", "value", "value of a known field"],
)
def test_what_a_newer_usbkit_wrote_is_carried(tmp_path: Path, event: dict[str, object]) -> None:
    ledger = open_ledger(tmp_path)
    carry(ledger, event)
    ledger.append(order())
    assert list(ledger.read().orders) == ["guatemala-1"]
    found = check_ledger(ledger, ledger.heads())
    assert found.is_anchored and found.unknown == 1
    assert "1 entry is of kinds" in usbkit("--ledger", named(tmp_path), "ledger", "check").expect(0).out


def test_a_field_that_a_newer_usbkit_added_is_left_unread(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    carry(ledger, {**json.loads(order().model_dump_json()), "perfume": "lilac"})
    assert ledger.read().orders["guatemala-1"].added == order()
    assert check_ledger(ledger).holds


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"at":"2026-11-24T09:30:00Z","by":"kim","event":{"kind":"UPPER CASE"}}',
        b'{"at":"2026-11-24T09:30:00Z","by":"kim","event":{"kind":5}}',
        b'{"at":"2026-11-24T09:30:00Z","by":"kim","event":{}}',
        b'{"at":"never","by":"kim","event":{"kind":"drive-sung-to"}}',
        b'{"at":"2026-11-24T09:30:00Z","event":{"kind":"drive-sung-to"}}',
        b'{"at":"2026-11-24T09:30:00Z","by":"kim","event":{"kind":"order-cancelled"}}',
    ],
)
def test_what_nobody_wrote_is_not_carried(body: bytes) -> None:
    with pytest.raises(BrokenOffError, match="it cannot be read"):
        EntryBody.from_body(body, _("it"))


@pytest.mark.sqlite_only
def test_a_body_reads_as_it_was_written_and_rc1_reads_what_says_nothing_new() -> None:
    body = EntryBody(clock(), "kim", order())
    assert EntryBody.from_body(body.to_body(), _("it")) == body
    assert not {"sheet", "why", "renews"} & set(json.loads(body.to_body())["event"])
    new = EntryBody(clock(), "kim", order().model_copy(update={"why": "more"}))
    assert EntryBody.from_body(new.to_body(), _("it")) == new
    assert isinstance(
        EntryBody.from_body(b'{"at":"2026-11-24T09:30:00Z","by":"k","event":{"kind":"a"}}', _("it")).event, Unknown
    )


def state_of(ledger: Ledger) -> Ledger:
    """The ledger, with everything that a season brings."""
    ledger.append(order(count=4), order("guatemala-2", 2))
    first = make_drive(ledger, 1, stick("A"))
    make_drive(ledger, 2, stick("B"))
    ledger.append(DriveMarked(drive=first, mark=Mark.SENT, on=clock().date()))
    values = {**order("guatemala-3").model_dump(), "numbers": (1,), "of": 4, "replaces": first}
    ledger.append(OrderAdded.model_validate(values), OrderCancelled(order="guatemala-2"))
    ledger.letter_word("guatemala-1")
    return ledger


def tables_of(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    rows = ledger.state_rows()
    return {table: list(rows.every(table)) for table in STATE_TABLES}


def test_the_state_is_what_the_entries_come_to(tmp_path: Path) -> None:
    ledger = state_of(open_ledger(tmp_path))
    kept = tables_of(ledger)
    assert check_ledger(ledger).holds
    ledger.rebuild()
    assert tables_of(ledger) == kept


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE state_drive SET stage = 'void'",
        "UPDATE state_count SET count = count + 1",
        "DELETE FROM state_count",
        "UPDATE state_drive SET body = replace(body, '\"whole\"', '\"void\"')",
        "UPDATE state_order SET wanted = wanted + 1",
        "DELETE FROM state_job",
        "INSERT INTO state_chain VALUES ('evil-1', 'headquarters', NULL)",
        "INSERT INTO state_shared VALUES ('[]')",
    ],
)
def test_a_state_that_was_changed_is_noticed_and_put_right(tmp_path: Path, statement: str) -> None:
    ledger = state_of(open_ledger(tmp_path))
    head, kept = ledger.heads(), tables_of(ledger)
    ledger._backend.unpin()
    ledger._backend.state.execute(statement)
    found = check_ledger(ledger)
    assert not found.is_state_right and not found.holds and not found.breaks
    with pytest.raises(AnswerNoError, match="inconsistent"):
        checked_heads(ledger)
    ledger.close()
    run = usbkit("--ledger", named(tmp_path), "ledger", "check").expect(1)
    assert "do not agree with the entries" in run.out
    usbkit("--ledger", named(tmp_path), "ledger", "head").expect(1)
    usbkit("--ledger", named(tmp_path), "ledger", "check", "--rebuild").expect(0)
    again = open_ledger(tmp_path)
    assert (tables_of(again), again.heads()) == (kept, head)


def test_entries_that_were_cut_off_are_missed(tmp_path: Path) -> None:
    ledger = state_of(open_ledger(tmp_path))
    ledger.read()
    tamper(ledger, "DELETE FROM entry WHERE sequence > 5")
    with pytest.raises(BrokenOffError, match="was here and is not any more"):
        open_ledger(tmp_path).read()
    found = check_ledger(open_ledger(tmp_path))
    assert not found.holds and "cut off" in str(found.lost)
    assert "cut off" in usbkit("--ledger", named(tmp_path), "ledger", "check").expect(1).out


def test_a_failed_append_undoes_itself_and_reads_nothing_again(tmp_path: Path) -> None:
    ledger = state_of(open_ledger(tmp_path))
    before, seen = tables_of(ledger), list[str]()
    ledger._backend.unpin()
    ledger._backend.state.set_trace_callback(seen.append)
    with pytest.raises(BrokenOffError), ledger.write() as writing:
        drive = writing.mint("guatemala-1", 3)
        writing.append(begun(drive, stick("C")))
        writing.append(begun(drive, stick("C")))
    ledger._backend.state.set_trace_callback(None)
    assert tables_of(ledger) == before
    assert not any("position > " in statement for statement in seen)
    assert ledger.read().free_numbers("guatemala-1") == [3, 4]


def test_documents_are_kept_by_their_digest(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    with ledger.write() as writing:
        name = writing.keep_document("order-sheet", b"{}")
        assert writing.keep_document("order-sheet", b"{}") == name == hashlib.sha256(b"{}").hexdigest()
    assert ledger.find_document(name) == b"{}" and ledger.find_document("0" * 64) is None
    assert list(ledger.documents()) == [(name, "order-sheet", b"{}")]
    assert check_ledger(ledger).holds
    engine = engine_of(ledger)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO document VALUES ('00', 'order-sheet', 'x')")
    engine.dispose()
    assert check_ledger(ledger).documents == ("00",)
    assert "document 00 was changed" in usbkit("--ledger", named(tmp_path), "ledger", "check").expect(1).out


@pytest.mark.sqlite_only
@pytest.mark.parametrize("journal", ["DELETE", "WAL", "WAL, left behind", "DELETE, in use"])
def test_another_programs_database_is_left_alone(tmp_path: Path, journal: str) -> None:
    """Not a byte of it is changed, nor of the journal beside it."""
    file = tmp_path / "ledger.sqlite"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute(f"PRAGMA journal_mode={journal.partition(',')[0]}")
    other.executescript("CREATE TABLE schema_version (version INTEGER); CREATE TABLE moz_places (url TEXT);")
    if journal == "WAL, left behind":
        other.execute("PRAGMA wal_checkpoint")
        other.execute("INSERT INTO moz_places VALUES ('x')")
    elif journal == "DELETE, in use":
        other.execute("BEGIN EXCLUSIVE")
    else:
        other.close()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if not path.name.endswith("-shm")}
    with pytest.raises(InputError, match="another program's database: it has the tables moz_places, schema_version"):
        open_ledger(tmp_path)
    done = usbkit("--ledger", named(tmp_path), "order", "list").expect(2)
    assert "another program's database" in done.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if not path.name.endswith("-shm")} == before
    other.close()


def test_the_counts_are_those_of_counting_one_by_one(tmp_path: Path) -> None:
    """The report's figures come from the database; here each drive is looked at instead."""
    ledger = state_of(open_ledger(tmp_path))
    late = make_drive(ledger, 3, stick("L"))
    ledger.append(DriveMarked(drive=late, mark=Mark.SENT, on=clock().date().replace(month=1)))
    lost = make_drive(ledger, 4, stick("M"))
    ledger.append(DriveMarked(drive=lost, mark=Mark.LOST))
    state, now = ledger.read(), clock()
    for by in By:
        found = report(state, by, Choice(), now)
        whole = [j for j in state.journeys.values() if j.stage is Stage.WHOLE]
        assert found.total.made == sum(j.counts for j in whole)
        assert found.total.replaced == sum(j.is_replaced for j in whole)
        assert found.total.here == sum(j.where is Where.HERE for j in whole)
        assert found.total.lost == 1 and found.total.late == 1 and found.total.out == 1
        assert found.total.ordered == sum(len(o.numbers) for o in state.orders.values() if not o.is_cancelled)
        assert ([j.drive for j in found.late], [j.drive for j in found.lost]) == ([late], [lost])
    assert report(state, By.SEAL, Choice(seal="ffff"), now).total.made == 0
    assert report(state, By.ROUTE, Choice(route="mission"), now).total.ordered == 0


def test_an_order_that_is_resumed_keeps_its_job(tmp_path: Path) -> None:
    ledger = state_of(open_ledger(tmp_path))
    one, other = make_drive(ledger, 3, stick("C")), ""
    with ledger.write() as writing:
        other = writing.mint("guatemala-1", 4)
    with pytest.raises(BrokenOffError, match=f"has the job of drive {one}"):
        ledger.append(begun(other, stick("D")).model_copy(update={"job": begun(one, stick("C")).job}))
    ledger.append(begun(other, stick("D")), ended(other))
    assert Head.parse(str(ledger.heads()[0])) == ledger.heads()[0]
    assert audit(ledger.entries(), ledger.secrets()).holds
