"""A hostile station: PostgreSQL itself refuses everything it has no right to."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.ledger.hub.computers import ID, Computer, Computers
from tests.support.postgresql import Server
from usbkit.ledger.chain import Entry, follow, head_of
from usbkit.ledger.events import Role

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql")]

TABLES = (
    *("fact", "station", "entry", "chain", "told", "number", "claim", "claim_number"),
    *("recalled", "contested", "cancelled", "secret", "letter_word", "document"),
)

NOT_FOR_STATIONS = (
    "incarnation()",
    "enter(1)",
    "enter_desk(1)",
    "epoch()",
    "waiting()",
    "missing_reports('a', 'b')",
    "digest_entry('a', 1, '', '')",
)

FOR_DESKS = (
    "nonces(1, '{a}', '{b}')",
    "words(1, '{a}', '{b}', '{c}')",
    "recall(1, 'a', 'b', 'c')",
    "holding(1, 'a', 'b', 'c')",
    "make_void(1, 'a', 'b', 'c')",
    "excuse(1, 'a', 'b')",
    "lift(1, 'a', 'b', 'c')",
)


@pytest.fixture
def evil(computers: Computers) -> Computer:
    return make_evil(computers)


@pytest.fixture(scope="module")
def bystander(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Computer:
    """One for tests that leave the hub as it is."""
    return make_evil(Computers(tmp_path_factory.mktemp("evil"), server))


def make_evil(computers: Computers) -> Computer:
    computers.order(5)
    made = computers.add("evil")
    made.sync()
    return made


def refused(who: Computer, sql: str, *values: object) -> str:
    """The SQLSTATE with which it is refused."""
    with who.raw() as raw, pytest.raises(psycopg.Error) as problem:
        raw.execute(sql, values)
    return str(problem.value.sqlstate)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("what", ["SELECT * FROM {t}", "DELETE FROM {t}", "TRUNCATE {t}", "DROP TABLE {t}"])
def test_no_table_is_a_stations(bystander: Computer, table: str, what: str) -> None:
    assert refused(bystander, what.format(t=f"usbkit_hub.{table}")) == "42501"


def test_every_table_is_tried(computers: Computers) -> None:
    with computers.owner() as raw:
        rows = raw.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'usbkit_hub'::regnamespace AND relkind = 'r'"
        )
        assert {row[0] for row in rows} == set(TABLES)


def test_every_function_fixes_its_search_path_and_only_listed_ones_may_be_called(computers: Computers) -> None:
    computers.add("evil")
    with computers.owner() as raw:
        rows = raw.execute(
            "SELECT proname, proconfig::text, prosecdef, has_function_privilege(%s, oid, 'EXECUTE') FROM pg_proc "
            "WHERE pronamespace = 'usbkit_hub'::regnamespace",
            (computers.add("evil2").login(),),
        ).fetchall()
    for name, settings, is_definer, may_call in rows:
        assert "search_path=usbkit_hub" in str(settings), name
        assert bool(is_definer) is bool(may_call), name


@pytest.mark.parametrize("call", NOT_FOR_STATIONS)
def test_what_the_functions_call_may_not_be_called(bystander: Computer, call: str) -> None:
    assert refused(bystander, f"SELECT usbkit_hub.{call}") == "42501"


@pytest.mark.parametrize("call", FOR_DESKS)
def test_what_is_a_desks_is_no_stations(bystander: Computer, call: str) -> None:
    assert refused(bystander, f"SELECT usbkit_hub.{call}") == "UH403"


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE usbkit_hub.mine (a int)",
        "CREATE TABLE public.mine (a int)",
        "CREATE TEMP TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION usbkit_hub.enter(x integer, y integer) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE another",
        "ALTER FUNCTION usbkit_hub.poll(integer, text, text, jsonb) SECURITY INVOKER",
        "ALTER TABLE usbkit_hub.entry DISABLE TRIGGER ALL",
        "COPY usbkit_hub.secret TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'usbkit'",
        "SET SESSION AUTHORIZATION usbkit",
        "SET ROLE usbkit",
    ],
)
def test_what_postgresql_refuses(bystander: Computer, sql: str) -> None:
    assert refused(bystander, sql) in ("42501", "42704")


def test_a_login_writes_the_chain_that_it_first_pushed_and_no_other(evil: Computer, computers: Computers) -> None:
    desk = computers.desk.ledger
    entry = follow(desk.own_head(), b'{"at":"2026-11-24T09:30:00Z","by":"x","event":{"kind":"order-cancelled"}}')
    assert pushed(evil, desk.origin, entry) == "UH403"
    assert pushed(evil, "another-chain", Entry("another-chain", 1, "0" * 64, b"{}", "0" * 64)) == "UH403"


def pushed(who: Computer, origin: str, entry: Entry) -> str:
    sql = "SELECT usbkit_hub.push(1, '', '', %s, %s::bigint[], %s::text[], %s::bytea[], %s::text[], '{}', '{}')"
    return refused(who, sql, origin, [entry.sequence], [entry.previous], [entry.body], [entry.hash])


def test_a_chain_with_a_gap_or_another_hash_is_refused(evil: Computer) -> None:
    head = evil.ledger.own_head()
    entry = follow(head, b"{}")
    assert (
        pushed(evil, head.origin, Entry(head.origin, entry.sequence + 1, entry.previous, b"{}", entry.hash)) == "UH403"
    )
    assert pushed(evil, head.origin, Entry(head.origin, entry.sequence, entry.previous, b"{ }", entry.hash)) == "UH403"
    later = follow(head_of(entry), b"{}")
    assert pushed(evil, head.origin, later) == "UH403"


def test_numbers_that_it_never_got_are_not_claimed_by_saying_so(evil: Computer, computers: Computers) -> None:
    said = {"kind": "numbers-claimed", "claim": "c" * 32, "order": ID, "order_origin": computers.desk.ledger.origin}
    body = json.dumps({"at": "2026-11-24T09:30:00Z", "by": "x", "event": {**said, "numbers": [1, 2, 3]}}).encode()
    assert pushed(evil, evil.ledger.origin, follow(evil.ledger.own_head(), body)) == "UH403"
    assert {state for state, _who in computers.numbers().values()} == {"free"}


@pytest.mark.parametrize("kind", ["numbers-recalled", "numbers-returned", "order-cancelled", "passport-minted"])
def test_what_it_says_of_others_numbers_changes_none(evil: Computer, computers: Computers, kind: str) -> None:
    seoul = computers.add("seoul")
    seoul.sync()
    seoul.claim(2)
    before = computers.numbers()
    origin = computers.desk.ledger.origin
    said = {"kind": kind, "order": ID, "order_origin": origin, "ordered_in": origin, "numbers": [1, 2, 3], "number": 1}
    body = json.dumps({"at": "2026-11-24T09:30:00Z", "by": "x", "event": said}).encode()
    entry = follow(evil.ledger.own_head(), body)
    with evil.raw() as raw:
        raw.execute(
            "SELECT usbkit_hub.push(1, '', '', %s, %s::bigint[], %s::text[], %s::bytea[], %s::text[], '{}', '{}')",
            (evil.ledger.origin, [entry.sequence], [entry.previous], [entry.body], [entry.hash]),
        )
    assert computers.numbers() == before


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"\x00",
            b"not json",
            b'{"event": 3}',
            b'{"event": {"kind": "numbers-claimed", "numbers": "x"}}',
            b"[" * 60000,
        ),
        b'{"at":"0001-01-01T00:00:00+14:00","by":"x","event":{"kind":"letter-word-made","order":"guatemala-2",'
        b'"order_origin":"desk","word_sha256":"' + b"0" * 64 + b'"}}',
        b'{"at":"2026-11-24T09:30:00Z","by":"x","event":{"kind":"order-added","order":"x-1","country":"../../etc",'
        b'"code":"GT","programme":"p","edition":1,"route":null,"fingerprint":"'
        + b"0" * 64
        + b'","numbers":[1],"of":1}}',
    ],
)
def test_a_body_of_any_form_is_carried_and_stops_nobody(evil: Computer, computers: Computers, body: bytes) -> None:
    entry = follow(evil.ledger.own_head(), body)
    with evil.raw() as raw:
        raw.execute(
            "SELECT usbkit_hub.push(1, '', '', %s, %s::bigint[], %s::text[], %s::bytea[], %s::text[], '{}', '{}')",
            (evil.ledger.origin, [entry.sequence], [entry.previous], [entry.body], [entry.hash]),
        )
    seoul = computers.add("seoul")
    done = seoul.sync()
    assert list(done.refused) == [evil.ledger.origin]
    assert seoul.claim(1) == (1,)
    computers.desk.sync()
    assert seoul.ledger.origin in {head.origin for head in computers.desk.ledger.heads()}


def test_anothers_claim_is_not_taken_by_its_id(evil: Computer, computers: Computers) -> None:
    seoul = computers.add("seoul")
    seoul.sync()
    with seoul.raw() as raw:
        raw.execute("SELECT usbkit_hub.claim(1, %s, %s, %s, 2)", ("d" * 32, computers.desk.ledger.origin, ID))
    sql = "SELECT usbkit_hub.claim(1, %s, %s, %s, 2)"
    assert refused(evil, sql, "d" * 32, computers.desk.ledger.origin, ID) == "UH403"


def test_a_removed_login_is_let_in_no_longer(evil: Computer, computers: Computers) -> None:
    from usbkit.ledger.hub.making import remove_station

    with evil.raw() as open_line:
        remove_station(computers.place, evil.name)
        with pytest.raises(psycopg.OperationalError):
            open_line.execute("SELECT usbkit_hub.poll(1, '', '', '[]')")
    with pytest.raises(psycopg.OperationalError):
        evil.raw()


def test_desks_read_the_secrets_of_what_they_follow_and_stations_do_not(computers: Computers) -> None:
    computers.order(2)
    seoul, desk2 = computers.add("seoul"), computers.add("desk2", Role.DESK)
    seoul.sync()
    seoul.claim(1)
    drive = seoul.make(1)
    seoul.sync()
    busan = computers.add("busan")
    for one in (desk2, busan, computers.desk):
        one.sync()
    nonce = seoul.ledger.nonce_of(drive)
    assert desk2.ledger.nonce_of(drive) == computers.desk.ledger.nonce_of(drive) == nonce
    assert busan.ledger.find_nonce(busan.ledger.read().journey(drive)) is None
