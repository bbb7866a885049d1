"""The position of a cue: WebVTT's settings, SRT's keypad, and a browser's properties."""

from __future__ import annotations

import pytest

from usbkit.sources.subtitles.settings import (
    from_alignment,
    is_exact_in_srt,
    parse_settings,
    split_settings,
    to_alignment,
    to_cue_properties,
)


@pytest.mark.parametrize("number", range(1, 10))
def test_every_corner_of_srt_comes_back(number: int) -> None:
    settings = from_alignment(number)
    assert to_alignment(settings) == number
    assert is_exact_in_srt(settings)
    assert parse_settings(settings) == (settings, [])


@pytest.mark.parametrize(
    ("text", "kept", "refused"),
    [
        ("align:start line:0", "line:0 align:start", []),
        ("line:-1 line:10%", "line:10%", []),
        ("position:50%,center size:80%", "position:50%,center size:80%", []),
        ("align:middle", "align:center", []),
        ("vertical:rl", "vertical:rl", []),
        ("line:101% size:200% position:x", "", ["line:101%", "size:200%", "position:x"]),
        ("region:a line=0 color:red", "", ["region:a", "line=0", "color:red"]),
    ],
)
def test_settings_are_put_in_order_or_refused(text: str, kept: str, refused: list[str]) -> None:
    assert parse_settings(text) == (kept, refused)


@pytest.mark.parametrize(
    ("settings", "number"),
    [("line:0", 8), ("line:5%", 8), ("line:-1", 2), ("line:90%", 2), ("align:end", 3), ("line:40% align:start", 4)],
)
def test_nearest_corner(settings: str, number: int) -> None:
    assert to_alignment(settings) == number


def test_properties_of_a_browsers_cue() -> None:
    assert to_cue_properties("vertical:rl line:10%,center position:20%,line-left size:50% align:end") == {
        "vertical": "rl",
        "line": 10,
        "snapToLines": False,
        "lineAlign": "center",
        "position": 20,
        "positionAlign": "line-left",
        "size": 50,
        "align": "end",
    }
    assert to_cue_properties("") == {}


@pytest.mark.parametrize(
    ("text", "format", "settings", "words"),
    [
        ("line:0 align:left", "srt", "line:0 align:left", ""),
        ("X1:100 X2:600 , -", "srt", "X1:100 X2:600 , -", ""),
        ("color:red", "srt", "", "color:red"),
        ("color:red line=0 L:5%", "webvtt", "color:red line=0 L:5%", ""),
        ("Ministra: hola", "srt", "", "Ministra: hola"),
        ("Ministra:hola line:0", "webvtt", "line:0", "Ministra:hola"),
        ("", "webvtt", "", ""),
    ],
)
def test_words_behind_the_times_are_told_from_settings(text: str, format: str, settings: str, words: str) -> None:
    assert split_settings(text, format) == (settings, words)
