"""Detect the language of a text by its letters and small words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from usbkit.sources.subtitles.letters import TRADITIONAL

#: Fewer letters than this say nothing.
_FEWEST = 24

#: The part of all letters that a script must have for the text to be in it.
_MAJORITY = 0.5

#: Scripts that belong to one language of ours, by the first word of their characters' Unicode names.
_SCRIPTS = {"HANGUL": "ko", "CJK": "zh", "KHMER": "km", "MYANMAR": "my", "ARABIC": "ar", "HIRAGANA": "ja"}

_KYRGYZ = frozenset("өүңӨҮҢ")
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
    if script == "CYRILLIC":
        return "ky" if sum(c in _KYRGYZ for c in letters) > len(letters) * 0.01 else "ru"
    return _SCRIPTS.get(script) if script != "LATIN" else _find_latin(text, len(letters))


def is_traditional_chinese(lines: Iterable[str]) -> bool:
    """Whether a Chinese text uses traditional characters, which our pages do not expect under ``zh``."""
    text = "".join(lines)
    return sum(c in TRADITIONAL for c in text) > len(text) * 0.03


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
