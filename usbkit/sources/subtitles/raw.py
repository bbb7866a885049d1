"""The output of both parsers: cues as written in the file, and what could not be parsed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.sources.subtitles.rules import find
from usbkit.sources.subtitles.settings import split_settings
from usbkit.sources.subtitles.timing import find_short_fraction


@dataclass(frozen=True, slots=True)
class RawCue:
    """A cue with parsed timing; ``text`` and ``settings`` are as in the file. ``line`` counts from 1."""

    line: int
    start: int
    end: int
    text: str
    settings: str = ""


@dataclass(frozen=True, slots=True)
class Homeless:
    """Words of the file that belong to no cue, and the finding about them.

    If a manifest allows that finding, they are shown with ``cue``, an index in ``Raw.cues``: before its own words if
    ``is_before``, otherwise after them. ``is_cue``: they come from a cue that could not be read.
    """

    id: str
    cue: int
    text: str
    is_before: bool = False
    is_cue: bool = False


@dataclass(slots=True)
class Raw:
    """The result of parsing one file. ``lost`` counts cues that are in the file and not in ``cues``."""

    name: str
    cues: list[RawCue] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    lost: int = 0
    homeless: list[Homeless] = field(default_factory=list)

    def say(self, id: str, line: int, what: Text, todo: Text | None = None, **values: Any) -> None:
        """Record a finding at ``line``; ``values`` fill the names in ``what``."""
        said = Text(what.id, {**what.values, **values})
        self.findings.append(find(id, said, Place(self.name, line), todo))

    def lose(self, line: int, timing_line: str, todo: Text, text: str) -> None:
        """Record a cue whose timing line is invalid, and its ``text``."""
        self.lost += 1
        what = _("the timing line cannot be read: {found}", found=timing_line.strip()[:80])
        if (short := find_short_fraction(timing_line)) is not None:
            what = _(
                "the timing line has two readings, since {short} may be {few} ms or {many} ms: {found}",
                short=short,
                few=int(short),
                many=int(short.ljust(3, "0")),
                found=timing_line.strip()[:80],
            )
        self.say("subtitle-timing", line, what, todo)
        self.leave("subtitle-timing", text, is_cue=True)

    def take_settings(self, line: int, text: str, format: str) -> str:
        """Return the settings behind the times of the next cue; words there are left for that cue."""
        settings, words = split_settings(text, format)
        if words:
            what = _("words on the timing line, which nothing shows: {words}", words=words[:60])
            todo = _("Put them on the line below; to show them with the cue, allow {id}.", id="subtitle-timing-words")
            self.say("subtitle-timing-words", line, what, todo)
            self.leave("subtitle-timing-words", words, is_before=True)
        return settings

    def leave(self, id: str, text: str, *, is_before: bool = False, is_cue: bool = False) -> None:
        """Record words that belong to no cue, next to the last cue read, or to the next one (``is_before``)."""
        at = len(self.cues) - (0 if is_before or not self.cues else 1)
        is_first = not self.cues
        if text.strip():
            self.homeless.append(Homeless(id, at, text.strip("\n"), is_before or is_first, is_cue))

    def take_in(self, allowed: Collection[str]) -> None:
        """Add the words whose finding is ``allowed`` to the cue beside them, so that no allowance loses a sentence."""
        behind = [words for words in self.homeless if not words.is_before]
        for words in [*behind, *reversed([words for words in self.homeless if words.is_before])]:
            at = min(words.cue, len(self.cues) - 1)
            if words.id not in allowed or at < 0:
                continue
            cue = self.cues[at]
            texts = [words.text, cue.text] if words.is_before and words.cue == at else [cue.text, words.text]
            self.cues[at] = replace(cue, text="\n".join(t for t in texts if t.strip()))
            self.lost -= words.is_cue


def split_lines(text: str) -> list[str]:
    """Split at CR LF, LF or CR only: U+2028 and the like are part of a sentence."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
