"""The project as a user has it: its wheel, installed into a separate environment that the guest sees."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.support.cli import TOP, run


def install_project(cache: Path) -> Path:
    """Build the wheel of this checkout and install it; the path of the ``usbkit`` command.

    What the project depends on is kept in the cache and fetched again when ``pyproject.toml`` changes.
    """
    digest = hashlib.sha256((TOP / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()[:16]
    place = cache / f"installed-{digest}"
    with tempfile.TemporaryDirectory(prefix="wheel-") as work:
        run(sys.executable, "-m", "build", "--wheel", "--outdir", work, TOP)
        (wheel,) = Path(work).glob("*.whl")
        if not (place / "complete").exists():
            _make_environment(cache, place, wheel)
        run(place / "bin/pip", "install", "--quiet", "--no-deps", "--force-reinstall", wheel)
    return place / "bin/usbkit"


def _make_environment(cache: Path, place: Path, wheel: Path) -> None:
    for old in cache.glob("installed-*"):
        shutil.rmtree(old)
    run(sys.executable, "-m", "venv", place)
    run(place / "bin/pip", "install", "--quiet", wheel)
    (place / "complete").touch()


PYTHON: Final = Path(sys.executable).resolve()
