"""The report of ``usbkit check --subtitles`` on one track. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from usbkit.sources.subtitles.checks import reading_speed
from usbkit.sources.subtitles.model import Certainty, Track


@dataclass(frozen=True, slots=True)
class TrackReport:
    """One file's figures. Milliseconds; characters per second. ``*_at`` and ``*_line`` say where."""

    language: str
    found_language: str | None
    format: str
    encoding: str
    certainty: Certainty
    cues_in: int
    cues_out: int
    longest_gap: int
    longest_gap_at: int
    fastest: float
    fastest_line: int
    errors: int
    remarks: int

    @property
    def is_whole(self) -> bool:
        """Whether every cue of the source is in the output."""
        return self.cues_in == self.cues_out


def describe(track: Track) -> TrackReport:
    """Return the figures of ``track``. Gaps are measured between cues only, not before the first or after the last."""
    gaps = [(b.start - a.end, a.end) for a, b in pairwise(track.cues)]
    gap, gap_at = max(gaps, default=(0, 0))
    speeds = [(reading_speed(cue), cue.line) for cue in track.cues]
    fastest, fastest_line = max(speeds, default=(0.0, 0))
    errors = sum(f.is_error for f in track.findings)
    return TrackReport(
        language=track.language,
        found_language=track.found_language,
        format=track.format,
        encoding=track.encoding,
        certainty=track.certainty,
        cues_in=track.cues_in,
        cues_out=len(track.cues),
        longest_gap=max(0, gap),
        longest_gap_at=gap_at,
        fastest=fastest,
        fastest_line=fastest_line,
        errors=errors,
        remarks=len(track.findings) - errors,
    )
