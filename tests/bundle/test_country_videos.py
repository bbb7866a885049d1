"""A country with smaller videos: made once, found again, verified by digest, never made silently."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.transcode.clips import make_clip, make_long_clip
from tests.sources.transcode.test_making import streams
from tests.support.cli import Done, usbkit
from usbkit.core.nominal_size import held_at_least

pytestmark = pytest.mark.needs("ffmpeg")

Run = Callable[..., Done]


@pytest.fixture
def desk(demo: Path, tmp_path: Path) -> Path:
    """The demo's manifests and library, to be changed; one of its videos is a heavy one."""
    for name in ("manifests", "library"):
        shutil.copytree(demo / name, tmp_path / name)
    make_long_clip(tmp_path, 70, "640x360").replace(tmp_path / "library/videos/id-cards.mp4")
    return tmp_path


@pytest.fixture
def run(desk: Path) -> Run:
    return lambda *words: usbkit("--cache", desk / "cache", "--manifests", desk / "manifests", *words, cwd=desk)


def ask(desk: Path, **wishes: str) -> None:
    """Write ``wishes`` into Guatemala's manifest, as TOML values."""
    manifest = next(desk.glob("manifests/*/guatemala.toml"))
    lines = [x for x in manifest.read_text().splitlines() if x.split(" =")[0] not in wishes]
    at = next(n for n, line in enumerate(lines) if line.startswith("label"))
    lines[at:at] = [f"{name} = {value}" for name, value in wishes.items()]
    manifest.write_text("\n".join(lines) + "\n")


def transcodes(desk: Path) -> list[Path]:
    return sorted((desk / "cache/transcodes").glob("*.mp4"))


def built(done: Done) -> dict[str, Any]:
    (bundle,) = json.loads(done.expect(0).out)["bundles"]
    return dict(bundle)


def test_a_height_is_made_once_and_found_again(desk: Path, run: Run) -> None:
    ask(desk, quality='"180p"')
    first = built(run("build", "guatemala", "--json"))
    made = transcodes(desk)
    stamps = [p.stat().st_mtime_ns for p in made]
    folder = Path(first["folder"]) if Path(first["folder"]).is_absolute() else desk / first["folder"]
    (video,) = folder.glob("videos/*id-cards.mp4")
    assert streams(video)["video"]["height"] == 180
    assert video.read_bytes() in [p.read_bytes() for p in made]
    assert built(run("build", "guatemala", "--json"))["fingerprint"] == first["fingerprint"]
    assert [p.stat().st_mtime_ns for p in transcodes(desk)] == stamps


def test_check_says_what_will_be_made_and_makes_nothing(desk: Path, run: Run) -> None:
    ask(desk, quality='"180p"')
    said = run("check", "guatemala", "-v").expect(0)
    assert "videos are made smaller, to 180p" in said.out
    assert transcodes(desk) == []


def test_a_source_that_would_not_play_is_ready_when_it_is_made_again_anyway(desk: Path, run: Run) -> None:
    clip = make_clip(desk, "hevc.mp4", 70)
    clip.replace(desk / "library/videos/id-cards.mp4")
    assert "usbkit mend" in run("check", "guatemala").expect(1).out
    ask(desk, quality='"180p"')
    run("check", "guatemala").expect(0)


def test_only_who_builds_may_spend_hours(desk: Path, run: Run) -> None:
    ask(desk, quality='"180p"')
    refused = run("build", "guatemala", "--dry-run").expect(2)
    assert "still to be made smaller" in refused.err
    assert "usbkit build guatemala" in refused.err
    assert transcodes(desk) == []


def test_a_damaged_transcode_is_noticed_and_made_again(desk: Path, run: Run) -> None:
    ask(desk, quality='"180p"')
    first = built(run("build", "guatemala", "--json"))
    victim = max(transcodes(desk), key=lambda p: p.stat().st_size)
    whole = victim.read_bytes()
    victim.write_bytes(whole[:5000] + b"\xff" + whole[5001:])
    second = run("build", "guatemala", "--json")
    assert "was damaged and is made again" in second.err
    assert built(second)["fingerprint"] == first["fingerprint"]
    assert victim.read_bytes() == whole


def test_other_mistakes_are_said_before_hours_of_work(desk: Path, run: Run) -> None:
    ask(desk, quality='"180p"')
    next(desk.glob("library/subtitles/opening.es.srt")).unlink()
    assert "opening.es.srt" in run("build", "guatemala").expect(2).err
    assert transcodes(desk) == []


def test_what_fits_is_decided_for_sticks_that_hold_less_than_they_say(desk: Path, run: Run) -> None:
    heavy = desk / "library/videos/id-cards.mp4"
    for name in ("opening", "elections", "promotion"):
        heavy.with_name(f"{name}.mp4").write_bytes(heavy.read_bytes())
    ask(desk, quality='"fit 128MB"', minimum_size='"128MB"')
    assert "made smaller" in run("check", "guatemala", "-v").expect(0).out
    run("build", "guatemala").expect(0)
    held = held_at_least(128 * 10**6) // 512 * 512
    run("image", "guatemala", "-o", desk / "small.img", "--size", f"{held}B").expect(0)
    run("verify", desk / "small.img").expect(0)
    assert (desk / "small.img").stat().st_size == held


def test_what_cannot_fit_is_refused(desk: Path, run: Run) -> None:
    ask(desk, quality='"fit 20MB"')
    refused = run("build", "guatemala").expect(2)
    assert "quality" in refused.err
    assert "even at 240p" in refused.err


def test_one_track_a_language_goes_inside() -> None:
    from tests.site.plans import make_track
    from tests.support.plans import country, recording
    from usbkit.bundle.country_videos import _words
    from usbkit.manifest.models import Recording
    from usbkit.sources.inventory import Inventory

    tables = {"subtitles": {"es": "es.srt"}, "captions": {"es": "es.sdh.srt", "en": "en.sdh.srt"}}
    it = Recording.model_validate(recording("id-cards", **tables))
    tracks = {"es.srt": make_track("es", 2), "es.sdh.srt": make_track("es", 3), "en.sdh.srt": make_track("en", 4)}
    found = _words(it, country(), Inventory({}, {}, tracks, {}))
    assert [(w.language, len(w.cues)) for w in found] == [("spa", 2), ("eng", 4)]


def test_soft_subtitles_are_inside_and_the_picture_is_the_sources(desk: Path, run: Run) -> None:
    ask(desk, soft_subtitles="true")
    run("build", "guatemala", "-o", desk / "out").expect(0)
    (video,) = (desk / "out/guatemala/videos").glob("*opening.mp4")
    found = streams(video)
    assert found["subtitle"]["codec_name"] == "mov_text"
    assert found["subtitle"]["tags"]["language"] in ("spa", "eng", "kor")
    assert found["video"]["nb_read_packets"] == streams(desk / "library/videos/opening.mp4")["video"]["nb_read_packets"]
