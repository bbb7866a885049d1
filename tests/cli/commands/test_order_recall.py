"""``usbkit order recall`` without a reachable hub; with one: ``tests.cli.commands.test_hub``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calls import call
from usbkit.cli.commands.order_recall import recall

RECALL = ("order", "recall", "guatemala-1", "--station", "busan")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_without_a_hub_it_says_how_to_name_one() -> None:
    assert "no hub is named" in call(*RECALL).expect(2).err


def test_a_hub_that_is_not_reached_is_named_and_changes_nothing(tmp_path: Path) -> None:
    done = call("--hub", "postgresql://usbkit_desk@127.0.0.1:1/hub", *RECALL, "--wait", "0")
    assert done.code in (2, 3) and "127.0.0.1" in done.err and "Traceback" not in done.err


def test_it_waits_within_bounds() -> None:
    assert recall.name == "recall"
    call(*RECALL, "--wait", "601").expect(2)
