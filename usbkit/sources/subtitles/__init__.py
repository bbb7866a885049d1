"""Subtitles: decoded, parsed strictly, checked, and written again in one canonical form.

A sentence that is lost here is lost to every recipient: what cannot be read is a finding with its line, never skipped.
"""

from usbkit.sources.subtitles.model import Certainty, Cue, Track
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
