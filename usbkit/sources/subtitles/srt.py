"""SubRip: a number, a timing line, text, an empty line. There is no standard; what players agree on is read.

A timing line begins a cue, and everything up to the next one is its text: an empty line inside loses nothing.
"""

from __future__ import annotations

import re

from usbkit.core.messages import _
from usbkit.sources.subtitles.raw import Raw, RawCue, split_lines
from usbkit.sources.subtitles.timing import Timing, is_timing_like, parse_timing

_NUMBER = re.compile(r"^\s*\d{1,6}\s*$", re.ASCII)

_WRITE_TIMING = _("Write it as 00:01:02,345 --> 00:01:05,678.")
_STRAY = _("Give it a timing line, or delete it.")


def parse_srt(text: str, name: str) -> Raw:
    """All cues of an SRT file, and a finding for everything that is no cue."""
    return _Parser(split_lines(text), Raw(name)).run()


class _Parser:
    """``expected`` is the number that the next cue should have."""

    def __init__(self, lines: list[str], raw: Raw) -> None:
        self.lines, self.raw = lines, raw
        self.expected = 1

    def run(self) -> Raw:
        starts = [at for at, line in enumerate(self.lines) if is_timing_like(line)]
        self._check_before(starts[0] if starts else len(self.lines))
        for at, after in zip(starts, [*starts[1:], None], strict=True):
            self._take_cue(at, after)
        return self.raw

    def _check_before(self, first: int) -> None:
        """What stands before the first timing line: its number and nothing else."""
        number = self._number_line(first)
        for at in range(first):
            if at != number and self.lines[at].strip():
                what = _("text that belongs to no cue: {text}", text=self.lines[at].strip()[:60])
                self.raw.say("subtitle-stray-text", at + 1, what, _STRAY)

    def _number_line(self, timing: int) -> int | None:
        """The line of the number that belongs to the timing line, None where there is none.

        One empty line between them is forgiven. A number that follows text without an empty line is the cue's only if
        it is the one expected; otherwise it is the last line of the text: "2020".
        """
        above = timing - 1
        if above > 0 and not self.lines[above].strip():
            above -= 1
        if above < 0 or not _NUMBER.match(self.lines[above]):
            return None
        is_apart = above == 0 or not self.lines[above - 1].strip() or is_timing_like(self.lines[above - 1])
        return above if is_apart or int(self.lines[above]) == self.expected else None

    def _take_cue(self, at: int, after: int | None) -> None:
        """The cue whose timing line is at ``at``; the next one's is at ``after``."""
        number = self._number_line(at)
        self._check_number(at, number)
        self.expected = (int(self.lines[number]) if number is not None else self.expected) + 1
        body = self.lines[at + 1 : self._end_of_text(at, after)]
        timing = parse_timing(self.lines[at])
        if timing is None:
            self.raw.lose(at + 1, self.lines[at], _WRITE_TIMING)
            return
        self._check_form(at, timing)
        if after is None:
            self._check_cut(at, body)
        self._check_blank(at, body)
        text = "\n".join(line for line in body if line.strip())
        settings = "" if timing.has_coordinates else timing.settings
        self.raw.cues.append(RawCue(at + 1, timing.start, timing.end, text, settings))

    def _end_of_text(self, at: int, after: int | None) -> int:
        if after is None:
            return len(self.lines)
        number = self._number_line(after)
        return max(at + 1, after if number is None else number)

    def _check_number(self, at: int, number: int | None) -> None:
        if number is None:
            self.raw.say("subtitle-number-missing", at + 1, _("the cue has no number of its own"))
            return
        found = self.lines[number].strip()
        if int(found) != self.expected:
            what = _("cue number {found}, expected {expected}", found=found, expected=self.expected)
            self.raw.say("subtitle-number-order", number + 1, what)
        if number > 0 and self.lines[number - 1].strip():
            self.raw.say("subtitle-blank-missing", number + 1, _("no empty line before this cue"))

    def _check_form(self, at: int, timing: Timing) -> None:
        is_usual = timing.separators == ",," and timing.has_hours and timing.has_full_digits and timing.has_spaced_arrow
        if not is_usual:
            what = _("unusual timing line, read all the same: {line}", line=self.lines[at].strip()[:80])
            self.raw.say("subtitle-timing-form", at + 1, what)
        if timing.has_coordinates:
            what = _("pixel coordinates are dropped: {found}", found=timing.settings)
            self.raw.say("subtitle-position", at + 1, what)

    def _check_cut(self, at: int, body: list[str]) -> None:
        """A file that ends with a cue's number has lost that cue; the number is taken off ``body``."""
        filled = [i for i, line in enumerate(body) if line.strip()]
        if not filled or not _NUMBER.match(body[filled[-1]]) or int(body[filled[-1]]) != self.expected:
            return
        if filled[-1] > 0 and not body[filled[-1] - 1].strip():
            what = _("the file ends with the number of a cue that is not there")
            self.raw.say("subtitle-cut-off", at + 2 + filled[-1], what, _("Ask for the whole file."))
            self.raw.lost += 1
            del body[filled[-1] :]

    def _check_blank(self, at: int, body: list[str]) -> None:
        filled = [i for i, line in enumerate(body) if line.strip()]
        inside = [i for i in range(filled[0], filled[-1]) if not body[i].strip()] if filled else []
        if inside:
            what = _("an empty line inside a cue: what follows is taken as its text")
            self.raw.say("subtitle-blank-inside", at + 2 + inside[0], what)
