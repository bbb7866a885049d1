"""SubViewer as YouTube writes it (SBV): a line with two times, the text below it, an empty line."""

from __future__ import annotations

import re

from usbkit.core.messages import _
from usbkit.sources.subtitles.markup import escape_text
from usbkit.sources.subtitles.model import Cue
from usbkit.sources.subtitles.others.spoken import Spoken, refuse, words_of
from usbkit.sources.subtitles.raw import split_lines

_TIME = r"(\d{1,2}):([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMES = re.compile(rf"{_TIME},{_TIME}", re.ASCII)
#: A line that means to be one of times and is none.
_LIKE = re.compile(r"\d+:\d+\S*\s*[,;]\s*\d+:\d+")


def read_sbv(text: str, name: str) -> Spoken:
    """Return the cues of an SBV file. Raises InputError for an invalid line of times, and for text without times."""
    cues: list[Cue] = []
    lines: list[str] = []
    words: list[str] = []
    times: re.Match[str] | None = None
    is_ended = True
    for number, line in enumerate(split_lines(text), start=1):
        match = _TIMES.fullmatch(line.strip())
        if match is not None:
            _end(times, lines, cues)
            times, lines, is_ended = match, [], False
        elif _LIKE.match(line.strip()):
            raise refuse(name, _("the timing line cannot be read: {found}", found=line.strip()[:80]), number)
        elif line.strip() and is_ended:
            raise refuse(name, _("text that belongs to no cue: {text}", text=line.strip()[:60]), number)
        elif line.strip():
            lines.append(escape_text(" ".join(line.split())))
            words += line.split()
        else:
            is_ended = is_ended or bool(lines)
    _end(times, lines, cues)
    return Spoken(tuple(cues), words_of(words))


def _end(times: re.Match[str] | None, lines: list[str], cues: list[Cue]) -> None:
    if times is not None and lines:
        values = [int(value) for value in times.groups()]
        start, end = (((h * 60 + m) * 60 + s) * 1000 + ms for h, m, s, ms in (values[:4], values[4:]))
        cues.append(Cue(start, end, "\n".join(lines)))
