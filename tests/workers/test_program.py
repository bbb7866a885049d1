"""Short questions to other people's programs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from usbkit.workers.program import ask_program, find_program


def test_a_program_answers_without_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "1")
    answer = ask_program(["/usr/bin/env"], 10)
    assert answer is not None
    assert b"SECRET" not in answer
    assert b"LC_ALL=C" in answer


@pytest.mark.parametrize("command", [["/bin/false"], ["/nothing/there"], ["/bin/sleep", "60"]])
def test_no_answer(command: list[str]) -> None:
    assert ask_program(command, 0.2) is None


def test_where_programs_are(tmp_path: Path) -> None:
    (tmp_path / "tool").touch(0o755)
    assert find_program("tool", os.devnull, ()) is None
    assert find_program("tool", "", [str(tmp_path)]) == tmp_path / "tool"
    assert find_program("sh") is not None
