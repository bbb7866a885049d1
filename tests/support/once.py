"""Things made once per test run, in any number of processes: the first that needs one makes it, the others wait."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder ``name`` that ``make`` filled; it is only read. What failed is tried again by the next."""
    folder = _shared(factory) / name
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder.parent / f"{name}.made"
        if not done.exists():
            folder = _fresh(folder)
            make(folder)
            done.write_text(str(folder))
        return Path(done.read_text())


def _shared(factory: pytest.TempPathFactory) -> Path:
    """pytest-xdist gives each worker a folder below the run's: https://pytest-xdist.readthedocs.io/en/stable/how-to.html"""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _fresh(folder: Path) -> Path:
    """``folder``, made; beside what a failed try left there, which may still be open somewhere."""
    for number in range(100):
        path = folder.with_name(f"{folder.name}-{number}")
        if not path.exists():
            path.mkdir()
            return path
    raise RuntimeError(f"{folder} could not be made in a hundred tries")
