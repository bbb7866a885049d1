"""Scripts and styles use only what browsers of 2017 and 2018 support."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import HERE
from usbkit.core import package_data

pytestmark = pytest.mark.needs("node")


def _assets(pattern: str) -> list[str]:
    found = sorted(str(p) for p in (package_data.templates() / "assets").glob(pattern))
    assert found
    return found


def test_scripts_are_of_2017(judges: Path) -> None:
    command = [str(judges / ".bin" / "eslint"), "-c", str(HERE / "eslint.config.mjs"), *_assets("*.js")]
    done = subprocess.run(command, cwd=HERE.parent.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_newer_script_would_be_noticed(judges: Path, tmp_path: Path) -> None:
    newer = HERE / "newer.tmp.js"
    newer.write_text("(function () { [1].flat(); window?.close(); }());\n")
    try:
        command = [str(judges / ".bin" / "eslint"), "-c", str(HERE / "eslint.config.mjs"), str(newer)]
        done = subprocess.run(command, cwd=HERE.parent.parent, capture_output=True, text=True, check=False)
    finally:
        newer.unlink()
    assert done.returncode == 1


def test_styles_are_of_2017(judges: Path) -> None:
    command = ["node", str(HERE / "lint-styles.mjs"), *_assets("*.css"), *_assets("fonts/*/font.css")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"
