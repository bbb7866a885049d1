"""Timing lines: read where they leave no doubt, refused where they do, and written in one form."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})([,.])(\d{1,3})"
_LINE = re.compile(rf"^\s*{_TIME}([ \t]*-->[ \t]*){_TIME}(?:[ \t]+(\S.*?))?\s*$", re.ASCII)

#: What a timing line looks like after a slip: another arrow, another colon, a line broken off behind the first time.
_LIKE = re.compile(r"^\s*\d{1,3}\s*[:：.]\s*\d{1,2}\s*[:：]\s*\d{1,2}\s*[,.:;，．]\s*\d{1,3}(?=\s|[-–—−=→>＞]|$)")
_ARROW = "-->"
_BROKEN_ARROW = re.compile(r"^\s*[\d:.,]+\s*(?:->|=>|→|--|–+>?|—+>?|−+>)\s*[\d:.,]+")

#: SRT's way of placing a cue, in pixels of a picture whose size it does not say.
_COORDINATES = re.compile(r"^(?:[XY][12]:\d+\s*){4}$")


@dataclass(frozen=True, slots=True)
class Timing:
    """A timing line: milliseconds from and to, what follows them, and whether it is as its format writes it."""

    start: int
    end: int
    settings: str
    separators: str
    has_hours: bool
    has_full_digits: bool
    has_spaced_arrow: bool

    @property
    def has_coordinates(self) -> bool:
        return bool(_COORDINATES.match(self.settings))


def is_timing_like(line: str) -> bool:
    """Whether a line means to be a timing line, well written or not."""
    return _ARROW in line or bool(_LIKE.match(line)) or bool(_BROKEN_ARROW.match(line) and line.count(":") >= 2)


def parse_timing(line: str) -> Timing | None:
    """The timing line, None where it cannot be read without guessing.

    Milliseconds must have three digits: players disagree whether ``,5`` is five or five hundred.
    """
    match = _LINE.match(line)
    if match is None:
        return None
    h1, m1, s1, sep1, f1, arrow, h2, m2, s2, sep2, f2, settings = match.groups()
    if len(f1) != 3 or len(f2) != 3 or max(int(m1), int(s1), int(m2), int(s2)) > 59:
        return None
    digits = [x for x in (h1, m1, s1, h2, m2, s2) if x is not None]
    return Timing(
        start=_milliseconds(h1, m1, s1, f1),
        end=_milliseconds(h2, m2, s2, f2),
        settings=settings or "",
        separators=sep1 + sep2,
        has_hours=h1 is not None and h2 is not None,
        has_full_digits=all(len(x) >= 2 for x in digits),
        has_spaced_arrow=arrow[0] in " \t" and arrow[-1] in " \t",
    )


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    return (int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(fraction)


def format_time(milliseconds: int, separator: str) -> str:
    """``00:01:02.345`` with ``separator`` before the milliseconds: a comma in SRT, a full stop in WebVTT."""
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{separator}{fraction:03}"
