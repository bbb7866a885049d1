"""The database: durable, append-only, shared by processes, and always with the author of each entry."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from tests.ledger.stories import clock, engine_of, make_drive, named, open_ledger, order, stick, tamper
from tests.support.cli import TOP
from usbkit.core.errors import BrokenOffError, InputError, UsbkitError
from usbkit.core.messages import _
from usbkit.ledger import Ledger
from usbkit.ledger.appending import digest_nonce
from usbkit.ledger.audit import audit
from usbkit.ledger.chain import Entry, check_chain, follow, head_of, start_of
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import BatchConfirmed, OrderCancelled
from usbkit.ledger.foreign_ledger import visiting
from usbkit.ledger.place import LedgerPlace, find_ledger
from usbkit.ledger.tables import ENTRY, KEPT, LETTER_WORD, SECRET, STATE_TABLES
from usbkit.trust.references import to_reference


@pytest.mark.sqlite_only
def test_the_database_waits_for_the_disk(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    state = ledger._backend.state
    assert state.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert state.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_what_was_appended_is_read_by_another_with_its_who_and_when(tmp_path: Path) -> None:
    open_ledger(tmp_path, "kim").append(order())
    (entry,) = open_ledger(tmp_path, "lee").entries()
    note = EntryBody.from_body(entry.body, _("it"))
    assert (note.by, note.at, note.event) == ("kim", clock(), order())


def test_a_ledger_that_is_open_learns_what_others_append(tmp_path: Path) -> None:
    one, other = open_ledger(tmp_path), open_ledger(tmp_path)
    assert not one.read().orders
    other.append(order())
    assert list(one.read().orders) == ["guatemala-1"]
    one.append(OrderCancelled(order="guatemala-1"))
    assert other.read().orders["guatemala-1"].is_cancelled


def test_the_origin_stays_and_no_two_are_alike(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    first = open_ledger(tmp_path).origin
    assert open_ledger(tmp_path).origin == first
    assert open_ledger(tmp_path / "other").origin != first


def test_entries_cannot_be_changed_by_mistake(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    engine = engine_of(ledger)
    for statement in ("UPDATE entry SET hash = 'x'", "DELETE FROM entry"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_migrations_end_at_the_tables_as_declared(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.read()
    engine = engine_of(ledger)
    found = inspect(engine)
    state = STATE_TABLES if ledger.place.server is None else ()
    assert sorted(found.get_table_names()) == sorted((*KEPT, *state))
    columns = {name: tuple(c["name"] for c in found.get_columns(name)) for name in ("entry", "secret", "letter_word")}
    assert columns == {"entry": ("position", *ENTRY), "secret": SECRET, "letter_word": LETTER_WORD}
    assert not any(c["nullable"] for name in KEPT for c in found.get_columns(name))
    engine.dispose()


def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    open_ledger(tmp_path)
    tamper(open_ledger(tmp_path), "UPDATE schema_version SET version = 99")
    with pytest.raises(InputError, match="shape 99"):
        open_ledger(tmp_path)


@pytest.mark.sqlite_only
def test_what_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"some letter" * 1000)
    with pytest.raises(InputError, match="no ledger"):
        open_ledger(tmp_path)


def test_an_entry_that_this_version_cannot_read_is_named(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    tamper(ledger, """UPDATE entry SET body = '{"at":1}'""")
    with pytest.raises(BrokenOffError, match=f"entry 1 of {ledger.origin} cannot be read"):
        open_ledger(tmp_path).rebuild()
    assert [b.sequence for b in audit(ledger.entries(), ledger.secrets()).breaks] == [1]


def test_the_nonce_is_a_secret_tied_to_the_chain(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 1, stick())
    nonce = ledger.nonce_of(drive)
    assert len(nonce) == 32
    assert ledger.read().by_nonce[digest_nonce(nonce)] == drive
    assert nonce.encode() not in b"".join(e.body for e in ledger.entries())


@pytest.mark.sqlite_only
def test_references_have_five_characters_for_the_telephone() -> None:
    assert to_reference(0) == "00000"
    assert to_reference(2**24 - 1) == "FZZZZ"
    assert to_reference(0b00001_00010_00011_00100_00101) == "12345"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("/x/ledger", "/x/ledger"),
        ("sqlite:////x/ledger.db", "/x/ledger.db"),
        (None, "/data/usbkit/ledger.sqlite"),
    ],
)
def test_places(named: str | None, expected: str) -> None:
    assert find_ledger(named, {"XDG_DATA_HOME": "/data"}).path == Path(expected)


@pytest.mark.sqlite_only
def test_a_place_on_a_server_shows_no_password() -> None:
    place = find_ledger("postgresql://kim:hush@host/ledger", {})
    assert place.server is not None and place.server.drivername == "postgresql+psycopg"
    assert "hush" not in str(place) and "host/ledger" in str(place)
    with pytest.raises(InputError) as found:
        find_ledger("oracle://kim:hush@host/ledger", {})
    assert "hush" not in str(found.value)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("named", ["mysql://host/db", "sqlite://", "sqlite:///", "postgresql://host"])
def test_places_that_are_none(named: str) -> None:
    with pytest.raises(InputError, match="expected a file"):
        find_ledger(named, {})


def _story(path: Path) -> Ledger:
    ledger = open_ledger(path)
    ledger.append(order(count=5))
    for number in range(1, 6):
        make_drive(ledger, number, stick(f"S{number}"))
    return ledger


#: The next entry's body.
EDITED = "(SELECT e.body FROM entry e WHERE e.sequence = 7 AND e.origin = entry.origin)"

SWAP = (
    "UPDATE entry SET sequence = -7 WHERE sequence = 7",
    "UPDATE entry SET sequence = 7 WHERE sequence = 9",
    "UPDATE entry SET sequence = 9 WHERE sequence = -7",
)


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        ((f"UPDATE entry SET body = {EDITED} WHERE sequence = 6",), 6),
        (("UPDATE entry SET hash = previous WHERE sequence = 6",), 6),
        (("DELETE FROM entry WHERE sequence = 6",), 7),
        (
            (
                "INSERT INTO entry (position, origin, sequence, previous, body, hash) "
                "SELECT 1000, origin, 17, hash, body, hash FROM entry WHERE sequence = 16",
            ),
            17,
        ),
        (SWAP, 7),
    ],
    ids=["cell edited", "hash edited", "row deleted", "row inserted", "rows reordered"],
)
def test_what_was_done_to_the_file_is_named_with_its_row(
    tmp_path: Path, statements: tuple[str, ...], named: int
) -> None:
    ledger = _story(tmp_path)
    assert audit(ledger.entries(), ledger.secrets()).holds
    tamper(ledger, *statements)
    found = audit(ledger.entries(), ledger.secrets())
    assert next((b.origin, b.sequence) for b in found.breaks) == (ledger.origin, named)


def test_a_secret_that_was_changed_is_named(tmp_path: Path) -> None:
    ledger = _story(tmp_path)
    tamper(ledger, "UPDATE secret SET nonce = '00' WHERE drive = (SELECT min(drive) FROM secret)")
    (found,) = audit(ledger.entries(), ledger.secrets()).breaks
    assert "nonce of drive" in str(found.why)


def test_a_cut_tail_needs_a_head_from_elsewhere(tmp_path: Path) -> None:
    ledger = _story(tmp_path)
    heads = ledger.heads()
    last = list(ledger.read().journeys)[-1]
    tamper(ledger, "DELETE FROM entry WHERE sequence > 13", f"DELETE FROM secret WHERE drive = '{last}'")
    alone = audit(ledger.entries(), ledger.secrets())
    assert alone.holds and not alone.is_anchored
    anchored = audit(ledger.entries(), ledger.secrets(), heads)
    assert [b.sequence for b in anchored.breaks] == [16]


APPEND = """
import sys
from tests.ledger.stories import clock, order
from usbkit.ledger import Ledger
from usbkit.ledger.place import find_ledger
ledger = Ledger.open(find_ledger(sys.argv[1], {}), "kim", clock)
for n in range(100_000):
    ledger.append(order(f"{sys.argv[2]}-{n}"))
    print(f"{sys.argv[2]}-{n}", flush=True)
"""


def _appender(folder: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", APPEND, named(folder), name],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TOP)},
    )


def test_killed_while_appending_it_keeps_everything_it_acknowledged(tmp_path: Path) -> None:
    chance, acknowledged = random.Random(7), list[str]()
    for attempt in range(20):
        appender = _appender(tmp_path, f"run-{attempt}")
        assert appender.stdout is not None
        heard = [appender.stdout.readline() for _line in range(chance.randint(1, 8))]
        appender.send_signal(signal.SIGKILL)
        acknowledged += "".join([*heard, appender.stdout.read()]).split()
        appender.wait()
    ledger = open_ledger(tmp_path)
    assert set(acknowledged) <= set(ledger.read().orders)
    assert len(acknowledged) > 5
    assert list(check_chain(ledger.entries(ledger.origin))) == []


def test_two_programs_append_to_one_chain(tmp_path: Path) -> None:
    open_ledger(tmp_path)
    appenders = [_appender(tmp_path, name) for name in ("one", "two")]
    heard = [[a.stdout.readline() for _line in range(6)] for a in appenders if a.stdout]
    for appender in appenders:
        appender.send_signal(signal.SIGKILL)
    told = [
        {*"".join(first).split(), *a.stdout.read().split()}
        for a, first in zip(appenders, heard, strict=True)
        if a.stdout
    ]
    for appender in appenders:
        appender.wait()
    ledger = open_ledger(tmp_path)
    assert all(len(t) > 5 for t in told), "both came to write"
    assert set().union(*told) <= set(ledger.read().orders)
    assert list(check_chain(ledger.entries(ledger.origin))) == []


@pytest.mark.sqlite_only
def test_an_error_of_the_disk_is_ours_to_tell(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    with pytest.raises(UsbkitError, match="order guatemala-1 is there already"):
        ledger.append(order(), order())
    (tmp_path / "no").write_text("a file")
    with pytest.raises(UsbkitError, match="folder cannot be made"):
        Ledger.open(LedgerPlace(tmp_path / "no" / "ledger"), "kim")


def test_a_ledger_written_anew_needs_a_head_from_elsewhere(tmp_path: Path) -> None:
    """Whoever has the database can make a chain that holds: only a head noted before says that it is another."""
    ledger = _story(tmp_path)
    noted, entries = ledger.heads(), list(ledger.entries())
    head, forged = start_of(ledger.origin), list[Entry]()
    for entry in entries:
        forged.append(follow(head, entry.body.replace(b'"by":"kim"', b'"by":"lee"')))
        head = head_of(forged[-1])
    tamper(
        ledger,
        *(
            f"UPDATE entry SET hash = '{e.hash}', previous = '{e.previous}', body = {_literal(ledger, e.body)} "
            f"WHERE sequence = {e.sequence}"
            for e in forged
        ),
    )
    alone = audit(ledger.entries(), ledger.secrets())
    assert alone.holds and not alone.is_anchored
    anchored = audit(ledger.entries(), ledger.secrets(), noted)
    assert [b.sequence for b in anchored.breaks] == [len(entries)]
    assert "written anew" in str(anchored.breaks[0].why)


def _literal(ledger: Ledger, body: bytes) -> str:
    return f"x'{body.hex()}'" if ledger.place.server is None else f"'\\x{body.hex()}'::bytea"


def test_an_entry_that_nobody_would_take_is_not_written(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    with pytest.raises(InputError, match="longer than others take"):
        ledger.append(BatchConfirmed(orders=(), ports=("x" * 8000,) * 9, foreign="ask"))
    ledger.append(BatchConfirmed(orders=(), ports=("x" * 8000,) * 7, foreign="ask"))
    with visiting(ledger.place) as visited:
        assert len(visited.entries()) == 2


@pytest.mark.parametrize("name", [os.fsdecode(b"caf\xe9 \xff"), "\ud83d", "\ude00\ud83d"])
def test_a_name_that_is_no_utf_8_is_kept_as_it_is_shown(tmp_path: Path, name: str) -> None:
    """Half of a surrogate pair would be JSON that no strict reader takes, in a chain from which nothing is deleted."""
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 1, stick(serial=name))
    shown = name.encode("utf-8", "backslashreplace").decode()
    again = open_ledger(tmp_path)
    kept = again.read().journey(drive).stick
    assert kept is not None and kept.serial == shown


def test_an_entry_in_which_an_earlier_version_wrote_half_a_pair_is_read(tmp_path: Path) -> None:
    body = EntryBody(clock(), "kim", order()).to_body().replace(b'"by":"kim"', b'"by":"kim\\udce9"')
    assert EntryBody.from_body(body, _("here")).by == "kim\\udce9"
    for broken in (body[:-1], body.replace(b"{", b"[", 1), b'"\\ud800', b"[" * 100_000 + b'"\\ud800"'):
        with pytest.raises(BrokenOffError):
            EntryBody.from_body(broken, _("here"))
