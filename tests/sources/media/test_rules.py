"""Judging by facts alone; no finding is untested."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

import usbkit.sources.media
from tests.sources.media.corpus import cases
from usbkit.core.errors import Finding
from usbkit.sources.media.boxes import Box, BoxStructure
from usbkit.sources.media.facts import AudioFacts, Facts, Pace, VideoFacts
from usbkit.sources.media.rules import Repair, judge, repair_command
from usbkit.sources.media.sampling import Samples
from usbkit.sources.media.signatures import MP4

_PACE = Pace(shortest=40, longest=40, pause=40, key_interval=2000)
_VIDEO = VideoFacts("h264", "High", 40, "yuv420p", 1280, 720, 0, 60_000, False, True, _PACE)
_AUDIO = AudioFacts("aac", "LC", 48_000, 2, 0, 60_000)
_FACTS = Facts(60_000, 2_000_000, _VIDEO, _AUDIO, 1, 1, 0)
_SAMPLES = Samples(None, None, None, 0, False)

#: Facts that no small file shows, and the one finding that each gives.
_CHANGED = {
    "media-heavy": replace(_FACTS, bit_rate=40_000_000),
    "media-no-length": replace(_FACTS, duration=0),
    "media-several-pictures": replace(_FACTS, videos=2),
    "media-level": replace(_FACTS, video=replace(_VIDEO, level=52)),
    "media-large": replace(_FACTS, video=replace(_VIDEO, width=3840, height=2160, level=51)),
    "media-lengths": replace(_FACTS, audio=replace(_AUDIO, duration=20_000)),
}


def _judge(facts: Facts, samples: Samples = _SAMPLES) -> tuple[Finding, ...]:
    return judge(Path("x.mp4"), MP4, None, facts, samples).findings


def test_a_good_video_gives_nothing() -> None:
    assert _judge(_FACTS) == ()


@pytest.mark.parametrize("id", _CHANGED)
def test_facts(id: str) -> None:
    assert [f.id for f in _judge(_CHANGED[id])] == [id]


def test_every_finding_of_the_code_is_tested() -> None:
    folder = Path(usbkit.sources.media.__file__).parent
    code = "".join(p.read_text(encoding="utf-8") for p in folder.glob("*.py"))
    tested = {id for case in cases() for id in (*case.errors, *case.remarks, case.fatal)} | set(_CHANGED)
    elsewhere = {"media-undecodable"}  # a poster's, in test_poster
    assert set(re.findall(r'"(media-[a-z-]+)"', code)) == (tested - {None}) | elsewhere


def test_one_command_mends_all_errors_and_says_when_it_mends_remarks() -> None:
    woven = replace(_VIDEO, codec="mpeg2video", is_interlaced=True)
    facts = replace(_FACTS, video=woven, audio=replace(_AUDIO, codec="ac3"))
    opinion = judge(Path("x.mp4"), MP4, None, facts, _SAMPLES)
    todo = {f.id: str(f.todo) for f in opinion.findings}
    assert todo["media-sound-codec"] == todo["media-video-codec"] == "Run: usbkit mend x.mp4"
    assert todo["media-interlaced"] == "Run: usbkit mend --remarks x.mp4"
    assert opinion.is_mendable
    command, every = (repair_command(Path("x.mp4"), r) for r in (opinion.repairs, opinion.every_repair))
    assert "libx264" in command
    assert "-c:a aac" in command
    assert "yadif" not in command
    assert "yadif" in every


@pytest.mark.parametrize(("repairs", "is_told"), [(Repair.SOUND, False), (Repair.SOUND | Repair.STEREO, True)])
def test_only_many_channels_become_two(repairs: Repair, is_told: bool) -> None:
    assert ("-ac 2" in repair_command(Path("x.mp4"), repairs)) == is_told


def test_right_streams_are_copied_and_names_are_quoted() -> None:
    words = shlex.split(repair_command(Path("it's here/a b.mov"), Repair.WRAP))
    assert words[:3] == ["ffmpeg", "-i", "it's here/a b.mov"]
    assert words[-1] == "it's here/a b-mended.mp4"
    assert words[words.index("-c:v") + 1] == words[words.index("-c:a") + 1] == "copy"


def test_only_the_sender_can_help_with_damage() -> None:
    (finding,) = _judge(_FACTS, replace(_SAMPLES, hole=65_000))
    assert finding.id == "media-hole"
    assert "1:05" in str(finding.what)
    assert "usbkit mend" not in str(finding.todo)


def _of(**video: object) -> Facts:
    return replace(_FACTS, video=replace(_VIDEO, **video))  # type: ignore[arg-type]


def _paced(**pace: float) -> Facts:
    return _of(pace=replace(_PACE, **pace))


#: Facts, samples, and of the one finding that they give: id, whether it is an error, what is done, and words of it.
_EACH = [
    (_of(codec="hevc"), _SAMPLES, "media-video-codec", True, Repair.PICTURE, "HEVC"),
    (_of(pixels="yuv420p10le"), _SAMPLES, "media-deep-colour", True, Repair.PICTURE, "10 bits"),
    (_of(pixels="yuv422p"), _SAMPLES, "media-chroma", True, Repair.PICTURE, "4:2:2"),
    (_of(pixels="rgb24"), _SAMPLES, "media-pixels", True, Repair.PICTURE, "rgb24"),
    (_of(pixels=""), _SAMPLES, "media-pixels", True, Repair.PICTURE, "kept as ?"),
    (_of(transfer=16), _SAMPLES, "media-hdr", False, Repair.PICTURE | Repair.TONE, "PQ"),
    (_of(transfer=18), _SAMPLES, "media-hdr", False, Repair.PICTURE | Repair.TONE, "HLG"),
    (_of(is_interlaced=True), _SAMPLES, "media-interlaced", False, Repair.WEAVE, ""),
    (_FACTS, replace(_SAMPLES, is_woven=True), "media-interlaced", False, Repair.WEAVE, ""),
    (_of(has_square_pixels=False), _SAMPLES, "media-pixel-shape", False, Repair.SQUARE, ""),
    (_of(width=1921, height=1088), _SAMPLES, "media-large", False, Repair.SHRINK, "1921×1088"),
    (_of(level=43), _SAMPLES, "media-level", False, Repair.PICTURE, "4.3"),
    (_paced(pause=10_001), _SAMPLES, "media-standstill", False, Repair.EVEN, "10 seconds"),
    (_paced(pause=900_000), _SAMPLES, "media-standstill", False, Repair.EVEN, "for 900 seconds"),
    (_paced(key_interval=900_000), _SAMPLES, "media-few-key-frames", False, Repair.PICTURE, "to 900 seconds"),
    (_paced(shortest=40, longest=65), _SAMPLES, "media-variable-rate", False, Repair.EVEN, "15.4 and 25.0"),
    (_paced(key_interval=15_001), _SAMPLES, "media-few-key-frames", False, Repair.PICTURE, "15 seconds"),
    (replace(_FACTS, audio=None), _SAMPLES, "media-no-sound", False, Repair.NOTHING, ""),
    (replace(_FACTS, audio=replace(_AUDIO, codec="ac3")), _SAMPLES, "media-sound-codec", True, Repair.SOUND, "AC3"),
    (
        replace(_FACTS, audio=replace(_AUDIO, channels=3)),
        _SAMPLES,
        "media-many-channels",
        False,
        Repair.SOUND | Repair.STEREO,
        "3 channels",
    ),
    (replace(_FACTS, audio=replace(_AUDIO, duration=57_999)), _SAMPLES, "media-lengths", False, Repair.NOTHING, "0:57"),
    (replace(_FACTS, audio=replace(_AUDIO, duration=62_001)), _SAMPLES, "media-lengths", False, Repair.HOLD, "1:02"),
    (replace(_FACTS, audio=replace(_AUDIO, start=501)), _SAMPLES, "media-late-start", False, Repair.SOUND, "sound"),
    (_of(start=501), _SAMPLES, "media-late-start", False, Repair.EVEN, "picture begins 501 ms"),
    (replace(_FACTS, bit_rate=25_000_001), _SAMPLES, "media-heavy", False, Repair.PICTURE, "25 megabits"),
    (replace(_FACTS, audios=2), _SAMPLES, "media-several-sounds", False, Repair.WRAP, "2 sound"),
    (replace(_FACTS, videos=2), _SAMPLES, "media-several-pictures", False, Repair.WRAP, "2 pictures"),
    (replace(_FACTS, subtitles=1), _SAMPLES, "media-subtitles-inside", False, Repair.WRAP, ""),
    (
        _FACTS,
        replace(_SAMPLES, broken=61_000),
        "media-damaged",
        True,
        Repair.NOTHING,
        "picture cannot be decoded at 1:01",
    ),
    (
        _FACTS,
        replace(_SAMPLES, broken_sound=5_000),
        "media-damaged",
        True,
        Repair.NOTHING,
        "sound cannot be decoded at 0:05",
    ),
    (_FACTS, replace(_SAMPLES, rotation=90), "media-turned", False, Repair.PICTURE, "90°"),
    (_FACTS, replace(_SAMPLES, is_silent=True), "media-silent", False, Repair.NOTHING, ""),
    (_FACTS, replace(_SAMPLES, is_clipped=True), "media-clipped", False, Repair.NOTHING, ""),
    (_FACTS, replace(_SAMPLES, sizes=((4, 2), (8, 6))), "media-size-changes", False, Repair.PICTURE, "4×2, 8×6"),
]

#: Just not enough for a finding.
_BARELY = [
    (_of(width=1920, height=1088, level=42), _SAMPLES),
    (_of(codec="h264", level=0), _SAMPLES),
    (_of(pixels="yuvj420p"), _SAMPLES),
    (_paced(pause=10_000), _SAMPLES),
    (_paced(shortest=40, longest=64), _SAMPLES),
    (_paced(key_interval=15_000), _SAMPLES),
    (_of(pace=None), _SAMPLES),
    (replace(_FACTS, audio=replace(_AUDIO, codec="mp3", channels=1)), _SAMPLES),
    (replace(_FACTS, audio=replace(_AUDIO, duration=62_000, start=500)), _SAMPLES),
    (replace(_FACTS, audio=replace(_AUDIO, duration=None)), _SAMPLES),
    (replace(_FACTS, bit_rate=25_000_000), _SAMPLES),
    (_FACTS, replace(_SAMPLES, rotation=360, sizes=((1280, 720),))),
]


@pytest.mark.parametrize("each", _EACH, ids=lambda each: each[2])
def test_each_finding_and_what_is_done_about_it(each: tuple[Facts, Samples, str, bool, Repair, str]) -> None:
    facts, samples, id, is_error, repair, words = each
    opinion = judge(Path("x.mp4"), MP4, None, facts, samples)
    assert [(f.id, f.is_error) for f in opinion.findings] == [(id, is_error)]
    assert words in str(opinion.findings[0].what)
    assert opinion.every_repair == repair
    assert opinion.repairs == (repair if is_error else Repair.NOTHING)
    assert opinion.is_mendable == (is_error and repair is not Repair.NOTHING)


@pytest.mark.parametrize("number", range(len(_BARELY)))
def test_what_is_just_right_is_not_remarked(number: int) -> None:
    assert _judge(*_BARELY[number]) == ()


def _boxes(*types: str, stray: int | None = None, edits: int = 1) -> BoxStructure:
    boxes = tuple(Box(type, 10 * at, 10) for at, type in enumerate(types))
    return BoxStructure(10 * len(types), boxes, stray, is_encrypted=False, edits=edits)


@pytest.mark.parametrize(
    ("name", "structure", "ids"),
    [
        ("x.mp4", _boxes("ftyp", "moov", "mdat"), []),
        ("x.mp4", _boxes("ftyp", "mdat", "moov"), ["media-index-last"]),
        ("x.mp4", _boxes("ftyp", "moov", "moof", "mdat"), ["media-fragments"]),
        ("x.mp4", _boxes("moov", "mdat", stray=20), ["media-stray-bytes"]),
        ("x.mp4", _boxes("moov", "mdat", edits=2), ["media-edit-list"]),
        ("x.mov", _boxes("moov", "mdat"), ["media-wrong-extension"]),
        ("x", None, ["media-wrong-extension"]),
    ],
)
def test_the_outside_of_a_file(name: str, structure: BoxStructure | None, ids: list[str]) -> None:
    found = judge(Path(name), MP4, structure, _FACTS, _SAMPLES).findings
    assert [f.id for f in found] == ids
    assert all(("''" in str(f.what)) == (name == "x") for f in found)


def test_hdr_in_ten_bits_is_shown_as_ordinary_screens_do_by_either_program() -> None:
    opinion = judge(Path("x.mp4"), MP4, None, _of(pixels="yuv420p10le", transfer=16), _SAMPLES)
    assert Repair.TONE in opinion.repairs
    assert "tonemap" in repair_command(Path("x.mp4"), opinion.repairs)
