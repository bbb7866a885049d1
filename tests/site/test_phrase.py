from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usbkit.site.phrase import Phrase, close_bidi, paragraphs, say, script_json

RLO, LRE, PDF, FSI, PDI = "\u202e", "\u202a", "\u202c", "\u2068", "\u2069"


@pytest.mark.parametrize(
    ("given_text", "closed"),
    [
        ("plain", "plain"),
        (f"a{RLO}b", f"a{RLO}b{PDF}"),
        (f"{LRE}{FSI}x", f"{LRE}{FSI}x{PDI}{PDF}"),
        (f"x{PDF}{PDI}y", "xy"),
        (f"{RLO}x{PDF}y", f"{RLO}x{PDF}y"),
        (f"{FSI}x{PDF}", f"{FSI}x{PDI}"),
        ("a\x00b\x1bc\ud800", "a\ufffdb\ufffdc\ufffd"),
        ("line\nline\ttab", "line\nline\ttab"),
        ("ក្រ\u200bមុំ", "ក្រ\u200bមុំ"),
    ],
)
def test_what_steers_the_eye_is_closed(given_text: str, closed: str) -> None:
    assert close_bidi(given_text) == closed


@given(st.text(alphabet=[*"ab", RLO, LRE, PDF, FSI, PDI]))
def test_nothing_is_left_open(text: str) -> None:
    depth = 0
    for char in close_bidi(text):
        depth += {RLO: 1, LRE: 1, FSI: 1, PDF: -1, PDI: -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0
    assert close_bidi(close_bidi(text)) == close_bidi(text)


def test_a_phrase_falls_back_to_english_then_to_anything_and_says_so() -> None:
    texts = {"ko": "안녕", "en": "Hello"}
    assert say(texts, "ko") == Phrase("안녕", "ko", "ko")
    assert say(texts, "es") == Phrase("Hello", "en", "es")
    assert say({"ko": "안녕"}, "es") == Phrase("안녕", "ko", "es")
    assert not say({}, "es")


def test_a_phrase_is_escaped_isolated_and_marked_with_its_language() -> None:
    assert Phrase("<b>&", "es", "es").__html__() == "<bdi>&lt;b&gt;&amp;</bdi>"
    assert Phrase("Hello", "en", "es").__html__() == '<bdi lang="en">Hello</bdi>'


def test_prose_is_divided_at_empty_lines() -> None:
    made = paragraphs(Phrase("One <i>.\nStill one.\n\n\n\nTwo.", "en", "es"))
    assert made == '<p dir="auto" lang="en">One &lt;i&gt;.\nStill one.</p>\n<p dir="auto" lang="en">Two.</p>'


@given(st.text())
def test_json_in_a_script_can_end_nothing_and_reads_back(text: str) -> None:
    said = script_json({"x": text})
    assert json.loads(said) == {"x": text}
    assert not set(said) & set("<>&\u2028\u2029\ufeff")
