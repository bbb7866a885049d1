"""``usbkit demo``: what the tour leaves behind, what it leaves alone, and its next command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import usbkit
from usbkit.cli import tour as shown
from usbkit.cli.commands.demo import has_display
from usbkit.cli.settings import Settings
from usbkit.core.messages import _
from usbkit.demo import tour as tour_steps
from usbkit.demo.tour import DAMAGED, STICKS, Step


@pytest.fixture
def tour(demo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo / "tour", tmp_path / "tour"))


def test_it_leaves_two_proven_drives_and_one_that_is_damaged(demo: Path, tour: Path) -> None:
    ledger = ("--ledger", tour / "ledger.sqlite")
    listed = usbkit(*ledger, "--json", "ledger", "list").expect(0).json["drives"]
    assert [drive["state"] for drive in listed] == ["whole", "whole"]
    for stick in STICKS:
        assert usbkit(*ledger, "verify", tour / stick).expect(0).out.count("WHOLE") == 1
    damaged = usbkit(*ledger, "verify", tour / DAMAGED).expect(1).out
    name = min((demo / "guatemala/videos").glob("*.mp4")).name
    assert f"damaged: videos/{name}" in damaged
    assert {p.suffix for p in tour.glob("guatemala-1-labels.*")} >= {".html"}
    assert {p.suffix for p in tour.glob("guatemala-1-verification-letter.*")} >= {".html"}


def test_what_to_type_next_works(tour: Path, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tour.parent / "library").symlink_to(demo / "library")
    monkeypatch.chdir(tour)
    waiting = json.loads(usbkit("--json", "status", "guatemala", environ={"USBKIT_CACHE": "../c"}).expect(0).out)
    assert "send" not in {one["kind"] for one in waiting["waiting"]}, "a demo's drives are for trying"


def test_a_second_demo_does_not_write_over_what_somebody_did(demo: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(demo, tmp_path / "mine", ignore=shutil.ignore_patterns("*.img", "library")))
    manifest = mine / "manifests/forum-2020/guatemala.toml"
    manifest.write_text(manifest.read_text() + "# mine\n")
    ledger = ("--ledger", mine / "tour/ledger.sqlite", "--manifests", mine / "tour/manifests")
    usbkit(*ledger, "ledger", "mark", "sent", "--order", "guatemala-1").expect(0)
    refused = usbkit("--json", "--cache", tmp_path / "c", "demo", mine).expect(2).json["error"]["findings"]
    assert {f["id"] for f in refused} == {"demo-changed"}
    assert {f["file"] for f in refused} == {str(manifest), str(mine / "tour")}
    assert manifest.read_text().endswith("# mine\n")


def test_no_other_ledger_or_hub_is_touched() -> None:
    given = {"USBKIT_LEDGER": "real.sqlite", "USBKIT_HUB": "postgresql://real", "HOME": "/h", "USBKIT_BROWSER": "b"}
    environ = shown._environ(given, Settings(cache=Path("c"), language="ko", templates=Path("t")))
    assert environ == {
        "HOME": "/h",
        "USBKIT_BROWSER": "b",
        "USBKIT_LANG": "ko",
        "USBKIT_CACHE": str(Path("c").absolute()),
        "USBKIT_TEMPLATES": str(Path("t").absolute()),
    }


def test_a_step_that_ends_otherwise_ends_the_tour(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    steps = (
        Step(_("Is it there?"), ("--version",)),
        Step(_("And this?"), ("no-such-command",)),
        Step(_("Never asked."), ("--version",)),
    )
    monkeypatch.setattr(tour_steps, "steps", lambda: steps)
    monkeypatch.setattr(tour_steps, "prepare_tour", lambda demo: tmp_path)
    code, done = shown.run_tour(tmp_path, Settings(cache=tmp_path))
    assert code == 2
    assert done == [
        {"command": ["usbkit", "--version"], "exit": 0},
        {"command": ["usbkit", "no-such-command"], "exit": 2},
    ]
    said = capfd.readouterr().out
    assert (
        said.index(f"These commands run in {tmp_path}")
        < said.index("1. Is it there?")
        < said.index("$ usbkit --version")
        < said.index("2. And this?")
    )


def test_the_next_command_names_usbkit_as_it_was_called(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "bin/usbkit"
    script.parent.mkdir()
    script.touch(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.chdir(tmp_path)
    assert shown.next_command(Path("demo")) == "cd demo/tour && ../../bin/usbkit status"
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/usbkit")
    assert shown.next_command(Path("a b")) == "cd 'a b/tour' && usbkit status"


@pytest.mark.parametrize("has_script", [True, False])
def test_the_next_command_runs_after_python_m_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, has_script: bool
) -> None:
    """`python -m usbkit` leaves the path of a module behind, which nobody can run."""
    (tmp_path / "a demo/tour").mkdir(parents=True)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "argv", [str(Path(shown.__file__).parent.parent / "__main__.py")])
    if not has_script:
        (tmp_path / "python").symlink_to(sys.executable)
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.chdir(tmp_path)
    command = shown.next_command(Path("a demo")).removesuffix("status") + "--version"
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    done = subprocess.run(["bash", "-c", command], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.startswith("usbkit "), done.stderr


def test_a_page_is_opened_only_where_there_is_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert not has_display({})
    assert has_display({"DISPLAY": ":0"}) and has_display({"WAYLAND_DISPLAY": "wayland-0"})
    monkeypatch.setattr(sys, "platform", "win32")
    assert has_display({})
