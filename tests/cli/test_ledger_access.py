"""Opening the ledger: created by commands that record, never by those that only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from usbkit.cli.ledger_access import begin_ledger, login, open_ledger
from usbkit.cli.settings import Settings
from usbkit.core.errors import InputError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_looking_makes_no_ledger(home: Path) -> None:
    assert open_ledger(Settings()).read().journeys == {}
    assert list(home.rglob("*.sqlite")) == []


def test_a_new_ledger_is_said_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begin_ledger(Settings(), "somebody")
    (made,) = home.rglob("*.sqlite")
    assert str(made) in capsys.readouterr().err
    begin_ledger(Settings(), "somebody")
    assert capsys.readouterr().err == ""


def test_one_that_was_named_and_is_not_there_is_an_error(home: Path) -> None:
    with pytest.raises(InputError):
        open_ledger(Settings(ledger=str(home / "none.sqlite")))


def test_the_path_of_a_programme_s_ledger_has_no_dots(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    programme = home / "manifests/forum-2020"
    programme.mkdir(parents=True)
    (programme / "programme.toml").write_text('ledger = "../../ledger.sqlite"\n', encoding="utf-8")
    begin_ledger(Settings(manifests=programme), "somebody")
    assert capsys.readouterr().err == f"A new ledger: {home.resolve() / 'ledger.sqlite'}\n"


@pytest.mark.parametrize(("said", "name"), [("kim", "kim"), ("x" * 130, "x" * 120), ("Jos\udce9", "Jos")])
def test_the_login_is_a_name_that_the_ledger_takes(monkeypatch: pytest.MonkeyPatch, said: str, name: str) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: said)
    assert login() == name


def test_a_login_without_any_letter_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "\udce9")
    assert login().startswith("user ")
