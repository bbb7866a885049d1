"""Recognise a subtitle format by the text itself."""

from __future__ import annotations

import io
import re

from usbkit.core.messages import mark
from usbkit.sources.subtitles.timing import is_timing_like

#: The formats we read.
SRT, WEBVTT = "srt", "webvtt"

#: Those that ``usbkit mend`` makes SubRip of (`usbkit.sources.subtitles.others`).
ASS, TTML, SBV = "SubStation Alpha (ASS, SSA)", "TTML", "SubViewer (SBV)"

_WEBVTT_HEADER = re.compile(r"WEBVTT(?=[ \t\n\r]|$)")
_WEBVTT_MISSPELT = re.compile(r"web[ _-]?vtt(?=[ \t\n\r]|$)", re.IGNORECASE)

#: Formats that offices send and we do not read, by how their texts begin.
_OTHERS = (
    (re.compile(r"\[Script Info\]", re.IGNORECASE), ASS),
    (re.compile(r"<sami\b", re.IGNORECASE), "SAMI (SMI)"),
    (re.compile(r"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:\w+:)?tt\b", re.DOTALL), TTML),
    (re.compile(r"<!doctype html|<html", re.IGNORECASE), "HTML"),
    (re.compile(r"<\?xml"), "XML"),
    (re.compile(r"\{\d+\}\{\d*\}"), "MicroDVD (SUB)"),
    (re.compile(r"\d+:\d\d:\d\d\.\d{3},\d+:\d\d:\d\d\.\d{3}"), SBV),
    (re.compile(r"\[\d+:\d\d(?:[.:]\d+)?\]"), "LRC"),
    (re.compile(r"\{\\rtf"), "RTF"),
    (re.compile(r"[\[{]\s*[\"\[{]"), "JSON"),
    (re.compile(r"Scenarist_SCC"), "Scenarist (SCC)"),
    (re.compile(r"version https://git-lfs"), mark("Git LFS pointer")),
)


def recognise_format(text: str) -> str:
    """Return ``srt``, ``webvtt``, the English name of an unsupported format, or "" for text without times."""
    start = text.lstrip()
    if _WEBVTT_MISSPELT.match(start):
        return WEBVTT
    for beginning, name in _OTHERS:
        if beginning.match(start):
            return name
    return SRT if any(is_timing_like(line) for line in start.splitlines()) else ""


def has_webvtt_header(text: str) -> bool:
    """Whether browsers would accept ``text`` as WebVTT: the word must come first in the file, in capitals."""
    return bool(_WEBVTT_HEADER.match(text))


#: Documents that are zip archives, by a part that only they have (ECMA-376 part 1, OpenDocument 1.2 part 3, KS X 6101).
_ZIPPED = (
    ("word/", mark("Word document (DOCX)")),
    ("xl/", mark("Excel workbook (XLSX)")),
    ("ppt/", mark("PowerPoint presentation (PPTX)")),
    ("Contents/section", mark("Hangul document (HWPX)")),
    ("content.xml", mark("OpenDocument text or table (ODT, ODS)")),
)


def recognise_document(data: bytes) -> str:
    """Return the English name of the office format of ``data``, "" if unknown."""
    import zipfile  # takes a hundredth of a second, and nearly no file is one

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        return ""
    return next((kind for part, kind in _ZIPPED if any(name.startswith(part) for name in names)), "")
