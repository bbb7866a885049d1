"""Cues and tracks, the values everything else about subtitles hands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from usbkit.core.errors import Finding
from usbkit.sources.subtitles.markup import strip_markup


class Certainty(StrEnum):
    """How sure we are of an encoding: proven by the bytes, stated by the manifest, or inferred from the text."""

    CERTAIN = "certain"
    STATED = "stated"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle, shown from ``start`` to ``end`` (milliseconds).

    ``text`` has ``\\n`` between lines, the balanced tags ``<b> <i> <u>`` and no others, and ``&amp; &lt; &gt;`` for
    these three characters: it is WebVTT cue text and at the same time harmless HTML. `plain` is without either.

    ``rich`` is the WebVTT cue text with what ``text`` cannot hold (voices, ruby, languages), empty where there is
    nothing more. ``settings`` are WebVTT cue settings in canonical order (``line:0 align:left``). ``line`` is where the
    cue begins in its source, and no part of what it is.
    """

    start: int
    end: int
    text: str
    rich: str = ""
    settings: str = ""
    line: int = field(default=0, compare=False)

    @property
    def plain(self) -> str:
        """What a viewer reads: no tags, no entities."""
        return strip_markup(self.text)


@dataclass(frozen=True, slots=True)
class Track:
    """The cues of one file in one language, by start, and how it was read.

    ``cues_in`` counts the cues that the source has, readable or not: where it is not ``len(cues)``, a finding says
    which are missing. ``format`` is ``srt`` or ``webvtt``; ``found_language`` what the text seems to be written in.
    """

    language: str
    cues: tuple[Cue, ...]
    encoding: str
    findings: tuple[Finding, ...] = ()
    format: str = "srt"
    certainty: Certainty = Certainty.CERTAIN
    cues_in: int = 0
    found_language: str | None = None
