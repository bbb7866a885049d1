"""Printing: answers to standard output, remarks and errors to standard error, tables that line up in any script."""

from __future__ import annotations

import difflib
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from usbkit.core.errors import BrokenOffError, Finding, Place, UsbkitError
from usbkit.core.messages import Text, _, escape
from usbkit.trust.sums import fingerprint_rows


def answer(line: Text | str = "") -> None:
    """One line of an answer."""
    click.echo(str(line))


def say(line: Text | str) -> None:
    """One line of remark."""
    click.echo(str(line), err=True)


def document(value: Mapping[str, Any]) -> None:
    """One JSON document as the whole answer."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(
    headers: Sequence[Text | str], rows: Iterable[Sequence[object]], out: Callable[[Text | str], None] = answer
) -> None:
    """A table whose columns line up, wide characters counted as two cells and marks as none; cells are escaped."""
    cells = [[str(h) for h in headers], *([escape(c) for c in row] for row in rows)]
    widths = [max(width(row[i]) for row in cells) for i in range(len(headers))]
    for row in cells:
        padded = (cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True))
        out("  ".join(padded).rstrip())


def width(text: str) -> int:
    """Terminal cells that ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) or unicodedata.category(c) == "Cf" else 2 if wide(c) else 1 for c in text)


def wide(char: str) -> bool:
    """Whether a terminal gives ``char`` two cells (Unicode Standard Annex #11)."""
    return unicodedata.east_asian_width(char) in ("W", "F")


def fingerprint(digits: str, *, aside: bool = False) -> None:
    """A seal's fingerprint in four numbered rows of four groups, as on the letter; ``aside`` as a remark."""
    for line in fingerprint_lines(digits):
        (say if aside else answer)(line)


def fingerprint_lines(digits: str) -> list[Text]:
    """The lines of `fingerprint`."""
    rows = enumerate(fingerprint_rows(digits), start=1)
    return [_("  fingerprint {number}  {row}", number=number, row=row) for number, row in rows]


#: Whether the command answers with ``--json`` in events, one a line, and not in one document.
_answers_in_events = [False]


def answer_in_events(whether: bool) -> None:
    """Have errors be events as well: a program that reads a long command's lines reads nothing else."""
    _answers_in_events[0] = whether


def error(problem: UsbkitError, *, as_json: bool) -> None:
    """All findings of an error, each with its place and what to do next."""
    if as_json:
        found = {"exit": problem.exit_code, "findings": [finding_json(f) for f in problem.findings]}
        if _answers_in_events[0]:
            click.echo(json.dumps({"event": "error", **found}, ensure_ascii=False, default=str))
        else:
            document({"error": found})
        return
    for finding in problem.findings:
        say(finding_line(finding))


def finding_line(finding: Finding) -> str:
    """A finding as a person reads it: ``file:line: field: what``, and below it what to do."""
    at = f"{escape(finding.place)}: " if finding.place else ""
    todo = f"\n    → {finding.todo}" if finding.todo else ""
    return f"{at}{finding.what}{todo}"


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as JSON: ids and places are stable, the words follow the language."""
    place = finding.place or Place("")
    return {
        "id": finding.id,
        "level": "error" if finding.is_error else "remark",
        "file": place.file or None,
        "line": place.line,
        "field": place.field,
        "what": str(finding.what),
        "todo": None if finding.todo is None else str(finding.todo),
    }


def near_miss(name: str, known: Iterable[str]) -> Text | None:
    """ "did you mean" for a mistyped name, None where nothing is near."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return _("There is no {name}: did you mean {near}?", name=name, near=close[0]) if close else None


def from_os_error(problem: OSError) -> BrokenOffError:
    """The world's refusal as an error of ours, with the file the system named."""
    name = problem.filename if isinstance(problem.filename, str | bytes) else ""
    file = name.decode(errors="replace") if isinstance(name, bytes) else name
    what = _("the system said: {reason}", reason=problem.strerror or repr(problem))
    return BrokenOffError(Finding("system-error", what, Place(file) if file else None))


def from_our_mistake(problem: BaseException) -> BrokenOffError:
    """What a user sees of a bug: one line, and how to help us find it."""
    what = _(
        "usbkit made a mistake of its own ({kind}: {detail}). Nothing it says about the result counts.",
        kind=type(problem).__name__,
        detail=problem,
    )
    todo = _("Run the same command with -v and send us what it prints.")
    return BrokenOffError(Finding("our-mistake", what, todo=todo))


@contextmanager
def beside_bars() -> Iterator[None]:
    """Lines printed meanwhile do not run into bars of progress that are drawn on the same terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from tqdm import tqdm

    with tqdm.external_write_mode(file=sys.stderr):
        yield


def is_terminal() -> bool:
    """Whether a person looks at standard output."""
    return sys.stdout.isatty()
