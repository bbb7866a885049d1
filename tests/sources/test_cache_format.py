"""Cached values are read back unchanged, including nested texts."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text
from usbkit.sources.cache_format import (
    findings_from_json,
    findings_to_json,
    media_from_json,
    media_to_json,
    track_from_json,
    track_to_json,
)
from usbkit.sources.media import Media
from usbkit.sources.subtitles import Certainty, Cue, Track

_VALUES = st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.builds(Text, st.text(max_size=5)))
_TEXTS = st.builds(Text, st.text(max_size=20), st.dictionaries(st.text(max_size=5), _VALUES, max_size=3))
_PLACES = st.builds(Place, st.text(max_size=9), st.none() | st.integers(1, 9999), st.none() | st.text(max_size=5))
_FINDINGS = st.lists(
    st.builds(Finding, st.text(max_size=9), _TEXTS, st.none() | _PLACES, st.none() | _TEXTS, st.booleans()), max_size=3
).map(tuple)
_TIMES = st.integers(0, 10**9)
_CUES = st.lists(st.builds(Cue, _TIMES, _TIMES, st.text(), st.text(), st.text(), _TIMES), max_size=3).map(tuple)


@given(_FINDINGS)
def test_findings(findings: tuple[Finding, ...]) -> None:
    assert findings_from_json(findings_to_json(findings)) == findings


@given(
    st.builds(Media, *[_TIMES] * 2, *[st.text()] * 2, st.none() | st.text(), *[_TIMES] * 2, st.booleans(), _FINDINGS)
)
def test_media(media: Media) -> None:
    assert media_from_json(media_to_json(media)) == media


@given(
    st.builds(
        Track,
        st.text(max_size=3),
        _CUES,
        st.text(max_size=9),
        _FINDINGS,
        st.sampled_from(["srt", "webvtt"]),
        st.sampled_from(Certainty),
        _TIMES,
        st.none() | st.text(max_size=3),
    )
)
def test_track(track: Track) -> None:
    again = track_from_json(track_to_json(track))
    assert again == track
    assert [c.line for c in again.cues] == [c.line for c in track.cues]


def test_every_finding_of_real_files_survives(tmp_path: Path) -> None:
    from tests.sources.subtitles.corpus import cases
    from usbkit.core.errors import InputError
    from usbkit.sources.subtitles import parse_track

    for case in cases():
        try:
            track = parse_track(case.data, case.language, case.name, encoding=case.stated, video_length=28_000)
        except InputError:
            continue
        again = track_from_json(track_to_json(track))
        assert [str(f.what) for f in again.findings] == [str(f.what) for f in track.findings]
