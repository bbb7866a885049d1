"""Detect the language of a text by its letters and small words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from usbkit.sources.subtitles.letters import ALPHABETS, OWN_SCRIPT, TRADITIONAL

#: Fewer letters than this say nothing.
_FEWEST = 24

#: The part of all letters that a script must have for the text to be in it.
_MAJORITY = 0.5

#: Scripts that belong to one language of ours, by the first word of their characters' Unicode names.
_SCRIPTS = {"HANGUL": "ko", "CJK": "zh", "KHMER": "km", "MYANMAR": "my", "HIRAGANA": "ja"}

#: Scripts of several languages: the one that writes no more letters than all do, and those with letters of their own.
_SHARED = {
    "CYRILLIC": ("ru", ("ky", "uz-cyrl", "uk", "kk", "be", "mn", "tg", "sr", "mk")),
    "ARABIC": ("ar", ("fa", "ur")),
}
#: The part of all letters from which on those that the first does not have are another language's, and no names.
_OTHER = 0.005

#: The languages written in each script, some in several; one that is nowhere here may be in any.
_LANGUAGES_OF = {
    "LATIN": (*(language for language in ALPHABETS if language not in OWN_SCRIPT), "kk", "sr"),
    "CYRILLIC": ("az", "be", "bg", "bs", "kk", "ku", "ky", "mk", "mn", "ru", "sr", "tg", "tk", "uk", "uz", "uz-cyrl"),
    "ARABIC": ("ar", "az", "fa", "kk", "ku", "ky", "ms", "ps", "ur"),
    "HEBREW": ("he", "yi"),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "ETHIOPIC": ("am", "ti"),
    "TIBETAN": ("bo", "dz"),
    "CJK": ("ja", "zh"),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "BOPOMOFO": ("zh",),
    "MONGOLIAN": ("mn",),
    "KHMER": ("km",),
    "MYANMAR": ("my",),
    "THAI": ("th",),
    "LAO": ("lo",),
    "GEORGIAN": ("ka",),
    "ARMENIAN": ("hy",),
    "GREEK": ("el",),
    "BENGALI": ("bn",),
    "GURMUKHI": ("pa",),
    "GUJARATI": ("gu",),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "KANNADA": ("kn",),
    "MALAYALAM": ("ml",),
    "SINHALA": ("si",),
}

#: The part of all letters that must be in them: names and terms are often in Latin letters. Where a letter is a
#: syllable or a word, a sentence has fewer of them than the same in Latin ones.
_FAIR, _FAIR_WIDE = 0.3, 0.1

_VIETNAMESE = re.compile(
    r"[ăđơưĂĐƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ]"
)

#: Small words that each language cannot do without and the others do not have.
_WORDS = {
    "en": "the of and to in is that it for was on are with as at be this have from or by not but all were when you",
    "es": "de la el en y los se del las un por con una su para es al lo como más pero sus le ya porque muy sin",
    "fr": "de la le et les des en un du une est que dans qui par pour au sur pas plus avec ce il sont cette aux",
    "id": "yang dan di untuk dengan dari ini pada itu tidak adalah ke dalam akan juga oleh atau sudah bisa ada kami",
    "uz": "va bu bilan uchun ham bir deb emas bo'lgan yoki kerak edi boʻlgan haqida har barcha qilish mumkin davlat",
}
_WORD_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}


def find_language(lines: Iterable[str]) -> str | None:
    """Return the language of ``lines`` (plain text), None if it cannot be told."""
    text = unicodedata.normalize("NFC", " ".join(lines))
    letters = [c for c in text if c.isalpha()]
    if len(letters) < _FEWEST:
        return None
    scripts = Counter(_script(c) for c in letters)
    script, count = scripts.most_common(1)[0]
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > len(letters) * 0.1:
        return "ja"
    if scripts["HANGUL"] > len(letters) * 0.3:  # names and terms are often in Latin letters or Hanja
        return "ko"
    if count < len(letters) * _MAJORITY:
        return None
    if script in _SHARED:
        return _find_by_letters(Counter(c.lower() for c in letters if _script(c) == script), *_SHARED[script])
    return _SCRIPTS.get(script) if script != "LATIN" else _find_latin(text, len(letters))


@dataclass(frozen=True, slots=True)
class OtherScript:
    """A script that a text's language is not written in, by its Unicode name, and its part of all letters."""

    name: str
    count: int
    letters: int


def find_other_script(lines: Iterable[str], language: str) -> OtherScript | None:
    """Return the script that most of ``lines`` is in, if ``language`` is not written in it and hardly in its own."""
    base = language.partition("-")[0]
    own = [script for script, languages in _LANGUAGES_OF.items() if language in languages or base in languages]
    scripts = Counter(_script(c) for line in lines for c in line if c.isalpha())
    total = scripts.total()
    fair = _FAIR_WIDE if base in ("ko", "zh", "ja") else _FAIR
    if not own or total < _FEWEST or sum(scripts[s] for s in own) >= total * fair:
        return None
    name, count = next((s, n) for s, n in scripts.most_common() if s not in own)
    return OtherScript(name, count, total)


def variant_of(language: str, text: str) -> str:
    """``language``, or its variant in the script that most of ``text`` is in."""
    scripts = Counter(_script(c) for c in text if c.isalpha())
    if language == "uz" and scripts["CYRILLIC"] > scripts["LATIN"]:
        return "uz-cyrl"
    return "sr-latn" if language == "sr" and scripts["LATIN"] > scripts["CYRILLIC"] else language


def is_traditional_chinese(lines: Iterable[str]) -> bool:
    """Whether a Chinese text uses traditional characters, which our pages do not expect under ``zh``."""
    text = "".join(lines)
    return sum(c in TRADITIONAL for c in text) > len(text) * 0.03


def _find_by_letters(letters: Counter[str], usual: str, others: Iterable[str]) -> str | None:
    """The language whose own letters account for those that ``usual`` does not have; None where none does."""
    odd = Counter({c: n for c, n in letters.items() if c not in ALPHABETS[usual]})
    if odd.total() <= letters.total() * _OTHER:
        return usual
    known = {language: sum(n for c, n in odd.items() if c in ALPHABETS[language]) for language in others}
    best = max(known, key=lambda language: known[language])
    return best.partition("-")[0] if known[best] * 2 > odd.total() else None


def _script(char: str) -> str:
    return unicodedata.name(char, "?").partition(" ")[0]


def _find_latin(text: str, letters: int) -> str | None:
    if len(_VIETNAMESE.findall(text)) > letters * 0.04:
        return "vi"
    words = re.findall(r"[^\W\d_]+(?:['’ʻ][^\W\d_]+)?", text.lower())
    hits = {language: sum(w in known for w in words) for language, known in _WORD_SETS.items()}
    (best, most), (_next, second) = sorted(hits.items(), key=lambda item: -item[1])[:2]
    is_clear = most >= 3 and most >= len(words) * 0.12 and most > second * 1.25
    return best if is_clear else None
