"""Capabilities: skip with a reason, fail where ``USBKIT_REQUIRE`` says so, and print what ran for each."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.capabilities import CAPABILITIES, required, why_not
from tests.support.cli import usbkit
from tests.verify.report import write_report

_ran: Counter[str] = Counter()
_skipped: Counter[str] = Counter()


def pytest_configure(config: pytest.Config) -> None:
    """Ctrl-C counts, also where this run was started in the background by a shell that has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _needs(item: pytest.Item) -> list[str]:
    return [name for mark in item.iter_markers("needs") for name in mark.args]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in _needs(item):
        reason = why_not(name)
        if reason is None:
            continue
        _skipped[name] += 1
        if name in required():
            pytest.fail(f"USBKIT_REQUIRE names {name}, but: {reason}", pytrace=False)
        pytest.skip(f"{name}: {reason}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        for name in getattr(report, "usbkit_needs", ()):
            _ran[name] += 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    vars(report)["usbkit_needs"] = _needs(item)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("capabilities")
    for name in CAPABILITIES:
        ran, skipped = _ran[name], _skipped[name]
        if ran or skipped or name in required():
            state = "required" if name in required() else "optional"
            terminalreporter.write_line(f"{name:12} {state}: {ran} ran, {skipped} skipped")
    if place := write_report():
        terminalreporter.write_line(f"what every checker said of every case: {place}")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``usbkit demo`` made, once a test run; tests read it and change nothing in it."""
    folder = tmp_path_factory.mktemp("spine") / "demo"
    usbkit("demo", folder).expect(0)
    return folder
