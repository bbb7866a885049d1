"""Print answers to standard output, remarks and errors to standard error, tables aligned in any script."""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import click

from usbkit.cli.output import columns
from usbkit.core.errors import BrokenOffError, Finding, Place, UsbkitError
from usbkit.core.messages import Text, _, escape
from usbkit.trust.sums import fingerprint_rows


def answer(line: Text | str = "") -> None:
    """Print one or several lines of an answer; on a terminal, one with a label before it is folded beside its label."""
    click.echo(_folded(_harmless(line)))


#: A label and the blanks that set off what follows.
_LABEL = re.compile(r" *\S+(?: \S+)*? {2,}(?=\S)")


def _folded(line: str) -> str:
    label, cells = _LABEL.match(line), _columns()
    if label is None or cells is None or columns.width(line) <= cells or "\n" in line:
        return line
    return "\n".join(columns.fold(line[label.end() :], cells, " " * columns.width(label[0]), label[0]))


def sentence(line: Text | str) -> None:
    """Print a sentence of an answer, folded between its words where a person reads."""
    for part in _fold_sentence(_harmless(line), _columns(), ""):
        click.echo(part)


def _fold_sentence(line: str, cells: int | None, indent: str) -> Sequence[str]:
    """``line`` in rows of ``cells``. One with a command in it stays whole: pasted in two, its half would be run."""
    if cells is None or columns.width(line) <= cells or "usbkit " in line:
        return [line]
    words = line.lstrip(" ")
    return list(columns.fold(words, cells, indent, line[: len(line) - len(words)]))


def say(line: Text | str) -> None:
    """Print one remark."""
    aside(_harmless(line))


def aside(text: str, *, nl: bool = True, color: bool | None = None) -> None:
    """Print to standard error what is no answer. If it goes to a full disk or to nobody, the work goes on."""
    with suppress(OSError):
        click.echo(text, nl=nl, err=True, color=color)


def _harmless(line: Text | str) -> str:
    """What is not escaped yet, since it is no message with values; its ends of lines, of CSV too, and tabs stay."""
    if isinstance(line, Text):
        return str(line)
    return "".join(part if part in ("\n", "\r\n", "\t") else escape(part) for part in _KEPT.split(line))


_KEPT = re.compile(r"(\r?\n|\t)")


def document(value: Mapping[str, Any]) -> None:
    """Print one JSON document as the whole answer."""
    click.echo(to_json(value, indent=2))


def to_json(value: Mapping[str, Any], indent: int | None = None) -> str:
    """Return ``value`` as JSON that is valid UTF-8 and cannot control a terminal.

    Invalid bytes of a name, and characters that end or reverse a line, become escapes of RFC 8259, section 7, which
    readers turn back into the name.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


#: Beside JSON's own: DEL and C1 controls, line and paragraph separators, bidirectional controls, lone surrogates.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def table(
    headers: Sequence[Text | str], rows: Iterable[Sequence[object]], out: Callable[[Text | str], None] = answer
) -> None:
    """Print an aligned table, folded to the terminal's width; cells are escaped. Without headers there is no first
    line.
    """
    cells = [[escape(c) for c in row] for row in rows]
    for line in columns.table([str(h) for h in headers], cells, _columns()):
        out(line)


def line_width() -> int:
    """Return the cells of a line of text: the terminal's, limited to a readable width."""
    return min(shutil.get_terminal_size().columns, 100)


def _columns() -> int | None:
    """Cells of a line where a person reads; None where a program may."""
    return shutil.get_terminal_size().columns if is_terminal() or os.environ.get("COLUMNS") else None


def fingerprint(digits: str, *, aside: bool = False) -> None:
    """Print a seal's fingerprint in four numbered rows of four groups, as on the letter; with ``aside`` as a remark."""
    for line in fingerprint_lines(digits):
        (say if aside else answer)(line)


def fingerprint_lines(digits: str) -> list[Text]:
    """Return the lines of ``fingerprint``."""
    rows = enumerate(fingerprint_rows(digits), start=1)
    return [_("  fingerprint {number}  {row}", number=number, row=row) for number, row in rows]


#: Whether the command answers with ``--json`` in events, one a line, and not in one document.
_answers_in_events = [False]


def answer_in_events(whether: bool) -> None:
    """Set whether errors are events too, for a program that reads a long command's lines and nothing else."""
    _answers_in_events[0] = whether


def error(problem: UsbkitError, *, as_json: bool) -> None:
    """Print all findings of an error, each with its place and what to do next."""
    if as_json:
        found = {"exit": problem.exit_code, "findings": [finding_json(f) for f in problem.findings]}
        if _answers_in_events[0]:
            click.echo(to_json({"event": "error", **found}))
        else:
            document({"error": found})
        return
    for finding in problem.findings:
        say_finding(finding)


def say_finding(finding: Finding) -> None:
    """Print a finding as a remark, folded between its words where a person reads."""
    is_read = sys.stderr.isatty() or bool(os.environ.get("COLUMNS"))
    cells = shutil.get_terminal_size().columns if is_read else None
    for line in finding_line(finding).split("\n"):
        for part in _fold_sentence(line, cells, "      " if line.startswith("    → ") else "  "):
            say(part)


def finding_line(finding: Finding) -> str:
    """Return a finding for people: ``file:line: field: what``, and below it what to do."""
    at = f"{escape(finding.place)}: " if finding.place else ""
    todo = f"\n    → {finding.todo}" if finding.todo else ""
    return f"{at}{finding.what}{todo}"


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON: ids and places are stable, the words follow the language."""
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


def suggest_near(name: str, known: Iterable[str]) -> Text | None:
    """Return "did you mean" for a name that was said not to exist, None if no name is similar."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return _("Did you mean {near}?", near=close[0]) if close else None


def near_miss(name: str, known: Iterable[str]) -> Text | None:
    """Return "did you mean" for a mistyped name, None if no name is similar."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return _("There is no {name}. Did you mean {near}?", name=name, near=close[0]) if close else None


def from_os_error(problem: OSError) -> BrokenOffError:
    """Return a system error as an error of ours, with the file that the system named."""
    name = problem.filename if isinstance(problem.filename, str | bytes) else ""
    file = name.decode(errors="replace") if isinstance(name, bytes) else name
    what = _("the system said: {reason}", reason=problem.strerror or repr(problem))
    return BrokenOffError(Finding("system-error", what, Place(file) if file else None))


def from_our_mistake(problem: BaseException) -> BrokenOffError:
    """Return the error a user sees for a bug: one line, and how to report it."""
    what = _(
        "internal error in usbkit ({kind}: {detail}). Do not rely on the result above.",
        kind=type(problem).__name__,
        detail=problem,
    )
    todo = _("Run the same command with -v and send us the output.")
    return BrokenOffError(Finding("our-mistake", what, todo=todo))


@contextmanager
def beside_bars() -> Iterator[None]:
    """Keep lines printed inside from mixing with progress bars on the same terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from tqdm import tqdm

    with tqdm.external_write_mode(file=sys.stderr):
        yield


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()
