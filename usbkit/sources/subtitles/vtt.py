"""WebVTT (W3C, section 4), read strictly: browsers skip in silence what they do not understand, we say it."""

from __future__ import annotations

from collections.abc import Sequence

from usbkit.core.messages import _
from usbkit.sources.subtitles.raw import Raw, RawCue, split_lines
from usbkit.sources.subtitles.timing import Timing, is_timing_like, parse_timing

_WRITE_TIMING = _("Write it as 00:01:02.345 --> 00:01:05.678.")
_STRAY = _("Give it a timing line, join it to the cue above, or delete it.")

#: Set by programs that cut streams: all times of the file count from another moment.
_MAP = "X-TIMESTAMP-MAP"


def parse_vtt(text: str, name: str) -> Raw:
    """All cues of a WebVTT file, and a finding for everything that is no cue, comment or style."""
    raw = Raw(name)
    lines = split_lines(text)
    at = _skip_header(lines, raw)
    while at < len(lines):
        end = at
        while end < len(lines) and lines[end].strip():
            end += 1
        if end > at:
            _take_block(lines[at:end], at, raw)
        at = end + 1
    return raw


def _skip_header(lines: list[str], raw: Raw) -> int:
    """The index of the line after ``WEBVTT`` and the lines that belong to it."""
    at = next((i for i, line in enumerate(lines) if line.strip()), 0) + 1
    while at < len(lines) and lines[at].strip():
        if is_timing_like(lines[at]):
            raw.say("subtitle-blank-missing", at + 1, _("no empty line between WEBVTT and the first cue"))
            return at
        if lines[at].startswith(_MAP):
            raw.say("subtitle-header", at + 1, _("{map}: the times may count from elsewhere", map=_MAP))
        at += 1
    return at


def _take_block(block: Sequence[str], at: int, raw: Raw) -> None:
    """One block of lines between empty lines; ``at`` is the index of its first line."""
    head = block[0].strip()
    timings = _timing_lines(block)
    if head == "NOTE" or head.startswith(("NOTE ", "NOTE\t")):
        if timings:
            what = _("a cue inside a NOTE, which nobody will see")
            raw.say("subtitle-cue-in-note", at + 1 + timings[0], what, _("Put an empty line before it."))
            raw.lost += len(timings)
    elif head in ("STYLE", "REGION"):
        raw.say("subtitle-style-dropped", at + 1, _("a {block} block is dropped", block=head))
    elif not timings:
        raw.say("subtitle-stray-text", at + 1, _("text that belongs to no cue: {text}", text=head[:60]), _STRAY)
    else:
        _take_cues(block, timings, at, raw)


def _timing_lines(block: Sequence[str]) -> list[int]:
    """The lines of a block that begin cues: those with an arrow, else one at its top that was meant to have one."""
    arrows = [i for i, line in enumerate(block) if "-->" in line]
    return arrows or [i for i, line in enumerate(block[:2]) if is_timing_like(line)][:1]


def _take_cues(block: Sequence[str], timings: list[int], at: int, raw: Raw) -> None:
    """The cue of a block; more than one where the empty lines between them were forgotten."""
    if timings[0] > 1:
        what = _("text that belongs to no cue: {text}", text=block[0].strip()[:60])
        raw.say("subtitle-stray-text", at + 1, what, _STRAY)
    for first, after in zip(timings, [*timings[1:], None], strict=True):
        end = len(block) if after is None else after
        if after is not None and block[end - 1].strip().isdigit() and end - 1 > first:
            end -= 1  # the number of the cue below
        if first != timings[0]:
            raw.say("subtitle-blank-missing", at + first + 1, _("no empty line before this cue"))
        _take_cue(block[first:end], at + first, raw)


def _take_cue(lines: Sequence[str], at: int, raw: Raw) -> None:
    timing = parse_timing(lines[0])
    if timing is None:
        raw.lose(at + 1, lines[0], _WRITE_TIMING)
        return
    _check_form(timing, lines[0], at, raw)
    raw.cues.append(RawCue(at + 1, timing.start, timing.end, "\n".join(lines[1:]), timing.settings))


def _check_form(timing: Timing, line: str, at: int, raw: Raw) -> None:
    if timing.separators != ".." or not timing.has_full_digits or not timing.has_spaced_arrow:
        what = _("unusual timing line, read all the same: {line}", line=line.strip()[:80])
        raw.say("subtitle-timing-form", at + 1, what)
