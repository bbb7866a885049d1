"""Running other programs."""

from __future__ import annotations

import os
import select
from pathlib import Path

import pytest

from usbkit.workers.program import ask_program, find_program, run_program


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


def test_a_program_works_in_a_folder_with_what_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "1")
    command = ["/bin/sh", "-c", 'printf "$HOME $LC_ALL $SECRET" > out; exit 3']
    assert run_program(command, 10, tmp_path, {"HOME": "/home/of/its/own"}) == 3
    assert (tmp_path / "out").read_text() == "/home/of/its/own C.UTF-8 "
    assert run_program(["/nothing/there"], 10, tmp_path) is None


def test_what_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", "sleep 600 & echo $! > child; wait"]
    assert run_program(command, 1.0, tmp_path) is None
    assert is_gone(int((tmp_path / "child").read_text()))


def test_what_a_program_leaves_running_is_ended_too(tmp_path: Path) -> None:
    assert run_program(["/bin/sh", "-c", "sleep 600 & echo $! > child"], 10, tmp_path) == 0
    assert is_gone(int((tmp_path / "child").read_text()))


def is_gone(process: int) -> bool:
    """Whether a process that was killed has ended, or does within seconds: it was another's child."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)
