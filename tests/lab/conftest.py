"""The laboratory as a fixture: one guest for all tests, no sticks left between them; rebooted after a power cut."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.faults import MB
from tests.lab.guestfiles import lock_cache, prepare_guest
from tests.lab.installation import install_project
from tests.lab.laboratory import Laboratory
from tests.lab.writing import make_demo

#: ``short`` or ``long``; without it the laboratory stays closed: booting a machine is not for every test run.
FORM = os.environ.get("USBKIT_LAB", "")


#: What the short form may take on a quiet machine with two cores, in seconds. Said at the end of a run, never a test.
BUDGET = 600

_boots: list[float] = []
_began = time.monotonic()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _boots:
        return
    spent, boots = time.monotonic() - _began, ", ".join(f"{seconds:.0f}" for seconds in _boots)
    terminalreporter.section("laboratory")
    budget = f", of {BUDGET} s on a quiet machine" if FORM == "short" else ""
    terminalreporter.line(f"{FORM} form: {spent:.0f} s{budget}; booted in {boots} s")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        if FORM:
            item.add_marker(pytest.mark.needs("lab"))
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(900))
        if FORM not in ("short", "long"):
            item.add_marker(pytest.mark.skip(reason="boots a guest: USBKIT_LAB=short, or make lab"))
        elif item.get_closest_marker("long") and FORM != "long":
            item.add_marker(pytest.mark.skip(reason="takes minutes: make lab"))


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """The one laboratory of this run, booted."""
    with lock_cache() as cache:
        files = prepare_guest(cache)
        command = install_project(cache)
        with Laboratory(files, command, tmp_path_factory.mktemp("lab")) as laboratory:
            laboratory.boot()
            yield laboratory
            _boots.extend(laboratory.machine.boot_seconds)


@pytest.fixture(scope="session")
def demo(laboratory: Laboratory, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The demo, made on the host by the installed ``usbkit`` where the guest sees it: `tests.lab.writing.DEMO`."""
    usbkit = (laboratory.command, "--cache", tmp_path_factory.mktemp("demo-cache"))
    make_demo(usbkit, laboratory.share / "demo", 24 * MB, noise=24 * MB)


@pytest.fixture
def lab(laboratory: Laboratory) -> Iterator[Laboratory]:
    """The laboratory, on, with every port empty."""
    if not laboratory.machine.is_on:
        laboratory.boot()
    yield laboratory
    laboratory.clear()
