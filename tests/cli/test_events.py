"""Long commands with ``--json`` print events, one per line, errors included."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli import usbkit


@pytest.mark.parametrize(
    "command",
    [
        ["write", "guatemala"],
        ["write", "--bundle", "nothing", "--drive", "nothing.img"],
        ["wipe", "nothing.img"],
        ["drives", "test", "nothing.img"],
        ["station", "--yes"],
    ],
)
def test_an_error_is_one_event(tmp_path: Path, command: list[str]) -> None:
    done = usbkit("--json", "--ledger", tmp_path / "ledger.sqlite", *command, cwd=tmp_path)
    assert done.code == 2
    (line,) = done.out.splitlines()
    event = json.loads(line)
    assert (event["event"], event["exit"]) == ("error", 2)
    assert event["findings"][0]["id"]


def test_other_commands_answer_with_one_document(tmp_path: Path) -> None:
    done = usbkit("--json", "verify", "nothing.img", cwd=tmp_path)
    assert json.loads(done.out)["error"]["exit"] == done.code
