"""``usbkit station`` before it starts: which orders it can fill, and how an order gets there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cli.calls import call
from tests.ledger.stories import open_ledger, order
from usbkit.cli.commands.station import _confirmed, _say_end, station
from usbkit.cli.settings import Settings


def test_a_first_order_is_the_desk_s(tmp_path: Path) -> None:
    (finding,) = _refused(tmp_path)
    assert finding["todo"] == "Order drives with: usbkit order add COUNTRY COUNT"
    assert station.name == "station"


def test_at_a_hub_the_order_comes_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usbkit.cli.hub_access.turn", lambda settings, ledger: None)
    (finding,) = _refused(tmp_path, "--hub", "postgresql://nowhere.invalid/hub")
    assert "The hub then brings the order here." in finding["todo"]


def test_an_order_of_another_ledger_comes_as_a_share(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    desk = open_ledger(tmp_path / "desk")
    desk.append(order())
    merge = ("ledger", "merge", tmp_path / "desk" / "ledger.sqlite", "--as", "desk", "--yes")
    call("--ledger", tmp_path / "ledger.sqlite", *merge).expect(0)
    (finding,) = _refused(tmp_path)
    assert finding["todo"] == "Those of other ledgers come here as shares: usbkit order take FILE"


def test_a_file_is_confirmed_by_the_name_that_it_was_given_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stick, other = tmp_path / "stick.img", tmp_path / "other.img"
    assert str(stick) in _confirmed(["stick.img"], [stick])
    assert str(other) not in _confirmed(["other.img"], [stick]), "only files that stand for ports"
    assert {"4C53", "1-1"} <= _confirmed(["4C53", "1-1"], [stick])


def _refused(folder: Path, *shared: str) -> list[dict[str, str]]:
    done = call("--json", "--ledger", folder / "ledger.sqlite", "--manifests", folder, *shared, "station", "--yes")
    findings: list[dict[str, str]] = done.expect(2).json["findings"]
    assert [f["id"] for f in findings] == ["no-open-order"]
    return findings


def test_it_ends_with_where_the_ledger_ends_and_what_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = open_ledger(tmp_path)
    desk.append(order())
    machine: Any = SimpleNamespace(recorder=SimpleNamespace(works=()), troubles=())
    _say_end(Settings(), desk, machine)
    why, *heads = capsys.readouterr().out.splitlines()
    assert "it shows later whether an entry was removed" in why
    assert heads and all(head.startswith("usbkit head v1 ") for head in heads)
