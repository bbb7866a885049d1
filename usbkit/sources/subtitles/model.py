"""Cues and tracks, the values used by everything else about subtitles."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from usbkit.core.errors import Finding
from usbkit.sources.subtitles.markup import strip_markup


class Certainty(StrEnum):
    """How certain an encoding is: proven by the bytes, stated by the manifest, or inferred from the text."""

    CERTAIN = "certain"
    STATED = "stated"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Cue:
    r"""One subtitle, shown from ``start`` to ``end`` (milliseconds).

    ``text`` has ``\n`` between lines, only the balanced tags ``<b> <i> <u>``, and ``&amp; &lt; &gt;`` for these three
    characters: it is valid both as WebVTT cue text and as harmless HTML. ``plain`` has neither tags nor entities.

    ``rich`` is the WebVTT cue text with what ``text`` cannot express (voices, ruby, languages), otherwise empty.
    ``settings`` are WebVTT cue settings in canonical order (``line:0 align:left``). ``line`` is the cue's line in its
    source and not compared.
    """

    start: int
    end: int
    text: str
    rich: str = ""
    settings: str = ""
    line: int = field(default=0, compare=False)

    @property
    def plain(self) -> str:
        """The text that a viewer reads: no tags, no entities."""
        return strip_markup(self.text)


@dataclass(frozen=True, slots=True)
class Track:
    """The cues of one file in one language, by start, and how it was read.

    ``cues_in`` counts the cues in the source, readable or not: if it differs from ``len(cues)``, a finding names the
    missing ones. ``format`` is ``srt`` or ``webvtt``; ``found_language`` is the detected language.
    """

    language: str
    cues: tuple[Cue, ...]
    encoding: str
    findings: tuple[Finding, ...] = ()
    format: str = "srt"
    certainty: Certainty = Certainty.CERTAIN
    cues_in: int = 0
    found_language: str | None = None
