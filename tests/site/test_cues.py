from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from tests.site.plans import make_track
from usbkit.site.cues import paragraph_starts, plain, to_data, to_html, to_paragraphs, to_vtt_text
from usbkit.sources.subtitles import Cue, Track


def test_b_i_u_are_kept_and_everything_else_is_text() -> None:
    cue = "<b>Now</b>\n<script>alert(1)</script> &lt;i&gt; &amp;amp;"
    assert to_html(cue) == "<b>Now</b> &lt;script&gt;alert(1)&lt;/script&gt; &lt;i&gt; &amp;amp;"
    assert to_vtt_text(cue) == "<b>Now</b>\n&lt;script&gt;alert(1)&lt;/script&gt; &lt;i&gt; &amp;amp;"
    assert plain(cue) == "Now <script>alert(1)</script> <i> &amp;"


def test_tags_are_nested_whatever_the_source_says() -> None:
    assert to_html("<b>x<i>y</b>z</i>") == "<b>x<i>y</i></b>z"
    assert to_html("</u>x<u>") == "x<u></u>"


@given(st.text(alphabet="<>/biu&ampltg; x\n"))
def test_markup_is_balanced_for_any_text(text: str) -> None:
    depth: list[str] = []
    for slash, tag in re.findall(r"<(/?)([biu])>", to_html(text)):
        if slash:
            assert depth.pop() == tag
        else:
            depth.append(tag)
    assert depth == []
    assert not re.search(r"<(?!/?[biu]>)", to_html(text))


def test_an_empty_line_cannot_end_a_cue() -> None:
    assert to_vtt_text("one\n\n  \ntwo") == "one\ntwo"


def _cues(*times: tuple[int, int, str]) -> tuple[Cue, ...]:
    return tuple(Cue(a, b, t) for a, b, t in times)


def test_paragraphs_begin_after_pauses_at_chapters_and_after_long_sentences() -> None:
    cues = _cues(
        (0, 2_000, "One."),
        (2_100, 4_000, "Two."),
        (9_000, 10_000, "After a pause."),
        (10_000, 36_000, "A long one that ends."),
        (36_000, 38_000, "Next,"),
        (38_000, 40_000, "in a new chapter."),
    )
    assert paragraph_starts(cues) == [0, 2, 4]
    assert paragraph_starts(cues, [38_000]) == [0, 2, 4, 5]
    assert paragraph_starts(()) == []


def test_every_cue_is_in_exactly_one_paragraph() -> None:
    track = make_track("es", count=200)
    paragraphs = to_paragraphs(track)
    assert [line.start for p in paragraphs for line in p.lines] == [c.start for c in track.cues]
    assert all(p.at == p.lines[0].start for p in paragraphs)


def test_cues_that_stand_elsewhere_say_where() -> None:
    cues = (Cue(0, 1, "a"), Cue(2, 3, "b", settings="line:0"), Cue(4, 5, "c", settings="line:50%,end align:left"))
    match = re.search(r"{.*}", to_data("01-x", Track("es", cues, "utf-8")).decode())
    assert match
    assert json.loads(match.group())["g"] == {
        "1": {"line": 0, "snapToLines": True},
        "2": {"line": 50, "snapToLines": False, "lineAlign": "end", "align": "left"},
    }


def test_the_data_file_is_one_call_with_times_texts_and_paragraphs() -> None:
    track = Track("es", _cues((0, 1_500, "</script><b>x</b>"), (5_000, 6_000, "y")), "utf-8")
    made = to_data("01-x", track).decode()
    match = re.fullmatch(r'usbkit\.take\("cues/01-x\.es",(.*)\);\n', made)
    assert match
    assert json.loads(match.group(1)) == {
        "s": [0, 5_000],
        "e": [1_500, 6_000],
        "t": ["&lt;/script&gt;<b>x</b>", "y"],
        "p": [0, 1],
    }
    assert "<" not in made
