"""Read a manifest's bytes as TOML, and continue after invalid lines, so that one run reports every mistake."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _, mark
from usbkit.core.units import shown
from usbkit.manifest.bounds import Excess, ExcessError, check_document, check_size, parse_toml
from usbkit.manifest.fields import write_path
from usbkit.manifest.headers import straighten_headers
from usbkit.manifest.positions import Positions

if TYPE_CHECKING:
    from pydantic import BaseModel

#: Lines that are set aside before we give up on a file: by then it is not a manifest with mistakes but something else.
MOST_MISTAKES = 50

#: Characters that the standard library's reader is given to find all mistakes of one file: some seconds of its work.
MOST_READ = 4 * 2**20

#: Characters of a line that is put right by itself; the patterns for that are not made for long ones.
_LONGEST_CORRECTED = 2_000

_COORDINATES = re.compile(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", re.DOTALL)

#: Encodings that name themselves, and those that editors on Korean, Western and Russian Windows save in.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_GUESSES = (("cp949", "CP949"), ("cp1252", "CP1252"), ("cp1251", "CP1251"))

# The first line of a statement that is not inside a list.
_STATEMENT = re.compile(r"^\s*(\[\[?[A-Za-z0-9_. -]+\]|[A-Za-z0-9_.-]+\s*=)")

# A line that can be the first of a statement; entries of lists mostly are not.
_MAY_BEGIN = re.compile(r"^\s*\[|^[^=#]*=")

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
    "Cannot declare": mark("the same [table] appears twice"),
    "Cannot overwrite a value": mark("the same key appears twice in one table"),
    "Cannot mutate": mark("a table is added to where it was closed already"),
    "Cannot redefine": mark("a table is added to where it was closed already"),
    "Duplicate inline table key": mark("the same key appears twice in one table"),
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

    ``lost`` are the keys in invalid lines, which were skipped; ``corrected`` the original text of lines that were read
    with a correction, by line number.
    """

    document: Mapping[str, Any]
    positions: Positions
    findings: tuple[Finding, ...]
    lost: frozenset[str] = frozenset()
    corrected: Mapping[int, str] = field(default_factory=dict)


class _Reader:
    """The standard library's reader, given no more of one file than it reads in some seconds."""

    def __init__(self) -> None:
        self._left = MOST_READ

    def read(self, text: str) -> dict[str, Any]:
        """The document. Raises TOMLDecodeError, ExcessError, _SpentError."""
        self._left -= len(text)
        if self._left < 0:
            raise _SpentError
        return parse_toml(text)


class _SpentError(Exception):
    """The work that one file is worth is done; never leaves this module."""


def read_toml(data: bytes, file: str, model: type[BaseModel] | None = None) -> Reading:
    """Read ``data``; invalid parts become findings, and the rest is still read.

    A header with a wrong form or name of a table in ``model`` is corrected and reported. A file that exceeds the limits
    (``usbkit.manifest.bounds``) gives one finding and is not read.
    """
    if (large := check_size(len(data))) is not None:
        return Reading({}, Positions(), (_say_excess(large, file),))
    text, wrong = _decode(data, file)
    lines = text.replace("\r\n", "\n").split("\n")
    findings: list[Finding] = list(wrong)
    if model is not None:
        findings += straighten_headers(lines, model, file)
    try:
        return _read_on(lines, file, findings)
    except _SpentError:
        todo = _("Correct these lines first; errors below them are shown after that.")
        findings.append(Finding("manifest-syntax", _("there are more mistakes"), Place(file), todo))
    except ExcessError as problem:
        findings.append(_say_excess(problem.excess, file))
    return Reading({}, Positions(), tuple(findings))


def _read_on(lines: list[str], file: str, findings: list[Finding]) -> Reading:
    """Read ``lines``, setting aside what is not TOML. Raises ExcessError and _SpentError."""
    reader, lost, corrected = _Reader(), set[str](), dict[int, str]()
    while len(findings) < MOST_MISTAKES:
        try:
            document = reader.read("\n".join(lines))
        except tomllib.TOMLDecodeError as problem:
            try:
                fault = _find_fault(problem, lines, reader)
            except _SpentError:
                findings.append(_say_first(problem, lines, file))
                raise
            before = list(lines)
            if (finding := _correct(fault, lines, file, reader)) is not None:
                findings.append(finding)
                if finding.id == "manifest-syntax":
                    corrected |= {n + 1: line for n, line in enumerate(before) if line != lines[n]}
                continue
            findings.append(_not_toml(fault.reason, file, fault.line + 1, lines[fault.line]))
            for number in (*fault.aside, *_homeless(lines, fault.aside)):
                lost.update(re.findall(r"^\s*([A-Za-z0-9_-]+)", lines[number]))
                lines[number] = _mend(lines[number])
            continue
        excess, positions = check_document(document), Positions("\n".join(lines))
        if excess is not None:
            findings.append(_say_excess(excess, file, positions.line(excess.path), write_path(excess.path, document)))
            break
        return Reading(document, positions, tuple(findings), frozenset(lost), corrected)
    return Reading({}, Positions(), tuple(findings))


def _say_first(problem: tomllib.TOMLDecodeError, lines: list[str], file: str) -> Finding:
    """What the reader said, where there is no time to look for the line that it began at."""
    match = _COORDINATES.match(str(problem))
    number = int(match[2]) if match is not None and match[2] else len(lines)
    return _not_toml(match[1] if match else str(problem), file, number, lines[number - 1])


def _say_excess(excess: Excess, file: str, line: int | None = None, field: str = "") -> Finding:
    todo = _("Take out what does not belong into a manifest, or ask who wrote the file.")
    return Finding("manifest-excess", excess.what, Place(file, excess.line or line, field or None), todo)


@dataclass(frozen=True)
class _Fault:
    """What stopped the reader, on which line (from 0), and the lines to set aside so that it can go on."""

    reason: str
    line: int
    aside: range


def _find_fault(problem: tomllib.TOMLDecodeError, lines: list[str], reader: _Reader) -> _Fault:
    match = _COORDINATES.match(str(problem))
    reason, number = (match[1], match[2]) if match else (str(problem), None)
    if number is None or int(number) > len(lines) or not lines[int(number) - 1].strip():
        # Something was opened and never closed: the fault is where it began, not where the file ends.
        begin = _begin_of_statement(lines, len(lines) - 1, reader)
        return _Fault(reason, begin, range(begin, begin + 1))
    line = int(number) - 1
    begin = _begin_of_statement(lines, line, reader)
    if begin < line and _STATEMENT.match(lines[line]):
        return _Fault(reason, line, range(begin, line))  # this line is sound, the one before it was not closed
    return _Fault(reason, line, range(begin, line + 1))


def _correct(fault: _Fault, lines: list[str], file: str, reader: _Reader) -> Finding | None:
    """Put the line right that looks right and is not, in ``lines``, and say what it was; then it is judged."""
    from usbkit.manifest.lookalikes import straighten_line
    from usbkit.manifest.wording import correct_line, undo_slips

    for number in dict.fromkeys([*fault.aside, fault.line]):
        found = lines[number]
        if len(found) > _LONGEST_CORRECTED:
            continue
        straight, suspects = straighten_line(found)
        flag = correct_line(straight)
        ways = dict.fromkeys([flag or straight, *undo_slips(straight)])
        meant = next((way for way in ways if way != found and _is_better(lines, number, way, reader)), None)
        if meant is None:
            continue
        lines[number] = meant
        todo = _("Write the line as: {line}", line=meant.strip())
        if suspects:
            return Finding("manifest-character", suspects[0].describe(), Place(file, number + 1), todo)
        if meant != flag:
            return replace(_not_toml(fault.reason, file, number + 1, found), todo=todo)
        what = _("found {value}: true, false and dates are written otherwise", value=shown(found.strip()))
        return Finding("manifest-syntax", what, Place(file, number + 1), todo)
    return None


def _is_better(lines: list[str], number: int, meant: str, reader: _Reader) -> bool:
    """Whether the reader gets past line ``number`` when it says ``meant``."""
    try:
        reader.read("\n".join([*lines[:number], meant]))
    except tomllib.TOMLDecodeError as problem:
        match = _COORDINATES.match(str(problem))
        return match is None or match[2] is None or int(match[2]) > number + 1
    except ExcessError:
        return False
    return True


def _begin_of_statement(lines: list[str], line: int, reader: _Reader) -> int:
    """The line at which the statement that includes ``line`` begins: all before it can be read."""
    for begin in range(line, 0, -1):
        if begin < line and not _MAY_BEGIN.match(lines[begin]):
            continue
        try:
            reader.read("\n".join(lines[:begin]))
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


def _homeless(lines: list[str], aside: range) -> Iterator[int]:
    """Lines up to the next header, where what is set aside is a header that cannot be put right: they have no table."""
    header = lines[aside.start]
    if not header.lstrip().startswith("[") or _mend(header):
        return
    for number in range(aside.stop, len(lines)):
        if lines[number].lstrip().startswith("["):
            return
        yield number


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
    match = re.match(r"^\s*([A-Za-z0-9_-]+)\s*[:=]\s*([^\W\d_][^\"'=\[{]*)$", line)
    return _("Write it as in: {example}", example=f'{match[1]} = "{match[2].strip()}"') if match else None


def _decode(data: bytes, file: str) -> tuple[str, list[Finding]]:
    """The text of a manifest, which must be UTF-8; any other is said and read all the same: nothing follows."""
    for beginning, encoding, name in _MARKS:
        if data.startswith(beginning):
            return data.decode(encoding, "replace"), [_wrong_encoding(_("found {name}", name=name), file, 1)]
    if data.count(0) * 4 > len(data):
        encoding = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
        return data.decode(encoding, "replace"), [_wrong_encoding(_("found {name}", name="UTF-16"), file, 1)]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
    for encoding, name in _GUESSES:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp949" or re.search("[가-힣]{2}", text):
            word = next((w for w in re.findall(r"\w*[^\x00-\x7f]\w*", text) if w), "")
            what = _("found bytes that are not UTF-8, probably {name}: {word}", name=name, word=word[:20])
            return text, [_wrong_encoding(what, file, line)]
    return data.decode("latin-1"), [_wrong_encoding(_("found bytes that are not UTF-8"), file, line)]


def _wrong_encoding(what: Text, file: str, line: int) -> Finding:
    todo = _("Save the file again with the encoding UTF-8; in Notepad, choose it under Save as.")
    return Finding("manifest-encoding", what, Place(file, line), todo)
