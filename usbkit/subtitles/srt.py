"""SubRip: a number, a timing line, text, an empty line. There is no standard; what players agree on is read.

A timing line begins a cue, and everything up to the next one is its text: an empty line inside loses nothing.
"""

from __future__ import annotations

import re

from usbkit.subtitles.raw import Raw, RawCue, split_lines
from usbkit.subtitles.timing import Timing, is_timing_like, parse_timing
from usbkit.text import _

_NUMBER = re.compile(r"^\s*\d{1,6}\s*$", re.ASCII)

_WRITE_TIMING = _("Write it as 00:01:02,345 --> 00:01:05,678.")


def parse_srt(text: str, name: str) -> Raw:
    """All cues of an SRT file, and a finding for everything that is no cue."""
    return _Parser(split_lines(text), Raw(name)).run()


class _Parser:
    def __init__(self, lines: list[str], raw: Raw) -> None:
        self.lines, self.raw = lines, raw
        self.expected = 1

    def run(self) -> Raw:
        starts = [i for i, line in enumerate(self.lines) if is_timing_like(line)]
        self._check_before(starts[0] if starts else len(self.lines))
        for position, at in enumerate(starts):
            after = starts[position + 1] if position + 1 < len(starts) else None
            self._take_cue(at, after)
        return self.raw

    def _check_before(self, first: int) -> None:
        """What stands before the first timing line: its number and nothing else."""
        number = self._number_line(first) if first < len(self.lines) else None
        for at in range(first):
            if at != number and self.lines[at].strip():
                what = _("text that belongs to no cue: {text}", text=self.lines[at].strip()[:60])
                self.raw.say(
                    "subtitle-stray-text", at + 1, what, _("Give it a timing line, or delete it."), is_error=True
                )

    def _number_line(self, timing: int) -> int | None:
        """The line of the number that belongs to the timing line, None where there is none."""
        above = timing - 1
        while above >= 0 and not self.lines[above].strip() and timing - above <= 2:
            above -= 1
        if above < 0 or not _NUMBER.match(self.lines[above]):
            return None
        is_apart = above == 0 or not self.lines[above - 1].strip() or "-->" in self.lines[above - 1]
        return above if is_apart or int(self.lines[above]) == self.expected else None

    def _take_cue(self, at: int, after: int | None) -> None:
        number = self._number_line(at)
        self._check_number(at, number)
        self.expected = (int(self.lines[number]) if number is not None else self.expected) + 1
        end = len(self.lines) if after is None else self._end_of_text(after)
        body = self.lines[at + 1 : max(at + 1, end)]
        timing = parse_timing(self.lines[at])
        if timing is None:
            self.raw.lost += 1
            what = _("the timing line cannot be read: {line}", line=self.lines[at].strip()[:80])
            self.raw.say("subtitle-timing", at + 1, what, _WRITE_TIMING, is_error=True)
            return
        self._check_form(at, timing)
        self._check_body(at, body, is_last=after is None)
        text = "\n".join(line.strip() for line in body if line.strip())
        settings = "" if timing.has_coordinates else timing.settings
        self.raw.cues.append(RawCue(at + 1, timing.start, timing.end, text, settings))

    def _end_of_text(self, next_timing: int) -> int:
        number = self._number_line(next_timing)
        return next_timing if number is None else number

    def _check_number(self, at: int, number: int | None) -> None:
        if number is None:
            self.raw.say("subtitle-number-missing", at + 1, _("the cue has no number of its own"))
        elif int(self.lines[number]) != self.expected:
            what = _(
                "cue number {found}, expected {expected}", found=self.lines[number].strip(), expected=self.expected
            )
            self.raw.say("subtitle-number-order", number + 1, what)

    def _check_form(self, at: int, timing: Timing) -> None:
        if timing.separators != ",," or not timing.has_hours or not timing.has_full_digits:
            what = _("unusual timing line, read all the same: {line}", line=self.lines[at].strip()[:80])
            self.raw.say("subtitle-timing-form", at + 1, what)
        if timing.has_coordinates:
            self.raw.say(
                "subtitle-position-dropped", at + 1, _("pixel coordinates are dropped: {found}", found=timing.settings)
            )

    def _check_body(self, at: int, body: list[str], *, is_last: bool) -> None:
        filled = [i for i, line in enumerate(body) if line.strip()]
        if not filled:
            return
        inside = [i for i in range(filled[0], filled[-1]) if not body[i].strip()]
        if inside:
            what = _("an empty line inside a cue: what follows is taken as its text")
            self.raw.say("subtitle-blank-inside", at + 2 + inside[0], what)
        last = body[filled[-1]]
        if is_last and inside and _NUMBER.match(last) and int(last) == self.expected:
            what = _("the file ends with the number of a cue that is not there")
            self.raw.say("subtitle-cut-off", at + 2 + filled[-1], what, _("Ask for the whole file."), is_error=True)
            self.raw.lost += 1
            del body[filled[-1] :]
