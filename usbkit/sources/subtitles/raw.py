"""What both parsers hand on: cues as they stand in the file, and what did not parse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.sources.subtitles.rules import find


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

    def say(self, id: str, line: int, what: Text, todo: Text | None = None, **values: Any) -> None:
        """Record a finding at ``line``; ``values`` fill the names in ``what``."""
        said = Text(what.id, {**what.values, **values})
        self.findings.append(find(id, said, Place(self.name, line), todo))

    def lose(self, line: int, timing_line: str, todo: Text) -> None:
        """Record a cue whose timing line cannot be read."""
        self.lost += 1
        what = _("the timing line cannot be read: {found}", found=timing_line.strip()[:80])
        self.say("subtitle-timing", line, what, todo)


def split_lines(text: str) -> list[str]:
    """Lines at CR LF, LF or CR and nowhere else: U+2028 and the like are part of a sentence."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
