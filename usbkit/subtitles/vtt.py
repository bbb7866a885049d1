"""WebVTT (W3C, section 4), read strictly: browsers skip in silence what they do not understand, we say it."""

from __future__ import annotations

from usbkit.subtitles.raw import Raw, RawCue, split_lines
from usbkit.subtitles.timing import Timing, is_timing_like, parse_timing
from usbkit.text import _

_WRITE_TIMING = _("Write it as 00:01:02.345 --> 00:01:05.678.")


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
    """The line after ``WEBVTT`` and the lines that belong to it."""
    at = 1
    while at < len(lines) and lines[at].strip():
        if is_timing_like(lines[at]):
            what = _("no empty line between WEBVTT and the first cue: browsers skip that cue")
            raw.say("subtitle-blank-missing", at + 1, what)
            return at
        at += 1
    return at


def _take_block(block: list[str], at: int, raw: Raw) -> None:
    """One block of lines between empty lines; ``at`` is the index of its first line."""
    head = block[0].strip()
    if head == "NOTE" or head.startswith(("NOTE ", "NOTE\t")):
        hidden = [i for i, line in enumerate(block) if is_timing_like(line)]
        if hidden:
            what = _("a cue inside a NOTE, which nobody will see")
            raw.say("subtitle-cue-in-note", at + 1 + hidden[0], what)
        return
    if head in ("STYLE", "REGION"):
        raw.say("subtitle-style-dropped", at + 1, _("a {block} block is dropped", block=head))
        return
    timings = [i for i, line in enumerate(block) if is_timing_like(line)]
    if not timings:
        what = _("text that belongs to no cue: {text}", text=head[:60])
        todo = _("Give it a timing line, join it to the cue above, or delete it.")
        raw.say("subtitle-stray-text", at + 1, what, todo, is_error=True)
        return
    _check_identifier(block[: timings[0]], at, raw)
    for position, first in enumerate(timings):
        last = timings[position + 1] if position + 1 < len(timings) else len(block)
        if position > 0:
            what = _("no empty line before this cue: browsers show its timing as text")
            raw.say("subtitle-blank-missing", at + first + 1, what)
        _take_cue(block[first:last], at + first, raw)


def _check_identifier(above: list[str], at: int, raw: Raw) -> None:
    if len(above) > 1:
        what = _("text that belongs to no cue: {text}", text=above[0].strip()[:60])
        raw.say("subtitle-stray-text", at + 1, what, _("Put an empty line behind it, or delete it."), is_error=True)


def _take_cue(lines: list[str], at: int, raw: Raw) -> None:
    timing = parse_timing(lines[0])
    if timing is None:
        raw.lost += 1
        what = _("the timing line cannot be read: {line}", line=lines[0].strip()[:80])
        raw.say("subtitle-timing", at + 1, what, _WRITE_TIMING, is_error=True)
        return
    _check_form(timing, lines[0], at, raw)
    text = "\n".join(line.strip() for line in lines[1:])
    raw.cues.append(RawCue(at + 1, timing.start, timing.end, text, timing.settings))


def _check_form(timing: Timing, line: str, at: int, raw: Raw) -> None:
    if timing.separators != ".." or not timing.has_full_digits:
        what = _("unusual timing line, read all the same: {line}", line=line.strip()[:80])
        raw.say("subtitle-timing-form", at + 1, what)
