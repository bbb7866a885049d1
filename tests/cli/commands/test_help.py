"""``usbkit help``: by task, of one command, in both languages, in 80 columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.support.cli import usbkit
from usbkit.cli.command_groups import COMMANDS
from usbkit.cli.output.columns import width


def test_help_is_by_task_and_fits(tmp_path: Path) -> None:
    for language, first in (("en", "Make:"), ("ko", "만들기:")):
        said = usbkit("help", "--lang", language, cwd=tmp_path, environ={"COLUMNS": "80"}).expect(0).out
        lines = [line for line in said.splitlines() if line.split()[:1] and line.split()[0] in COMMANDS]
        assert first in said and len(lines) == len(COMMANDS) and max(map(width, lines)) <= 80


@pytest.mark.parametrize("columns", [80, 60])
@pytest.mark.parametrize("command", ["station", "write", "order renew", "hub add-station", "new programme", "--help"])
def test_korean_help_is_wrapped_by_cells(command: str, columns: int) -> None:
    said = usbkit("--lang", "ko", *command.split(), "--help", environ={"COLUMNS": f"{columns}"}).expect(0).out
    too_wide = [line for line in said.splitlines() if width(line) > columns]
    assert not too_wide
    assert "\n\n  " in said, "paragraphs stay apart"


def test_help_of_a_command_is_its_own_help() -> None:
    assert call("help", "ledger", "mark").expect(0).out == call("ledger", "mark", "--help").expect(0).out
    said = call("--json", "help", "check").expect(0).json
    assert said["command"] == "check" and "Usage: usbkit check" in said["help"]


def test_help_as_json_has_the_tasks() -> None:
    tasks = call("help", "--json").expect(0).json["tasks"]
    assert [task["task"] for task in tasks] == ["make", "send", "back", "more"]
    assert tasks[0]["commands"][0]["name"] == "status"


def test_a_command_that_there_is_not_names_the_near_one() -> None:
    assert "Did you mean check" in call("help", "chekc").expect(2).err
    assert "there is no command check now" in call("help", "check", "now").expect(2).err
