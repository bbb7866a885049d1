"""How well a text reads in a language, judged by its non-ASCII characters: tells right decodings from wrong ones.

Each character is rated. A letter of the language counts for it, more if it is common. A letter of another script, a
capital inside a word and a typographic sign between letters count against it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from usbkit.sources.subtitles.letters import (
    ALPHABETS,
    BARE,
    CHINESE,
    CHINESE_TRADITIONAL,
    FOREIGN,
    JAPANESE,
    KOREAN,
    OWN_SCRIPT,
)
from usbkit.sources.subtitles.pairs import PAIRS
from usbkit.sources.subtitles.words import WORDS

#: What one character says, in natural logarithms of a likelihood. Below `DOUBT` it is a doubt.
_COMMONEST, _RAREST = 1.15, -1.85
_CAPITAL = -1.0
_LEAST, _BARE = -2.4, -1.9
_PAIR, _NO_PAIR = 0.5, -0.9
#: More than one letter's lead: another reading that makes a common word too is all that speaks against one.
_WORD = 4.6
_ALONE, _UNPAIRED = -2.4, -3.5
_FOREIGN, _NO_LETTER, _INSIDE, _OTHER_SCRIPT, _SYMBOL = -3.0, -4.0, -4.0, -6.0, -6.0
DOUBT = -2.5

#: The part of all strange characters that may be doubts, in a long text: names, signs of a trade.
_DOUBTS = 0.02

#: The mean below which letters of an own script are another language's, read in a wrong encoding.
_MEAN, _MEAN_WITH_PAIRS = -0.15, 0.6

_APOSTROPHES = frozenset("’ʼʻ‘")
_OPENING, _CLOSING = frozenset("“„‟‚‘‹«"), frozenset("”’›»“‘")

#: Languages that begin a question upside down, and those that write in Arabic letters.
_INVERTED, _ARABIC = frozenset(("es", "gl", "ast", "ca", "tl")), ("ar", "fa", "ur")

#: Languages that open a quotation with the sign that closes it elsewhere.
_REVERSED = frozenset(("sv", "fi", "da", "nb", "nn", "no", "de", "sl", "hr", "sr", "et", "cs", "sk", "hu", "pl"))
#: A ’ before a word and one behind it: in those languages it may open a quotation too.
_OPENS, _CLOSES = re.compile(r"(?<!\w)’(?=\w)"), re.compile(r"(?<!\s)’(?!\w)")

#: Languages that write each syllable apart: any vowel may be a word.
_SYLLABIC = frozenset(("vi",))

#: What stands alone in texts about anything: arrows, mathematics, music.
_SIGNS = frozenset("→←↑↓≤≥≠≈√∞♪♫★☆●○■□▲▼✓−")

#: Technical signs that an old encoding has, so that they stand for a letter of another.
_OF_CP437 = frozenset("↕⌂⌐⌠⌡")

#: Signs that others follow.
_QUIET = _OPENING | _CLOSING | frozenset("–—…\ufe0f\u200d\u2011°ºª") | {chr(c) for c in range(0x1F3FB, 0x1F400)}

_WIDE = frozenset("，。、；：？！“”‘’（）《》「」『』【】—…·～－〈〉") | {chr(c) for c in range(0xFF10, 0xFF5B)}


@dataclass(frozen=True, slots=True)
class Fitness:
    """The combined rating of the ``strange`` characters of a text.

    ``doubts`` counts those against it, ``hard`` those of them that no foreign name explains.
    """

    score: float
    strange: int
    doubts: int
    hard: int
    letters: int
    has_language: bool
    least_mean: float | None

    @property
    def is_fit(self) -> bool:
        """Whether the text reads well enough to be in its language and rightly decoded."""
        if self.strange == 0:
            return True
        is_own = self.least_mean is None or self.letters == 0 or self.score / self.letters >= self.least_mean
        return self.has_language and self.doubts <= self.strange * _DOUBTS and is_own


def judge(text: str, language: str) -> Fitness:
    """Rate how well ``text`` reads in ``language`` (a BCP 47 code, of which the first part counts)."""
    weigh = _weigher(language)
    score, strange, doubts, hard, letters = 0.0, 0, 0, 0, 0
    padded = f" {text} "
    for at, char in enumerate(padded):
        if char < "\x80":
            continue
        opinion = _opinion_of(padded, at, language, weigh)
        strange += 1
        letters += _is_letter(char)
        doubts += opinion <= DOUBT
        hard += opinion < _FOREIGN
        score += opinion
    unpaired = abs(text.count("«") - text.count("»")) + abs(text.count("‹") - text.count("›"))
    unpaired += max(0, text.count("‘") + text.count("‚") - text.count("’"))
    if _base(language) in _REVERSED:
        unpaired += max(0, len(_OPENS.findall(text)) - len(_CLOSES.findall(text)))
    score += _UNPAIRED * (unpaired + (text.count("“") + text.count("”") + text.count("„")) % 2)
    return Fitness(score, strange, doubts, hard, letters, weigh is not None, _least_mean(language))


def has_doubts(text: str, language: str) -> bool:
    """Whether `judge` would count a doubt. The first one answers: of a wrong reading nearly any character is one."""
    weigh, padded = _weigher(language), f" {text} "
    return any(_opinion_of(padded, at, language, weigh) <= DOUBT for at, char in enumerate(padded) if char >= "\x80")


def _opinion_of(text: str, at: int, language: str, weigh: Callable[[str, int], float] | None) -> float:
    """What the character at ``at`` says for ``language``, whose letters ``weigh`` weighs."""
    return _weigh_sign(text, at, language) if weigh is None or not _is_letter(text[at]) else weigh(text, at)


def _least_mean(language: str) -> float | None:
    """The mean that letters of a language have together that has few of ASCII's; None for any other."""
    if language not in OWN_SCRIPT and _base(language) not in _WIDE_SCRIPTS:
        return None
    return _MEAN_WITH_PAIRS if language in PAIRS else _MEAN


def _base(language: str) -> str:
    return language.partition("-")[0]


@functools.cache
def _weigher(language: str) -> Callable[[str, int], float] | None:
    """What weighs letters of ``language``; None where we do not know how it is written."""
    if (wide := _WIDE_SCRIPTS.get(_base(language))) is not None:
        return wide
    alphabet = ALPHABETS.get(language, ALPHABETS.get(_base(language)))
    if alphabet is None:
        return None
    step = (_COMMONEST - _RAREST) / len(alphabet)
    weights = {c: _COMMONEST - step * rank for rank, c in enumerate(alphabet)}
    if language not in OWN_SCRIPT:
        weights = dict.fromkeys(FOREIGN, _FOREIGN) | (dict.fromkeys(weights, _BARE) if language in BARE else weights)
    scripts = {_script(c) for c in alphabet}
    pairs = PAIRS.get(language, PAIRS.get(_base(language), frozenset()))
    words = WORDS.get(language, frozenset())
    has_few_alone = bool(pairs) and "LATIN" in scripts and language not in _SYLLABIC
    return lambda text, at: _weigh_letter(text, at, weights, scripts, pairs, words, has_few_alone)


def _weigh_letter(
    text: str,
    at: int,
    weights: dict[str, float],
    scripts: set[str],
    pairs: frozenset[str],
    words: frozenset[str],
    has_few_alone: bool,
) -> float:
    char = text[at]
    lower = _lower(char)
    before, after = text[at - 1], text[at + 1]
    if _mixes(before, scripts) or _mixes(after, scripts):
        return _OTHER_SCRIPT
    is_alone = not _is_letter(before) and not _is_letter(after)
    if lower not in weights or (is_alone and weights[lower] == _FOREIGN):
        return _OTHER_SCRIPT if _script(char) not in scripts else _NO_LETTER if is_alone else _FOREIGN
    if unicodedata.category(char) == "Mn" and not (_is_letter(before) and _script(before) in scripts):
        return _OTHER_SCRIPT
    weight = weights[lower]
    if is_alone and before == " " and has_few_alone and not {f" {lower}", f"{lower} "} <= pairs:
        return _INSIDE  # no word of one letter
    if pairs and weight > _FOREIGN:
        weight += _weigh_neighbours(text, at, lower, pairs, words)
    if char.isupper():
        if before.islower() or ((before.isupper() or before.isdigit()) and after.islower()):
            return _INSIDE
        if is_alone and "LATIN" in scripts and before == " " and at > 1 and text[at - 2].islower():
            return _INSIDE  # nothing begins here
        weight += _CAPITAL if after.islower() or not after.isalpha() else _CAPITAL / 2
    elif char.upper() != char and (after.isupper() or (before.isupper() and at > 1 and text[at - 2].isupper())):
        return _INSIDE
    return weight if weights[lower] == _FOREIGN else max(weight, _LEAST)


def _weigh_neighbours(text: str, at: int, lower: str, pairs: frozenset[str], words: frozenset[str]) -> float:
    """What the letters beside ``lower``, the one at ``at``, say of it."""
    before, after, further = (
        _lower(c) if _is_letter(c) else " " for c in f"{text[at - 1]}{text[at + 1 : at + 3]} "[:3]
    )
    weight = (_PAIR if before + lower in pairs else _NO_PAIR) + (_PAIR if lower + after in pairs else _NO_PAIR)
    is_word = f"{before}{lower}{after}{further if after != ' ' else ' '}" in words
    return weight + (_WORD if is_word else 0)


def _lower(char: str) -> str:
    """``char`` in lower case, as one character: Turkish İ stays."""
    return char if char == "İ" else char.lower()


def _mixes(neighbour: str, scripts: set[str]) -> bool:
    """Whether a letter of ASCII stands in the word, and the language has none."""
    return neighbour < "\x80" and neighbour.isalpha() and "LATIN" not in scripts


def _weigh_sign(text: str, at: int, language: str) -> float:
    """A character that is no letter: at home between words, a doubt inside one."""
    char, before, after = text[at], text[at - 1], text[at + 1]
    base = _base(language)
    is_inside = _is_letter(before) and _is_letter(after)
    if char in _WIDE and base in _WIDE_SCRIPTS:
        return 0.3
    if char in _APOSTROPHES and (is_inside or char in "ʼʻ"):
        return -0.5 if char == "’" or base == "uz" else _NO_LETTER
    if char in _OPENING or char in _CLOSING:
        return _weigh_quote(char, text[:at].rstrip(char)[-1:], text[at:].lstrip(char)[:1], base)
    if char in "–—…\u2011\u2212":
        return _weigh_dash(char, before, after)
    if (own := _weigh_own_sign(char, text[max(0, at - 2) : at + 2], base)) is not None:
        return own
    if not (before < "\x80" or _is_letter(before) or before.isspace() or before == char or before in _QUIET):
        return _NO_LETTER  # one sign behind another is what a letter of UTF-8 looks like in an old encoding
    if char in "€£¥©®™§№•½¼¾²³µ±×÷":
        return _NO_LETTER if _is_letter(before) or _is_letter(after) else -1.0
    if char in _SIGNS or char >= "\u2600" or ("\u2190" <= char < "\u2400" and char not in _OF_CP437):
        return _NO_LETTER if _is_letter(before) or _is_letter(after) else _ALONE
    return _SYMBOL


def _weigh_quote(char: str, before: str, after: str, base: str) -> float:
    is_reversed = base in _REVERSED
    if _is_letter(before) and _is_letter(after):
        return _INSIDE
    if _is_letter(after) and char not in _OPENING and not is_reversed:
        return _INSIDE
    if (before.isalnum() and char in "„‚‟") or (_is_letter(before) and char not in _CLOSING and not is_reversed):
        return _INSIDE
    return -0.3 if before.isalnum() or after.isalnum() else -0.8


def _weigh_dash(char: str, before: str, after: str) -> float:
    if char != "\u2011" and after.isalpha() and (_is_letter(before) or after.islower()):
        return _INSIDE + 1
    is_rare = after.isspace() and (before.isspace() if char == "…" else _is_letter(before))
    return _ALONE if is_rare else -0.5


def _weigh_own_sign(char: str, around: str, base: str) -> float | None:
    """Signs that some languages have; ``around`` has two characters before ``char`` and one behind it."""
    before, after = around[-3], around[-1]
    is_inside = _is_letter(before) and _is_letter(after)
    if char in "¿¡":
        is_own = base in _INVERTED and not _is_letter(before) and not after.isspace()
        return 0.5 if is_own else _NO_LETTER
    if char == "·":
        return -0.5 if before in "lL" and after in "lL" and base == "ca" else _NO_LETTER
    if char in "،؛؟٪۔٫٬" or "٠" <= char <= "٩" or "۰" <= char <= "۹":
        return 0.3 if base in _ARABIC and not (is_inside and char != "،") else _OTHER_SCRIPT
    if char in "־׳״":  # Hebrew's hyphen and the marks of its abbreviations
        return 0.3 if base in ("he", "yi") else _OTHER_SCRIPT
    if char == "\u00a0":
        return _NO_LETTER if is_inside or before.isspace() or after.isspace() else -0.3
    if char in "\u200c\u200d\u200e\u200f\u200b\u2060\ufeff":
        return -0.3 if base in (*_ARABIC, "he", "km", "my", "th") else _NO_LETTER
    if char in "ºª°":
        is_number = before in "Nn" and not _is_letter(around[0]) and not _is_letter(after)
        is_degree = before.isdigit() or (before.isspace() and after in "CF")
        return -0.5 if is_degree or is_number else _NO_LETTER
    return None


def _is_letter(char: str) -> bool:
    return (char.isalpha() and char not in "ºª") or unicodedata.category(char) in ("Mn", "Mc")


def script_of(language: str) -> str:
    """Return the script of ``language`` by its Unicode name: ``LATIN`` if unknown, its own for East Asian languages."""
    if _base(language) in _WIDE_SCRIPTS:
        return _base(language)
    alphabet = ALPHABETS.get(language, ALPHABETS.get(_base(language), "é"))
    return "LATIN" if language not in OWN_SCRIPT else _script(alphabet[0])


@functools.cache
def _script(char: str) -> str:
    """The first word of a character's Unicode name; marks that any script bears have none."""
    return unicodedata.name(char, "?").partition(" ")[0]


def _is_hangul(char: str) -> bool:
    return "가" <= char <= "힣"


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _weigh_korean(text: str, at: int) -> float:
    char = text[at]
    if _is_hangul(char):
        return 0.3 if char in KOREAN else -1.5
    return -2.0 if _is_han(char) else _OTHER_SCRIPT


def _weigh_chinese(text: str, at: int) -> float:
    char = text[at]
    if _is_han(char):
        return 0.4 if char in CHINESE or char in CHINESE_TRADITIONAL else -1.2
    return _OTHER_SCRIPT


def _weigh_japanese(text: str, at: int) -> float:
    char = text[at]
    if "\u3040" <= char <= "\u30ff":
        return 0.4
    if _is_han(char):
        return 0.2 if char in JAPANESE else -0.8
    return _OTHER_SCRIPT if not "\uff61" <= char <= "\uff9f" else -1.5


_WIDE_SCRIPTS: dict[str, Callable[[str, int], float]] = {
    "ko": _weigh_korean,
    "zh": _weigh_chinese,
    "ja": _weigh_japanese,
}
