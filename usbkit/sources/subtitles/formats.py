"""Which subtitle format a text is in, by what stands in it."""

from __future__ import annotations

import re

from usbkit.sources.subtitles.timing import is_timing_like

#: The formats we read.
SRT, WEBVTT = "srt", "webvtt"

_WEBVTT_HEADER = re.compile(r"WEBVTT(?=[ \t\n\r]|$)")
_WEBVTT_MISSPELT = re.compile(r"web[ _-]?vtt(?=[ \t\n\r]|$)", re.IGNORECASE)

#: Formats that offices send and we do not read, by how their texts begin.
_OTHERS = (
    (re.compile(r"\[Script Info\]", re.IGNORECASE), "SubStation Alpha (ASS)"),
    (re.compile(r"<sami\b", re.IGNORECASE), "SAMI (SMI)"),
    (re.compile(r"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:\w+:)?tt\b", re.DOTALL), "TTML"),
    (re.compile(r"<!doctype html|<html", re.IGNORECASE), "HTML"),
    (re.compile(r"<\?xml"), "XML"),
    (re.compile(r"\{\d+\}\{\d*\}"), "MicroDVD (SUB)"),
    (re.compile(r"\d+:\d\d:\d\d\.\d{3},\d+:\d\d:\d\d\.\d{3}"), "SubViewer (SBV)"),
    (re.compile(r"\[\d+:\d\d(?:[.:]\d+)?\]"), "LRC"),
    (re.compile(r"\{\\rtf"), "RTF"),
    (re.compile(r"[\[{]\s*[\"\[{]"), "JSON"),
    (re.compile(r"Scenarist_SCC"), "Scenarist (SCC)"),
    (re.compile(r"version https://git-lfs"), "Git LFS pointer"),
)


def recognise_format(text: str) -> str:
    """``srt``, ``webvtt``, the name of a format that we do not read, or "" for text without any times."""
    start = text.lstrip()
    if _WEBVTT_MISSPELT.match(start):
        return WEBVTT
    for beginning, name in _OTHERS:
        if beginning.match(start):
            return name
    return SRT if any(is_timing_like(line) for line in start.splitlines()) else ""


def has_webvtt_header(text: str) -> bool:
    """Whether browsers would take ``text`` for WebVTT: the word must be the file's first, in capitals."""
    return bool(_WEBVTT_HEADER.match(text))
