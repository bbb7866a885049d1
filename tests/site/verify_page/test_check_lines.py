"""The lines in README.txt work as described on a sealed folder, and miss exactly what they say they miss."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.verify.folders import KEY, OTHER_KEY, flip, make_sealed
from usbkit.site.templates import Shelf
from usbkit.site.verify_page import LANGUAGES, render_check_lines
from usbkit.trust.sums import fingerprint

LINES = render_check_lines("en", Shelf())


def commands(system: str) -> list[str]:
    """The lines for ``system``: every file first, then the fingerprint."""
    return re.findall(rf"^    {system}: +(.*)$", LINES, re.MULTILINE)


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    return make_sealed(tmp_path / "drive")


@pytest.mark.parametrize("system", ["Linux", "macOS"])
def test_every_file_and_the_fingerprint(sealed: Path, system: str) -> None:
    every_file, the_fingerprint = commands(system)
    if shutil.which(every_file.split()[0]) is None:
        pytest.skip(f"{every_file.split()[0]} is not here")
    assert run(every_file, sealed).returncode == 0
    assert fingerprint((sealed / "SHA256SUMS").read_bytes()) in run(the_fingerprint, sealed).stdout
    (sealed / "autorun.inf").write_text("[autorun]")
    assert run(every_file, sealed).returncode == 0, "what the words beside it warn of"
    flip(sealed / "videos/01-opening.mp4")
    failed = run(every_file, sealed)
    assert failed.returncode == 1 and "videos/01-opening.mp4" in failed.stdout


@pytest.mark.needs("minisign")
def test_the_signature(sealed: Path) -> None:
    (line,) = re.findall(r"^    (minisign .*)$", LINES, re.MULTILINE)
    assert run(line.replace("KEY", KEY.public.to_base64()), sealed).returncode == 0
    assert run(line.replace("KEY", OTHER_KEY.public.to_base64()), sealed).returncode != 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_are_the_same_in_every_language(language: str) -> None:
    def indented(text: str) -> list[str]:
        return [line for line in text.splitlines() if line.startswith("    ")]

    assert indented(render_check_lines(language, Shelf())) == indented(LINES)
