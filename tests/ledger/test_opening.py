"""Opening and keeping: reading creates nothing, a read-only ledger can be read, and a copy is the same ledger."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.ledger.stories import make_drive, named, open_ledger, order, stick
from tests.support.cli import usbkit
from usbkit.cli.ledger_location import ledger_place
from usbkit.cli.settings import Settings
from usbkit.core.errors import InputError, UsbkitError
from usbkit.ledger import Ledger
from usbkit.ledger.audit import Audit
from usbkit.ledger.backup import back_up
from usbkit.ledger.checking import check_ledger
from usbkit.ledger.place import LedgerPlace, database_errors, find_ledger


def test_a_backup_is_restored_by_putting_it_in_place(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 1, stick())
    with ledger.write() as writing:
        sheet = writing.keep_document("order-sheet", b"{}")
    copy = tmp_path / "backups" / "copy.sqlite"
    assert back_up(ledger, copy).entries == 4
    assert copy.stat().st_mode & 0o777 == 0o600
    restored = Ledger.open(LedgerPlace(copy), "lee")
    assert (restored.origin, restored.heads()) == (ledger.origin, ledger.heads())
    assert restored.nonce_of(drive) == ledger.nonce_of(drive) and restored.find_document(sheet) == b"{}"
    restored.append(order("guatemala-2"))
    assert check_ledger(restored, ledger.heads()).is_anchored
    with pytest.raises(InputError, match="exists already"):
        back_up(ledger, copy)
    done = usbkit("--ledger", named(tmp_path), "ledger", "backup", tmp_path / "again.sqlite").expect(0)
    assert "4 entries, checked" in done.out and ledger.nonce_of(drive) not in done.out


def test_a_backup_has_its_name_once_it_was_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was killed in the middle would be a ledger in which nothing is, of another chain."""
    ledger, copy = open_ledger(tmp_path), tmp_path / "backups" / "copy.sqlite"
    ledger.append(order())

    def killed(copied: Ledger) -> Audit:
        assert not copy.exists() and len(list(copied.entries())) == 1
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("usbkit.ledger.backup.check_ledger", killed)
        back_up(ledger, copy)
    assert list(copy.parent.iterdir()) == []
    assert back_up(ledger, copy).entries == 1
    assert [p.name for p in copy.parent.iterdir()] == ["copy.sqlite"]


READING = (
    *(("order", "list"), ("order", "show", "x"), ("ledger", "list"), ("ledger", "show", "00000"), ("ledger", "report")),
    *(("ledger", "head"), ("ledger", "check"), ("ledger", "export"), ("ledger", "mark", "lost", "00000")),
    *(("receipt", "enter", "0" * 20), ("label", "x"), ("order", "cancel", "x")),
)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("command", READING)
def test_reading_makes_nothing(tmp_path: Path, command: tuple[str, ...]) -> None:
    missing = tmp_path / "folder" / "leger.sqlite"
    assert "there is no ledger" in usbkit("--ledger", missing, *command).expect(2).err
    (tmp_path / "empty").write_bytes(b"")
    assert "there is no ledger" in usbkit("--ledger", tmp_path / "empty", *command).expect(2).err
    assert [p.name for p in tmp_path.iterdir()] == ["empty"] and (tmp_path / "empty").stat().st_size == 0


@pytest.mark.sqlite_only
def test_where_none_was_named_there_is_nothing_yet(tmp_path: Path) -> None:
    environ = {"XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path)}
    assert "Nothing is ordered" in usbkit("order", "list", cwd=tmp_path, environ=environ).expect(0).out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sqlite_only
def test_a_ledger_that_cannot_be_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    make_drive(ledger, 1, stick())
    heads, before = ledger.heads(), {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    # Root may write everywhere: what says no is a read-only medium.
    monkeypatch.setattr("usbkit.ledger.files.os.access", lambda path, mode: mode != os.W_OK)
    fixed = Ledger.open(ledger.place, "kim", create=False)
    assert fixed.heads() == heads and check_ledger(fixed, heads).is_anchored
    assert fixed.read().whole_numbers("guatemala-1") == [1]
    with pytest.raises(UsbkitError, match="cannot be written here"):
        fixed.append(order("guatemala-2"))
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.sqlite_only
def test_the_ledger_belongs_to_the_programme(tmp_path: Path) -> None:
    programme = tmp_path / "manifests" / "forum"
    programme.mkdir(parents=True)
    (programme / "programme.toml").write_text('id = "forum"\n')
    settings = Settings(manifests=tmp_path / "manifests")
    assert ledger_place(settings) == find_ledger(None, os.environ)
    (programme / "ledger.sqlite").write_bytes(b"x")
    assert ledger_place(settings).path == programme / "ledger.sqlite"
    assert ledger_place(Settings(manifests=programme)).path == programme / "ledger.sqlite"
    (programme / "programme.toml").write_text('id = "forum"\nledger = "../books/l.sqlite"\n')
    assert ledger_place(settings).path == programme.parent / "books/l.sqlite"
    (programme / "programme.toml").write_text('ledger = "postgresql://host/books"\n')
    assert "host/books" in str(ledger_place(settings))
    settings.ledger = str(tmp_path / "named")
    assert ledger_place(settings).path == tmp_path / "named"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:p/SECRET@h/d",
        "postgres://u:SEC@SECRET@127.0.0.1:1/",
        "postgresql://127.0.0.1:1/db?user=u&password=SECRET",
        "postgresql://127.0.0.1:1/db?user=u&sslpassword=SECRET",
        "postgresql://u:SECRET@127.0.0.1:1/db",
        "postgresql://u:SEC SECRET@127.0.0.1:1/db?sslkey=x",
        "postgresql://u:SE/SECRET@127.0.0.1:1/db",
        "postgresql://u:SECRET@127.0.0.1:x/db",
        "postgresql://u@127.0.0.1:1/db?passwort=SECRET",
        "postgresql://u@127.0.0.1:1/db?options=-c%20x%3DSECRET",
        "postgresql:/u:SECRET@h/db",
        "postgresql+psycopg:/u:SECRET@h/db",
    ],
)
def test_a_password_is_never_shown(tmp_path: Path, url: str) -> None:
    for command in (("ledger", "list"), ("doctor",), ("--json", "ledger", "check")):
        done = usbkit("--ledger", url, *command, environ={"XDG_DATA_HOME": str(tmp_path)})
        assert "SECRET" not in done.out + done.err, command
        assert "internal error" not in done.out + done.err, command


@pytest.mark.parametrize("port", ["x", "5432x", "-", "5 4", "٥", "0x10", "1.5"])
@pytest.mark.parametrize("login", ["", "u@", "u:SECRET@"])
def test_a_port_that_is_none_is_named_without_the_password(port: str, login: str) -> None:
    try:
        shown = str(find_ledger(f"postgresql://{login}127.0.0.1:{port}/db", {}))
    except InputError as problem:
        assert problem.findings[0].id == "ledger-url"
        shown = str(problem.findings[0].what)
    assert "SECRET" not in shown


@pytest.mark.sqlite_only
def test_a_driver_that_repeats_the_password_is_not_quoted() -> None:
    place = find_ledger("postgresql://u:hush@h/d", {})
    with pytest.raises(UsbkitError) as found, database_errors(place):
        raise sqlite3.OperationalError("no connection with u:hush@h")
    assert "hush" not in str(found.value)
