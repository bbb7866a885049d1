r"""SubStation Alpha (SSA v4, ASS v4+): ``Dialogue:`` lines whose last field is the text.

The format: fields have the order of the ``Format:`` line of ``[Events]``; ``\N`` and ``\n`` break a line, ``\h`` is a
space, ``{…}`` holds tags or a comment that no player shows, ``\p1`` begins a drawing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from usbkit.core.messages import _
from usbkit.sources.subtitles.markup import escape_text
from usbkit.sources.subtitles.model import Cue
from usbkit.sources.subtitles.others.spoken import Spoken, pysubs2_errors, refuse, words_of
from usbkit.sources.subtitles.raw import split_lines
from usbkit.sources.subtitles.settings import from_alignment

_USUAL = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
_NUMBERS = ("marginl", "marginr", "marginv")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})[.,:](\d{2})", re.ASCII)
_BRACES = re.compile(r"\{[^}]*\}")

#: Braces that are text, as libass reads them, and what stands for them while the others are looked for.
_ESCAPED = re.compile(r"(\{[^}]*\})|\\([{}])")
_OPEN, _CLOSE = "\ue000", "\ue001"
_DRAWING = re.compile(r"\\p(\d+)")
_ALIGNMENT = re.compile(r"\\an([1-9])")

#: Lines of [Events] that say nothing: the order of fields, other media, comments of the file.
_SILENT = ("format:", "picture:", "sound:", "movie:", "command:", ";", "!:")


@dataclass(frozen=True, slots=True)
class _Line:
    """A ``Dialogue:`` line as a plain count reads it. Milliseconds; ``text`` is what is spoken."""

    start: int
    end: int
    text: str


def read_substation(text: str, name: str) -> Spoken:
    """Return the cues of an ASS or SSA file. Raises InputError if it is invalid or its two readings differ."""
    left_out: list[str] = []
    text = _ESCAPED.sub(lambda m: m[1] or (_OPEN if m[2] == "{" else _CLOSE), text)
    lines = list(_count(text, name, left_out))
    format = "ssa" if "[v4 styles]" in text.lower() else "ass"
    with pysubs2_errors(name) as pysubs2:
        try:
            read = pysubs2.SSAFile.from_string(text, format)
        except (ValueError, IndexError):  # a style that it cannot read: the sentences are what matters
            plain = "\n".join(line for line in split_lines(text) if not line.startswith("Style:"))
            read = pysubs2.SSAFile.from_string(plain, format)
        cues = [_to_cue(event, read.styles, pysubs2) for event in read.events if not event.is_comment]
    cues = [cue for cue in cues if cue.plain.strip()]
    spoken = [line for line in lines if line.text.strip()]
    if [(c.start, c.end) for c in cues] != [(s.start, s.end) for s in spoken]:
        raise refuse(name, _("two readings of it do not agree on the times of its {count} cues", count=len(spoken)))
    return Spoken(tuple(cues), words_of(line.text for line in spoken), tuple(left_out))


def _count(text: str, name: str, left_out: list[str]) -> Iterator[_Line]:
    """Every line that is spoken, wherever it stands. Raises InputError for a line of [Events] that is none we know."""
    fields, is_inside = _USUAL, False
    for number, whole in enumerate(split_lines(text), start=1):
        line = whole.strip()
        kind, _colon, rest = line.partition(":")
        if line.startswith("[") and line.endswith("]"):
            is_inside = line.lower() == "[events]"
        elif is_inside and kind.lower() == "format":
            fields = [field.strip().lower() for field in rest.split(",")]
        elif kind.lower() == "dialogue":
            yield _read_line(rest, fields, name, number, left_out)
        elif kind.lower() == "comment" and is_inside:
            left_out.append(line)
        elif is_inside and line and not line.lower().startswith(_SILENT):
            raise refuse(name, _("a line that is no dialogue: {line}", line=line[:80]), number)


def _read_line(rest: str, fields: list[str], name: str, number: int, left_out: list[str]) -> _Line:
    values = dict(zip(fields, rest.strip().split(",", len(fields) - 1), strict=False))
    start, end = (_TIME.fullmatch(values.get(field, "").strip()) for field in ("start", "end"))
    if start is None or end is None or "text" not in values:
        what = _("a dialogue without two times and a text: {line}", line=rest.strip()[:80])
        raise refuse(name, what, number)
    if not all(values.get(field, "0").strip().lstrip("-").isdigit() for field in _NUMBERS):  # a comma is missing
        raise refuse(
            name, _("a dialogue whose fields are not where they belong: {line}", line=rest.strip()[:80]), number
        )
    return _Line(_milliseconds(start), _milliseconds(end), _spoken(values["text"], left_out))


def _milliseconds(match: re.Match[str]) -> int:
    hours, minutes, seconds, hundredths = map(int, match.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + hundredths * 10


def _spoken(text: str, left_out: list[str]) -> str:
    """``text`` without its tags and drawings; remarks in braces go to ``left_out``."""
    kept, at, is_drawing = [], 0, False
    for braces in _BRACES.finditer(text):
        kept.append("" if is_drawing else text[at : braces.start()])
        at = braces.end()
        if not re.match(r"\{\s*(?:\\|\})", braces.group()):
            left_out.append(braces.group())
        for scale in _DRAWING.findall(braces.group()):
            is_drawing = int(scale) > 0
    kept.append("" if is_drawing else text[at:])
    return _breaks("".join(kept))


def _breaks(text: str) -> str:
    plain = text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    return plain.replace(_OPEN, "{").replace(_CLOSE, "}")


def _to_cue(event: Any, styles: Any, pysubs2: Any) -> Cue:
    """pysubs2's event as a cue: bold, italic and underlined as they are, and placed as near as SubRip can."""
    from pysubs2.formats.substation import parse_tags

    style = styles.get(event.style, pysubs2.SSAStyle.DEFAULT_STYLE)
    runs = [(text, s) for text, s in parse_tags(event.text, style, styles) if not s.drawing]
    alike = groupby(runs, key=lambda run: (run[1].bold, run[1].italic, run[1].underline))
    parts = (_marked("".join(text for text, _style in group), *is_on) for is_on, group in alike)
    places = _ALIGNMENT.findall(event.text)
    number = int(places[-1]) if places else int(style.alignment)
    text = "\n".join(" ".join(line.split()) for line in "".join(parts).split("\n") if line.strip())
    return Cue(event.start, event.end, text, settings="" if number == 2 else from_alignment(number))


def _marked(text: str, bold: bool, italic: bool, underline: bool) -> str:
    marked = escape_text(re.sub(" +", " ", _breaks(text)))
    for tag, is_on in (("u", underline), ("i", italic), ("b", bold)):
        if is_on and marked.strip():
            marked = f"<{tag}>{marked}</{tag}>"
    return marked
