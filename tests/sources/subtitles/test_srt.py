"""SubRip, cue by cue: the cues read, and the line of each finding."""

from __future__ import annotations

import pytest

from usbkit.sources.subtitles.raw import Homeless
from usbkit.sources.subtitles.srt import parse_srt

#: Text; the cues as line, start, end, words; findings as id, line; words that no cue has; cues lost.
Case = tuple[str, list[tuple[int, int, int, str]], list[tuple[str, int]], list[Homeless], int]

CASES: dict[str, Case] = {
    "plain": (
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\nlines\n",
        [(2, 1000, 2000, "One"), (6, 3000, 4000, "Two\nlines")],
        [],
        [],
        0,
    ),
    "a number at the end, and none at the beginning": (
        "00:00:01,000 --> 00:00:02,000\nOne\n\n1",
        [(1, 1000, 2000, "One\n1")],
        [("subtitle-number-missing", 1), ("subtitle-blank-inside", 3)],
        [],
        0,
    ),
    "numbers": (
        "0\n"
        "00:00:01,000 --> 00:00:02,000\n"
        "One\n"
        "\n"
        "00:00:03,000 --> 00:00:04,000\n"
        "Two\n"
        "\n"
        "7\n"
        "00:00:05,000 --> 00:00:06,000\n"
        "Three\n"
        "\n"
        "8\n"
        "00:00:07,000 --> 00:00:08,000\n"
        "Four\n",
        [(2, 1000, 2000, "One"), (5, 3000, 4000, "Two"), (9, 5000, 6000, "Three"), (13, 7000, 8000, "Four")],
        [("subtitle-number-order", 1), ("subtitle-number-missing", 5), ("subtitle-number-order", 8)],
        [],
        0,
    ),
    "before": (
        "Forum\n2020\n\n1\n00:00:01,000 --> 00:00:02,000\nOne\n",
        [(5, 1000, 2000, "One")],
        [("subtitle-stray-text", 1), ("subtitle-stray-text", 2)],
        [Homeless("subtitle-stray-text", 0, "Forum\n2020", is_before=True)],
        0,
    ),
    "joined": (
        "1\n"
        "00:00:01,000 --> 00:00:02,000\n"
        "One\n"
        "2\n"
        "00:00:03,000 --> 00:00:04,000\n"
        "Two\n"
        "2020\n"
        "\n"
        "3\n"
        "00:00:05,000 --> 00:00:06,000\n"
        "Three\n",
        [(2, 1000, 2000, "One"), (5, 3000, 4000, "Two\n2020"), (10, 5000, 6000, "Three")],
        [("subtitle-blank-missing", 4)],
        [],
        0,
    ),
    "number in text": (
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n2020\n00:00:03,000 --> 00:00:04,000\nTwo\n",
        [(2, 1000, 2000, "One\n2020\n00:00:03,000 --> 00:00:04,000\nTwo")],
        [("subtitle-timing-in-text", 5)],
        [],
        0,
    ),
    "inside": (
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n\nmore\n\n\nand more\n\n2\n\n00:00:03,000 --> 00:00:04,000\nTwo\n",
        [(2, 1000, 2000, "One\nmore\nand more"), (12, 3000, 4000, "Two")],
        [("subtitle-blank-inside", 4)],
        [],
        0,
    ),
    "in text": (
        "1\n"
        "00:00:01,000 --> 00:00:02,000\n"
        "From\n"
        "12:30:00,000 --> 14:30:00,000\n"
        "it rains\n"
        "\n"
        "12:30 -> 14:30\n"
        "is lunch\n"
        "\n"
        "2\n"
        "00:00:03,000 --> 00:00:04,000\n"
        "Two\n",
        [
            (2, 1000, 2000, "From\n12:30:00,000 --> 14:30:00,000\nit rains\n12:30 -> 14:30\nis lunch"),
            (11, 3000, 4000, "Two"),
        ],
        [("subtitle-blank-inside", 6), ("subtitle-timing-in-text", 4)],
        [],
        0,
    ),
    "broken": (
        "1\n"
        "00:00:01,000 --> 00:00:02,000\n"
        "One\n"
        "\n"
        "2\n"
        "00:00:03,50 --> 00:00:04,50\n"
        "Two\n"
        "\n"
        "more\n"
        "\n"
        "3\n"
        "00:00:05,000\n"
        "Three\n"
        "\n"
        "4\n"
        "OO:00:07 --> 8\n"
        "Four\n"
        "\n"
        "5\n"
        "a --> b:c:d\n"
        "Five\n",
        [(2, 1000, 2000, "One")],
        [("subtitle-timing", 6), ("subtitle-timing", 12), ("subtitle-timing", 16)],
        [
            Homeless("subtitle-timing", 0, "Two\nmore", is_cue=True),
            Homeless("subtitle-timing", 0, "Three", is_cue=True),
            Homeless("subtitle-timing", 0, "Four\n5\na --> b:c:d\nFive", is_cue=True),
        ],
        3,
    ),
    "forms": (
        "1\n"
        "00:00:01.000 --> 00:00:02.000\n"
        "One\n"
        "\n"
        "2\n"
        "00:03,000 --> 00:04,000\n"
        "Two\n"
        "\n"
        "3\n"
        "0:00:05,000 --> 0:00:06,000\n"
        "Three\n"
        "\n"
        "4\n"
        "00:00:07,000-->00:00:08,000\n"
        "Four\n"
        "\n"
        "5\n"
        "00:00:09,000 -> 00:00:10,000\n"
        "Five\n"
        "\n"
        "6\n"
        "00:00:11,000 --> 00:00:12,000 X1:1 X2:2 Y1:3 Y2:4\n"
        "Six\n"
        "\n"
        "7\n"
        "00:00:13,000 --> 00:00:14,000 line:0\n"
        "Seven\n",
        [
            (2, 1000, 2000, "One"),
            (6, 3000, 4000, "Two"),
            (10, 5000, 6000, "Three"),
            (14, 7000, 8000, "Four"),
            (18, 9000, 10000, "Five"),
            (22, 11000, 12000, "Six"),
            (26, 13000, 14000, "Seven"),
        ],
        [
            ("subtitle-timing-form", 2),
            ("subtitle-timing-form", 6),
            ("subtitle-timing-form", 10),
            ("subtitle-timing-form", 14),
            ("subtitle-timing-form", 18),
            ("subtitle-position", 22),
        ],
        [],
        0,
    ),
    "cut": (
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n",
        [(2, 1000, 2000, "One")],
        [("subtitle-cut-off", 5)],
        [],
        1,
    ),
    "cut behind a longer text": (
        "1\n00:00:01,000 --> 00:00:02,000\nOne\ntwo\nthree\n\n2\n",
        [(2, 1000, 2000, "One\ntwo\nthree")],
        [("subtitle-cut-off", 7)],
        [],
        1,
    ),
    "a cue without a number, and times that cannot be read": (
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n00:00:03,5 --> 00:00:04,7\nTwo\n\n"
        "00:00:05:500 --> 00:00:06:700\nThree\n",
        [(2, 1000, 2000, "One")],
        [
            ("subtitle-number-missing", 5),
            ("subtitle-timing", 5),
            ("subtitle-number-missing", 8),
            ("subtitle-timing", 8),
        ],
        [
            Homeless("subtitle-timing", 0, "Two", is_cue=True),
            Homeless("subtitle-timing", 0, "Three", is_cue=True),
        ],
        2,
    ),
    "not cut": (
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n",
        [(2, 1000, 2000, "One\n2")],
        [],
        [],
        0,
    ),
    "another number last": (
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n1999\n",
        [(2, 1000, 2000, "One\n1999")],
        [("subtitle-blank-inside", 4)],
        [],
        0,
    ),
    "a number that is not due above what is no timing line": (
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n1\n1:a:b --> 8\nmore\n\n9\n1:a:b --> 8\nand more\n",
        [(2, 1000, 2000, "One\n1\n1:a:b --> 8\nmore\n9\n1:a:b --> 8\nand more")],
        [("subtitle-blank-inside", 4)],
        [],
        0,
    ),
    "a number right below a timing line": (
        "1\n00:00:01,000 --> 00:00:02,000\n7\n00:00:03,000 --> 00:00:04,000\nTwo\n",
        [(2, 1000, 2000, ""), (4, 3000, 4000, "Two")],
        [("subtitle-number-order", 3), ("subtitle-blank-missing", 3)],
        [],
        0,
    ),
    "no cue": (
        "words\n\nmore\n",
        [],
        [("subtitle-stray-text", 1), ("subtitle-stray-text", 3)],
        [Homeless("subtitle-stray-text", 0, "words\nmore", is_before=True)],
        0,
    ),
    "only number as text": (
        "1\n00:00:01,000 --> 00:00:02,000\n2\n",
        [(2, 1000, 2000, "2")],
        [],
        [],
        0,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_cues_and_findings_stand_where_they_are(name: str) -> None:
    text, cues, findings, homeless, lost = CASES[name]
    raw = parse_srt(text, "x")
    assert [(c.line, c.start, c.end, c.text) for c in raw.cues] == cues
    assert [(f.id, f.place.line) for f in raw.findings if f.place is not None] == findings
    assert (raw.homeless, raw.lost) == (homeless, lost)


def test_what_a_finding_says_of_a_number() -> None:
    raw = parse_srt("7\n00:00:01,000 --> 00:00:02,000\nOne\n", "x")
    assert [str(f.what) for f in raw.findings] == ["cue number 7, expected 1"]


def test_what_a_finding_quotes_is_the_line() -> None:
    """Sixty characters of it, and eighty of a timing line."""
    long, rest = "w" * 70, "a" * 90
    raw = parse_srt(
        f"{long}\n\n1\n0:00:01,000 --> 0:00:02,000 {rest}\nOne\n00:00:03,000 --> 00:00:04,000 {rest}\n", "x"
    )
    stray, form, inside, words = (str(f.what) for f in raw.findings)
    assert stray.endswith(f": {'w' * 60}")
    assert form.endswith(f": 0:00:01,000 --> 0:00:02,000 {'a' * 52}")
    assert inside.endswith(f": 00:00:03,000 --> 00:00:04,000 {'a' * 50}")
    assert words.endswith(f": {'a' * 60}")


def test_settings_are_handed_on_and_coordinates_are_not() -> None:
    raw = parse_srt(
        "1\n00:00:01,000 --> 00:00:02,000 line:0\nOne\n\n2\n00:00:03,000 --> 00:00:04,000 X1:1 X2:2 Y1:3 Y2:4\nTwo\n",
        "x",
    )
    assert [cue.settings for cue in raw.cues] == ["line:0", ""]
