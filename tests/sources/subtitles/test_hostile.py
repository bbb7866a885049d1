"""Files made to be slow are read quickly: no step is quadratic in the input."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.sources.subtitles.words import sentences, srt
from usbkit.core.errors import InputError
from usbkit.sources.subtitles import parse_track

_HEAD = "1\n00:00:01,000 --> 00:00:02,000\n"

# A moment, against an hour where something is quadratic: then the run's own limit ends the test.
pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize(
    "text",
    [
        _HEAD + "a" + " " * 300_000 + "b\n",
        _HEAD + "<c>" * 100_000 + "\n",
        _HEAD + "<ruby><rt>" * 50_000 + "x\n",
        _HEAD + "<c><v a>" * 350 + "x" + "</c>" * 200 + "\n",
        _HEAD + "<" * 300_000 + "\n",
        _HEAD + "&a" * 150_000 + "\n",
        _HEAD + "{\\" * 150_000 + "\n",
        "1" * 300_000 + "\n",
        "-->" * 100_000,
        "-->\n" * 50_000,
        "000:" * 100_000 + "\n" + _HEAD,
        _HEAD + "\n" * 300_000 + "x",
        "WEBVTT\n\n" + "x\n" * 100_000,
    ],
    ids=lambda t: ascii(t[30:50]),
)
def test_time_is_bounded(text: str) -> None:
    with suppress(InputError):
        parse_track(text.encode(), "en", "x.srt")


def test_a_long_day_in_an_old_encoding() -> None:
    text = srt(sentences("ru") * 1500)
    track = parse_track(text.encode("cp1251"), "ru", "x.srt")
    assert len(track.cues) == 12_000


def test_an_endless_cue_keeps_its_text() -> None:
    words = "word " * 1000
    track = parse_track((_HEAD + words + "<b>\n").encode(), "en", "x.srt")
    assert track.cues[0].plain == words + "<b>"
    assert "subtitle-endless" in {f.id for f in track.findings if f.is_error}
