"""Decode bytes to text, and state how certain the encoding is.

A byte order mark or valid UTF-8 is proof. Everything else is inferred: each old encoding that decodes the bytes is
rated by how the text reads in the file's claimed language (``fitness``). A result is likely only if it fits that
language and is well ahead of every other; otherwise it is a guess, which is an error.
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from usbkit.sources.subtitles.fitness import Fitness, judge, script_of
from usbkit.sources.subtitles.letters import is_garbage
from usbkit.sources.subtitles.model import Certainty

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: The encodings of offices' computers, the commoner first: where several give the same text, the first is named.
_FAMILIES = {
    "LATIN": ("cp1252", "iso8859-15", "cp850", "cp437", "mac-roman"),
    "PORTUGUESE": ("cp860",),
    "CENTRAL": ("cp1250", "iso8859-2", "cp852", "mac-latin2"),
    "TURKISH": ("cp1254", "cp857", "mac-turkish"),
    "BALTIC": ("cp1257", "iso8859-13", "cp775", "iso8859-4"),
    "VIETNAMESE": ("cp1258",),
    "CYRILLIC": ("cp1251", "koi8-r", "koi8-u", "cp866", "mac-cyrillic", "iso8859-5", "cp855", "kz1048"),
    "GREEK": ("cp1253", "iso8859-7", "cp737", "cp869", "mac-greek"),
    "HEBREW": ("cp1255", "cp862"),
    "ARABIC": ("cp1256", "iso8859-6", "cp720", "cp864"),
    "THAI": ("cp874",),
    "ko": ("cp949", "johab"),
    "zh": ("gb18030", "big5hkscs", "cp950"),
    "ja": ("cp932", "euc_jp"),
}
#: What languages in Latin letters use besides the encodings that all of them do.
_REGIONS = {
    "PORTUGUESE": ("pt",),
    "CENTRAL": ("pl", "cs", "sk", "hu", "ro", "hr", "bs", "sl", "sq", "sr-latn"),
    "TURKISH": ("tr", "az", "ku", "tk"),
    "BALTIC": ("lt", "lv", "et"),
    "VIETNAMESE": ("vi",),
}
_CANDIDATES = tuple(encoding for family in _FAMILIES.values() for encoding in family)

#: Languages by which a file is named that does not suit its own: one for each way of writing.
_USUAL = ("en", "es", "fr", "pl", "tr", "vi", "ru", "el", "he", "ar", "th", "ko", "zh", "ja")

#: Languages whose sentences stand in files of others, since they share many words.
_NEIGHBOURS = ("es", "fr", "pt", "it", "de")

#: Characters of lines that are not ASCII: enough to tell most encodings, and the most that is looked at.
_GLANCE, _SAMPLE = 1_500, 60_000

#: Readings that are looked at closely.
_CLOSELY = 6

#: How far the best reading must be ahead of the next to be more than a guess, where that one is fit too and where it is
#: not (natural logarithms of a likelihood); and where fewer than `_FEW` characters are all the proof, of which it takes
#: `_MANY` for others than the next does.
_LEAD, _LEAD_OF_UNFIT = 2.0, 0.0
_FEW, _MANY, _LEAD_OF_FEW = 20, 3, 4.5

#: The same where one letter alone decides, which the next reading takes for another letter, or for a sign such as an
#: ellipsis at a word's end: then for each of its places.
_LEAD_OF_ONE_LETTER, _LEAD_OVER_SIGN = 3.5, 2.3

#: UTF-8 sequences to each broken one from which on nothing else is asked; and what is no chance where no encoding reads
#: well: so many sequences, and so many to each broken one.
_DAMAGED, _SEVERAL, _CHANCE = 4, 3, 0.2

#: The part of a text's strange characters that may be doubts where the manifest states the encoding.
_STATED_DOUBTS = 0.2


class UndecodableError(ValueError):
    """The bytes are invalid in their encoding; ``position`` is the offset of the first invalid one.

    ``is_stated``: that encoding is nothing but the manifest's word.
    """

    def __init__(self, encoding: str, position: int, found: bytes, *, is_stated: bool = False) -> None:
        super().__init__(encoding, position, found)
        self.encoding, self.position, self.found, self.is_stated = encoding, position, found, is_stated


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, its encoding, and how certain that is; ``rival`` is the second-best encoding.

    ``is_doubtful``: the manifest states the encoding, but the text does not read as its language.
    """

    text: str
    encoding: str
    certainty: Certainty
    rival: str | None = None
    is_doubtful: bool = False


def decode(data: bytes, language: str, stated: str | None = None) -> Decoded | None:
    """Decode ``data``, which should be in ``language``; None if no encoding fits.

    Raises UndecodableError if the bytes are invalid in the encoding that is stated or marked, LookupError for an
    unknown stated encoding.
    """
    if stated is not None:
        return _judge_stated(data, language, stated)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(_decode_strictly(data, encoding), encoding, Certainty.CERTAIN)
    if (wide := _guess_utf16(data)) is not None:
        return Decoded(_decode_strictly(data, wide), wide, Certainty.LIKELY)
    whole, broken = _count_utf8(data)
    if broken == 0 or whole > _DAMAGED * broken:
        return Decoded(_decode_strictly(data, "utf-8"), "utf-8", Certainty.CERTAIN)
    found = _infer(data, language)
    if _is_mixed(data, language) and (found is None or found.certainty is Certainty.GUESS):
        _decode_strictly(data, "utf-8")
    return found


def _decode_strictly(data: bytes, encoding: str, *, is_stated: bool = False) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        found = data[problem.start : problem.end]
        raise UndecodableError(encoding, problem.start, found, is_stated=is_stated) from problem


def _guess_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark shows in zeros: the digits and spaces of timing lines have one each."""
    sample = data[:4096]
    if len(sample) < 8 or sample.count(0) < len(sample) // 10:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    return "utf-16-le" if odd > even * 4 else "utf-16-be" if even > odd * 4 else None


def _count_utf8(data: bytes) -> tuple[int, int]:
    """How many characters that are not ASCII are whole UTF-8 sequences, and how many are broken ones."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    return sum(ord(c) > 0x7F for c in text) - broken, broken


def _is_mixed(data: bytes, language: str) -> bool:
    """Whether ``data`` is UTF-8 with damage, or with another encoding among it: what is whole reads well.

    Texts in old encodings have sequences too, one to three bytes that are none at most (EUC-JP), but they say nothing.
    """
    whole, broken = _count_utf8(data)
    if broken == 0 or whole < _SEVERAL:
        return False
    fitness = judge(_sample(data, _SAMPLE).decode("utf-8", "ignore"), language)
    return fitness.is_fit and whole > broken * _CHANCE if fitness.has_language else whole > broken


def _judge_stated(data: bytes, language: str, stated: str) -> Decoded:
    """The text as the manifest states it; ``rival`` where it does not read as the language, and another does."""
    name = codecs.lookup(stated).name
    try:
        decoded = Decoded(_decode_strictly(data, stated, is_stated=True), name, Certainty.STATED)
    except UndecodableError:
        if _is_mixed(data, language):
            _decode_strictly(data, "utf-8")
        raise
    if name.startswith("utf") or data.isascii():
        return decoded
    fitness = judge(unicodedata.normalize("NFC", _sample(data, _SAMPLE).decode(stated, "replace")), language)
    if fitness.is_fit or not fitness.has_language:
        return decoded
    other = _infer(data, language)
    if _is_mixed(data, language) and (other is None or other.certainty is Certainty.GUESS):
        _decode_strictly(data, "utf-8")
    if other is not None and other.certainty is Certainty.LIKELY and other.text != decoded.text:
        return replace(decoded, rival=other.encoding, is_doubtful=True)
    return replace(decoded, is_doubtful=fitness.doubts > fitness.strange * _STATED_DOUBTS)


@dataclass(frozen=True, slots=True)
class _Reading:
    encoding: str
    text: str
    fitness: Fitness


def _infer(data: bytes, language: str) -> Decoded | None:
    """The reading that suits ``language``; a guess where none does, or where two do."""
    texts = dict(_texts(data))
    if not texts:
        return None
    usual = {encoding: text for encoding, text in texts.items() if encoding in usual_encodings(language)}
    readings = _rank(data, usual or texts, language, _GLANCE)[:_CLOSELY]
    readings = _rank(data, {r.encoding: r.text for r in readings}, language, _SAMPLE)
    best, *others = readings
    rival = others[0] if others else None
    is_ahead = rival is None or best.fitness.score - rival.fitness.score >= _needed_lead(best, rival)
    if best.fitness.is_fit and is_ahead and not _is_neighbours(best, usual or texts):
        return Decoded(best.text, best.encoding, Certainty.LIKELY, rival.encoding if rival else None)
    if not best.fitness.is_fit:
        best = _guess(data, texts)
        rival = next((r for r in readings if r.text != best.text), None)
    return Decoded(best.text, best.encoding, Certainty.GUESS, rival.encoding if rival else None)


def _is_neighbours(reading: _Reading, texts: dict[str, str]) -> bool:
    """Whether all hangs on one letter that stands oddly, and another reading is well a neighbour language's words."""
    fitness = reading.fitness
    is_one = len({c for c in reading.text if c >= "\x80"}) == 1 and fitness.letters == fitness.strange
    if not is_one or fitness.score >= 0:
        return False
    others = [text for text in texts.values() if text != reading.text]
    found = (judge(text, language) for text in others for language in _NEIGHBOURS)
    return any(f.is_fit and f.score - fitness.score >= _LEAD for f in found)


def _needed_lead(best: _Reading, rival: _Reading) -> float:
    """How far ``best`` must be ahead of ``rival``: further where both are words, and a single letter decides."""
    places, fitness = best.fitness.strange, rival.fitness
    is_one = best.fitness.letters == places and len({c for c in best.text if c >= "\x80"}) == 1
    if is_one and (fitness.is_fit or not fitness.doubts):
        if fitness.letters == 0:
            return _LEAD_OVER_SIGN * places
        if fitness.letters == places:
            return _LEAD_OF_ONE_LETTER * math.sqrt(places)  # places of one letter are no independent proofs
    if not fitness.is_fit:
        return _LEAD_OF_UNFIT
    differing = sum(a != b for a, b in zip(best.text, rival.text, strict=False))
    return _LEAD_OF_FEW if places < _FEW and differing >= _MANY and best.fitness.letters else _LEAD


def usual_encodings(language: str) -> list[str]:
    """Return the encodings that computers usually use for ``language``."""
    regions = [region for region, languages in _REGIONS.items() if language in languages]
    return [encoding for family in (script_of(language), *regions) for encoding in _FAMILIES[family]]


def _texts(data: bytes) -> Iterator[tuple[str, str]]:
    """Each encoding that decodes ``data``, with a text that no encoding before it gives."""
    seen = set()
    for encoding in _CANDIDATES:
        try:
            text = unicodedata.normalize("NFC", data.decode(encoding))
        except UnicodeDecodeError:
            continue
        if text not in seen and not any(is_garbage(c) for c in set(text)):
            seen.add(text)
            yield encoding, text


def _rank(data: bytes, texts: dict[str, str], language: str, most: int) -> list[_Reading]:
    """Readings, the one that suits ``language`` best first, judged by ``most`` bytes."""
    sample = _sample(data, most)
    readings = []
    for encoding, text in texts.items():
        words = unicodedata.normalize("NFC", sample.decode(encoding, "replace"))
        readings.append(_Reading(encoding, text, judge(words, language)))
    return sorted(readings, key=lambda r: (not r.fitness.is_fit, -r.fitness.score))


def _guess(data: bytes, texts: dict[str, str]) -> _Reading:
    """The reading that suits any language best."""
    best = {language: _rank(data, texts, language, _GLANCE // 5)[0] for language in _USUAL}
    return max(best.values(), key=lambda r: (r.fitness.is_fit, r.fitness.score / max(1, r.fitness.strange)))


def _sample(data: bytes, most: int) -> bytes:
    """Lines that are not ASCII and no timing lines, each once, up to ``most`` bytes."""
    lines: dict[bytes, None] = {}
    size = 0
    for line in re.split(rb"[\r\n]+", data):
        if line.isascii() or b"-->" in line or line in lines:
            continue
        lines[line] = None
        size += len(line)
        if size > most:
            break
    return b"\n".join(lines)
