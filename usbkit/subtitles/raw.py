"""What both parsers hand on: cues as they stand in the file, and what did not parse."""

from __future__ import annotations

from dataclasses import dataclass, field

from usbkit.errors import Finding, Place
from usbkit.text import Text


@dataclass(frozen=True, slots=True)
class RawCue:
    """A cue whose timing was read; ``text`` and ``settings`` are still the file's. ``line`` counts from 1."""

    line: int
    start: int
    end: int
    text: str
    settings: str = ""


@dataclass(slots=True)
class Raw:
    """The outcome of parsing one file. ``lost`` counts cues that are in the file and not in ``cues``."""

    name: str
    cues: list[RawCue] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    lost: int = 0

    def say(self, id: str, line: int, what: Text, todo: Text | None = None, *, is_error: bool = False) -> None:
        """Record a finding at ``line``."""
        self.findings.append(Finding(id, what, Place(self.name, line), todo, is_error))


def split_lines(text: str) -> list[str]:
    """Lines at CR LF, LF or CR and nowhere else: U+2028 and the like are part of a sentence."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
