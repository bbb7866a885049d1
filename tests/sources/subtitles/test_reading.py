"""The results of ``read_track`` for paths, and of ``describe`` for tracks."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.sources.subtitles.others.documents import ALL
from tests.sources.subtitles.words import sentences, srt
from usbkit.core.errors import InputError
from usbkit.sources.subtitles import Certainty, describe, parse_track, read_track


def test_findings_stand_at_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.en.srt"
    text = srt(sentences("en")).replace("00:00:09,000 -->", "00:00:9,50 -->")
    path.write_text(text, encoding="utf-8")
    (finding,) = read_track(path, "en").findings
    assert finding.place is not None
    assert (finding.place.file, finding.place.line) == (str(path), text.split("\n").index("3") + 2)
    assert "00:00:9,50" in str(finding.what)
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


def _zipped(part: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(part, "<x/>")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "todo"),
    [
        (_zipped("word/document.xml"), "Word document (DOCX)", "have the text timed"),
        (_zipped("xl/workbook.xml"), "Excel workbook (XLSX)", "have the text timed"),
        (_zipped("ppt/presentation.xml"), "PowerPoint presentation (PPTX)", "have the text timed"),
        (_zipped("Contents/section0.xml"), "Hangul document (HWPX)", "have the text timed"),
        (_zipped("content.xml"), "OpenDocument text or table (ODT, ODS)", "have the text timed"),
        (_zipped("other"), "ZIP archive or Office document", "Ask for SubRip"),
        (b"PK\x03\x04 and so on", "ZIP archive or Office document", "Ask for SubRip"),
        (b"Good morning.\nThank you.\n", "text without times", "have the text timed"),
        (ALL["talk.en.ass"].encode(), "SubStation Alpha (ASS, SSA)", "Run: usbkit mend 'a talk.en.srt'"),
        (ALL["talk.en.ttml"].encode(), "TTML", "Run: usbkit mend 'a talk.en.srt'"),
        (ALL["talk.en.sbv"].encode("utf-16"), "SubViewer (SBV)", "Run: usbkit mend 'a talk.en.srt'"),
        (b"<SAMI><BODY></BODY></SAMI>", "SAMI (SMI)", "Ask for SubRip"),
    ],
)
def test_other_files_are_named_with_the_way_out(data: bytes, kind: str, todo: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_track(data, "en", "a talk.en.srt")
    (finding,) = raised.value.findings
    assert finding.id == "subtitle-format"
    assert kind in str(finding.what)
    assert todo in str(finding.todo)


#: A file whose words stand where no cue has them, and what its cues say where that is allowed.
_HOMELESS = {
    "srt-timing-line": (
        "1\n00:00:01,000 --> 00:00:02,000 Minister: hello line:0\nOne\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n",
        "srt",
        ["Minister: hello\nOne", "Two"],
    ),
    "srt-all-on-the-timing-line": ("1\n00:00:01,000 --> 00:00:02,000 All of it.\n", "srt", ["All of it."]),
    "srt-setting-of-no-kind": ("1\n00:00:01,000 --> 00:00:02,000 Ann:hello\nOne\n", "srt", ["Ann:hello\nOne"]),
    "vtt-timing-line": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n00:03.000 --> 00:04.000 Minister: hello\nTwo\n",
        "vtt",
        ["One", "Minister: hello\nTwo"],
    ),
    "srt-first": ("Forum 2020\n\n1\n00:00:01,000 --> 00:00:02,000\nOne\n", "srt", ["Forum 2020\nOne"]),
    "srt-timing": (
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n00:00:03 --> 00:00:04\nTwo\nand more\n\n"
        "3\n00:00:05,000 --> 00:00:06,000\nThree\n",
        "srt",
        ["One\nTwo\nand more", "Three"],
    ),
    "srt-first-timing": (
        "1\n00:00:01 --> 00:00:02\nOne\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n",
        "srt",
        ["One\nTwo"],
    ),
    "vtt-header": (
        "WEBVTT\nFirst words.\nSecond words.\n\n00:01.000 --> 00:02.000\nOne\n",
        "vtt",
        ["First words.\nSecond words.\nOne"],
    ),
    "vtt-block": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nA lost\nsentence.\n\n00:03.000 --> 00:04.000\nTwo\n",
        "vtt",
        ["One\nA lost\nsentence.", "Two"],
    ),
    "vtt-name": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nIt is a sentence.\n00:03.000 --> 00:04.000\nTwo\n",
        "vtt",
        ["One", "It is a sentence.\nTwo"],
    ),
    "vtt-timing": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nA longer name here.\n00:03 --> 00:04\nTwo\n",
        "vtt",
        ["One\nA longer name here.\nTwo"],
    ),
    "vtt-no-arrow": ("WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n00:00:03.000\nTwo\n", "vtt", ["One\nTwo"]),
    "vtt-digits": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nfrom 5 --> 6 percent\nTwo\n",
        "vtt",
        ["One\nfrom 5 --> 6 percent\nTwo"],
    ),
    "vtt-arrow": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nleft --> right\nTwo\n",
        "vtt",
        ["One\nleft --> right\nTwo"],
    ),
}


@pytest.mark.parametrize("name", _HOMELESS)
def test_no_allowance_loses_a_sentence(name: str) -> None:
    text, format, said = _HOMELESS[name]
    refused = parse_track(text.encode(), "en", f"x.{format}")
    assert [f.id for f in refused.findings if f.is_error] != []
    ids = ("subtitle-stray-text", "subtitle-timing", "subtitle-timing-words")
    allow = {f.id: "as they want it" for f in refused.findings if f.id in ids}
    track = parse_track(text.encode(), "en", f"x.{format}", allow=allow)
    assert [c.plain for c in track.cues] == said
    assert describe(track).is_whole
    assert not [f for f in track.findings if f.is_error]
    assert "allow " in str(next(f for f in refused.findings if f.id in ids).todo)


def test_words_on_the_timing_line_are_named_once() -> None:
    """That the cue then has no text of its own is what it leads to; another cue without text is said."""
    text = "1\n00:00:01,000 --> 00:00:02,000 All of it.\n\n2\n00:00:03,000 --> 00:00:04,000\n"
    words, empty = [f for f in parse_track(text.encode(), "en", "x.srt").findings if f.is_error]
    assert (words.id, empty.id) == ("subtitle-timing-words", "subtitle-empty")
    assert words.place is not None and (words.place.line, "All of it." in str(words.what)) == (2, True)


def test_words_without_any_cue_stay_an_error() -> None:
    track = parse_track(b"WEBVTT\n\nOnly\nwords --> here\n", "en", "x.vtt", allow={"subtitle-stray-text": "no"})
    assert {f.id for f in track.findings if f.is_error} == {"subtitle-none", "subtitle-stray-text"}


def test_a_format_has_a_korean_name() -> None:
    """Of everything that is recognised by its first bytes and is no brand's own name."""
    from usbkit.core.messages import read_catalogue
    from usbkit.sources.media import signatures
    from usbkit.sources.subtitles import formats

    names = {signature.name for _start, signature in signatures._BEGINNINGS}
    names |= {one.name for one in vars(signatures).values() if isinstance(one, signatures.Signature)}
    names |= {name for _part, name in formats._ZIPPED}
    brands = {"PDF", "MP4", "QuickTime", "Matroska", "WebM", "AVI", "Windows Media", "Flash Video", "Ogg"}
    assert names - brands <= read_catalogue("ko").keys()
