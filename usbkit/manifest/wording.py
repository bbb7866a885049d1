"""Convert what people write for true, false and dates, and habits from other languages, to TOML."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

_TRUE = frozenset(("true", "yes", "on", "y", "ja", "si", "sí", "oui", "да", "예", "네", "참", "是"))
_FALSE = frozenset(("false", "no", "off", "n", "non", "нет", "아니오", "아니요", "거짓", "否"))

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-./년年]\s*(\d{1,2})\s*[-./월月]\s*(\d{1,2})\s*[.일日]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*\.\s*(\d{1,2})\s*\.\s*(\d{4})")
_LINE = re.compile(r"^(\s*[A-Za-z0-9_-]+\s*=\s*)([^\"'\[{#]*?)(\s*(?:#.*)?)$")


def read_flag(text: str) -> str | None:
    """Return ``true`` or ``false`` for a word with that meaning."""
    word = text.strip().lower()
    return "true" if word in _TRUE else "false" if word in _FALSE else None


def read_day(text: str) -> str | None:
    """Return the date in figures in ``text`` as ``2026-11-20``; None if day and month are ambiguous."""
    word = text.strip()
    if match := _YEAR_FIRST.fullmatch(word):
        year, month, day = match.groups()
    elif match := _YEAR_LAST.fullmatch(word):
        day, month, year = match.groups()
    else:
        return None
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def correct_line(line: str) -> str | None:
    """Return a manifest line with its bare flag or date corrected to TOML."""
    match = _LINE.match(line)
    if match is None:
        return None
    value = read_flag(match[2]) or read_day(match[2])
    return f"{match[1]}{value}{match[3]}" if value is not None and value != match[2] else None


#: A key and what stands behind it, to its end; ``//`` and ``;`` as other languages have them.
_COLON = re.compile(r"^(\s*[A-Za-z0-9_-]+)\s*:\s*(\S.*)$")
_ENDING = re.compile(r"^(\s*[A-Za-z0-9_-]+\s*=\s*[^\[{\s](?:.*?\S)??)\s*[;,]\s*((?:#.*)?)$")
_REMARK = re.compile(r"^((?:[^\"'#]|\"[^\"]*\"|'[^']*')*?)//(.*)$")
_NUMBER = re.compile(r"^(\s*[A-Za-z0-9_-]+\s*=\s*)(\d{1,3}(?:[,' ]\d{3})+|\d+(?=\s*%))(\s*%)?(\s*(?:#.*)?)$")
_BACKSLASHES = re.compile(r'^(\s*[A-Za-z0-9_-]+\s*=\s*)"([^"]*\\[^"]*)"(\s*(?:#.*)?)$')
_UNCLOSED = re.compile(r"^(\s*[A-Za-z0-9_-]+\s*=\s*)([\"'])([^\"'#]*[^\"'#\s])\s*$")


def undo_slips(line: str) -> Iterator[str]:
    """Yield possible corrections of an invalid line: a colon, ``;`` or ``//`` from other languages, a number with
    grouped digits, backslashes in a path, a missing closing quotation mark.
    """
    if match := _COLON.match(line):
        yield f"{match[1]} = {match[2]}"
        if re.match(r"[^\W\d_][^\"'#]*$", match[2]):
            yield f'{match[1]} = "{match[2].strip()}"'
    if match := _ENDING.match(line):
        yield f"{match[1]} {match[2]}".rstrip()
    if match := _REMARK.match(line):
        yield f"{match[1]}#{match[2]}"
    if match := _NUMBER.match(line):
        yield match[1] + re.sub(r"\D", "", match[2]) + match[4]
    if match := _BACKSLASHES.match(line):
        yield match[1] + '"' + match[2].replace("\\", "/") + '"' + match[3]
    if match := _UNCLOSED.match(line):
        yield match[1] + match[2] + match[3] + match[2]
