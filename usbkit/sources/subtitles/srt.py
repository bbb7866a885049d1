"""SubRip: a number, a timing line, text, an empty line. There is no standard; we read what players agree on.

A timing line begins a cue, and everything up to the next one is its text: an empty line inside loses nothing. A timing
line counts only after an empty line or below a number. Elsewhere, times and arrows are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from usbkit.core.messages import _
from usbkit.sources.subtitles.raw import Raw, RawCue, split_lines
from usbkit.sources.subtitles.timing import Timing, has_clock, has_two_clocks, is_timing_like, parse_timing

_NUMBER = re.compile(r"^\s*\d{1,6}\s*$", re.ASCII)

_WRITE_TIMING = _(
    "Write it as 00:01:02,345 --> 00:01:05,678; to show its words with the cue before, allow {id}.",
    id="subtitle-timing",
)
_INSIDE = "subtitle-timing-in-text"
_STRAY = _("Give it a timing line, or delete it; to show it with the first cue, allow {id}.", id="subtitle-stray-text")


def parse_srt(text: str, name: str) -> Raw:
    """Return all cues of an SRT file, and a finding for everything that is no cue."""
    return _Parser(split_lines(text), Raw(name)).run()


class _Parser:
    """``expected`` is the number that the next cue should have."""

    def __init__(self, lines: list[str], raw: Raw) -> None:
        self.lines, self.raw = lines, raw
        self.expected = 1

    def run(self) -> Raw:
        starts = list(self._starts())
        self.expected = 1
        self._check_before(starts[0] if starts else len(self.lines))
        for at, after in zip(starts, [*starts[1:], None], strict=False):
            self._take_cue(at, after)
        return self.raw

    def _starts(self) -> Iterator[int]:
        """The timing lines. What looks like one is text unless its place makes it one."""
        for at, line in enumerate(self.lines):
            if not is_timing_like(line):
                continue
            number = self._number_line(at)
            is_start = has_two_clocks(line) and (number is not None or (self._is_apart(at) and self._is_full(line)))
            is_start |= number is not None and (has_clock(line) or self._is_broken(at, number))
            if is_start:
                self.expected = (int(self.lines[number]) if number is not None else self.expected) + 1
                yield at

    def _is_full(self, line: str) -> bool:
        """Whether a line without a number is more than a span of time that people write: ``12:30 -> 14:30``."""
        return parse_timing(line) is not None or line.count(":") + line.count("：") >= 4

    def _is_apart(self, at: int) -> bool:
        return at == 0 or not self.lines[at - 1].strip()

    def _is_broken(self, at: int, number: int) -> bool:
        """Whether a line with an arrow and figures, right below the number that is due, was meant as a timing line."""
        line = self.lines[at]
        is_due = int(self.lines[number]) == self.expected and number == at - 1 and self._is_apart(number)
        return is_due and line.lstrip()[:1] in "-0123456789oOоО" and line.count(":") + line.count("：") >= 2

    def _check_before(self, first: int) -> None:
        """What stands before the first timing line: its number and nothing else."""
        number = self._number_line(first)
        stray = [at for at in range(first) if at != number and self.lines[at].strip()]
        for at in stray:
            what = _("text that belongs to no cue: {text}", text=self.lines[at].strip()[:60])
            self.raw.say("subtitle-stray-text", at + 1, what, _STRAY)
        self.raw.leave("subtitle-stray-text", "\n".join(self.lines[at] for at in stray))

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
        is_apart = self._is_apart(above) or has_two_clocks(self.lines[above - 1])
        return above if is_apart or int(self.lines[above]) == self.expected else None

    def _take_cue(self, at: int, after: int | None) -> None:
        """The cue whose timing line is at ``at``; the next one's is at ``after``."""
        number = self._number_line(at)
        self._check_number(at, number)
        self.expected = (int(self.lines[number]) if number is not None else self.expected) + 1
        body = self.lines[at + 1 : self._end_of_text(at, after)]
        timing = parse_timing(self.lines[at])
        if timing is None:
            text = "\n".join(line for line in body if line.strip())
            self.raw.lose(at + 1, self.lines[at], _WRITE_TIMING, text)
            return
        self._check_form(at, timing)
        if after is None:
            self._check_cut(at, body)
        self._check_blank(at, body)
        self._check_inside(at, body)
        text = "\n".join(line for line in body if line.strip())
        settings = "" if timing.has_coordinates else self.raw.take_settings(at + 1, timing.settings, "srt")
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
        is_usual = not timing.is_mended and timing.separators == ",,"
        is_usual = is_usual and timing.has_hours and timing.has_full_digits and timing.has_spaced_arrow
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

    def _check_inside(self, at: int, body: list[str]) -> None:
        """A whole timing line in the middle of a text: the words of it, or a cue whose empty line is missing."""
        for i, line in enumerate(body):
            if has_two_clocks(line) and parse_timing(line) is not None:
                what = _("a timing line in the middle of a text is kept as text: {line}", line=line.strip()[:80])
                todo = _("If a cue begins there, put an empty line before it; if not, allow {id}.", id=_INSIDE)
                self.raw.say(_INSIDE, at + 2 + i, what, todo)
