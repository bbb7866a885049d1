"""Reading a manifest's bytes as TOML, and going on past what is not, so that one run says every mistake."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _, mark
from usbkit.core.units import shown
from usbkit.manifest.positions import Positions, locate

#: Lines that are set aside before we give up on a file: by then it is not a manifest with mistakes but something else.
MOST_MISTAKES = 50

_COORDINATES = re.compile(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", re.DOTALL)

# The first line of a statement that is not inside a list.
_STATEMENT = re.compile(r"^\s*(\[\[?[A-Za-z0-9_. -]+\]|[A-Za-z0-9_.-]+\s*=)")

#: How the standard library begins its reasons, and how we say them.
REASONS = {
    "Invalid statement": mark("a line is neither a key with its value, nor a [table], nor a # comment"),
    "Expected newline or end of document after a statement": mark("something follows a value that has ended"),
    "Expected '=' after a key": mark("a key needs = and its value behind it"),
    "Expected ']": mark("a [table] needs its closing bracket"),
    "Expected '\"": mark("a quotation mark is missing"),
    "Expected \"'": mark("a quotation mark is missing"),
    "Found invalid character": mark("a control character stands here"),
    "Illegal character": mark("a line ends, or a control character stands, inside a text: a quotation mark is missing"),
    "Cannot declare": mark("the same [table] stands twice"),
    "Cannot overwrite a value": mark("the same key stands twice in one table"),
    "Cannot mutate": mark("a table is added to where it was closed already"),
    "Cannot redefine": mark("a table is added to where it was closed already"),
    "Duplicate inline table key": mark("the same key stands twice in one table"),
    "Invalid initial character for a key": mark(
        "a key may hold letters, digits, - and _ only, or needs quotation marks"
    ),
    "Unclosed array": mark("a list is not closed: ] is missing, or a comma between its entries"),
    "Unclosed inline table": mark("a table is not closed: its brace is missing, or a comma between its entries"),
    "Unescaped '\\'": mark("a backslash stands inside a text: write / between folders, or the text in single quotes"),
    "Invalid hex value": mark("\\u needs four and \\U eight hexadecimal digits"),
    "Escaped character": mark("\\u names no character"),
    "Unterminated string": mark("a text is not closed: a quotation mark is missing"),
    "Invalid date": mark("there is no such date or time"),
    "Invalid value": mark("a value is neither text in quotation marks, nor a number, date, true, false or list"),
}


@dataclass(frozen=True)
class Reading:
    """A manifest's text as far as it could be read.

    ``lost`` are the keys that stood in lines which are not TOML and were set aside.
    """

    document: Mapping[str, Any]
    positions: Positions
    findings: tuple[Finding, ...]
    lost: frozenset[str] = frozenset()


def read_toml(data: bytes, file: str) -> Reading:
    """Read ``data``; what is not TOML becomes findings, and the rest is read all the same."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        return Reading({}, Positions(), (_wrong_encoding(data, problem, file),))
    lines = text.split("\n")
    findings: list[Finding] = []
    lost: set[str] = set()
    while len(findings) < MOST_MISTAKES:
        try:
            document = tomllib.loads("\n".join(lines))
            return Reading(document, locate("\n".join(lines)), tuple(findings), frozenset(lost))
        except RecursionError:
            findings.append(Finding("manifest-syntax", _("lists or tables are nested too deep"), Place(file)))
            break
        except tomllib.TOMLDecodeError as problem:
            fault = _find_fault(problem, lines)
            findings.append(_not_toml(fault.reason, file, fault.line + 1, lines[fault.line]))
            for number in fault.aside:
                lost.update(re.findall(r"^\s*([A-Za-z0-9_-]+)\s*=", lines[number]))
                lines[number] = _mend(lines[number])
    return Reading({}, Positions(), tuple(findings))


@dataclass(frozen=True)
class _Fault:
    """What stopped the reader, on which line (from 0), and the lines to set aside so that it can go on."""

    reason: str
    line: int
    aside: range


def _find_fault(problem: tomllib.TOMLDecodeError, lines: list[str]) -> _Fault:
    match = _COORDINATES.match(str(problem))
    reason, number = (match[1], match[2]) if match else (str(problem), None)
    if number is None or int(number) > len(lines) or not lines[int(number) - 1].strip():
        # Something was opened and never closed: the fault is where it began, not where the file ends.
        begin = _begin_of_statement(lines, len(lines) - 1)
        return _Fault(reason, begin, range(begin, begin + 1))
    line = int(number) - 1
    begin = _begin_of_statement(lines, line)
    if begin < line and _STATEMENT.match(lines[line]):
        return _Fault(reason, line, range(begin, line))  # this line is sound, the one before it was not closed
    return _Fault(reason, line, range(begin, line + 1))


def _begin_of_statement(lines: list[str], line: int) -> int:
    """The line at which the statement that includes ``line`` begins: all before it can be read."""
    for begin in range(line, 0, -1):
        try:
            tomllib.loads("\n".join(lines[:begin]))
        except tomllib.TOMLDecodeError:
            continue
        return begin
    return 0


def _mend(line: str) -> str:
    """A table's header put right, so that what follows stays in its table; any other line emptied."""
    header = re.match(r"^\s*(\[+)\s*([A-Za-z0-9_.-]+)", line)
    if header is None:
        return ""
    is_array = header[1] == "[[" or "]]" in line
    mended = f"[[{header[2]}]]" if is_array else f"[{header[2]}]"
    return "" if mended == line.strip() else mended


def _not_toml(reason: str, file: str, line: int, found: str) -> Finding:
    said = next((Text(words) for begin, words in REASONS.items() if reason.startswith(begin)), reason)
    return Finding(
        "manifest-syntax",
        _("found {value}: {reason}", value=shown(found.strip()) if found.strip() else _("the end"), reason=said),
        Place(file, line),
        _help(found),
    )


def _help(line: str) -> Text | None:
    line = line.partition("#")[0].rstrip()
    if re.search(r"=\s*\d{1,2}:\d{2}\s*$", line):
        return _("A moment without hours needs quotation marks: {example}", example='at = "12:34"')
    if re.search("[“”‘’«»]", line):
        return _('Use straight quotation marks (") and not those of a word processor.')
    match = re.match(r"^\s*([A-Za-z0-9_-]+)\s*[:=]\s*([^\W\d_][^\"'=\[{]*)$", line)
    return _("Write it as in: {example}", example=f'{match[1]} = "{match[2].strip()}"') if match else None


def _wrong_encoding(data: bytes, problem: UnicodeDecodeError, file: str) -> Finding:
    line = data.count(b"\n", 0, problem.start) + 1
    return Finding(
        "manifest-encoding",
        _("found bytes that are not UTF-8"),
        Place(file, line),
        _("Save the file again with the encoding UTF-8; in Notepad, choose it under Save as."),
    )
