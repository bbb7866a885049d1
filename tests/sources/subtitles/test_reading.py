"""What `read_track` says of paths, and what `describe` says of tracks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.subtitles.words import sentences, srt
from usbkit.core.errors import InputError
from usbkit.sources.subtitles import Certainty, describe, parse_track, read_track


def test_findings_stand_at_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.en.srt"
    text = srt(sentences("en")).replace("00:00:09,000 -->", "00:00:9,00 -->")
    path.write_text(text, encoding="utf-8")
    (finding,) = read_track(path, "en").findings
    assert finding.place is not None
    assert (finding.place.file, finding.place.line) == (str(path), text.split("\n").index("3") + 2)
    assert "00:00:9,00" in str(finding.what)
    assert "00:01:02,345" in str(finding.todo)


@pytest.mark.parametrize(
    ("make", "id"),
    [
        (lambda path: None, "subtitle-missing"),
        (lambda path: path.mkdir(), "subtitle-unreadable"),
        (lambda path: path.write_bytes(b"x" * (33 * 2**20)), "subtitle-format"),
    ],
)
def test_paths_without_subtitles(tmp_path: Path, make: object, id: str) -> None:
    path = tmp_path / "x.srt"
    make(path)  # type: ignore[operator]
    with pytest.raises(InputError) as raised:
        read_track(path, "en", name="subtitles/x.srt")
    (finding,) = raised.value.findings
    assert finding.id == id
    assert str(finding.place) == "subtitles/x.srt"


def test_description() -> None:
    text = srt(("One two three four.", "Five.", "Six.")).replace("00:00:09,000", "00:00:39,000")
    track = parse_track(text.replace("00:00:11,500", "00:00:41,500").encode("utf-16"), "en", "x.srt")
    report = describe(track)
    assert (report.cues_in, report.cues_out, report.is_whole) == (3, 3, True)
    assert (report.longest_gap, report.longest_gap_at) == (39_000 - 8_500, 8_500)
    assert report.fastest == pytest.approx(16 / 2.5)
    assert report.fastest_line == 2
    assert (report.encoding, report.certainty, report.format) == ("utf-16", Certainty.CERTAIN, "srt")
    assert report.errors == 0


def test_description_counts_lost_cues() -> None:
    track = parse_track(srt(sentences("en")).replace("00:00:09,000 -->", "00:00:09 -->").encode(), "en", "x.srt")
    report = describe(track)
    assert (report.cues_in, report.cues_out, report.is_whole, report.errors) == (8, 7, False, 1)


def test_cues_come_out_by_time_however_they_went_in() -> None:
    text = srt(sentences("en")).replace("00:00:09,000 --> 00:00:11,500", "00:00:01,000 --> 00:00:02,000")
    track = parse_track(text.encode(), "en", "x.srt")
    assert [c.start for c in track.cues] == sorted(c.start for c in track.cues)
    assert track.cues[0].plain == sentences("en")[2]
