"""The ledger's knowledge of a drive being checked: used if there is a ledger, which is never created."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.ledger import stories
from usbkit.cli.ledger_lookup import RecordedDrives, journey_json
from usbkit.cli.settings import Settings
from usbkit.core.errors import InputError
from usbkit.trust.passport import Passport


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _passport(nonce: str | None) -> Passport:
    return Passport("forum-test", "GT", 3, dt.date(2020, 10, 30), "corps", "ab" * 32, nonce=nonce)


def test_nobody_is_asked_where_there_is_no_ledger(home: Path) -> None:
    assert RecordedDrives(Settings()).find(_passport("00" * 32)) is None
    assert list(home.rglob("*.sqlite")) == []


def test_a_named_ledger_must_be_there(home: Path) -> None:
    drives = RecordedDrives(Settings(ledger=str(home / "none.sqlite")))
    assert drives.find(None) is None
    with pytest.raises(InputError):
        drives.find(_passport("00" * 32))


def test_a_drive_is_found_by_its_nonce_alone(home: Path) -> None:
    ledger = stories.open_ledger(home)
    with ledger.write() as writing:
        writing.append(stories.order())
        drive = writing.mint("guatemala-1", 1)
    nonce = ledger.find_nonce(ledger.read().journey(drive))
    ledger.close()
    drives = RecordedDrives(Settings(ledger=str(home / "ledger.sqlite")))
    found = journey_json(drives.find(_passport(nonce)))
    assert found is not None and (found["drive"], found["number"], found["order"]) == (drive, 1, "guatemala-1")
    assert drives.find(_passport("00" * 32)) is None
    assert journey_json(None) is None
