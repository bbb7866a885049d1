"""Invalid ledgers from elsewhere: read within limits, and reported."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from tests.cli.calls import call
from tests.ledger.stories import make_drive, open_ledger, order, stick
from tests.support.sample import sample
from usbkit.core.errors import InputError, UsbkitError
from usbkit.ledger.foreign_ledger import VisitBounds, visiting
from usbkit.ledger.place import LedgerPlace

pytestmark = pytest.mark.sqlite_only

TABLES = (
    "CREATE TABLE schema_version (version INTEGER NOT NULL)",
    "INSERT INTO schema_version VALUES (3)",
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT)",
    "INSERT INTO fact VALUES ('origin', 'evil-9')",
    "CREATE TABLE secret (origin TEXT, drive TEXT, nonce TEXT)",
    "CREATE TABLE letter_word (maker TEXT, origin TEXT, order_id TEXT, word TEXT, salt TEXT)",
    "CREATE TABLE entry (position INTEGER PRIMARY KEY, origin, sequence, previous, body, hash)",
)

ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS position, 'evil-9' AS origin, "
    "i AS sequence, '0' AS previous, zeroblob(100000) AS body, 'h' AS hash FROM n"
)


def made(folder: Path, statements: Sequence[str]) -> LedgerPlace:
    raw = sqlite3.connect(folder / "evil.sqlite")
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()
    return LedgerPlace(folder / "evil.sqlite")


def without(table: str) -> list[str]:
    return [s for s in TABLES if f"TABLE {table} " not in s and f"INTO {table} " not in s]


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ([*without("entry"), f"CREATE VIEW entry AS {ENDLESS}"], "no plain table|no ledger|another program"),
        ([*without("secret"), "CREATE VIEW secret AS SELECT 1 AS origin"], "no plain table|another program"),
        ([*without("letter_word"), "CREATE VIRTUAL TABLE letter_word USING fts5(word)"], "no plain table"),
        (
            [*without("fact"), "CREATE TABLE fact (name TEXT, value TEXT GENERATED ALWAYS AS (zeroblob(9)) VIRTUAL)"],
            "no plain table",
        ),
        (
            [*without("fact"), "CREATE TABLE fact (name TEXT, value TEXT AS (printf('origin')) STORED)"],
            "no plain table",
        ),
        (
            [
                *(*without("letter_word"), "CREATE VIRTUAL TABLE letter_word USING fts5(word)"),
                *("PRAGMA writable_schema = ON", "UPDATE sqlite_master SET sql = replace(sql, 'E V', 'E  V')"),
            ],
            "no plain table",
        ),
        ([*TABLES, "UPDATE fact SET value = 'evil' || char(10) || 'x'"], "whose chain"),
        ([*TABLES, "DELETE FROM fact"], "whose chain"),
        ([*TABLES, "UPDATE fact SET value = x'00'"], "whose chain"),
        ([*TABLES, "INSERT INTO entry VALUES (1, 'evil-9', 1, '0', zeroblob(100), 'h')"], "has 100 bytes, at most 99"),
        (
            [*TABLES, *(f"INSERT INTO entry VALUES ({n}, 'evil-9', {n}, '0', 'x', 'h')" for n in range(1, 6))],
            "more than 4 rows in entry",
        ),
        ([*TABLES, "UPDATE schema_version SET version = 99"], "shape 99"),
        ([*TABLES, "DELETE FROM schema_version"], "no ledger|shape"),
        ([*TABLES, "UPDATE schema_version SET version = 'x'"], "no ledger|shape"),
    ],
    ids=range(14),
)
def test_what_is_no_ledger_is_named(tmp_path: Path, statements: Sequence[str], said: str) -> None:
    place = made(tmp_path, statements)
    with pytest.raises(UsbkitError, match=said) as problem, visiting(place, VisitBounds(entries=4, body=99)):
        pass
    (finding,) = problem.value.findings
    assert finding.place is not None and finding.place.file == str(place)


@pytest.mark.parametrize(
    ("table", "columns", "last"),
    [
        ("entry", "position INTEGER PRIMARY KEY, origin, sequence, previous, hash", "body"),
        ("secret", "origin, drive", "nonce"),
        ("letter_word", "maker, origin, order_id, word", "salt"),
    ],
)
def test_a_small_file_whose_rows_are_long_is_not_read_whole(
    tmp_path: Path, table: str, columns: str, last: str
) -> None:
    """Rows that leave out their last column have its default: 60 KB of it each, and none in the file."""
    count = columns.count(",") + 1
    rows = f"INSERT INTO {table} SELECT {', '.join(['value'] * count)} FROM json_each('[{'1,' * 99}1]')"
    if table == "entry":
        rows = f"INSERT INTO entry SELECT key + 1, 'evil-9', key, '0', 'h' FROM json_each('[{'1,' * 99}1]')"
    default = f"ALTER TABLE {table} ADD COLUMN {last} TEXT DEFAULT '{'x' * 60_000}'"
    place = made(tmp_path, [*without(table), f"CREATE TABLE {table} ({columns})", rows, default])
    assert place.path.stat().st_size < 200_000
    with pytest.raises(InputError, match="more than 1000000 bytes"), visiting(place, VisitBounds(file=10**6)):
        pass


def test_a_file_that_is_larger_than_any_ledger_is_not_even_copied(tmp_path: Path) -> None:
    place = made(tmp_path, TABLES)
    with place.path.open("r+b") as file:
        file.truncate(8 * 10**9)
    with pytest.raises(InputError, match="8000000000 bytes"), visiting(place):
        pass


def test_the_database_has_a_time_to_answer_in(tmp_path: Path) -> None:
    rows = (f"INSERT INTO entry VALUES ({n}, 'evil-9', {n}, '0', 'x', 'h')" for n in range(1, 30_000))
    place = made(tmp_path, [*TABLES, *rows])
    with pytest.raises(UsbkitError, match=r"not read within 0\.0 seconds"), visiting(place, VisitBounds(seconds=0.0)):
        pass


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a ledger with an order, a drive and a letter word."""
    folder = tmp_path_factory.mktemp("whole")
    ledger = open_ledger(folder)
    ledger.append(order())
    make_drive(ledger, 1, stick())
    ledger.letter_word("guatemala-1")
    with ledger.write() as writing:
        writing.keep_document("order-sheet", b"{}")
    ledger.close()
    raw = sqlite3.connect(folder / "ledger.sqlite")
    raw.execute("PRAGMA journal_mode=DELETE")
    raw.close()
    return (folder / "ledger.sqlite").read_bytes()


@pytest.mark.parametrize("seed", range(sample("damaged ledgers", 40, 400)))
def test_a_damaged_file_is_one_error_with_its_name(tmp_path: Path, whole: bytes, seed: int) -> None:
    """200 bytes of it are others, or it is cut: an internal error was shown."""
    random, damaged = Random(seed), bytearray(whole)
    for _time in range(200):
        damaged[random.randrange(100 * (seed % 2), len(damaged))] = random.randrange(256)
    if seed % 5 == 0:
        del damaged[random.randrange(len(damaged)) :]
    (tmp_path / "evil.sqlite").write_bytes(damaged)
    try:
        with visiting(LedgerPlace(tmp_path / "evil.sqlite")):
            return  # what was hit is not read
    except InputError as problem:
        (finding,) = problem.findings
        assert finding.place is not None and finding.place.file == str(tmp_path / "evil.sqlite")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fact SET value = cast(x'ab6162' AS text)",
        "UPDATE entry SET hash = cast(x'ab6162' AS text)",
        "UPDATE entry SET hash = x'ab6162'",
        "UPDATE entry SET previous = printf('%.*c', 65, 'x')",
        "UPDATE entry SET sequence = 'one' WHERE sequence = 1",
        "UPDATE entry SET body = 'text'",
        "UPDATE secret SET nonce = x'07'",
        "UPDATE secret SET nonce = cast(x'ff' AS text)",
        "UPDATE letter_word SET word = printf('%.*c', 41, 'x')",
        "UPDATE letter_word SET salt = x''",
        "UPDATE document SET body = 'text'",
        "UPDATE document SET kind = x'07'",
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = cast(x'ab6162' AS text) WHERE name = 'entry'",
    ],
)
def test_a_column_that_holds_something_else(tmp_path: Path, whole: bytes, statement: str) -> None:
    (tmp_path / "evil.sqlite").write_bytes(whole)
    raw = sqlite3.connect(tmp_path / "evil.sqlite")
    for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {trigger}")
    raw.executescript(statement)
    raw.close()
    said = r"damaged, or no ledger|does not say whose chain"
    with pytest.raises(InputError, match=said), visiting(LedgerPlace(tmp_path / "evil.sqlite")):
        pass


def test_the_command_says_so_and_changes_nothing(tmp_path: Path, whole: bytes) -> None:
    (tmp_path / "evil.sqlite").write_bytes(whole.replace(b"CREATE TABLE ", b"CREATE T\xff\xfeLE "))
    open_ledger(tmp_path).append(order())
    place, evil = tmp_path / "ledger.sqlite", tmp_path / "evil.sqlite"
    before = list(open_ledger(tmp_path).entries())
    said = call("--ledger", place, "ledger", "merge", evil, "--yes").expect(2).err
    assert f"{evil}: this file is damaged, or no ledger: " in said and "disk full" not in said
    assert list(open_ledger(tmp_path).entries()) == before
    assert "this is no ledger" in call("--ledger", evil, "ledger", "list").expect(2).err


def test_triggers_of_a_stranger_do_nothing(tmp_path: Path) -> None:
    trigger = "CREATE TRIGGER entry_evil AFTER INSERT ON entry BEGIN DELETE FROM secret; END"
    with visiting(made(tmp_path, [*TABLES, trigger])) as visited:
        assert (visited.origin, visited.entries()) == ("evil-9", ())


def test_a_ledger_with_its_log_is_read_whole(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 1, stick())
    assert (tmp_path / "ledger.sqlite-wal").stat().st_size > 0
    with visiting(ledger.place) as visited:
        assert len(visited.entries()) == 4
        assert [row["drive"] for row in visited.secret_rows().nonces] == [drive]
