"""Korean particles, which depend on the end of the preceding word: 이/가, 을/를, 은/는, 과/와, 으로/로, 이라/라.

The catalogue has either form after a value, ``{name}이``, or both, ``{name}이(가)``. The right one is chosen once the
value is known. Rule: National Institute of Korean Language, standard orthography, and Standard Language Rules for
foreign letters, which are read by their names (L 엘, M 엠, N 엔, R 알) or, as words, by their last sound, as far as
its letters tell it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

#: The forms after a final consonant and after none.
_PAIRS: Final = (("이", "가"), ("을", "를"), ("은", "는"), ("과", "와"), ("으로", "로"), ("이라", "라"))

#: What stands in a catalogue → its pair.
_FORMS: Final = {form: pair for pair in _PAIRS for form in pair} | {
    "이(가)": _PAIRS[0],
    "가(이)": _PAIRS[0],
    "을(를)": _PAIRS[1],
    "은(는)": _PAIRS[2],
    "와(과)": _PAIRS[3],
    "과(와)": _PAIRS[3],
    "(으)로": _PAIRS[4],
    "(이)라": _PAIRS[5],
}

#: A value, what may stand behind it without being read, and a particle, which ends its word or is 라 of 라고, 라는.
_PARTICLE: Final = re.compile(
    r"\{(\w+)\}([\"'”’)…]*)((?:이\(가\)|가\(이\)|을\(를\)|은\(는\)|와\(과\)|과\(와\)|\(으\)로)"
    r"|(?:이|가|을|를|은|는|과|와|으로|로)(?![가-힣])|(?:\(이\)라|이라|라)(?=고|는)|(?:으로|로)(?=는|도))"
)

#: Digits and Latin letters whose Korean names end in a consonant (영 일 삼 육 칠 팔, 엘 엠 엔 알); those in ㄹ.
_FINAL: Final = frozenset("013678LMNRlmnr")
_FINAL_RIEUL: Final = frozenset("178LRlr")

#: The end of a text that is read as a word: several Latin letters, of which the last is no capital. A single letter,
#: and an abbreviation in capitals, is read by its letters' names.
_LATIN_WORD: Final = re.compile(r"[A-Za-z]+[a-z]$")

#: How such a word ends in a consonant: in one that is sung (title 타이틀, Name 네임, Beijing 베이징), or stopped
#: behind one short vowel (map 맵; book 북 has two letters for one). The letter r is no consonant then (ledger 레저).
_CLOSED: Final = re.compile(
    r"(?:[lmn]|[aeiou]ng|[aeiou][lmn]{1,2}e|[bcdfgkpstz]le|(?:(?<![aeiou])[aiu]|oo)(?:p|t|c|k|ck))$"
)

_FIRST, _LAST, _FINALS, _RIEUL = 0xAC00, 0xD7A3, 28, 8


def particle(word: str, form: str) -> str:
    """Return the form of the particle ``form`` that fits after ``word``."""
    closed, opened = _FORMS[form]
    read = word.rstrip("\"'”’)…. ")
    end = read[-1:]
    is_final, is_rieul = end != "" and end in _FINAL, end in _FINAL_RIEUL
    if latin := _LATIN_WORD.search(read):
        is_final, is_rieul = _CLOSED.search(latin[0]) is not None, latin[0].endswith(("l", "le"))
    if _FIRST <= ord(end or " ") <= _LAST:
        sound = (ord(end) - _FIRST) % _FINALS
        is_final, is_rieul = sound != 0, sound == _RIEUL
    return closed if is_final and not (is_rieul and closed == "으로") else opened


def choose_particles(template: str, values: Mapping[str, str]) -> str:
    """Return ``template`` with the right form of each particle after one of ``values``."""
    return _PARTICLE.sub(lambda found: f"{{{found[1]}}}{found[2]}{particle(values[found[1]], found[3])}", template)
