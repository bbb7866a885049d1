"""One command for several countries: a failure in one leaves the others, and the exit code tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from usbkit.cli import show
from usbkit.cli.settings import Settings
from usbkit.errors import AnswerNoError, UsbkitError
from usbkit.text import _


@dataclass
class Results:
    """What was made for whom, as JSON values, and which countries failed."""

    made: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)


def for_each(stems: Sequence[str], settings: Settings, make: Callable[[str], dict[str, Any]]) -> Results:
    """Call ``make`` for every country. An error is its country's alone when there are several, else it passes through.

    Each is said where it happens; `conclude` says it once more at the end, below a long output.
    """
    results = Results()
    for stem in stems:
        try:
            results.made.append(make(stem))
        except UsbkitError as problem:
            if len(stems) == 1:
                raise
            findings = [show.finding_json(f) for f in problem.findings]
            results.failed.append({"country": stem, "exit": problem.exit_code, "findings": findings})
            if not settings.json:
                show.error(problem, as_json=False)
    return results


def conclude(results: Results, settings: Settings, name: str) -> None:
    """Print the JSON document (its list called ``name``), or which countries failed; exit 1 where any did."""
    if settings.json:
        show.document({name: results.made, "failed": results.failed})
    elif results.failed:
        names = ", ".join(failure["country"] for failure in results.failed)
        count = len(results.made) + len(results.failed)
        show.say(
            _("{failed} of {count} countries failed: {names}", failed=len(results.failed), count=count, names=names)
        )
    if results.failed:
        click.get_current_context().exit(AnswerNoError.exit_code)
