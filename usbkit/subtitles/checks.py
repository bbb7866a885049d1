"""Checks of cues that were read: times, reading speed, shape. Pure; each finding has an id a manifest can allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from usbkit.errors import Finding, Place
from usbkit.manifest.units import format_moment
from usbkit.subtitles.model import Cue
from usbkit.text import Text, _

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


def check_cues(cues: Sequence[Cue], language: str, name: str, video_length: int | None) -> Iterator[Finding]:
    """Everything remarkable about ``cues``, which stand in the file's order."""
    for cue in cues:
        for id, what, is_error in (*_check_cue(cue, language), *_check_end(cue, video_length)):
            yield Finding(id, what, Place(name, cue.line), is_error=is_error)
    for before, cue in pairwise(cues):
        for id, what, is_error in _check_pair(before, cue):
            yield Finding(id, what, Place(name, cue.line), is_error=is_error)


def reading_speed(cue: Cue) -> float:
    """Characters a second that a viewer must read, spaces not counted; 0 for a cue without length."""
    length = cue.end - cue.start
    letters = sum(not c.isspace() for c in cue.plain)
    return letters * 1000 / length if length > 0 else 0.0


_Judgement = tuple[str, Text, bool]


def _check_cue(cue: Cue, language: str) -> Iterator[_Judgement]:
    length = cue.end - cue.start
    if length <= 0:
        what = _("the cue ends at {end}, not after it begins ({start})", end=_at(cue.end), start=_at(cue.start))
        yield "subtitle-backwards", what, True
    elif length < _FLASH:
        yield "subtitle-flash", _("shown for {length} ms only", length=length), False
    elif length > _LONG:
        yield "subtitle-long", _("shown for {seconds} seconds", seconds=length // 1000), False
    if not cue.plain.strip():
        yield "subtitle-empty", _("the cue at {start} has no text: was a sentence lost?", start=_at(cue.start)), True
    speed = reading_speed(cue)
    if speed > _FAST.get(language, _FAST_ELSE) and length >= _FLASH:
        what = _("{speed} characters a second: too fast to read", speed=round(speed))
        yield "subtitle-fast", what, False
    lines = cue.text.count("\n") + 1
    if lines > _MOST_LINES:
        yield "subtitle-many-lines", _("{lines} lines cover the picture", lines=lines), False


def _check_end(cue: Cue, video_length: int | None) -> Iterator[_Judgement]:
    if video_length is None:
        return
    if cue.start >= video_length:
        what = _("begins at {start}, past the video's end at {end}", start=_at(cue.start), end=_at(video_length))
        yield "subtitle-past-end", what, True
    elif cue.end > video_length + _GRACE:
        what = _("lasts until {stop}, past the video's end at {end}", stop=_at(cue.end), end=_at(video_length))
        yield "subtitle-late-end", what, False


def _check_pair(before: Cue, cue: Cue) -> Iterator[_Judgement]:
    if cue.start < before.start:
        what = _(
            "begins at {start}, before the cue above it ({before})", start=_at(cue.start), before=_at(before.start)
        )
        yield "subtitle-order", what, True
    elif (cue.start, cue.end, cue.text) == (before.start, before.end, before.text):
        yield "subtitle-twice", _("the same cue as the one above it"), False
    elif cue.start < before.end:
        what = _("begins {overlap} ms before the cue above it has ended", overlap=before.end - cue.start)
        yield "subtitle-overlap", what, False
    elif cue.start - before.end > _GAP:
        what = _("nothing for {seconds} seconds before it", seconds=(cue.start - before.end) // 1000)
        yield "subtitle-gap", what, False


def _at(milliseconds: int) -> str:
    return format_moment(milliseconds)
