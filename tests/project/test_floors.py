"""The floors of coverage: values below one are reported, and no floor is ever lowered."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support import floors
from tests.support.cli import TOP
from tests.support.floors import Share, below, format_floors, lift, measure, read_floors

FLOORS = {"usbkit/disk": Share(90.0, 80.0), "usbkit/core": Share(70.0, 60.0)}


def _report(**files: tuple[int, int, int, int]) -> dict[str, Any]:
    names = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    rows = {f.replace("__", "/"): {"summary": dict(zip(names, n, strict=True))} for f, n in files.items()}
    return {"files": {f"{name}.py": row for name, row in rows.items()}}


def test_a_package_is_measured_over_all_its_files() -> None:
    report = _report(usbkit__disk__a=(9, 10, 1, 2), usbkit__disk__reader__b=(1, 10, 1, 6), usbkit__main=(0, 5, 0, 0))
    assert measure(report) == {"usbkit/disk": Share(50.0, 25.0), "usbkit": Share(0.0, 100.0)}


def test_what_is_below_its_floor_is_named() -> None:
    assert list(below(FLOORS, FLOORS)) == []
    found = {"usbkit/disk": Share(89.9, 80.0), "usbkit/core": Share(70.0, 59.9), "usbkit/new": Share(1.0, 1.0)}
    first, second, third = below(FLOORS, found)
    assert first.startswith("usbkit/core: 59.9 % of its branches")
    assert second.startswith("usbkit/disk: 89.9 % of its lines")
    assert third == "usbkit/new: has no floor; run: make floors"
    (gone,) = below(FLOORS, {"usbkit/disk": Share(100.0, 100.0)})
    assert gone.startswith("usbkit/core: has a floor, and no code")


def test_a_floor_is_lifted_and_never_lowered() -> None:
    found = {"usbkit/disk": Share(95.27, 10.0), "usbkit/new": Share(0.2, 50.0)}
    assert lift(FLOORS, found) == {"usbkit/disk": Share(94.7, 80.0), "usbkit/new": Share(0.0, 49.5)}


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(floors, "FLOORS", tmp_path / "floors.txt")
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps(_report(usbkit__disk__a=(9, 10, 1, 2))))
    assert floors.main([str(report)]) == 1
    assert "has no floor" in capsys.readouterr().err
    assert floors.main(["--raise", str(report)]) == 0
    assert (tmp_path / "floors.txt").read_text().splitlines()[1:] == ["usbkit/disk 89.5 49.5"]
    assert floors.main([str(report)]) == 0


def test_no_floor_was_ever_lowered() -> None:
    """Of all versions of the file, each with those before it; a package that is gone takes its floor along."""
    now = read_floors(floors.FLOORS.read_text(encoding="utf-8"))
    assert read_floors(format_floors(now)) == now
    commits = subprocess.run(
        ["git", "log", "--format=%H", "--", "tests/floors.txt"], cwd=TOP, check=True, capture_output=True, text=True
    ).stdout.split()
    for commit in commits:
        then = subprocess.run(
            ["git", "show", f"{commit}:tests/floors.txt"], cwd=TOP, check=False, capture_output=True, text=True
        )
        for package, floor in read_floors(then.stdout).items():
            if not (TOP / package).exists():
                continue
            assert now[package].lines >= floor.lines and now[package].branches >= floor.branches, (commit, package)
