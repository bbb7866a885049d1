"""Timing lines: read if unambiguous, otherwise refused, and written in one form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})([,.])(\d{1,3})"
_LINE = re.compile(rf"^\s*{_TIME}([ \t]*-->[ \t]*){_TIME}(?:[ \t]+(\S.*?))?\s*$", re.ASCII)

#: W3C WebVTT section 6.3, "collect a WebVTT timestamp": hours of any length, two digits, two digits, three digits.
_STAMP = r"(?:(\d{1,9}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_WEBVTT = re.compile(rf"^[ \t\f]*{_STAMP}(?!\d)([ \t\f]*-->[ \t\f]*){_STAMP}(?!\d)(.*)$", re.ASCII | re.DOTALL)

#: What a timing line looks like after a slip: another arrow, another colon, a line broken off behind the first time.
_LIKE = re.compile(r"^\s*\d{1,3}\s*[:：.]\s*\d{1,2}\s*[:：]\s*\d{1,2}\s*[,.:;，．]\s*\d{1,3}(?=\s|[-–—−=→>＞]|$)")
_ARROW = "-->"
_CLOCK = r"[\d０-９OoОо]{1,3}(?:\s*[:：.,;，．；]\s*[\d０-９OoОо]{1,4}){1,3}"
#: Translating programs put spaces into an arrow: ``- >``, ``-- >``.
_DASHES = r"[-–—−－](?:[ \t]{0,2}[-–—−－]){0,5}[ \t]{0,2}[>＞]"
_ARROWS = rf"(?:{_DASHES}|[-–—−]+[>＞]?|=[>＞]|→|⟶)"
_TWO_CLOCKS = re.compile(rf"^\s*{_CLOCK}\s*{_ARROWS}\s*{_CLOCK}(?=\s|$)")
_CLOCK_AND_ARROW = re.compile(rf"^\s*-?{_CLOCK}\s*(?:{_DASHES}|=[>＞]|→|⟶)")

#: SRT's way of placing a cue, in pixels of a picture whose size it does not say.
_COORDINATES = re.compile(r"^(?:[XY][12]:\d+\s*){4}$")

#: Characters that people and programs put where an ASCII one belongs, each for one other only.
_MEANT = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2007\u202f\u3000", " "),
        **{chr(0xFF10 + n): str(n) for n in range(10)},
        **dict(zip("：，．；＞", ":,.;>", strict=True)),
        **dict.fromkeys("\u200b\u200e\u200f\u2060", ""),
    }
)
_AROUND_SIGNS = re.compile(r"(?<=\d)[ \t]*([:.,])[ \t]*(?=\d)")
_ANY_ARROW = re.compile(rf"(?<=\d)[ \t]*(?:{_DASHES}|[–—−]+|--|=>|→|⟶)[ \t]*(?=\d)")

#: The ways to read milliseconds of fewer than three digits: FFmpeg reads ``,5`` as five, pysubs2 as half a second.
_FRACTIONS: tuple[Callable[[str], str], ...] = (lambda digits: digits, lambda digits: digits.ljust(3, "0"))


@dataclass(frozen=True, slots=True)
class Timing:
    """A timing line: start and end in milliseconds, the settings after them, and whether it is well formed."""

    start: int
    end: int
    settings: str
    separators: str
    has_hours: bool
    has_full_digits: bool
    has_spaced_arrow: bool
    is_mended: bool = False

    @property
    def has_coordinates(self) -> bool:
        return bool(_COORDINATES.match(self.settings))


def is_timing_like(line: str) -> bool:
    """Whether a line is meant as a timing line, well formed or not; wherever it is."""
    return _ARROW in line or bool(_LIKE.match(line)) or has_two_clocks(line)


def has_two_clocks(line: str) -> bool:
    """Whether a line begins with two clock times and an arrow between them, in any spelling."""
    return bool(_TWO_CLOCKS.match(line)) and (line.count(":") + line.count("：")) >= 2


def has_clock(line: str) -> bool:
    """Whether a line begins with a clock time followed by nothing or an arrow: a timing line without its end."""
    rest = _LIKE.match(line)
    is_alone = rest is not None and not line[rest.end() :].strip()
    return is_alone or has_two_clocks(line) or bool(_CLOCK_AND_ARROW.match(line))


def parse_timing(line: str) -> Timing | None:
    """Parse the timing line; None if that would need guessing.

    Other arrows, spaces and full-width signs are unambiguous. So are milliseconds of fewer than three digits if both
    readings are the same, or only one ends after it begins. ``is_mended`` says that there were some.
    """
    if (timing := _read_line(line)) is not None:
        return timing
    return _read_line(_straighten(line), is_mended=True)


def _straighten(line: str) -> str:
    """``line`` with the signs that are meant."""
    meant = _AROUND_SIGNS.sub(r"\1", line.translate(_MEANT).replace(";", ","))
    return _ANY_ARROW.sub(" --> ", meant, count=1)


def _read_line(line: str, *, is_mended: bool = False) -> Timing | None:
    match = _LINE.match(line)
    if match is None:
        return None
    h1, m1, s1, sep1, f1, arrow, h2, m2, s2, sep2, f2, settings = match.groups()
    if max(int(m1), int(s1), int(m2), int(s2)) > 59:
        return None
    readings = {(_milliseconds(h1, m1, s1, read(f1)), _milliseconds(h2, m2, s2, read(f2))) for read in _FRACTIONS}
    possible = [(start, end) for start, end in readings if start < end or len(readings) == 1]
    if len(possible) != 1:
        return None
    digits = [x for x in (h1, m1, s1, h2, m2, s2) if x is not None]
    return Timing(
        start=possible[0][0],
        end=possible[0][1],
        settings=settings or "",
        separators=sep1 + sep2,
        has_hours=h1 is not None and h2 is not None,
        has_full_digits=all(len(x) >= 2 for x in digits),
        has_spaced_arrow=arrow[0] in " \t" and arrow[-1] in " \t",
        is_mended=is_mended or min(len(f1), len(f2)) < 3,
    )


def find_short_fraction(line: str) -> str | None:
    """The first milliseconds of a timing line that can be read in two ways, as they have fewer than three digits."""
    match = _LINE.match(line) or _LINE.match(_straighten(line))
    if match is None or max(int(match[n]) for n in (2, 3, 8, 9)) > 59:
        return None
    return next((x for x in (match[5], match[11]) if len({int(read(x)) for read in _FRACTIONS}) > 1), None)


def parse_webvtt_timing(line: str) -> Timing | None:
    """Parse the timing line as browsers do (W3C WebVTT section 6.3, "collect WebVTT cue timings and settings")."""
    match = _WEBVTT.match(line)
    if match is None:
        return None
    h1, m1, s1, f1, arrow, h2, m2, s2, f2, settings = match.groups()
    return Timing(
        start=_milliseconds(h1, m1, s1, f1),
        end=_milliseconds(h2, m2, s2, f2),
        settings=settings.strip(),
        separators="..",
        has_hours=h1 is not None and h2 is not None,
        has_full_digits=all(len(x) >= 2 for x in (h1, h2) if x is not None),
        has_spaced_arrow=arrow[0] != "-" and arrow[-1] != ">",
    )


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    return (int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(fraction)


def format_time(milliseconds: int, separator: str) -> str:
    """Return ``00:01:02.345`` with ``separator`` before the milliseconds: a comma in SRT, a full stop in WebVTT."""
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{separator}{fraction:03}"
