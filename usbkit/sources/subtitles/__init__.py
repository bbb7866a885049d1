"""Subtitles: decoded, parsed strictly, checked, and written in one canonical form.

A sentence lost here is lost to every recipient: whatever cannot be read is a finding with its line, never skipped.
"""

import importlib
from typing import TYPE_CHECKING, Any

from usbkit.sources.subtitles.model import Certainty, Cue, Track

if TYPE_CHECKING:
    from usbkit.sources.subtitles.reading import parse_track, read_track
    from usbkit.sources.subtitles.report import TrackReport, describe
    from usbkit.sources.subtitles.writing import to_srt, to_webvtt

__all__ = [
    "Certainty",
    "Cue",
    "Track",
    "TrackReport",
    "describe",
    "parse_track",
    "read_track",
    "to_srt",
    "to_webvtt",
]

#: Where the rest is, loaded when it is asked for: of files that are known already nothing is read.
_ELSEWHERE = {
    "TrackReport": "report",
    "describe": "report",
    "parse_track": "reading",
    "read_track": "reading",
    "to_srt": "writing",
    "to_webvtt": "writing",
}


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"{__name__}.{_ELSEWHERE[name]}"), name)
