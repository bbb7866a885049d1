"""Writing and reading returns the same cues: completely in WebVTT, their plain form in SRT."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.sample import sample
from usbkit.core.errors import InputError
from usbkit.sources.subtitles import Cue, Track, parse_track, to_srt, to_webvtt
from usbkit.sources.subtitles.markup import parse_markup

_PIECES = (
    *("<b>", "</b>", "<i>", "</i>", "<u>", "</u>", "<v Ann>", "<v.x Bo &amp; C>", "</v>", "<c.red>", "</c>"),
    *("<ruby>", "<rt>", "</rt>", "</ruby>", "<lang en>", "</lang>", "<00:00:01.000>", "<br>", "<font color=red>"),
    *(
        "&amp;",
        "&lt;",
        "&",
        "<",
        "<3",
        "-->",
        "\n",
        "\n\n",
        " ",
        "{b}",
        "{\\an8}",
        "{\\i1}",
        "\\N",
        "\\h",
        "<Applause>",
    ),
    *("12", "2\n", "00:00:01,000", "00:00:01,000 --> 00:00:02,000", "\u2060", "\u3000", "\u00a0", "WEBVTT", "NOTE x"),
)
_SOURCES = st.lists(st.one_of(st.text(max_size=6), st.sampled_from(_PIECES)), max_size=10).map("".join)
_SETTINGS = st.sampled_from(["", "line:0", "line:50%", "align:left", "line:0 align:right"])


@st.composite
def _cues(draw: st.DrawFn) -> Cue:
    start, length = draw(st.integers(0, 10**8)), draw(st.integers(1, 10**5))
    source = unicodedata.normalize("NFC", draw(_SOURCES)).replace("\r", "\n").replace("\ufeff", "")
    marked = parse_markup(source, draw(st.sampled_from(["srt", "webvtt"])))
    return Cue(start, start + length, marked.text, marked.rich, draw(_SETTINGS))


def _track(cues: list[Cue]) -> Track:
    return Track("en", tuple(sorted(cues, key=lambda c: (c.start, c.end))), "utf-8")


@settings(max_examples=sample("subtitles: tracks to WebVTT and back", 600, 6000), deadline=None)
@given(st.lists(_cues(), min_size=1, max_size=4))
def test_webvtt_keeps_everything(cues: list[Cue]) -> None:
    track = _track(cues)
    data = to_webvtt(track)
    again = parse_track(data, "en", "x.vtt")
    assert again.cues == track.cues
    assert to_webvtt(again) == data


@settings(max_examples=sample("subtitles: tracks to SubRip and back", 600, 6000), deadline=None)
@given(st.lists(_cues(), min_size=1, max_size=4))
def test_srt_keeps_times_text_and_corner(cues: list[Cue]) -> None:
    track = _track(cues)
    data = to_srt(track)
    again = parse_track(data, "en", "x.srt")
    assert again.cues == tuple(Cue(c.start, c.end, c.text, "", c.settings) for c in track.cues)
    assert to_srt(again) == data


@settings(max_examples=sample("subtitles: letters kept", 300, 6000), deadline=None)
@given(_SOURCES, st.sampled_from(["srt", "webvtt"]))
def test_no_letter_of_the_source_is_lost(source: str, format: str) -> None:
    """Letters outside anything that begins like markup come out in their order."""
    plain = "".join(c for c in source if c.isalnum() and c.isascii())
    marked = parse_markup("".join(c for c in source if c not in "<>&{}\\"), format)
    assert "".join(c for c in marked.text if c.isalnum() and c.isascii()) == plain


@settings(max_examples=sample("subtitles: any bytes", 300, 10_000), deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["", "WEBVTT\n\n", "1\n00:00:01,000 --> 00:00:02,000\n"]))
def test_any_bytes_give_a_track_or_an_input_error(data: bytes, head: str) -> None:
    try:
        track = parse_track(head.encode() + data, "ko", "x.srt")
    except InputError:
        return
    assert track.cues_in >= len(track.cues)
