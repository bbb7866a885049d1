"""Chromium 69 of 2018, through PyQtWebEngine 5.12 in a separate environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_PACKAGES = ("PyQt5==5.12.3", "PyQtWebEngine==5.12.1")


@dataclass(frozen=True)
class Job:
    """A page to open, expressions to await in it one after the other, and where a picture of it goes.

    ``click`` names an element to be clicked before, whose file dialog is given the folder ``choose``.
    """

    url: str
    steps: tuple[str, ...] = ()
    shot: str | None = None
    width: int = 1366
    click: str | None = None
    choose: str | None = None


@dataclass(frozen=True)
class Result:
    """The steps' values, console messages, and every address asked for."""

    values: list[Any]
    messages: list[str]
    requests: list[str]


def prepare() -> Path:
    """The Python that has the old engine, made when it is not there (about 90 MB from the package index)."""
    python = HERE / ".old-engine" / "bin" / "python"
    ready = HERE / ".old-engine" / "ready"
    if not ready.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(HERE / ".old-engine")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *_PACKAGES], check=True)
        ready.touch()
    return python


def run(python: Path, jobs: Sequence[Job]) -> list[Result]:
    """Open each job's page in one run of the engine."""
    environ = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu",
    }
    done = subprocess.run(
        [str(python), str(HERE / "old_engine.py")],
        input=json.dumps([asdict(j) for j in jobs]),
        env=environ,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0 and done.stdout, done.stderr
    return [Result(**r) for r in json.loads(done.stdout)]
