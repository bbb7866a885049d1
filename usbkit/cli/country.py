"""One country of several: made in a worker process, with errors and signals turned into an outcome."""

from __future__ import annotations

import ctypes
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import FrameType
from typing import Any

from usbkit.cli.output import show
from usbkit.core.errors import Finding, UsbkitError
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress

#: linux/prctl.h
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Product:
    """What was made for a country: as JSON values, and as lines to print."""

    values: dict[str, Any]
    lines: tuple[str, ...]


class CountryState(StrEnum):
    """The outcome for a country."""

    MADE = "made"
    FAILED = "failed"
    UNFINISHED = "unfinished"


@dataclass(frozen=True)
class CountryOutcome:
    """The outcome for the country ``stem``; ``trace`` is the traceback of a bug of ours, if requested."""

    stem: str
    state: CountryState
    product: Product | None = None
    error: UsbkitError | None = None
    trace: str = ""


class _Stopped(BaseException):
    """The worker was asked to end; every ``finally`` runs on its way."""


def make_one(stem: str, make: Callable[[str, Progress], Product], progress: Progress, verbosity: int) -> CountryOutcome:
    """Return the outcome for one country; only what ends the whole run passes through."""
    try:
        return CountryOutcome(stem, CountryState.MADE, make(stem, progress))
    except UsbkitError as problem:
        return CountryOutcome(stem, CountryState.FAILED, error=_portable(problem))
    except OSError as problem:
        return CountryOutcome(stem, CountryState.FAILED, error=_portable(show.from_os_error(problem)))
    except Exception as problem:  # noqa: BLE001 - the boundary around one country: the others go on
        trace = traceback.format_exc() if verbosity > 0 else ""
        return CountryOutcome(stem, CountryState.FAILED, error=_portable(show.from_our_mistake(problem)), trace=trace)


def make_in_worker(
    stem: str,
    make: Callable[[str, Progress], Product],
    verbosity: int,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> CountryOutcome:
    """Run ``make_one`` in a worker process, which SIGTERM or the parent's death ends cleanly."""
    try:
        _end_upon_signal()
        if should_stop():  # asked before we listened
            raise _Stopped
        return make_one(stem, make, OneLine(stem, progress, should_stop), verbosity)
    except _Stopped:
        return CountryOutcome(stem, CountryState.UNFINISHED)


def _end_upon_signal() -> None:
    signal.signal(signal.SIGTERM, _raise_stopped)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _raise_stopped(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: clearing up is not to be broken off
    raise _Stopped


class OneLine:
    """A ``Progress`` that shows a country's whole work on one line."""

    def __init__(self, stem: str, progress: Progress, should_stop: Callable[[], bool]) -> None:
        self._stem, self._progress, self._should_stop = stem, progress, should_stop

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        self._progress.begin(self._stem, phase, self._say(what), total)

    def advance(self, key: str, amount: int) -> None:
        if self._should_stop():  # our parent has gone
            raise _Stopped
        self._progress.advance(self._stem, amount)

    def end(self, key: str, outcome: str, what: Text | None = None) -> None:
        if what is not None:
            self.remark(what)

    def remark(self, what: Text, key: str | None = None) -> None:
        self._progress.remark(self._say(what), self._stem)

    def _say(self, what: Text) -> Text:
        return _("{country}: {what}", country=self._stem, what=_plain(what))


def _portable(problem: UsbkitError) -> UsbkitError:
    """The same error with values that any process can take."""
    findings = (
        Finding(f.id, _plain(f.what), f.place, None if f.todo is None else _plain(f.todo), f.is_error)
        for f in problem.findings
    )
    return type(problem)(*findings)


def _plain(text: Text) -> Text:
    return Text(text.id, {k: _plain_value(v) for k, v in text.values.items()})


def _plain_value(value: Any) -> Any:
    if isinstance(value, Text):
        return _plain(value)
    return value if isinstance(value, int | float) else str(value)
