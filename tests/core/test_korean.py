"""Korean particles after values; no message shows a pair of them."""

from __future__ import annotations

import re

import pytest

from usbkit.core.korean import choose_particles, particle
from usbkit.core.messages import Text, read_catalogue, use_language

WORDS = [
    ("과테말라", "가", "를", "는", "와", "로", "라"),
    ("요르단", "이", "을", "은", "과", "으로", "이라"),
    ("서울", "이", "을", "은", "과", "로", "이라"),
    ("guatemala.toml", "이", "을", "은", "과", "로", "이라"),
    ("videos/opening.mp4", "가", "를", "는", "와", "로", "라"),
    ("3", "이", "을", "은", "과", "으로", "이라"),
    ("16.0 GB", "가", "를", "는", "와", "로", "라"),
    ("7", "이", "을", "은", "과", "로", "이라"),
    ("(Beijing)", "이", "을", "은", "과", "으로", "이라"),
    ("Your Name", "이", "을", "은", "과", "으로", "이라"),
    ("title", "이", "을", "은", "과", "로", "이라"),
    ("ledger", "가", "를", "는", "와", "로", "라"),
    ("myanmar", "가", "를", "는", "와", "로", "라"),
    ("cote-divoire", "가", "를", "는", "와", "로", "라"),
    ("kyrgyzstan", "이", "을", "은", "과", "으로", "이라"),
    ("note", "가", "를", "는", "와", "로", "라"),
    ("label.png", "가", "를", "는", "와", "로", "라"),
    ("format", "이", "을", "은", "과", "으로", "이라"),
    ("edition", "이", "을", "은", "과", "으로", "이라"),
    ("route", "가", "를", "는", "와", "로", "라"),
    ("USB", "가", "를", "는", "와", "로", "라"),
    ("URL", "이", "을", "은", "과", "로", "이라"),
    ("…", "가", "를", "는", "와", "로", "라"),
]


@pytest.mark.parametrize("word", WORDS, ids=lambda w: w[0])
def test_particles_follow_the_last_sound(word: tuple[str, ...]) -> None:
    pairs = ("이(가)", "을(를)", "은(는)", "와(과)", "(으)로", "(이)라")
    assert tuple(particle(word[0], pair) for pair in pairs) == word[1:]
    assert particle(word[0], "가(이)") == word[1]
    assert particle(word[0], "과(와)") == word[4]


@pytest.mark.parametrize(
    ("template", "chosen"),
    [
        ("{a}이 없습니다", "{a}가 없습니다"),
        ("{a}으로는 읽힙니다", "{a}로는 읽힙니다"),
        ("“{a}”이라고 합니다", "“{a}”라고 합니다"),
        ("{b}라는 것", "{b}이라는 것"),
        ("{b}으로, {b}으로는", "{b}로, {b}로는"),
        ("{a}가지, {a}이고, {a}은행", "{a}가지, {a}이고, {a}은행"),
    ],
)
def test_any_form_stands_for_its_pair(template: str, chosen: str) -> None:
    assert choose_particles(template, {"a": "라라", "b": "물"}) == chosen


def test_a_message_shows_the_one_that_fits() -> None:
    use_language("ko")
    try:
        assert str(Text("there is no country {name} in {folder}", {"name": "x", "folder": "y"})).startswith("y에 x")
        text = str(Text("{name} is far too large", {"name": "이(가).mp4"}))
        assert text == "이(가).mp4가 너무 큽니다"
    finally:
        use_language("en")


@pytest.mark.parametrize("value", ["과테말라", "요르단", "a.mp4", "12"])
def test_no_korean_message_shows_a_pair(value: str) -> None:
    catalogue = read_catalogue("ko")
    use_language("ko")
    try:
        for message in catalogue:
            names = re.findall(r"\{(\w+)\}", message)
            said = str(Text(message, dict.fromkeys(names, value)))
            assert not re.search(r"[이가을를은는와과으]\([가-힣]\)|\([으이]\)", said), said
    finally:
        use_language("en")
