"""Names in other scripts written in Latin letters, to make readable ids that differ where the names differ.

This is no scholarly transliteration: Hangul by the sounds of the Revised Romanization, letter by letter; Arabic and
Cyrillic by a table; other alphabets by the Unicode names of their letters (``KHMER LETTER KA``).
"""

from __future__ import annotations

import re
import unicodedata

_COMMA = ","
#: Jamo in the order of the Unicode Standard, section 3.12.
_INITIALS = "g,kk,n,d,tt,r,m,b,pp,s,ss,,j,jj,ch,k,t,p,h".split(_COMMA)
_MEDIALS = "a,ae,ya,yae,eo,e,yeo,ye,o,wa,wae,oe,yo,u,wo,we,wi,yu,eu,ui,i".split(_COMMA)
_FINALS = ",k,k,ks,n,nj,nh,t,l,lk,lm,lp,ls,lt,lp,lh,m,p,ps,t,t,ng,t,t,k,t,p,h".split(_COMMA)

_ARABIC = dict(zip("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأؤإئپچژگکی", (
    *("a", "b", "t", "th", "j", "h", "kh", "d", "dh", "r", "z", "s", "sh", "s", "d", "t", "z", "", "gh", "f", "q", "k"),
    *("l", "m", "n", "h", "w", "y", "a", "a", "", "a", "a", "w", "i", "y", "p", "ch", "zh", "g", "k", "y"),
), strict=True))  # fmt: skip
_CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяөүңіїєґ", (
    *("a", "b", "v", "g", "d", "e", "yo", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f"),
    *("kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya", "o", "u", "ng", "i", "yi", "ye", "g"),
), strict=True))  # fmt: skip
_NAMED = re.compile(r"(?:LETTER|VOWEL SIGN|INDEPENDENT VOWEL|CHARACTER|DIGIT) (.+)$")


def romanise(text: str) -> str:
    """Return ``text`` with letters of other scripts in ASCII; letters with unknown sound stay."""
    return "".join(map(_sound, unicodedata.normalize("NFC", text)))


def _sound(char: str) -> str:
    if "가" <= char <= "힣":
        initial, rest = divmod(ord(char) - 0xAC00, 21 * 28)
        medial, final = divmod(rest, 28)
        return _INITIALS[initial] + _MEDIALS[medial] + _FINALS[final]
    lower = char.lower()
    for table in (_ARABIC, _CYRILLIC):
        if lower in table:
            return table[lower]
    if char.isascii() or unicodedata.decomposition(char):
        return char
    named = _NAMED.search(unicodedata.name(char, ""))
    return named[1].split(" ")[0].split("-")[0].lower() if named else char
