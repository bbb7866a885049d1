"""A pytest plugin that tells coverage which test runs, and records each test's duration.

Processes started by a test do this themselves: their context is pytest's own ``PYTEST_CURRENT_TEST``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

#: Names the file for what the tests took.
SECONDS = "USBKIT_MUTANTS_SECONDS"

_seconds: dict[str, float] = {}
_failed: list[str] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    running = coverage.Coverage.current()
    if running is not None:
        running.switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        if running is not None:
            running.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration
    if report.failed:
        _failed.append(report.nodeid)


def pytest_sessionfinish() -> None:
    Path(os.environ[SECONDS]).write_text(json.dumps({"seconds": _seconds, "failed": _failed}))
