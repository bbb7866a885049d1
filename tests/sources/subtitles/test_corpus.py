"""Every file of the corpus gives the expected result; others that can read it count the same cues."""

from __future__ import annotations

import pysubs2
import pytest
import srt as srt_library  # type: ignore[import-untyped]
import webvtt

from tests.sources.subtitles.corpus import VIDEO, Case, cases
from usbkit.core.errors import InputError
from usbkit.sources.subtitles import Track, parse_track, to_srt, to_webvtt

CASES = list(cases())


def _read(case: Case) -> Track:
    return parse_track(case.data, case.language, case.name, encoding=case.stated, video_length=VIDEO)


def test_corpus_is_large_and_its_names_differ() -> None:
    assert len(CASES) >= 200
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_outcome(case: Case) -> None:
    if case.fatal is not None:
        with pytest.raises(InputError) as raised:
            _read(case)
        assert [f.id for f in raised.value.findings] == [case.fatal]
        return
    track = _read(case)
    said = [(f.id, str(f.place), str(f.what)) for f in track.findings]
    assert {f.id for f in track.findings if f.is_error} == case.errors, said
    assert case.remarks <= {f.id for f in track.findings}, said
    assert (len(track.cues), track.cues_in - len(track.cues)) == (case.cues, case.lost), said
    if case.encoding is not None:
        assert track.encoding.replace("_", "-") == case.encoding
    for index, text in case.texts.items():
        assert track.cues[index].text == text


@pytest.mark.parametrize("case", [c for c in CASES if c.is_plain], ids=lambda c: c.name)
def test_others_count_the_same(case: Case) -> None:
    """Two libraries for each format. They are given text: none of them tells encodings."""
    text = case.data.decode(case.encoding or "utf-8").removeprefix("\ufeff")
    counts = {len(pysubs2.SSAFile.from_string(text, format_="vtt" if case.suffix == ".vtt" else "srt"))}
    if case.suffix == ".vtt":
        counts.add(len(webvtt.from_string(text).captions))
    else:
        counts.add(len(list(srt_library.parse(text))))
    assert counts == {len(_read(case).cues)}


@pytest.mark.parametrize("case", [c for c in CASES if c.fatal is None and c.cues], ids=lambda c: c.name)
def test_output_is_read_by_others_and_again_by_us(case: Case) -> None:
    track = _read(case)
    ours_vtt, ours_srt = to_webvtt(track), to_srt(track)
    assert parse_track(ours_vtt, case.language, "x.vtt").cues == track.cues
    again = parse_track(ours_srt, case.language, "x.srt").cues
    assert [(c.start, c.end, c.text) for c in again] == [(c.start, c.end, c.text) for c in track.cues]
    if not track.findings:
        assert len(webvtt.from_string(ours_vtt.decode()).captions) == len(track.cues)
        assert len(list(srt_library.parse(ours_srt.decode("utf-8-sig")))) == len(track.cues)
        assert len(pysubs2.SSAFile.from_string(ours_srt.decode("utf-8-sig"), format_="srt")) == len(track.cues)
