"""The line of each key and value in a TOML text, which the standard library's reader does not give.

``Positions`` walks a text that ``tomllib`` has accepted, so it only finds and does not validate: tables and arrays of
tables, dotted and quoted keys, inline tables, arrays, and multi-line strings (TOML 1.0.0).
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""(?P<bare>[A-Za-z0-9_-]+)|(?P<quoted>"(?:\\.|[^"\\\n])*"|'[^'\n]*')""")
# The longest form first: three quotes, then one; a date and time with a space between them, then any other scalar.
_SCALAR = re.compile(
    r'''"""(?s:\\.|(?!""")[^\\])*"{3,5}'''
    r"""|'''(?s:(?!''').)*'{3,5}"""
    r'''|"(?:\\.|[^"\\\n])*"'''
    r"""|'[^'\n]*'"""
    r"""|\d{4}-\d\d-\d\d[ ]\d\d:[^\s,\]}#]*"""
    r"""|[^\s,\]}#]+"""
)


@dataclass(frozen=True)
class Positions:
    """The line (from 1) of each path in ``text``, which must be valid TOML: ``("recording", 0, "title")``."""

    text: str = ""

    @functools.cached_property
    def lines(self) -> dict[Path, int]:
        """Found when first asked for: only findings ask."""
        scanner = _Scanner(self.text)
        scanner.scan_document()
        return scanner.lines

    def line(self, path: Path) -> int | None:
        """Return the line of ``path``, or of the nearest enclosing table in the text."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1 if self.lines else None


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[Path, int] = {}
        self._ends = [m.start() for m in re.finditer("\n", text)]
        self._lengths: dict[Path, int] = {}  # of arrays of tables

    def scan_document(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            before = self.at
            if self._take("["):
                table = self._scan_header(is_array=self._take("["))
            else:
                self._scan_pair(table)
            self._skip(_BLANK)
            if self.at == before:
                return  # not TOML after all: what was found stands

    def _scan_header(self, *, is_array: bool) -> Path:
        keys, starts = self._scan_key()
        self._skip(_SPACE)
        self.at += 2 if is_array else 1
        table: Path = ()
        for number, (key, start) in enumerate(zip(keys, starts, strict=True), start=1):
            table = (*table, key)
            self._note(table, start)
            if is_array and number == len(keys):
                self._lengths[table] = self._lengths.get(table, 0) + 1
            if table in self._lengths:
                table = (*table, self._lengths[table] - 1)
                self._note(table, start)
        return table

    def _scan_pair(self, table: Path) -> None:
        keys, starts = self._scan_key()
        for key, start in zip(keys, starts, strict=True):
            table = (*table, key)
            self._note(table, start)
        self._skip(_SPACE)
        self._take("=")
        self._skip(_SPACE)
        self._scan_value(table)

    def _scan_key(self) -> tuple[list[str], list[int]]:
        keys: list[str] = []
        starts: list[int] = []
        while True:
            self._skip(_SPACE)
            match = _KEY.match(self.text, self.at)
            if match is None:
                return keys, starts
            keys.append(match["bare"] or _unquote(match["quoted"]))
            starts.append(self.at)
            self.at = match.end()
            self._skip(_SPACE)
            if not self._take("."):
                return keys, starts

    def _scan_value(self, path: Path) -> None:
        self._note(path, self.at)
        if self._take("["):
            self._scan_array(path)
        elif self._take("{"):
            self._scan_inline_table(path)
        else:
            self._skip(_SCALAR)

    def _scan_array(self, path: Path) -> None:
        for index in self._entries("]"):
            self._scan_value((*path, index))

    def _scan_inline_table(self, path: Path) -> None:
        for _index in self._entries("}"):
            self._scan_pair(path)

    def _entries(self, end: str) -> Iterator[int]:
        """Counts the entries of an array or inline table, each to be scanned by the caller; takes commas and end."""
        for index in itertools.count():
            self._skip(_BLANK)
            if self._take(","):
                self._skip(_BLANK)
            before = self.at
            if self._take(end):
                return
            yield index
            if self.at == before:
                return

    def _note(self, path: Path, start: int) -> None:
        self.lines.setdefault(path, bisect.bisect_left(self._ends, start) + 1)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self.text, self.at):
            self.at = match.end()

    def _take(self, char: str) -> bool:
        found = self.text.startswith(char, self.at)
        self.at += found
        return found


def _unquote(key: str) -> str:
    try:
        return str(tomllib.loads(f"k = {key}")["k"])
    except tomllib.TOMLDecodeError:
        return key  # not TOML after all
