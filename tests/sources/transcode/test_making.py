"""Transcodes of clips by others, judged by ffprobe and ffmpeg; pieces survive a kill."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.sources.media.corpus import of_two_sizes
from tests.sources.media.making import Spec
from tests.sources.media.making import make_video as make_spec
from tests.sources.transcode.clips import KINDS, make_clip, make_long_clip
from tests.support.cli import TOP
from usbkit.core.errors import BrokenOffError, InputError
from usbkit.core.progress import Silence
from usbkit.sources.media import probe
from usbkit.sources.transcode.joining import SoftSubtitles
from usbkit.sources.transcode.making import TranscodeJob, make_sample, make_video
from usbkit.sources.transcode.recipe import COPY, Recipe, recipe_for_height

pytestmark = pytest.mark.needs("ffmpeg")


def streams(path: Path) -> dict[str, dict[str, Any]]:
    """What ffprobe says of each stream, by its kind."""
    command = ["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", str(path)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {s["codec_type"]: s for s in found["streams"]}


def complaints(path: Path) -> str:
    """What ffmpeg says against a file while it decodes all of it."""
    command = ["ffmpeg", "-v", "warning", "-xerror", "-i", str(path), "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def likeness(one: Path, other: Path, *, change: str = "null") -> float:
    """The structural similarity of two pictures, 1 being the same; ``other`` goes through the filter ``change``."""
    graph = f"[1:v]{change}[r];[0:v][r]ssim"
    command = ["ffmpeg", "-i", str(one), "-i", str(other), "-lavfi", graph, "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return float(said.rpartition("All:")[2].split()[0])


def make(source: Path, folder: Path, recipe: Recipe, words: tuple[SoftSubtitles, ...] = ()) -> Path:
    folder.mkdir(exist_ok=True)
    return make_video(TranscodeJob(source.name, source, recipe, folder, words), Silence())


@pytest.mark.parametrize("name", KINDS)
def test_foreign_clips_become_what_browsers_play(name: str, tmp_path: Path) -> None:
    source = make_clip(tmp_path, name)
    made = make(source, tmp_path / "work", recipe_for_height(180))
    found = streams(made)
    video = found["video"]
    assert (video["codec_name"], video["pix_fmt"], video["field_order"]) == ("h264", "yuv420p", "progressive")
    assert min(video["width"], video["height"]) == 180
    assert video["width"] % 2 == video["height"] % 2 == 0
    assert video.get("sample_aspect_ratio", "1:1") in ("1:1", "N/A")
    assert Fraction(video["avg_frame_rate"]) == Fraction(video["r_frame_rate"]) <= 30
    assert ("audio" in found) == (name != "silent.mp4")
    if "audio" in found:
        assert found["audio"]["codec_name"] == "aac"
        assert found["audio"]["channels"] == (2 if name == "surround.mkv" else 1)
        assert float(found["audio"]["duration"]) == pytest.approx(6.0, abs=0.1)
    assert float(video["duration"]) == pytest.approx(6.0, abs=0.3)
    assert complaints(made) == ""
    assert probe(made).plays
    assert made.stat().st_size <= recipe_for_height(180).bound(6300)


def test_the_picture_is_the_sources_throughout_all_pieces(tmp_path: Path) -> None:
    source = make_long_clip(tmp_path, 125)
    made = make(source, tmp_path / "work", Recipe(crf=16, picture_rate=8_000_000))
    assert streams(made)["video"]["nb_read_packets"] == str(125 * 25)
    assert likeness(made, source) > 0.97
    packets = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=dts,pts", "-of", "csv=p=0"]
    lines = subprocess.run([*packets, str(made)], check=True, capture_output=True, text=True).stdout.split()
    times = [tuple(map(int, line.strip(",").split(",")[:2])) for line in lines]
    assert all(dts <= pts for pts, dts in times)
    assert [dts for _pts, dts in times] == sorted({dts for _pts, dts in times})


def test_what_is_right_is_copied(tmp_path: Path) -> None:
    source = make_long_clip(tmp_path, 8)
    made = make(source, tmp_path / "work", COPY)
    dump = ["-f", "streamhash", "-hash", "sha256", "-c", "copy", "-"]
    hashes = [
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(p), *dump], check=True, capture_output=True).stdout
        for p in (source, made)
    ]
    assert hashes[0] == hashes[1]


def test_sound_and_picture_stay_together(tmp_path: Path) -> None:
    """The picture begins 0.7 s late: it is held until then, and the sound does not move."""
    plain = make_clip(tmp_path, "hevc.mp4")
    late = tmp_path / "late.mkv"
    order = ["-itsoffset", "0.7", "-i", str(plain), "-i", str(plain), "-map", "0:v", "-map", "1:a", "-c", "copy"]
    subprocess.run(["ffmpeg", "-v", "error", *order, str(late)], check=True)
    found = streams(make(late, tmp_path / "work", recipe_for_height(180)))
    assert float(found["video"]["start_time"]) == pytest.approx(0.0, abs=0.001)
    assert float(found["video"]["duration"]) == pytest.approx(6.7, abs=0.1)
    assert float(found["audio"]["duration"]) == pytest.approx(6.0, abs=0.1)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pictures_come_out_upright(turn: int, tmp_path: Path) -> None:
    source = make_spec(tmp_path / "turned.mp4", Spec(rotation=turn, size=(320, 180)))
    made = make(source, tmp_path / "work", Recipe(crf=10, picture_rate=8_000_000))
    upright = tmp_path / "upright.mp4"  # ffmpeg turns it by itself
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(source), "-c:v", "libx264", "-qp", "0", str(upright)], check=True
    )
    found, wanted = streams(made)["video"], streams(upright)["video"]
    assert (found["width"], found["height"]) == (wanted["width"], wanted["height"])
    assert likeness(made, upright) > 0.97


def test_soft_subtitles_are_inside(tmp_path: Path) -> None:
    source = make_long_clip(tmp_path, 8)
    cues = ((1000, 2500, "Hola, señor"), (3000, 4000, "Adiós\n¿Dos líneas?"))
    made = make(
        source,
        tmp_path / "work",
        COPY,
        (SoftSubtitles("spa", cues), SoftSubtitles("kor", ((500, 900, "안녕하십니까"),))),
    )
    texts = []
    for number in (0, 1):
        srt = ["ffmpeg", "-v", "error", "-i", str(made), "-map", f"0:s:{number}", "-f", "srt", "-"]
        texts.append(subprocess.run(srt, check=True, capture_output=True, text=True).stdout)
    assert "00:00:01,000 --> 00:00:02,500\nHola, señor" in texts[0]
    assert "00:00:03,000 --> 00:00:04,000\nAdiós\n¿Dos líneas?" in texts[0]
    assert "00:00:00,500 --> 00:00:00,900\n안녕하십니까" in texts[1]
    assert probe(made).plays


def test_a_damaged_source_is_not_made_into_something_whole(tmp_path: Path) -> None:
    source = make_long_clip(tmp_path, 70)
    data = bytearray(source.read_bytes())
    half = len(data) // 2
    data[half : half + 400_000] = bytes(400_000)
    source.write_bytes(data)
    with pytest.raises((InputError, BrokenOffError)) as raised:
        make(source, tmp_path / "work", recipe_for_height(144))
    assert raised.value.findings[0].id == "transcode-failed"
    assert not (tmp_path / "work" / "joined.mp4").exists()


_ONE = """
import sys
from pathlib import Path
import itertools, os, signal
from usbkit.core.progress import Silence
from usbkit.sources.transcode.making import TranscodeJob, make_sample, make_video
from usbkit.sources.transcode.recipe import recipe_for_height

class Struck(Silence):
    told = itertools.count(1)
    def advance(self, key, amount):
        if next(self.told) == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)

progress = Struck()
make_video(TranscodeJob("x", Path(sys.argv[1]), recipe_for_height(144), Path(sys.argv[2])), progress)
print(next(progress.told))
"""


def test_a_killed_run_is_gone_on_with_and_ends_in_the_same_bytes(tmp_path: Path) -> None:
    source = make_long_clip(tmp_path, 150)
    command = [sys.executable, "-c", _ONE, str(source)]
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    for folder in (undisturbed, disturbed):
        folder.mkdir()
    told = int(subprocess.run([*command, str(undisturbed), "0"], check=True, cwd=TOP, capture_output=True).stdout)
    chance, killed = random.Random(7), 0
    for _kill in range(10):
        words = [*command, str(disturbed), str(chance.randint(1, told))]
        done = subprocess.run(words, cwd=TOP, check=False, capture_output=True)
        killed += done.returncode == -signal.SIGKILL
    assert killed >= 3
    subprocess.run([*command, str(disturbed), "0"], check=True, cwd=TOP, capture_output=True)
    digests = {hashlib.sha256((f / "joined.mp4").read_bytes()).hexdigest() for f in (undisturbed, disturbed)}
    assert len(digests) == 1


def test_a_full_disk_is_our_trouble_and_not_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    source = make_long_clip(tmp_path, 8)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr(os, "fsync", lambda _fd: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        make(source, work, recipe_for_height(144))
    assert not list(work.glob("*.mp4"))


def grey(path: Path, level: float, curve: str = "smpte2084") -> Path:
    """A still of HDR: ``level`` is the signal, of 1."""
    colours = f"color_primaries=bt2020:color_trc={curve}:colorspace=bt2020nc"
    value = round(64 + 876 * level)
    picture = f"color=c=gray:size=64x64:rate=25:duration=1,format=yuv420p10le,lutyuv=y={value},setparams={colours}"
    parameters = f"log-level=error:qp=0:colorprim=bt2020:transfer={curve}:colormatrix=bt2020nc"
    encode = ["-c:v", "libx265", "-x265-params", parameters]
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, *encode, str(path)], check=True)
    return path


def brightness(path: Path) -> float:
    """The mean of a picture's Y, of 1."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout[: 64 * 64]
    return (sum(data) / len(data) - 16) / 219


@pytest.mark.parametrize("level", [0.3, 0.4, 0.5, 0.58, 0.75])
def test_hdr_is_as_bright_as_its_standard_says(level: float, tmp_path: Path) -> None:
    """SMPTE ST 2084's light, shown where 203 cd/m² are white (ITU-R BT.2408) on a screen of ITU-R BT.1886."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    root = level ** (1 / m2)
    light = 10_000 * (max(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    wanted = min(1.0, light / 203) ** (1 / 2.4)
    made = make(grey(tmp_path / "pq.mp4", level), tmp_path / "work", Recipe(crf=1, picture_rate=50_000_000))
    assert brightness(made) == pytest.approx(wanted, abs=0.03)
    video = streams(made)["video"]
    assert (video["color_transfer"], video["color_primaries"], video["color_space"]) == ("bt709", "bt709", "bt709")


def test_hlg_comes_out_as_an_ordinary_picture(tmp_path: Path) -> None:
    source = grey(tmp_path / "hlg.mp4", 0.5, "arib-std-b67")
    made = make(source, tmp_path / "work", Recipe(crf=1, picture_rate=50_000_000))
    assert streams(made)["video"]["color_transfer"] == "bt709"
    assert 0.3 < brightness(made) < 0.9


def test_a_picture_that_changes_its_size_comes_out_in_one(tmp_path: Path) -> None:
    source = tmp_path / "sizes.mp4"
    of_two_sizes(source)
    made = make(source, tmp_path / "work", Recipe())
    assert complaints(made) == ""
    assert probe(made).findings[0].id == "media-no-sound"
    assert float(streams(made)["video"]["duration"]) == pytest.approx(8.0, abs=0.2)
    wanted = tmp_path / "ffmpeg.mp4"  # ffmpeg scales to the first size too
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(source), "-c:v", "libx264", "-qp", "0", str(wanted)], check=True)
    assert likeness(made, wanted) > 0.95


def test_a_sample_says_what_part_of_the_picture_it_was(tmp_path: Path) -> None:
    source = make_long_clip(tmp_path, 20)
    assert make_sample(source, tmp_path / "sample", Recipe(), 2) == pytest.approx(0.1)
    assert streams(tmp_path / "sample/piece-00000.mp4")["video"]["nb_read_packets"] == "50"
    short = make_spec(tmp_path / "short.mp4", Spec(seconds=1))
    assert make_sample(short, tmp_path / "all", Recipe(), 2) == 1.0
