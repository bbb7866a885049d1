"""A process forked for a test answers like a new interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Done, usbkit
from tests.support.ready_process import ready_processes


def _in_a_new_one(*arguments: object, cwd: Path, stdin: str = "") -> Done:
    command = [sys.executable, "-m", "usbkit", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("check", "nowhere"),
        ("--lang", "ko", "check", "nowhere"),
        ("--json", "check", "nowhere"),
        ("no-such-command",),
        ("receipt", "enter", "--ledger", "\udcff"),
        ("schema", "country"),
    ],
)
def test_it_answers_as_a_new_interpreter(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert usbkit(*arguments, cwd=tmp_path) == _in_a_new_one(*arguments, cwd=tmp_path)


def test_one_call_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    before = usbkit("check", "nowhere", cwd=tmp_path)
    usbkit("--lang", "ko", "check", "elsewhere", cwd=Path("/"), environ={"USBKIT_LANG": "ko", "COLUMNS": "40"})
    assert usbkit("check", "nowhere", cwd=tmp_path) == before


def test_what_only_a_start_can_read_gets_a_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started = list[object]()
    run = subprocess.run

    def note(*arguments: object, **options: object) -> object:
        started.append(arguments)
        return run(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", note)
    usbkit("--version", cwd=tmp_path)
    assert not started
    for name in ("PYTHONHASHSEED", "LC_ALL", "TZ", "PYTHONOPTIMIZE", "COVERAGE_FILE"):
        usbkit("--version", cwd=tmp_path, environ={name: "1" if name.startswith("PYTHON") else "C"}).expect(0)
    assert len(started) == 5


def test_a_server_that_is_gone_is_said_and_another_takes_its_place(tmp_path: Path) -> None:
    ready_processes().close()
    with pytest.raises(OSError, match=r"closed|descriptor"):
        usbkit("--version", cwd=tmp_path)
    usbkit("--version", cwd=tmp_path).expect(0)
