"""WebVTT, block by block: the cues read, and the line of each finding."""

from __future__ import annotations

import pytest

from usbkit.sources.subtitles.raw import Homeless
from usbkit.sources.subtitles.vtt import parse_vtt

#: Text; the cues as line, start, end, words; findings as id, line; words that no cue has; cues lost.
Case = tuple[str, list[tuple[int, int, int, str]], list[tuple[str, int]], list[Homeless], int]

CASES: dict[str, Case] = {
    "plain": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n00:03.000 --> 00:04.000\nTwo\n",
        [(3, 1000, 2000, "One"), (6, 3000, 4000, "Two")],
        [],
        [],
        0,
    ),
    "header lines": (
        "WEBVTT - title\n"
        "Kind: captions\n"
        "Language: en\n"
        "X-TIMESTAMP-MAP=LOCAL:0\n"
        "A stray sentence in the header here.\n"
        "\n"
        "00:01.000 --> 00:02.000\n"
        "One\n",
        [(7, 1000, 2000, "One")],
        [("subtitle-header", 4), ("subtitle-stray-text", 5)],
        [Homeless("subtitle-stray-text", 0, "A stray sentence in the header here.", is_before=True)],
        0,
    ),
    "header at the end": (
        "WEBVTT\nKind: captions",
        [],
        [],
        [],
        0,
    ),
    "cue in header": (
        "WEBVTT\n00:01.000 --> 00:02.000\nOne\n",
        [(2, 1000, 2000, "One")],
        [("subtitle-blank-missing", 2)],
        [],
        0,
    ),
    "no header": (
        "\n\nwebvtt\n\n00:01.000 --> 00:02.000\nOne\n",
        [(5, 1000, 2000, "One")],
        [],
        [],
        0,
    ),
    "names": (
        "WEBVTT\n"
        "\n"
        "1\n"
        "00:01.000 --> 00:02.000\n"
        "One\n"
        "\n"
        "In the hall\n"
        "00:03.000 --> 00:04.000\n"
        "Two\n"
        "\n"
        "We came to the hall\n"
        "00:05.000 --> 00:06.000\n"
        "Three\n"
        "\n"
        "Yes.\n"
        "00:07.000 --> 00:08.000\n"
        "Four\n"
        "\n"
        "안녕하세\n"
        "00:09.000 --> 00:10.000\n"
        "Five\n"
        "\n"
        "세션3\n"
        "00:11.000 --> 00:12.000\n"
        "Six\n"
        "\n"
        "NOTE by the desk only\n"
        "00:13.000 --> 00:14.000\n"
        "Seven\n",
        [
            (4, 1000, 2000, "One"),
            (8, 3000, 4000, "Two"),
            (12, 5000, 6000, "Three"),
            (16, 7000, 8000, "Four"),
            (20, 9000, 10000, "Five"),
            (24, 11000, 12000, "Six"),
            (28, 13000, 14000, "Seven"),
        ],
        [
            ("subtitle-stray-text", 7),
            ("subtitle-stray-text", 11),
            ("subtitle-stray-text", 15),
            ("subtitle-stray-text", 19),
        ],
        [
            Homeless("subtitle-stray-text", 1, "In the hall", is_before=True),
            Homeless("subtitle-stray-text", 2, "We came to the hall", is_before=True),
            Homeless("subtitle-stray-text", 3, "Yes.", is_before=True),
            Homeless("subtitle-stray-text", 4, "안녕하세", is_before=True),
        ],
        0,
    ),
    "blocks": (
        "WEBVTT\n"
        "\n"
        "STYLE\n"
        "::cue {}\n"
        "\n"
        "REGION\n"
        "id:a\n"
        "\n"
        "NOTE words\n"
        "more\n"
        "\n"
        "STYLE\n"
        "\n"
        "NOTES taken\n"
        "\n"
        "00:01.000 --> 00:02.000\n"
        "One\n",
        [(16, 1000, 2000, "One")],
        [
            ("subtitle-style-dropped", 3),
            ("subtitle-style-dropped", 6),
            ("subtitle-stray-text", 12),
            ("subtitle-stray-text", 14),
        ],
        [
            Homeless("subtitle-stray-text", 0, "STYLE", is_before=True),
            Homeless("subtitle-stray-text", 0, "NOTES taken", is_before=True),
        ],
        0,
    ),
    "joined": (
        "WEBVTT\n"
        "\n"
        "00:01.000 --> 00:02.000\n"
        "One\n"
        "00:03.000 --> 00:04.000\n"
        "Two\n"
        "3\n"
        "00:05.000 --> 00:06.000\n"
        "Three\n"
        "\n"
        "NOTE x\n"
        "y\n"
        "00:07.000 --> 00:08.000\n"
        "Four\n",
        [(3, 1000, 2000, "One"), (5, 3000, 4000, "Two\n3"), (8, 5000, 6000, "Three"), (13, 7000, 8000, "Four")],
        [("subtitle-blank-missing", 5), ("subtitle-number-shown", 7), ("subtitle-blank-missing", 13)],
        [],
        0,
    ),
    "joined behind a longer text": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\nmore\n2\n00:03.000 --> 00:04.000\n3\n00:05.000 --> 00:06.000\nThree\n",
        [(3, 1000, 2000, "One\nmore\n2"), (7, 3000, 4000, "3"), (9, 5000, 6000, "Three")],
        [("subtitle-number-shown", 6), ("subtitle-number-shown", 8)],
        [],
        0,
    ),
    "times without their ends": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n00:00:05.000\nThree\n\n4\n"
        "00:00:07.000\nFour\n\nWe begin.\n00:00:09.000\nFive\nmore\n",
        [(3, 1000, 2000, "One")],
        [("subtitle-timing", 6), ("subtitle-timing", 10), ("subtitle-timing", 14)],
        [
            Homeless("subtitle-timing", 0, "Three", is_cue=True),
            Homeless("subtitle-timing", 0, "Four", is_cue=True),
            Homeless("subtitle-timing", 0, "We begin.\nFive\nmore", is_cue=True),
        ],
        3,
    ),
    "good cues are apart": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n2\n00:03.000 --> 00:04.000\n12:30:00.000\n",
        [(3, 1000, 2000, "One"), (7, 3000, 4000, "12:30:00.000")],
        [],
        [],
        0,
    ),
    "timings": (
        "WEBVTT\n"
        "\n"
        "00:01,000 --> 00:02,000\n"
        "One\n"
        "\n"
        "00:03.50 --> 00:04.50\n"
        "Two\n"
        "and more\n"
        "\n"
        "00:05.000\n"
        "Three\n"
        "\n"
        "name\n"
        "00:07.5 --> 00:08.5\n"
        "Four\n"
        "\n"
        "7\n"
        "00:07.5 --> 00:08.5\n"
        "Five\n",
        [(3, 1000, 2000, "One")],
        [
            ("subtitle-browsers-skip", 3),
            ("subtitle-timing", 6),
            ("subtitle-stray-text", 10),
            ("subtitle-timing", 14),
            ("subtitle-timing", 18),
        ],
        [
            Homeless("subtitle-timing", 0, "Two\nand more", is_cue=True),
            Homeless("subtitle-stray-text", 0, "00:05.000\nThree"),
            Homeless("subtitle-timing", 0, "name\nFour", is_cue=True),
            Homeless("subtitle-timing", 0, "Five", is_cue=True),
        ],
        3,
    ),
    "forms": (
        "WEBVTT\n"
        "\n"
        "0:00:01.000 --> 0:00:02.000\n"
        "One\n"
        "\n"
        "00:03.000-->00:04.000\n"
        "Two\n"
        "\n"
        "00:05.000 --> 00:06.000 line:0\n"
        "Three\n",
        [(3, 1000, 2000, "One"), (6, 3000, 4000, "Two"), (9, 5000, 6000, "Three")],
        [("subtitle-timing-form", 3), ("subtitle-timing-form", 6)],
        [],
        0,
    ),
    "arrows": (
        "WEBVTT\n"
        "\n"
        "00:01.000 --> 00:02.000\n"
        "One\n"
        "A --> B\n"
        "C\n"
        "\n"
        "00:03.000 --> 00:04.000\n"
        "Two\n"
        "D --> E\n"
        "\n"
        "F --> G\n"
        "\n"
        "5 --> 6\n"
        "H\n",
        [(3, 1000, 2000, "One\nA --> B\nC"), (8, 3000, 4000, "Two\nD --> E")],
        [("subtitle-arrow", 5), ("subtitle-arrow", 10), ("subtitle-stray-text", 12), ("subtitle-timing", 14)],
        [Homeless("subtitle-stray-text", 1, "F --> G"), Homeless("subtitle-timing", 1, "5 --> 6\nH", is_cue=True)],
        1,
    ),
    "arrow first": (
        "WEBVTT\n\nA --> B\nC\n\n00:03.000 --> 00:04.000\nTwo\n",
        [(6, 3000, 4000, "Two")],
        [("subtitle-stray-text", 3)],
        [Homeless("subtitle-stray-text", 0, "A --> B\nC", is_before=True)],
        0,
    ),
    "arrow behind a block": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nx\nA --> B\nC\n",
        [(3, 1000, 2000, "One")],
        [("subtitle-stray-text", 6)],
        [Homeless("subtitle-stray-text", 0, "x\nA --> B\nC")],
        0,
    ),
    "stray": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nLost words.\nMore of them.\n\n00:03.000 --> 00:04.000\nTwo\n",
        [(3, 1000, 2000, "One"), (9, 3000, 4000, "Two")],
        [("subtitle-stray-text", 6)],
        [Homeless("subtitle-stray-text", 0, "Lost words.\nMore of them.")],
        0,
    ),
    "spaces": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n \nOne\n \nTwo\n",
        [(3, 1000, 2000, " \nOne\n \nTwo")],
        [],
        [],
        0,
    ),
    "two names": (
        "WEBVTT\n\na\nb\n00:01.000 --> 00:02.000\nOne\n",
        [(5, 1000, 2000, "One")],
        [("subtitle-stray-text", 3), ("subtitle-blank-missing", 5)],
        [Homeless("subtitle-stray-text", 0, "a\nb", is_before=True)],
        0,
    ),
    "header as YouTube wrote it": (
        "WEBVTT\nKind: captions\nStyle:\n::cue(c.colorCCCCCC) { color: rgb(204,204,204);\n }\n##\n\n"
        "00:01.000 --> 00:02.000\nOne\n",
        [(8, 1000, 2000, "One")],
        [],
        [],
        0,
    ),
    "regions of the drafts": (
        "WEBVTT\n\nRegion: id=bill lines=3\nRegion: id=fred lines=3\n\n00:01.000 --> 00:02.000 region:bill\nOne\n",
        [(6, 1000, 2000, "One")],
        [("subtitle-style-dropped", 3)],
        [],
        0,
    ),
    "a region and a sentence": (
        "WEBVTT\n\nRegion: id=bill lines=3\nGood morning.\n\n00:01.000 --> 00:02.000\nOne\n",
        [(6, 1000, 2000, "One")],
        [("subtitle-stray-text", 3)],
        [Homeless("subtitle-stray-text", 0, "Region: id=bill lines=3\nGood morning.", is_before=True)],
        0,
    ),
    "lines of spaces between cues": (
        "WEBVTT\n\n  \n\n \n1\n00:01.000 --> 00:02.000\nOne\n\n\t\n",
        [(7, 1000, 2000, "One")],
        [("subtitle-blank-missing", 7)],
        [],
        0,
    ),
    "a line of spaces above a number that nothing follows": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n \n7\n\n00:03.000 --> 00:04.000\nTwo\n",
        [(3, 1000, 2000, "One"), (9, 3000, 4000, "Two")],
        [("subtitle-stray-text", 7)],
        [Homeless("subtitle-stray-text", 0, "7")],
        0,
    ),
    "a name of two words": (
        "WEBVTT\n\nAna Ruiz\n00:01.000 --> 00:02.000\nOne\n",
        [(4, 1000, 2000, "One")],
        [],
        [],
        0,
    ),
    "two numbers": (
        "WEBVTT\n\n1\n2\n00:01.000 --> 00:02.000\nOne\n",
        [(5, 1000, 2000, "One")],
        [("subtitle-stray-text", 3), ("subtitle-blank-missing", 5)],
        [Homeless("subtitle-stray-text", 0, "1\n2", is_before=True)],
        0,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_cues_and_findings_stand_where_they_are(name: str) -> None:
    text, cues, findings, homeless, lost = CASES[name]
    raw = parse_vtt(text, "x")
    assert [(c.line, c.start, c.end, c.text) for c in raw.cues] == cues
    assert [(f.id, f.place.line) for f in raw.findings if f.place is not None] == findings
    assert (raw.homeless, raw.lost) == (homeless, lost)


def test_what_a_finding_quotes_is_the_line() -> None:
    """Sixty characters of it, and eighty of a timing line."""
    long = "w" * 70
    raw = parse_vtt(f"WEBVTT\n\n{long}\n\n0:00:01.000 --> 0:00:02.000 {'a' * 90}\nOne\n", "x")
    stray, form, words = (str(f.what) for f in raw.findings)
    assert stray.endswith(f": {'w' * 60}")
    assert form.endswith(f": 0:00:01.000 --> 0:00:02.000 {'a' * 52}")
    assert words.endswith(f": {'a' * 60}")


def test_settings_are_handed_on() -> None:
    raw = parse_vtt("WEBVTT\n\n00:01.000 --> 00:02.000 line:0 align:start\nOne\n", "x")
    assert raw.cues[0].settings == "line:0 align:start"
