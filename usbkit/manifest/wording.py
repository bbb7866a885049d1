"""What people write for true and false and for dates, as TOML has it."""

from __future__ import annotations

import datetime as dt
import re

_TRUE = frozenset(("true", "yes", "on", "y", "ja", "si", "sí", "oui", "да", "예", "네", "참", "是"))
_FALSE = frozenset(("false", "no", "off", "n", "non", "нет", "아니오", "아니요", "거짓", "否"))

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-./년年]\s*(\d{1,2})\s*[-./월月]\s*(\d{1,2})\s*[.일日]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*\.\s*(\d{1,2})\s*\.\s*(\d{4})")
_LINE = re.compile(r"^(\s*[A-Za-z0-9_-]+\s*=\s*)([^\"'\[{#]*?)(\s*(?:#.*)?)$")


def read_flag(text: str) -> str | None:
    """``true`` or ``false`` for a word that means it."""
    word = text.strip().lower()
    return "true" if word in _TRUE else "false" if word in _FALSE else None


def read_day(text: str) -> str | None:
    """The day that ``text`` writes in figures, as ``2026-11-20``; None where the order of day and month is open."""
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
    """A line of a manifest whose bare value is a flag or a day written otherwise, as TOML has it."""
    match = _LINE.match(line)
    if match is None:
        return None
    value = read_flag(match[2]) or read_day(match[2])
    return f"{match[1]}{value}{match[3]}" if value is not None and value != match[2] else None
