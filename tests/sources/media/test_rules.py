"""What is judged of facts alone, and that no finding goes untested."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

import usbkit.sources.media
from tests.sources.media.corpus import cases
from usbkit.core.errors import Finding
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
