"""Timing lines: which arrows are unambiguous."""

from __future__ import annotations

import pytest

from usbkit.sources.subtitles import parse_track
from usbkit.sources.subtitles.srt import parse_srt
from usbkit.sources.subtitles.timing import find_short_fraction, parse_timing

_ONE = "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n"


@pytest.mark.parametrize(
    "arrow", ["->", "- >", "-- >", "- ->", "-  ->", "- - >", "--->", "– >", "—>", "————>", "－>", "=>", "→"]
)
def test_an_arrow_that_a_program_or_person_changed_is_one_all_the_same(arrow: str) -> None:
    """With a remark; translating programs put spaces into it."""
    raw = parse_srt(f"{_ONE}00:00:03,500 {arrow} 00:00:04,000\nTwo\n", "x")
    assert [(c.start, c.end, c.text) for c in raw.cues] == [(1000, 2000, "One"), (3500, 4000, "Two")]
    assert [f.id for f in raw.findings] == ["subtitle-timing-form"]


@pytest.mark.parametrize("arrow", [">", "~", "..>", "->>"])
def test_what_is_no_arrow_is_not_read_as_one(arrow: str) -> None:
    """Below its number it is a timing line that cannot be read, and its words are counted."""
    line = f"00:00:03,500 {arrow} 00:00:04,000"
    assert parse_timing(line) is None
    raw = parse_srt(f"{_ONE}{line}\nTwo\n", "x")
    assert ([f.id for f in raw.findings], raw.lost) == (["subtitle-timing"], 1)


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [
        ("00:00:03,00 --> 00:00:04,0", 3000, 4000),
        ("00:00:03,000 --> 00:00:04,00", 3000, 4000),
        ("00:00:03,500 --> 00:00:03,6", 3500, 3600),
        ("00:00:03,70 --> 00:00:03,9", 3700, 3900),
        ("00:00:03,5 -> 00:00:03,10", 3005, 3010),
        ("00:00:04,00 --> 00:00:03,00", 4000, 3000),
    ],
)
def test_short_milliseconds_are_read_where_only_one_reading_is_possible(line: str, start: int, end: int) -> None:
    """Nothing but zeros, or a cue that would end before it begins if they were read otherwise."""
    raw = parse_srt(f"{_ONE}{line}\nTwo\n", "x")
    assert [(c.start, c.end, c.text) for c in raw.cues[1:]] == [(start, end, "Two")]
    assert [f.id for f in raw.findings] == ["subtitle-timing-form"]


@pytest.mark.parametrize(
    ("line", "short", "said"),
    [
        ("00:00:03,50 --> 00:00:04,000", "50", "50 may be 50 ms or 500 ms"),
        ("00:00:03,00 --> 00:00:04,5", "5", "5 may be 5 ms or 500 ms"),
        ("00:00:03,05 --> 00:00:04,000", "05", "05 may be 5 ms or 50 ms"),
        ("00:00:03;50 -> 00:00:04;000", "50", "50 may be 50 ms or 500 ms"),
        ("00:75:03,50 --> 00:00:04,000", None, "the timing line cannot be read: 00:75:03,50"),
        ("00:00:03,0000 --> 00:00:04,5000", None, "the timing line cannot be read: 00:00:03,0000"),
    ],
)
def test_short_milliseconds_with_two_readings_are_an_error_that_names_both(
    line: str, short: str | None, said: str
) -> None:
    assert parse_timing(line) is None
    assert find_short_fraction(line) == short
    for text in (f"{_ONE}{line}\nTwo\n", f"WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n2\n{line}\nTwo\n"):
        track = parse_track(text.encode(), "en", "x")
        (finding,) = [f for f in track.findings if f.is_error]
        place = finding.place
        assert place is not None
        assert (finding.id, place.line) == ("subtitle-timing", text.split("\n").index(line) + 1)
        assert said in str(finding.what)
        kept = parse_track(text.encode(), "en", "x", allow={"subtitle-timing": "as agreed"})
        assert [c.plain for c in kept.cues] == ["One\nTwo"]
