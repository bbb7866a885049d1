"""Prepare cues for a page: separate markup from text, find paragraphs, and write the data file for scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from usbkit.site.phrase import close_bidi, script_json
from usbkit.sources.subtitles import Cue, Track
from usbkit.sources.subtitles.settings import to_cue_properties

# A paragraph of a transcript ends at a pause, at the end of a sentence once it is long enough, or when it is too long.
_PAUSE = 2_500
_LONG_ENOUGH = 25_000
_TOO_LONG = 75_000
_SENTENCE_END = re.compile(r"[.!?…。！？۔؟។៕၊။][\"'»”’）)\]]*$")
_TAG = re.compile(r"<(/?)([biu])>")


@dataclass(frozen=True, slots=True)
class CueLine:
    """One cue of a transcript: start and end in milliseconds, and its text as HTML."""

    start: int
    end: int
    html: Markup


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Cues that belong together, and when the first begins."""

    at: int
    lines: tuple[CueLine, ...]


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """``("text", …)``, ``("open", tag)`` and ``("close", tag)`` in order, properly nested; strays are dropped.

    A cue's text is WebVTT cue text, so its entities are resolved here; whoever writes it out escapes it again.
    """
    text = close_bidi(text)
    open_now: list[str] = []
    at = 0
    for match in _TAG.finditer(text):
        if match.start() > at:
            yield "text", _resolve(text[at : match.start()])
        at = match.end()
        slash, tag = match.groups()
        if not slash:
            open_now.append(tag)
            yield "open", tag
        elif tag in open_now:
            while True:
                last = open_now.pop()
                yield "close", last
                if last == tag:
                    break
    if at < len(text):
        yield "text", _resolve(text[at:])
    for tag in reversed(open_now):
        yield "close", tag


def _resolve(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain(text: str) -> str:
    """Return a cue's text without markup, on one line."""
    return " ".join("".join(piece for kind, piece in _pieces(text) if kind == "text").split())


def to_html(text: str) -> Markup:
    """Return a cue's text on one line, with b, i, u kept and everything else escaped."""
    made = {"text": escape, "open": Markup("<{}>").format, "close": Markup("</{}>").format}
    return Markup("").join(made[kind](piece.replace("\n", " ")) for kind, piece in _pieces(text))


def to_vtt_text(text: str) -> str:
    """Return a cue's text as WebVTT cue text, where ``<`` and ``&`` are markup."""
    made = {"text": _escape_vtt, "open": "<{}>".format, "close": "</{}>".format}
    lines = "".join(made[kind](piece) for kind, piece in _pieces(text)).split("\n")
    return "\n".join(line for line in lines if line.strip())


def _escape_vtt(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def paragraph_starts(cues: Sequence[Cue], chapters: Sequence[int] = ()) -> list[int]:
    """Return the indices of the cues that begin a paragraph."""
    starts: list[int] = []
    began = 0
    breaks = sorted(chapters)
    for index, cue in enumerate(cues):
        before = cues[index - 1] if index else None
        if before is None or _parts(before, cue, cue.start - began, breaks):
            starts.append(index)
            began = cue.start
    return starts


def _parts(before: Cue, cue: Cue, length: int, chapters: Sequence[int]) -> bool:
    if cue.start - before.end >= _PAUSE or length >= _TOO_LONG:
        return True
    if any(before.start < at <= cue.start for at in chapters):
        return True
    return length >= _LONG_ENOUGH and bool(_SENTENCE_END.search(plain(before.text)))


def to_paragraphs(track: Track, chapters: Sequence[int] = ()) -> tuple[Paragraph, ...]:
    """Return the transcript of a track in paragraphs."""
    starts = paragraph_starts(track.cues, chapters)
    ends = [*starts[1:], len(track.cues)]
    return tuple(
        Paragraph(track.cues[a].start, tuple(CueLine(c.start, c.end, to_html(c.text)) for c in track.cues[a:b]))
        for a, b in zip(starts, ends, strict=True)
    )


def excerpt(track: Track, at: int, most: int = 140) -> str:
    """Return the text from ``at`` milliseconds on, up to about ``most`` characters; empty if there is none."""
    said = ""
    for cue in (c for c in track.cues if c.end > at):
        text = plain(cue.text)
        if said and len(said) + len(text) > most:
            return f"{said} …"
        said = f"{said} {text}".strip()
    return said


def to_data(stem: str, track: Track, chapters: Sequence[int] = (), tag: str = "") -> bytes:
    """Return the track as a classic script: times in milliseconds, WebVTT cue texts, and where paragraphs begin.

    Cues that are not at the bottom have their position under ``g``, by index.
    """
    value: dict[str, object] = {
        "s": [c.start for c in track.cues],
        "e": [c.end for c in track.cues],
        "t": [to_vtt_text(c.text) for c in track.cues],
        "p": paragraph_starts(track.cues, chapters),
    }
    if placed := {str(i): to_cue_properties(c.settings) for i, c in enumerate(track.cues) if c.settings}:
        value["g"] = placed
    return f'usbkit.take("cues/{stem}.{tag or track.language}",{script_json(value)});\n'.encode()
