"""Run one command for several countries: a failure in one does not stop the others, and the exit code reports it.

Each has a separate worker process (``usbkit.workers.side_by_side``), since threads hang on Ctrl-C and a process returns
its memory. What several need is made by one (``usbkit.core.file_lock``), so that the results are the same as one after
another.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli.country import CountryOutcome, CountryState, Product, make_in_worker, make_one
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import AnswerNoError, BrokenOffError, Finding, Place
from usbkit.core.messages import _
from usbkit.core.progress import Progress

if TYPE_CHECKING:
    from usbkit.workers.side_by_side import Loss

#: Countries at a time by default, on a machine with at least as many cores: beyond, the disk is what they wait for.
MOST_AT_ONCE = 8
#: More of them than cores: one waits for the disk while the others read, digest and draw.
_WAITING = 1

#: The line of progress about all countries.
_ALL = "countries"

Make = Callable[[str, Progress], Product]


@dataclass
class Results:
    """What was made, as JSON values, which countries failed, and which were left undone by ``signal``."""

    made: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    signal: int | None = None


def cores() -> int:
    """Return the number of cores that we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def for_each(
    stems: Sequence[str],
    settings: Settings,
    make: Make,
    jobs: int | None = None,
    warm_up: Callable[[Sequence[str]], None] | None = None,
) -> Results:
    """Call ``make`` for every country, ``jobs`` at a time (default: one more than cores), and print each result.

    ``warm_up`` does once, for several, what every worker would repeat. Answers come in the countries' order. With
    several countries an error is printed and stops only its own country, otherwise it passes through; ``conclude``
    prints errors once more at the end, below long output.
    """
    results = Results()
    if len(stems) == 1:
        _take(results, settings, CountryOutcome(stems[0], CountryState.MADE, make(stems[0], settings.progress())))
        return results
    if not hasattr(os, "fork"):
        for stem in stems:
            _take(results, settings, make_one(stem, make, settings.progress(), settings.verbosity))
    else:
        settings.warm_up()
        if warm_up is not None:
            warm_up(stems)
        results.signal = _make_side_by_side(
            results, stems, settings, make, jobs or min(cores() + _WAITING, MOST_AT_ONCE)
        )
    return results


def _make_side_by_side(results: Results, stems: Sequence[str], settings: Settings, make: Make, jobs: int) -> int | None:
    """Fill ``results``; the number of the signal that broke it off, None when none did."""
    from usbkit.workers.side_by_side import Strand, run_side_by_side

    progress = settings.progress()
    board = _Board(results, settings, progress, len(stems))
    strands = [
        Strand(s, functools.partial(make_in_worker, s, make, settings.verbosity), functools.partial(_lost, s))
        for s in stems
    ]
    done = run_side_by_side(
        strands,
        progress,
        stall_limit=float("inf"),  # a video may take an hour
        at_once=jobs,
        on_answer=board.take,
    )
    return done.signal


def _lost(stem: str, loss: Loss) -> CountryOutcome:
    """What became of a country whose worker gave no answer."""
    from usbkit.workers.side_by_side import LossKind

    if loss.kind is LossKind.INTERRUPTED:
        return CountryOutcome(stem, CountryState.UNFINISHED)
    what = _("its process ended without a result: {reason}", reason=loss.reason)
    todo = _("Run the command again for this country. If memory is short, pass --jobs 1.")
    return CountryOutcome(
        stem, CountryState.FAILED, error=BrokenOffError(Finding("worker-died", what, Place(stem), todo))
    )


class _Board:
    """Takes outcomes as they come, shows how far we are, and prints them in the countries' order."""

    def __init__(self, results: Results, settings: Settings, progress: Progress, count: int) -> None:
        self._results, self._settings, self._progress, self._count = results, settings, progress, count
        self._waiting: dict[int, CountryOutcome] = {}
        self._done = self._printed = 0

    def take(self, index: int, outcome: CountryOutcome) -> None:
        self._progress.end(outcome.stem, outcome.state)
        self._waiting[index] = outcome
        self._done += outcome.state is not CountryState.UNFINISHED
        with show.beside_bars():
            while (due := self._waiting.pop(self._printed, None)) is not None:
                _take(self._results, self._settings, due)
                self._printed += 1
        what = _("{done} of {count} countries done", done=self._done, count=self._count)
        if self._printed < self._count:
            self._progress.begin(_ALL, "countries", what, None)
        else:
            self._progress.end(_ALL, "done", what)


def _take(results: Results, settings: Settings, outcome: CountryOutcome) -> None:
    """Print one country's outcome and keep it."""
    if outcome.product is not None:
        results.made.append(outcome.product.values)
        for line in () if settings.json else outcome.product.lines:
            show.answer(line)
    elif outcome.error is not None:
        findings = [show.finding_json(f) for f in outcome.error.findings]
        results.failed.append({"country": outcome.stem, "exit": outcome.error.exit_code, "findings": findings})
        if outcome.trace:
            show.say(outcome.trace)
        if not settings.json:
            show.error(outcome.error, as_json=False)
    else:
        results.unfinished.append(outcome.stem)


def conclude(results: Results, settings: Settings, name: str) -> None:
    """Print the JSON document (its list called ``name``), or which countries failed; exit 1 if any did.

    After a signal, also print what is done and what is not; the exit code is then the signal's.
    """
    count = len(results.made) + len(results.failed) + len(results.unfinished)
    if settings.json:
        show.document({name: results.made, "failed": results.failed, "unfinished": results.unfinished})
    elif results.failed:
        names = ", ".join(failure["country"] for failure in results.failed)
        show.say(
            _("{failed} of {count} countries failed: {names}", failed=len(results.failed), count=count, names=names)
        )
    if results.signal is not None:
        from usbkit.workers.interrupts import exit_for_signal

        done, names = len(results.made), ", ".join(results.unfinished)
        show.say(_("Stopped: {done} of {count} countries are done, whole.", done=done, count=count))
        if results.unfinished:
            show.say(_("Not done, and nothing half-finished left of: {names}", names=names))
        click.get_current_context().exit(exit_for_signal(results.signal))
    if results.failed:
        click.get_current_context().exit(AnswerNoError.exit_code)
