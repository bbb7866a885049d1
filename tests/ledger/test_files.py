"""The ledger's file is private."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ledger.stories import open_ledger, order
from usbkit.ledger import Ledger
from usbkit.ledger.backends import FileBackend
from usbkit.ledger.database import open_file
from usbkit.ledger.files import close_to_others, make_private_file, write_private
from usbkit.ledger.place import LedgerPlace

pytestmark = pytest.mark.sqlite_only


@pytest.fixture(autouse=True)
def wide_open() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {p.name: p.stat().st_mode & 0o777 for p in folder.rglob("*")}


def test_file_log_and_folders_are_the_owners_alone(tmp_path: Path) -> None:
    ledger = Ledger.open(LedgerPlace(tmp_path / "a" / "b" / "ledger.sqlite"), "kim")
    ledger.append(order())
    found = modes(tmp_path)
    assert found == {
        "a": 0o700,
        "b": 0o700,
        **dict.fromkeys(("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"), 0o600),
    }


def test_what_an_older_usbkit_left_readable_is_closed(tmp_path: Path) -> None:
    for name in ("x", "x-wal"):
        (tmp_path / name).write_bytes(b"")
        (tmp_path / name).chmod(0o644)
    close_to_others(tmp_path / "x")
    assert modes(tmp_path) == {"x": 0o600, "x-wal": 0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_root_makes_nothing_of_its_own_in_somebodys_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12346)
    ledger = Ledger.open(LedgerPlace(tmp_path / "new" / "ledger.sqlite"), "kim")
    ledger.append(order())
    owners = {p.name: (p.stat().st_uid, p.stat().st_gid) for p in tmp_path.rglob("*")}
    assert set(owners.values()) == {(12345, 12346)} and len(owners) == 4


def test_what_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"y")
    make_private_file(tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"y"


def test_what_is_written_for_its_owner_is_closed_before_it_says_anything(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"much longer than what comes")
    (tmp_path / "old").chmod(0o666)
    for name in ("old", "new"):
        write_private(tmp_path / name, b"x")
        assert (tmp_path / name).read_bytes() == b"x"
    assert modes(tmp_path) == {"old": 0o600, "new": 0o600}
    write_private(Path("/dev/null"), b"x")
    assert Path("/dev/null").stat().st_mode & 0o777 == 0o666


def test_nothing_is_kept_of_a_transaction_that_failed(tmp_path: Path) -> None:
    open_ledger(tmp_path)
    place = LedgerPlace(tmp_path / "ledger.sqlite")
    backend = FileBackend(place)
    with pytest.raises(KeyError), backend.writing() as connection:
        connection.execute("INSERT INTO fact (name, value) VALUES ('x', 'y')")
        raise KeyError
    raw = open_file(place)
    assert raw.execute("SELECT count(*) FROM fact WHERE name = 'x'").fetchone() == (0,)
    raw.close()
    backend.close()
