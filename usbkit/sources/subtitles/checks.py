"""Checks of parsed cues: times, reading speed, shape. Pure; each finding has an id that a manifest can allow."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.units import format_moment
from usbkit.sources.subtitles.model import Cue
from usbkit.sources.subtitles.rules import find

#: Characters a second above which viewers cannot follow, by language; scripts that say more in a character have less.
_FAST = {"zh": 12.0, "ko": 16.0, "ja": 12.0}
_FAST_ELSE = 25.0

#: Milliseconds. A cue below is a flash, one above was probably meant to end earlier.
_FLASH, _LONG = 400, 20_000

#: Milliseconds without any cue that are worth a look.
_GAP = 120_000

#: A cue may outlast the video by this much without a word: the last picture stands.
_GRACE = 1_000

_MOST_LINES = 3

_HOUR = 3_600_000

#: The part of all cues that must begin with the line that the one before ended with, for captions to be rolling ones.
_ROLLING = 0.4

#: What rolling captions are by their nature.
_OF_ROLLING = frozenset(f"subtitle-{x}" for x in ("fast", "flash", "overlap", "twice", "wide", "long"))

#: Terminal cells: a line that no screen shows without breaking it. Wide characters count twice.
_WIDEST = 84

#: The part of the video's length before which a track should not end.
_EARLY = 0.8


def check_cues(cues: Sequence[Cue], language: str, name: str, video_length: int | None) -> Iterator[Finding]:
    """Yield all findings about ``cues``, which are in file order. One cause gives one finding."""
    rolling = _check_rolling(cues)
    past = [c for c in cues if video_length is not None and c.start >= video_length]
    for cue in cues:
        found = (
            _check_cue(cue, language) if cue in past else (*_check_cue(cue, language), *_check_late(cue, video_length))
        )
        for id, what in found:
            if rolling is None or id not in _OF_ROLLING:
                yield find(id, what, Place(name, cue.line))
    for before, cue in pairwise(cues):
        for id, what in _check_pair(before, cue):
            if (rolling is None or id not in _OF_ROLLING) and (len(past) < 2 or id != "subtitle-gap"):
                yield find(id, what, Place(name, cue.line))
    if rolling is not None:
        yield find("subtitle-rolling", rolling, Place(name, cues[0].line))
    if past and video_length is not None:
        yield find("subtitle-past-end", _describe_past(cues, past, video_length), Place(name, past[0].line))
    if not cues:
        yield find("subtitle-none", _("there is not one subtitle in it"), Place(name))


def reading_speed(cue: Cue) -> float:
    """Return the characters per second a viewer must read, without spaces; 0 for a cue without length."""
    length = cue.end - cue.start
    letters = len("".join(cue.plain.split()))
    return letters * 1000 / length if length > 0 else 0.0


_RawFinding = tuple[str, Text]


def _check_cue(cue: Cue, language: str) -> Iterator[_RawFinding]:
    length = cue.end - cue.start
    if length <= 0:
        what = _("the cue ends at {end}, not after it begins ({start})", end=_at(cue.end), start=_at(cue.start))
        yield "subtitle-backwards", what
    elif length < _FLASH:
        yield "subtitle-flash", _("shown for {length} ms only", length=length)
    elif length > _LONG:
        yield "subtitle-long", _("shown for {seconds} seconds", seconds=length // 1000)
    if not cue.plain.strip():
        yield "subtitle-empty", _("the cue at {start} has no text: was a sentence lost?", start=_at(cue.start))
    speed = reading_speed(cue)
    if speed > _FAST.get(language, _FAST_ELSE) and length >= _FLASH:
        what = _("{speed} characters a second: too fast to read", speed=round(speed))
        yield "subtitle-fast", what
    lines = cue.plain.split("\n")
    if len(lines) > _MOST_LINES:
        yield "subtitle-many-lines", _("{lines} lines cover the picture", lines=len(lines))
    widest = max(map(_cells, lines))
    if widest > _WIDEST:
        yield "subtitle-wide", _("a line of {cells} cells; players break it where they like", cells=widest)


def _check_late(cue: Cue, video_length: int | None) -> Iterator[_RawFinding]:
    if video_length is not None and cue.end > video_length + _GRACE:
        what = _("lasts until {stop}, past the video's end at {end}", stop=_at(cue.end), end=_at(video_length))
        yield "subtitle-late-end", what


def _describe_past(cues: Sequence[Cue], past: Sequence[Cue], video_length: int) -> Text:
    """One sentence for all cues that begin past the video's end, with what probably is the matter."""
    counts = {"count": len(past), "total": len(cues), "end": _at(video_length)}
    hours = cues[0].start // _HOUR
    if hours and max(c.end for c in cues) - hours * _HOUR <= video_length + _GRACE:
        return _(
            "all times are {hours} h too late, as a camera's timecode has them: "
            "{count} of {total} cues begin past the video's end at {end}",
            hours=hours,
            **counts,
        )
    if len(past) == 1:
        return _("begins at {start}, past the video's end at {end}", start=_at(past[0].start), end=_at(video_length))
    return _("probably another cut's subtitle: {count} of {total} cues begin past the video's end at {end}", **counts)


def _check_rolling(cues: Sequence[Cue]) -> Text | None:
    """Automatic captions show each line twice, below and then above, with cues of a moment between them."""
    pairs = [(a.plain.split("\n"), b.plain.split("\n")) for a, b in pairwise(cues)]
    rolled = sum(a[-1] == b[0] != "" for a, b in pairs)
    if rolled < 2 or rolled < len(pairs) * _ROLLING:
        return None
    return _("automatic captions: {count} of {total} cues repeat the line above them", count=rolled, total=len(cues))


def check_ending(cues: Sequence[Cue], text: str, name: str, video_length: int | None) -> Iterator[Finding]:
    """Yield findings if the file looks truncated: the last cue far from the video's end, or no final line break."""
    if not cues or not video_length:
        return
    last = max(cue.end for cue in cues)
    ends_in_line = bool(text) and text[-1] not in "\r\n"
    place = Place(name, max(cue.line for cue in cues))
    what = _("the last cue ends at {last}, the video at {end}", last=_at(last), end=_at(video_length))
    if last >= video_length * _EARLY:
        return
    if ends_in_line:
        yield find("subtitle-cut-off", what, place, _("Ask for the whole file, or allow it with the reason."))
    else:
        yield find("subtitle-ends-early", what, place)


def _check_pair(before: Cue, cue: Cue) -> Iterator[_RawFinding]:
    if cue.start < before.start:
        what = _(
            "begins at {start}, before the cue above it ({before})", start=_at(cue.start), before=_at(before.start)
        )
        yield "subtitle-order", what
    elif (cue.start, cue.end, cue.text) == (before.start, before.end, before.text):
        yield "subtitle-twice", _("the same cue as the one above it")
    elif cue.start < before.end:
        what = _("begins {overlap} ms before the cue above it has ended", overlap=before.end - cue.start)
        yield "subtitle-overlap", what
    elif cue.start - before.end > _GAP:
        what = _("nothing for {seconds} seconds before it", seconds=(cue.start - before.end) // 1000)
        yield "subtitle-gap", what


def _cells(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in line)


def _at(milliseconds: int) -> str:
    return format_moment(milliseconds)
