"""WebVTT, read by the specification's own algorithm (W3C WebVTT section 6.1), so that we keep what browsers show.

Each line that browsers silently skip is a finding. If only one reading of it is possible, it is kept, under an error
that a manifest can allow without losing the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from usbkit.core.messages import _
from usbkit.sources.subtitles.formats import has_webvtt_header
from usbkit.sources.subtitles.raw import Raw, RawCue, split_lines
from usbkit.sources.subtitles.timing import (
    Timing,
    has_clock,
    has_two_clocks,
    parse_timing,
    parse_webvtt_timing,
)

_WRITE_TIMING = _(
    "Write it as 00:01:02.345 --> 00:01:05.678; to show its words with the cue before, allow {id}.",
    id="subtitle-timing",
)
_STRAY = _(
    "Give it a timing line, join it to the cue above, or delete it; to show it with the cue beside it, allow {id}.",
    id="subtitle-stray-text",
)
_KEPT = _("Correct the line; to keep it as it was read, allow {id} in the manifest.", id="subtitle-browsers-skip")

_ARROW = "-->"

#: Set by programs that cut streams: all times of the file count from another moment.
_MAP = "X-TIMESTAMP-MAP"

_METADATA = re.compile(r"[\w-]+[ \t]*[:=]|::|NOTE\b|STYLE\s*$|REGION\s*$|[}{]|\s*[\w-]+\s*:.*[;{]?$")
_COMMENT = re.compile(r"NOTE(?:[ \t]|$)")

#: A region as drafts of the specification wrote it, and programs still do: a line of its own, behind the header too.
_OLD_REGION = re.compile(r"Region:[ \t]*\w+=", re.IGNORECASE)
_NAME_ENDS = tuple(".?!…。？！")


@dataclass(slots=True)
class _Block:
    """What one run of "collect a WebVTT block" gave: lines by index, and the timing line if there was one."""

    lines: list[int] = field(default_factory=list)
    arrow: int | None = None
    name: int | None = None


def parse_vtt(text: str, name: str) -> Raw:
    """Return all cues of a WebVTT file, and a finding for everything that is no cue, comment or style."""
    return _Parser(split_lines(text), Raw(name), has_header=has_webvtt_header(text)).run()


class _Parser:
    """``at`` is the next line. ``last`` is the index behind the last line of the cue read last."""

    def __init__(self, lines: list[str], raw: Raw, *, has_header: bool) -> None:
        self.lines, self.raw = lines, raw
        self.at = 0
        self.last = -1
        self.has_header = has_header

    def run(self) -> Raw:
        """Steps 4 to 14: the signature, the header, then blocks until the end."""
        if not self.has_header:  # step 4: browsers stop here; `reading` says so, and the file is read all the same
            self._skip_blanks()
        self.at += 1
        if self.at < len(self.lines) and self.lines[self.at]:  # step 11
            self._take_header(self._collect(in_header=True))
        self._skip_blanks()
        while self.at < len(self.lines):
            self._take(self._collect())
            self._skip_blanks()
        return self.raw

    def _skip_blanks(self) -> None:
        while self.at < len(self.lines) and not self.lines[self.at]:
            self.at += 1

    def _collect(self, *, in_header: bool = False) -> _Block:
        """ "Collect a WebVTT block": up to an empty line, or to an arrow that cannot be this block's own."""
        block = _Block()
        while self.at < len(self.lines) and self.lines[self.at]:
            line = self.lines[self.at]
            may_begin = not in_header and block.arrow is None and len(block.lines) < 2
            if _ARROW in line or (may_begin and has_two_clocks(line)):  # the second is an arrow that was mistyped
                if not may_begin:
                    break
                block.arrow, block.name = self.at, block.lines[0] if block.lines else None
                block.lines = []
            else:
                block.lines.append(self.at)
            self.at += 1
        return block

    def _take_header(self, block: _Block) -> None:
        for at in block.lines:
            line = self.lines[at]
            if line.startswith(_MAP):
                self.raw.say("subtitle-header", at + 1, _("{map}: the times may count from elsewhere", map=_MAP))
            elif not _METADATA.match(line) and any(map(str.isalnum, line)):
                self._say_stray(at, line)
        if self.at < len(self.lines) and self.lines[self.at]:
            self.raw.say("subtitle-blank-missing", self.at + 1, _("no empty line between WEBVTT and the first cue"))

    def _take(self, block: _Block) -> None:
        if block.arrow is not None:
            self._take_cue(block, block.arrow)
            return
        head = self.lines[block.lines[0]]
        if head.rstrip(" \t\f") in ("STYLE", "REGION") and len(block.lines) > 1:
            what = _("a {block} block is dropped", block=head.strip())
            self.raw.say("subtitle-style-dropped", block.lines[0] + 1, what)
        elif all(_OLD_REGION.match(self.lines[at]) for at in block.lines):
            what = _("a {block} block is dropped", block="REGION")
            self.raw.say("subtitle-style-dropped", block.lines[0] + 1, what)
        elif not _COMMENT.match(head):
            self._take_stray(block)
        self._say_joined()

    def _take_stray(self, block: _Block) -> None:
        """Lines without times; a timing line among them that lost its arrow is a cue that was lost.

        Lines of spaces say nothing, nor does a number below them that belongs to the cue that follows.
        """
        filled = [at for at in block.lines if self.lines[at].strip()]
        is_number = len(filled) == 1 and self.lines[filled[0]].strip().isdigit()
        if not filled or (is_number and self._is_at_arrow()):
            return
        block.lines = filled
        broken = next((at for at in block.lines[:2] if has_clock(self.lines[at])), None)
        if broken is not None:
            above = (at for at in block.lines if at < broken and not self.lines[at].strip().isdigit())
            text = self._text([*above, *(at for at in block.lines if at > broken)])
            self.raw.lose(broken + 1, self.lines[broken], _WRITE_TIMING, text)
        else:
            self._say_stray(block.lines[0], self._text(block.lines))

    def _is_at_arrow(self) -> bool:
        return self.at < len(self.lines) and _ARROW in self.lines[self.at]

    def _text(self, lines: Iterable[int]) -> str:
        return "\n".join(self.lines[at] for at in lines)

    def _say_stray(self, at: int, text: str) -> None:
        what = _("text that belongs to no cue: {text}", text=self.lines[at].strip()[:60])
        self.raw.say("subtitle-stray-text", at + 1, what, _STRAY)
        self.raw.leave("subtitle-stray-text", text)

    def _take_cue(self, block: _Block, arrow: int) -> None:
        line = self.lines[arrow]
        timing = parse_webvtt_timing(line)
        if timing is None:
            timing = parse_timing(line)
            if timing is None:
                self._take_unreadable(block, arrow)
                return
            what = _(
                "browsers skip this cue for its timing line, which is read all the same: {line}", line=line.strip()
            )
            self.raw.say("subtitle-browsers-skip", arrow + 1, what, _KEPT)
        else:
            self._check_form(timing, line, arrow)
        self._check_name(block.name)
        text = self._text(block.lines)
        settings = self.raw.take_settings(arrow + 1, timing.settings, "webvtt")
        self.raw.cues.append(RawCue(arrow + 1, timing.start, timing.end, text, settings))
        self.last = self.at
        self._say_joined(block.lines)

    def _say_joined(self, text: list[int] | None = None) -> None:
        """A line with an arrow follows without an empty line: say it, and what browsers then show of its number."""
        if self.at >= len(self.lines) or not self.lines[self.at] or not has_clock(self.lines[self.at]):
            return
        number = text[-1] if text and self.lines[text[-1]].strip().isdigit() else None
        if number is not None:
            what = _(
                "no empty line before the next cue: browsers show its number {number} as this cue's text, and so do we",
                number=self.lines[number].strip(),
            )
            todo = _("Put an empty line before it; to keep it as text, allow {id}.", id="subtitle-number-shown")
            self.raw.say("subtitle-number-shown", number + 1, what, todo)
        else:
            self.raw.say("subtitle-blank-missing", self.at + 1, _("no empty line before this cue"))

    def _check_name(self, at: int | None) -> None:
        """A sentence where a cue's name stands is read by nobody."""
        if at is None:
            return
        name = self.lines[at].strip()
        is_sentence = len(name.split()) > 2 or name.endswith(_NAME_ENDS) or (not name.isascii() and len(name) > 3)
        if is_sentence and not _COMMENT.match(name):
            what = _("browsers take this for the cue's name, which nobody sees: {text}", text=name[:60])
            self.raw.say("subtitle-stray-text", at + 1, what, _STRAY)
            self.raw.leave("subtitle-stray-text", name, is_before=True)

    def _take_unreadable(self, block: _Block, arrow: int) -> None:
        """Browsers drop the whole block. An arrow in a sentence is text of the cue that it stands in."""
        line = self.lines[arrow]
        above = arrow if block.name is None else block.name
        if has_clock(line):
            is_named = block.name is not None and not self.lines[above].strip().isdigit()
            text = self._text([*([above] if is_named else []), *block.lines])
            self.raw.lose(arrow + 1, line, _WRITE_TIMING, text)
        elif self.last == above:
            cue = self.raw.cues[-1]
            text = "\n".join([cue.text, *self.lines[above : self.at]])
            self.raw.cues[-1] = RawCue(cue.line, cue.start, cue.end, text, cue.settings)
            self.last = self.at
            what = _(
                "browsers drop this line for its arrow, and what follows it; it is kept: {line}", line=line.strip()
            )
            todo = _("Write &gt; for the arrow's point; to keep it as it was read, allow {id}.", id="subtitle-arrow")
            self.raw.say("subtitle-arrow", arrow + 1, what, todo)
        elif any(char.isdigit() for char in line):
            self.raw.lose(arrow + 1, line, _WRITE_TIMING, self._text(range(above, self.at)))
        else:
            self._say_stray(above, self._text(range(above, self.at)))

    def _check_form(self, timing: Timing, line: str, at: int) -> None:
        if not timing.has_full_digits or not timing.has_spaced_arrow:
            what = _("unusual timing line, read all the same: {line}", line=line.strip()[:80])
            self.raw.say("subtitle-timing-form", at + 1, what)
