"""The reference pages and the man page match the code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import architecture
from tests.support.cli import TOP, run
from tests.support.reference import PAGES

REFERENCE = TOP / "docs/reference"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages made now, in a process of its own: others may have loaded commands in another language."""
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run([sys.executable, "-m", "tests.support.reference", folder], cwd=TOP, check=True)
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says(made: Path, name: str) -> None:
    assert (REFERENCE / name).read_text() == (made / name).read_text(), "run: make reference"


def test_each_command_and_finding_is_there(made: Path) -> None:
    commands = (made / "commands.md").read_text()
    assert "\n## usbkit ledger mark\n" in commands
    assert "`USBKIT_BUILD_OUTPUT` (--output)" in commands
    codes = (made / "codes.md").read_text()
    for id in ("file-missing", "holds-system", "drive-vanished", "subtitle-timing", "lock-source-changed"):
        assert f"\n| `{id}` |" in codes
    events = (made / "json.md").read_text()
    assert "| `progress` | `key`, … |" in events


@pytest.mark.needs("mandoc")
def test_the_man_page_is_well_formed(made: Path) -> None:
    run("mandoc", "-T", "lint", "-W", "warning", made / "usbkit.1")
    assert "usbkit build" in run("mandoc", "-T", "utf8", made / "usbkit.1").replace("\b", "")


def test_the_picture_of_the_architecture_is_the_contract() -> None:
    assert list(architecture.undescribed()) == []
    text = architecture.DOCUMENT.read_text(encoding="utf-8")
    assert architecture.BEGIN in text and text == architecture.with_picture(text), "run: make reference"
