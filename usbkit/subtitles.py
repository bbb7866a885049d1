"""Subtitles: decode, parse strictly, check, write WebVTT and SRT."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.errors import Finding


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle: milliseconds from and to, and its text with ``\\n`` between lines and no markup but b, i, u."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Track:
    """The cues of one file in one language, and how it was read."""

    language: str
    cues: tuple[Cue, ...]
    encoding: str
    findings: tuple[Finding, ...] = ()
