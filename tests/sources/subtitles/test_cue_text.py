"""Tokens of WebVTT cue text: known tags are tags; what browsers would hide is kept as text and reported."""

from __future__ import annotations

import pytest

from usbkit.sources.subtitles.cue_text import CueText, Token


def read(source: str) -> tuple[list[Token], list[str]]:
    text = CueText(source)
    return list(text.tokens()), [id for id, _found in text.remarks]


def text(value: str) -> Token:
    return Token("text", value)


@pytest.mark.parametrize(
    ("source", "tokens", "remarks"),
    [
        ("plain", [text("plain")], []),
        ("a &amp; b &lt;c&gt;", [text("a & b <c>")], []),
        ("<i>a</i>", [Token("open", "i"), text("a"), Token("close", "i")], []),
        ("<v.loud  Ann Lee>a", [Token("open", "v", ".loud", "Ann Lee"), text("a")], []),
        ("<c.a.b>x</c>", [Token("open", "c", ".a.b"), text("x"), Token("close", "c")], []),
        ("a<00:00:01.500>b", [text("a"), Token("time", "<00:00:01.500>"), text("b")], []),
        ("(<Applause>)", [text("(<Applause>)")], ["subtitle-browsers-hide"]),
        ("1 < 2", [text("1 < 2")], ["subtitle-browsers-hide"]),
        ("a<br>b", [text("a\nb")], ["subtitle-browsers-hide"]),
        ("<font color=red>a</font>", [text("a")], ["subtitle-style-dropped", "subtitle-style-dropped"]),
        ("a<b y b>c", [text("a<b y b>c")], ["subtitle-browsers-hide"]),
        ("<i less than>a", [text("<i less than>a")], ["subtitle-browsers-hide"]),
        ("a</i or so>", [text("a</i or so>")], ["subtitle-browsers-hide"]),
        ("<rt x>a", [text("<rt x>a")], ["subtitle-browsers-hide"]),
        ("<lang k l>a", [text("<lang k l>a")], ["subtitle-browsers-hide"]),
        ("<font that we use>", [text("<font that we use>")], ["subtitle-browsers-hide"]),
        ("<br or not>", [text("<br or not>")], ["subtitle-browsers-hide"]),
        ("a <b", [text("a <b")], ["subtitle-browsers-hide"]),
        ("<v Ann and more", [text("<v Ann and more")], ["subtitle-browsers-hide"]),
        ("<lang zh-Hant>a", [Token("open", "lang", "", "zh-Hant"), text("a")], []),
        ('<i class="x">a', [Token("open", "i"), text("a")], []),
        ("guarded\u2060text", [text("guardedtext")], []),
        ("", [], []),
    ],
)
def test_tokens_and_what_is_said_of_them(source: str, tokens: list[Token], remarks: list[str]) -> None:
    assert read(source) == (tokens, remarks)
