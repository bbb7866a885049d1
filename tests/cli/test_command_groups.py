"""The commands by task: a dozen first, and none forgotten."""

from __future__ import annotations

from usbkit.cli.command_groups import COMMANDS, TASKS, group_commands


def test_a_dozen_comes_first_and_every_command_once() -> None:
    groups = group_commands(list(COMMANDS))
    assert sum(len(names) for _title, names in groups[:-1]) == 12 == sum(map(len, TASKS.values()))
    assert sorted(name for _title, names in groups for name in names) == sorted(COMMANDS)
    assert [title.id for title, _names in groups] == ["Make", "Send", "Back", "More"]


def test_a_group_of_which_nothing_is_there_is_left_out() -> None:
    assert [(title.id, names) for title, names in group_commands(["fail", "check"])] == [
        ("Make", ["check"]),
        ("More", ["fail"]),
    ]
