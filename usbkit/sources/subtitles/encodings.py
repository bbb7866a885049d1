"""From bytes to text, with a word on how sure we are.

A byte order mark or valid UTF-8 proves itself. Everything else is inferred: each old encoding that decodes the bytes is
judged by how much the text looks like the language the file claims, and like the languages others were made for.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from usbkit.sources.subtitles.letters import is_garbage, plausibility
from usbkit.sources.subtitles.model import Certainty

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: The encodings of offices' computers, and the languages that each is used for.
_CANDIDATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cp949", ("ko",)),
    ("gb18030", ("zh",)),
    ("cp1251", ("ru", "ky")),
    ("cp1258", ("vi",)),
    ("cp1252", ("es", "fr", "en", "id", "uz")),
    ("koi8-r", ("ru",)),
    ("cp866", ("ru",)),
)

#: Characters by which a reading is judged.
_SAMPLE = 20_000

#: `plausibility` below which a text is not what it was taken for.
_POOR = 0.35

#: How far the best reading must be ahead of the next to be more than a guess.
_LEAD = 0.15

#: How much likelier a reading is in the language that the file claims: files are misnamed now and then.
_CLAIMED = 0.1


class UndecodableError(ValueError):
    """The bytes are no text in the encoding that they should be in; ``position`` is the offset of the first such."""

    def __init__(self, encoding: str, position: int, found: bytes) -> None:
        super().__init__(encoding, position, found)
        self.encoding, self.position, self.found = encoding, position, found


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, the encoding it was read in, and how sure that is; ``rival`` is the encoding next to it."""

    text: str
    encoding: str
    certainty: Certainty
    rival: str | None = None


def decode(data: bytes, language: str, stated: str | None = None) -> Decoded | None:
    """The text of ``data``, which should be in ``language``; None where no encoding fits.

    Raises UndecodableError where the bytes break the encoding that is stated or that their mark names, and LookupError
    for a stated encoding that nobody knows.
    """
    if stated is not None:
        return Decoded(_decode_strictly(data, stated), codecs.lookup(stated).name, Certainty.STATED)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(_decode_strictly(data, encoding), encoding, Certainty.CERTAIN)
    if (wide := _guess_utf16(data)) is not None:
        return Decoded(_decode_strictly(data, wide), wide, Certainty.LIKELY)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", Certainty.CERTAIN)
    except UnicodeDecodeError as problem:
        if _is_mostly_utf8(data):
            raise UndecodableError("utf-8", problem.start, data[problem.start : problem.end]) from problem
    return _infer(data, language)


def _decode_strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        raise UndecodableError(encoding, problem.start, data[problem.start : problem.end]) from problem


def _guess_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark shows in zeros: the digits and spaces of timing lines have one each."""
    sample = data[:4096]
    if len(sample) < 8 or sample.count(0) < len(sample) // 10:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    return "utf-16-le" if odd > even * 4 else "utf-16-be" if even > odd * 4 else None


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether most non-ASCII characters are whole UTF-8 sequences: then it is UTF-8 with damage, and nothing else."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(ord(c) > 0x7F for c in text) - broken
    return whole > 4 * broken


def _infer(data: bytes, language: str) -> Decoded | None:
    readings = sorted(_readings(data, language), key=lambda r: -r[0])
    if not readings:
        return None
    score, encoding, text = readings[0]
    others = ((s, e) for s, e, t in readings if t != text)  # where both give the same text, either will do
    rival_score, rival = next(others, (0.0, None))
    is_clear = score >= _POOR and score - rival_score >= _LEAD
    return Decoded(text, encoding, Certainty.LIKELY if is_clear else Certainty.GUESS, rival)


def _readings(data: bytes, language: str) -> Iterator[tuple[float, str, str]]:
    """Each encoding that decodes ``data``, with its score and the text."""
    for encoding, languages in _CANDIDATES:
        try:
            text = unicodedata.normalize("NFC", data.decode(encoding))
        except UnicodeDecodeError:
            continue
        if any(is_garbage(c) for c in set(text)):
            continue
        sample = _words(text)
        yield max(plausibility(sample, x) + (_CLAIMED if x == language else 0.0) for x in languages), encoding, text


def _words(text: str) -> str:
    """The first `_SAMPLE` characters outside timing lines."""
    return "\n".join(line for line in text[: 3 * _SAMPLE].splitlines() if "-->" not in line)[:_SAMPLE]
