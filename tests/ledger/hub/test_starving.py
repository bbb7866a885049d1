"""A hostile station blocks no other: the hub limits what it can hold, fill or stop."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.ledger.hub.computers import ID, Computer, Computers
from tests.ledger.hub.test_hostile import make_evil, refused
from tests.ledger.stories import clock, order
from tests.support.postgresql import Server, name_of
from usbkit.core.errors import Place, RefusedError
from usbkit.ledger import Ledger
from usbkit.ledger.chain import Entry, follow, head_of
from usbkit.ledger.hub.founding import found_hub
from usbkit.ledger.hub.line import Hub
from usbkit.ledger.hub.making import add_station, remove_station
from usbkit.ledger.merging import MergeWish, merge, visiting
from usbkit.ledger.place import LedgerPlace, find_ledger
from usbkit.orders.cancelling import cancel_order
from usbkit.orders.recalling import recall_numbers

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql")]

PUSH = "SELECT usbkit_hub.push(1, '', '', %s, %s::bigint[], %s::text[], %s::bytea[], %s::text[], '{}', '{}')"
CLAIM = "SELECT usbkit_hub.claim(1, %s, %s, %s, %s)"


@pytest.fixture
def evil(computers: Computers) -> Computer:
    return make_evil(computers)


@pytest.fixture
def seoul(computers: Computers, evil: Computer) -> Computer:
    made = computers.add("seoul")
    made.sync()
    return made


@contextmanager
def hanging(who: Computer) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A transaction that it never ends, whatever it was told about time-outs."""
    with who.raw() as raw:
        raw.execute("SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0")
        raw.execute("BEGIN")
        try:
            yield raw
        finally:
            with suppress(psycopg.OperationalError):  # the hub may have ended it
                raw.execute("ROLLBACK")


def hold_all(raw: psycopg.Connection[tuple[object, ...]], computers: Computers) -> None:
    raw.execute(CLAIM, ("e" * 32, computers.desk.ledger.origin, ID, 20))


def impatient(computers: Computers) -> None:
    """From now on a station's transaction is ended at once."""
    with computers.owner() as raw:
        raw.execute("UPDATE usbkit_hub.fact SET value = '0 s' WHERE name = 'patience'")


def wrapped(event: Mapping[str, object]) -> bytes:
    return json.dumps({"at": "2026-11-24T09:30:00Z", "by": "x", "event": event}).encode()


def entries(one: Entry) -> tuple[list[object], ...]:
    return [one.sequence], [one.previous], [one.body], [one.hash]


# ---- what it holds ----


def test_numbers_held_in_an_open_transaction_come_back_when_it_is_ended(
    computers: Computers, evil: Computer, seoul: Computer
) -> None:
    with hanging(evil) as raw:
        hold_all(raw, computers)
        assert seoul.claim(2) == ()
        impatient(computers)
        assert seoul.sync().look.free[computers.desk.ledger.origin, ID] == 5
        assert seoul.claim(2) == (1, 2)
        with pytest.raises(psycopg.OperationalError):
            raw.execute("COMMIT")


def test_a_desk_cancels_and_recalls_what_a_hanging_station_holds(computers: Computers, evil: Computer) -> None:
    evil.claim(2)
    with hanging(evil) as raw:
        hold_all(raw, computers)
        raw.execute("SELECT usbkit_hub.report(1, 1, 1, '')")
        impatient(computers)
        found = recall_numbers(computers.desk.ledger, computers.desk.hub, ID, evil.name, give_up=True, seconds=0)
        assert found.void == (1, 2)
    computers.order(3, "peru-1")
    with hanging(evil) as raw:
        raw.execute(CLAIM, ("f" * 32, computers.desk.ledger.origin, "peru-1", 3))
        cancel_order(computers.desk.ledger, "peru-1", "", give_up_whole=True)
        computers.desk.sync()
    with computers.owner() as raw:
        rows = raw.execute("SELECT DISTINCT state FROM usbkit_hub.number WHERE order_id = 'peru-1'").fetchall()
        assert rows == [("cancelled",)]


def test_a_station_is_removed_while_it_hangs(computers: Computers, evil: Computer) -> None:
    with hanging(evil) as raw:
        hold_all(raw, computers)
        remove_station(computers.place, evil.name)
        with pytest.raises(psycopg.OperationalError):
            raw.execute("SELECT 1")
    assert {state for state, _who in computers.numbers().values()} == {"free"}


def test_a_savepoint_that_is_rolled_back_gives_no_more_than_the_cap(computers: Computers, evil: Computer) -> None:
    computers.order(30, "peru-1")
    with hanging(evil) as raw:
        for number in range(3):
            raw.execute("SAVEPOINT s")
            raw.execute(CLAIM, (f"{number:032x}", computers.desk.ledger.origin, "peru-1", 30))
            raw.execute("ROLLBACK TO s" if number < 2 else "RELEASE s")
        raw.execute(CLAIM, ("c" * 32, computers.desk.ledger.origin, "peru-1", 30))
        raw.execute("COMMIT")
    with computers.owner() as raw:
        rows = raw.execute("SELECT count(*) FROM usbkit_hub.number WHERE state = 'held'").fetchall()
        assert rows == [(20,)]


# ---- the epoch ----


def test_who_hangs_at_the_start_of_an_epoch_stops_nobody(computers: Computers, evil: Computer, seoul: Computer) -> None:
    with computers.owner() as raw:
        raw.execute("UPDATE usbkit_hub.fact SET value = 'another' WHERE name = 'incarnation'")
    with hanging(evil) as raw:
        raw.execute("SELECT usbkit_hub.poll(1, '', '', '[]')")
        look = seoul.hub.poll()
        assert look.epoch == 2 and not look.has_reported
        assert seoul.claim(1) == ()
        assert not seoul.hub.poll().has_reported, "nobody knows yet that this is the new epoch"
        impatient(computers)
        for one in (seoul, computers.desk, evil, seoul):
            one.sync()
        assert seoul.hub.poll().epoch == 2
        assert seoul.claim(1) == (1,)


def test_it_tells_once_an_hour_that_the_hub_was_set_back(computers: Computers, evil: Computer, seoul: Computer) -> None:
    tell = "SELECT usbkit_hub.tell_set_back(1, 'x')"
    with hanging(evil) as raw:
        raw.execute(tell)
        assert seoul.hub.tell_set_back("y") == 2, "each has a count of its own"
        raw.execute("COMMIT")
    assert seoul.hub.poll().epoch == 3
    assert refused(evil, tell) == "UH403"
    with computers.owner() as raw:
        raw.execute("UPDATE usbkit_hub.station SET set_back_at = set_back_at - interval '61 minutes'")
    with evil.raw() as raw:
        raw.execute(tell)
    assert seoul.hub.poll().epoch == 4


def test_in_a_new_epoch_it_says_to_have_had_no_more_than_its_cap(computers: Computers, evil: Computer) -> None:
    computers.order(40, "peru-1")
    with evil.raw() as raw:
        raw.execute("SELECT usbkit_hub.tell_set_back(1, 'x')")
    said = {"kind": "numbers-claimed", "order": "peru-1", "order_origin": computers.desk.ledger.origin}
    head = evil.ledger.own_head()
    for count, code in ((21, "UH403"), (20, None), (1, "UH403")):
        event = {**said, "claim": f"{count:032x}", "numbers": list(range(41 - count, 41))}
        one = follow(head, wrapped(event))
        if code is not None:
            assert refused(evil, PUSH, head.origin, *entries(one)) == code
            continue
        with evil.raw() as raw:
            raw.execute(PUSH, (head.origin, *entries(one)))
        head = head_of(one)


# ---- chains of others ----


@pytest.fixture
def office(tmp_path: Path) -> Ledger:
    """An office whose ledger the desk took from a file, before there was a hub."""
    made = Ledger.open(LedgerPlace(tmp_path / "office.sqlite"), "lee", clock)
    made.append(order("peru-1"))
    return made


def found(tmp_path: Path, server: Server, office: Ledger) -> tuple[LedgerPlace, Ledger]:
    mine = Ledger.open(LedgerPlace(tmp_path / "mine.sqlite"), "kim", clock)
    with visiting(office.place) as visited:
        merge(mine, visited, Place("office"), MergeWish())
    mine.append(order(count=3))
    place = LedgerPlace(server=server.database(name_of(tmp_path)))
    found_hub(place, "desk", mine.place, mine.place, "kim")
    return place, mine


def station(tmp_path: Path, place: LedgerPlace, name: str, ledger: Ledger, chain: str | None = None) -> Computer:
    login = add_station(place, f"{name_of(tmp_path)[:12]}-{name}", chain=chain)
    return Computer(login.name, ledger, Hub(find_ledger(login.url, {})), login.url)


def test_an_office_that_came_by_file_is_waited_for_by_nobody(tmp_path: Path, server: Server, office: Ledger) -> None:
    place, _mine = found(tmp_path, server, office)
    fresh = Ledger.open(LedgerPlace(tmp_path / "fresh.sqlite"), "park", clock)
    seoul = station(tmp_path, place, "seoul", fresh)
    assert seoul.sync().look.waiting == ()
    assert seoul.claim(1) == (1,)


def test_a_login_binds_to_no_chain_that_is_known_already(tmp_path: Path, server: Server, office: Ledger) -> None:
    place, _mine = found(tmp_path, server, office)
    evil = station(tmp_path, place, "evil", office)
    office.append(order("peru-2"))
    with pytest.raises(RefusedError, match=f"the chain {office.origin} is not known as that of"):
        evil.sync()
    busan = station(tmp_path, place, "busan", office, chain=office.origin)
    assert busan.sync().look.name == busan.name
    assert busan.hub.poll().origin == office.origin


def test_a_chain_that_a_desk_knows_as_anothers_is_bound_by_that_one_alone(
    computers: Computers, evil: Computer, seoul: Computer
) -> None:
    seoul.claim(1)
    computers.desk.sync()
    computers.desk.sync()
    with computers.owner() as raw:  # the hub was set back to before seoul pushed
        raw.execute("SET session_replication_role = replica")
        raw.execute("UPDATE usbkit_hub.station SET origin = NULL WHERE name IN (%s, %s)", (seoul.name, evil.name))
        raw.execute("DELETE FROM usbkit_hub.entry WHERE origin = %s", (seoul.ledger.origin,))
        raw.execute("DELETE FROM usbkit_hub.chain WHERE origin = %s", (seoul.ledger.origin,))
    first = seoul.ledger.own_entries(0, 1)[0]
    assert refused(evil, PUSH, seoul.ledger.origin, *entries(first)) == "UH404"
    seoul.sync()
    assert seoul.hub.poll().origin == seoul.ledger.origin


# ---- what it fills ----


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("SELECT usbkit_hub.put_document(1, 'x', 'x')", ()),
        ("SELECT usbkit_hub.push_words(1, '{a}', '{b}', '{c}', '{d}')", ()),
        (CLAIM, ("a" * 32, "x", "y", 1)),
        ("SELECT usbkit_hub.push(1, '', '', %s, '{}', '{}', '{}', '{}', '{a}', '{b}')", ("{origin}",)),
        (PUSH, ("{origin}", "{next}")),
    ],
    ids=["document", "words", "claim", "secrets", "entries"],
)
def test_a_gigabyte_is_all_that_it_may_fill(
    computers: Computers, evil: Computer, sql: str, values: tuple[object, ...]
) -> None:
    head = evil.ledger.own_head()
    given: list[object] = []
    for value in values:
        if value == "{next}":
            given += entries(follow(head, b"{}"))
        else:
            given.append(head.origin if value == "{origin}" else value)
    with computers.owner() as raw:
        raw.execute("UPDATE usbkit_hub.station SET kept = 1073741824 WHERE name = %s", (evil.name,))
    assert refused(evil, sql, *given) == "UH403"
    with computers.owner() as raw:
        raw.execute("UPDATE usbkit_hub.station SET kept = 0 WHERE name = %s", (evil.name,))
    with evil.raw() as raw:
        raw.execute(sql, given)
    with computers.owner() as raw:
        ((kept,),) = raw.execute("SELECT kept FROM usbkit_hub.station WHERE name = %s", (evil.name,)).fetchall()
        assert isinstance(kept, int) and kept > 200


def test_numbers_that_it_offers_count(computers: Computers, evil: Computer) -> None:
    event = {"kind": "order-split", "order": "a", "to": "hub", "hub": "h", "numbers": list(range(1, 10001))}
    with evil.raw() as raw:
        raw.execute(PUSH, (evil.ledger.origin, *entries(follow(evil.ledger.own_head(), wrapped(event)))))
    with computers.owner() as raw:
        ((kept,),) = raw.execute("SELECT kept FROM usbkit_hub.station WHERE name = %s", (evil.name,)).fetchall()
        ((size,),) = raw.execute("SELECT pg_total_relation_size('usbkit_hub.number')").fetchall()
    assert isinstance(kept, int) and isinstance(size, int) and kept > size


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_advisory_lock(n) FROM generate_series(1, 9) AS n",
        "SELECT pg_try_advisory_xact_lock_shared(1, 2)",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
    ],
)
def test_locks_and_large_objects_are_nothing_for_a_station(evil: Computer, sql: str) -> None:
    assert refused(evil, sql) == "42501"
