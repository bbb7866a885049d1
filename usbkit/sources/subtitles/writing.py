"""Canonical output: the same track gives the same bytes, and reading them gives the same cues."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from usbkit.sources.subtitles.cue_text import GUARD
from usbkit.sources.subtitles.model import Cue, Track
from usbkit.sources.subtitles.settings import to_alignment
from usbkit.sources.subtitles.timing import format_time, is_timing_like

_PARTS = re.compile(r"<[^<>]*>|[^<]+")

#: The beginnings of what SRT readers take for tags, entities, overrides, escapes and arrows.
_GUARDED = re.compile(r"<(?=[/a-zA-Z0-9])|&(?=#?[a-zA-Z0-9]+;)|\{(?=\\|/?[biuBIU]\})|\\(?=[Nh])|--(?=>)")

#: SRT's placing when nothing is said.
_BOTTOM_CENTER = 2


def to_webvtt(track: Track) -> bytes:
    """The track as WebVTT: UTF-8 without BOM, LF, numbered cues."""
    return "\n".join(["WEBVTT", "", *_webvtt_lines(track.cues)]).encode("utf-8")


def _webvtt_lines(cues: tuple[Cue, ...]) -> Iterator[str]:
    for number, cue in enumerate(cues, start=1):
        settings = f" {cue.settings}" if cue.settings else ""
        yield str(number)
        yield f"{format_time(cue.start, '.')} --> {format_time(cue.end, '.')}{settings}"
        if text := cue.rich or cue.text:
            yield text
        yield ""


def to_srt(track: Track) -> bytes:
    """The track as SRT: UTF-8 with BOM and CR LF, as television sets and old Windows players require."""
    return "\r\n".join(_srt_lines(track.cues)).encode("utf-8-sig")


def _srt_lines(cues: tuple[Cue, ...]) -> Iterator[str]:
    for number, cue in enumerate(cues, start=1):
        yield str(number)
        yield f"{format_time(cue.start, ',')} --> {format_time(cue.end, ',')}"
        alignment = to_alignment(cue.settings) if cue.settings else _BOTTOM_CENTER
        prefix = "" if alignment == _BOTTOM_CENTER else f"{{\\an{alignment}}}"
        if text := prefix + to_srt_text(cue.text):
            yield from text.split("\n")
        yield ""


def to_srt_text(text: str) -> str:
    """Return canonical cue text as SRT: tags as they are, characters instead of entities.

    A zero-width character protects text that a reader would take for markup or for a timing line.
    """
    parts = (p if p.startswith("<") else _GUARDED.sub(rf"\g<0>{GUARD}", html.unescape(p)) for p in _PARTS.findall(text))
    lines = "".join(parts).split("\n")
    return "\n".join(GUARD + line if is_timing_like(line) else line for line in lines)
