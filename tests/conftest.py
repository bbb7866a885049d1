"""Capabilities: skip with a reason, fail if ``USBKIT_REQUIRE`` says so, and print what ran for each.

In several processes (``pytest -n``) the records come back in the tests' reports and in a worker's final data; the
summary is the same as in one. ``tests.support.suite`` says which tests stay together, and which are slow.
"""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.support import sample, suite
from tests.support.capabilities import CAPABILITIES, required, why_not
from tests.support.cli import usbkit
from tests.support.once import once
from tests.support.scheduler import GroupScheduling, write_groups
from tests.verify import report as cases

# However loaded the machine: what hangs is ended by pytest-timeout, and what is slow is a benchmark's to say.
hypothesis.settings.register_profile("usbkit", deadline=None)
hypothesis.settings.load_profile("usbkit")

_LACKED = pytest.StashKey[str]()
_GROUPS = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_ran: Counter[str] = Counter()
_skipped: Counter[str] = Counter()


def pytest_configure(config: pytest.Config) -> None:
    """Ctrl-C counts, also where this run was started in the background by a shell that has it ignored. What usbkit
    keeps for a user is this run's own: no test finds what another left. How wide a terminal is, a test says itself.
    """
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
        os.unsetenv(name)  # also where a library wrote it past Python, as readline does
    kept = tempfile.TemporaryDirectory(prefix="usbkit-data-")
    config.add_cleanup(kept.cleanup)
    os.environ["XDG_DATA_HOME"] = kept.name
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _needs(item: pytest.Item) -> list[str]:
    return [name for mark in item.iter_markers("needs") for name in mark.args]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is slow, and put every test into its group, the longest first where several processes share them."""
    for item in items:
        if suite.is_slow(item.nodeid, _needs(item), getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    if not hasattr(config, "workerinput"):
        return
    groups = {item: suite.group_of(item.nodeid, _needs(item)) for item in items}
    rank = suite.longest_first([(item.nodeid, group) for item, group in groups.items()])
    items.sort(key=lambda item: rank[groups[item]])
    written = {item.nodeid: group for item, group in groups.items()}
    write_groups(Path(config.workerinput["usbkit_groups"]), config.workerinput["workerid"], written)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker of pytest-xdist is begun: it is told where to write its tests' groups."""
    stash = node.config.stash
    if _GROUPS not in stash:
        stash[_GROUPS] = tempfile.TemporaryDirectory(prefix="usbkit-groups-")
    node.workerinput["usbkit_groups"] = stash[_GROUPS].name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Ours, where groups are asked for."""
    if config.getoption("dist") != "loadgroup":
        return None
    return GroupScheduling(config, log, Path(config.stash[_GROUPS].name))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in _needs(item):
        reason = why_not(name)
        if reason is None:
            continue
        item.stash[_LACKED] = name
        if name in required():
            pytest.fail(f"USBKIT_REQUIRE names {name}, but: {reason}", pytrace=False)
        pytest.skip(f"{name}: {reason}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Counts in the process that prints the summary: xdist carries what hangs on a report there."""
    if report.when == "setup" and (lacked := getattr(report, "usbkit_lacked", None)):
        _skipped[lacked] += 1
    if report.when == "call":
        for name in getattr(report, "usbkit_needs", ()):
            _ran[name] += 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    vars(report).update(usbkit_needs=_needs(item), usbkit_lacked=item.stash.get(_LACKED, None))
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over what it alone knows."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output.update(usbkit_samples=sample.TAKEN, usbkit_cases=cases.SAID)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of pytest-xdist has ended; one that crashed hands nothing over."""
    output = getattr(node, "workeroutput", {})
    sample.TAKEN.update({name: (count, whole) for name, (count, whole) in output.get("usbkit_samples", {}).items()})
    cases.merge(output.get("usbkit_cases", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("capabilities")
    for name in CAPABILITIES:
        ran, skipped = _ran[name], _skipped[name]
        if ran or skipped or name in required():
            state = "required" if name in required() else "optional"
            terminalreporter.write_line(f"{name:12} {state}: {ran} ran, {skipped} skipped")
    if sample.TAKEN:
        terminalreporter.section("samples" if not sample.is_long() else "long form")
    for name, (count, whole) in sorted(sample.TAKEN.items()):
        terminalreporter.write_line(f"{name}: {count} of {whole}")
    if place := cases.write_report():
        terminalreporter.write_line(f"what every checker said of every case: {place}")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``usbkit demo`` made, once a test run; tests read it and change nothing in it."""
    return once(tmp_path_factory, "demo", _make_demo) / "demo"


def _make_demo(folder: Path) -> None:
    usbkit("demo", folder / "demo").expect(0)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded stays, and need not be looked through for garbage again and again."""
    gc.freeze()
