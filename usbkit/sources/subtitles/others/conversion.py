"""Convert other subtitle formats to SubRip, and compare the result with the source before it is used."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.sources.subtitles.formats import ASS, SBV, TTML, recognise_format
from usbkit.sources.subtitles.model import Certainty, Cue, Track
from usbkit.sources.subtitles.others.sbv import read_sbv
from usbkit.sources.subtitles.others.spoken import Spoken, refuse, words_of
from usbkit.sources.subtitles.others.substation import read_substation
from usbkit.sources.subtitles.others.ttml import read_ttml
from usbkit.sources.subtitles.raw import split_lines
from usbkit.sources.subtitles.reading import decode_file, parse_track
from usbkit.sources.subtitles.rules import find
from usbkit.sources.subtitles.writing import to_srt

_READERS: Mapping[str, Callable[[str, str], Spoken]] = {ASS: read_substation, TTML: read_ttml, SBV: read_sbv}

#: The formats that can be converted.
CONVERTED = tuple(_READERS)


#: How the encoding of a file that no manifest names can be stated.
HOW_TO_STATE = _("If you know it, state it with --encoding; or save the file as UTF-8.")


@dataclass(frozen=True, slots=True)
class Converted:
    """The result: the bytes of an SRT file, the source format, the number of cues, and lines that no player showed."""

    data: bytes
    format: str
    cues: int
    left_out: tuple[str, ...]
    findings: tuple[Finding, ...]


def convert(data: bytes, name: str, language: str | None, encoding: str | None = None) -> Converted:
    """Convert the subtitles in ``data`` to SubRip. ``language`` is the one that the file's name claims.

    Raises InputError if the format is not in ``CONVERTED``, if the encoding is uncertain, or if a sentence or its time
    would change.
    """
    decoded = decode_file(data, language or "en", encoding, name, HOW_TO_STATE)
    is_sure = decoded.certainty in (Certainty.CERTAIN, Certainty.STATED)
    is_doubtful = decoded.is_doubtful if language is not None else False  # nobody can say by which letters
    if is_doubtful or not (is_sure or (language is not None and decoded.certainty is Certainty.LIKELY)):
        what = _("probably {encoding}, but it may be {rival}", encoding=decoded.encoding, rival=decoded.rival or "?")
        raise InputError(find("subtitle-encoding-guess", what, Place(name), HOW_TO_STATE))
    text = unicodedata.normalize("NFC", "\n".join(split_lines(decoded.text.replace("\ufeff", ""))))
    format = recognise_format(text)
    if format not in _READERS:
        raise refuse(
            name,
            _("this is {format}, which is not converted", format=Text(format) if format else _("text without times")),
        )
    spoken = _READERS[format](text, name)
    if not spoken.words:
        raise refuse(name, _("there is no text in it"))
    _require_same_words(spoken, name)
    cues = tuple(sorted(spoken.cues, key=lambda c: (c.start, c.end)))
    made = to_srt(Track(language or "en", cues, "utf-8"))
    again = parse_track(made, language or "en", name)
    if _shown(again.cues) != _shown(cues):
        raise refuse(name, _("read again, what was made of it is not the same"))
    errors = tuple(f for f in again.findings if f.is_error)
    return Converted(made, format, len(cues), spoken.left_out, errors)


def _require_same_words(spoken: Spoken, name: str) -> None:
    found = words_of(cue.plain for cue in spoken.cues)
    if found == spoken.words:
        return
    at = next((i for i, pair in enumerate(zip(found, spoken.words, strict=False)) if pair[0] != pair[1]), len(found))
    near = " ".join(spoken.words[max(0, at - 2) : at + 6])
    raise refuse(name, _("a sentence would be lost or changed at: {words}", words=near[:80]))


def _shown(cues: Iterable[Cue]) -> list[tuple[int, int, list[list[str]]]]:
    """When what is shown: lines of words."""
    return [(c.start, c.end, [line.split() for line in c.plain.split("\n") if line.strip()]) for c in cues]
