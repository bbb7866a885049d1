"""Markup of SRT: what has the form of a tag is one, what has words in it is text."""

from __future__ import annotations

import pytest

from usbkit.sources.subtitles import Cue, Track, parse_track, to_srt
from usbkit.sources.subtitles.markup import parse_markup, strip_markup


@pytest.mark.parametrize(
    "text",
    [
        "Precio <i menos de lo que pensamos> bien",
        "Si a<b y b>c",
        "Si u<v y además w>z",
        "La fuente <font pequeña que usamos> no sirve",
        "un </i cierre raro> aquí",
        "a <rt oculto> b <ruby x> c <c d e f> j <lang k l m> m",
        r"Usa {\la barra invertida} siempre",
        r"Abre {\borde grande} ahora, y {\ires} luego",
    ],
)
def test_words_in_what_looks_like_a_tag_are_kept(text: str) -> None:
    marked = parse_markup(text, "srt")
    assert strip_markup(marked.text) == text
    assert {id for id, _found in marked.remarks} == {"subtitle-unknown-tag"}
    track = Track("es", (Cue(1000, 2000, marked.text),), "utf-8")
    assert parse_track(to_srt(track), "es", "x.srt").cues == track.cues


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"{\an8\pos(100,200)}a{\t(0,100,\fs30)}b{\fnTimes New Roman\fs20\c&H00FF00&\1a&HFF&}c", "abc"),
        (r"{\frz-5.5\fad(1,2)}x{\k20}a{\kf30}b{\rDefault}{\r}{\be1\blur0.5\bord2}c{\alpha&HFF&}{\b700}", "xabc"),
        ('<font color="#ff0" face="Comic Sans">a</font><span class=x>b</span>', "ab"),
        ("<i size=2>a</i><b/>b<lang en-GB>c</lang>", "abc"),
    ],
)
def test_tags_of_a_known_form_are_none_of_the_words(text: str, said: str) -> None:
    marked = parse_markup(text, "srt")
    assert strip_markup(marked.text) == said
    assert "subtitle-unknown-tag" not in {id for id, _found in marked.remarks}


def test_a_line_break_before_an_override_is_one() -> None:
    marked = parse_markup(r"foro.\N{\i1}dos{\i0}", "srt")
    assert marked.text == "foro.\n<i>dos</i>"
    assert ("subtitle-line-break-tag", r"\N") in marked.remarks
    assert parse_markup(r"C:\Notas{\i1}x{\i0}", "srt").text == r"C:\Notas<i>x</i>"


@pytest.mark.parametrize(
    ("text", "plain", "rich"),
    [
        ("<ruby><b>漢<rt>kan</rt></b></ruby>", "<b>漢</b>(<b>kan</b>)", "<ruby><b>漢</b><rt><b>kan</b></rt></ruby>"),
        (
            "<ruby><c.red>a<rt>0</rt>b",
            "a(0)b",
            "<ruby><c.red>a</c><rt><c.red>0</c></rt><c.red>b</c></ruby>",
        ),
        ("<ruby><rt><b></ruby>0", "<b>0</b>", ""),
    ],
)
def test_a_reading_stands_in_its_ruby_whatever_was_open_before_it(text: str, plain: str, rich: str) -> None:
    """WebVTT passes over a reading within anything else; the words would be read as part of the text."""
    marked = parse_markup(text, "srt")
    assert (marked.text, marked.rich) == (plain, rich)
    again = parse_markup(rich or plain, "webvtt")
    assert (again.text, again.rich) == (plain, rich)


def test_in_webvtt_a_reading_stands_in_the_ruby_opened_last() -> None:
    marked = parse_markup("<b>a <ruby>漢<rt>kan</ruby></b>", "webvtt")
    assert (marked.text, marked.rich) == ("<b>a 漢(kan)</b>", "<b>a <ruby>漢<rt>kan</rt></ruby></b>")


def test_of_an_override_that_is_none_its_beginning_is_told() -> None:
    remarks = parse_markup("{\\la barra} y {\\", "srt").remarks
    assert ("subtitle-unknown-tag", "{\\la barra}") in remarks
