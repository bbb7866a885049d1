"""Posters: the right picture, the right colours, the same bytes."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.sources.media.making import Spec, make_video
from usbkit.core.errors import InputError
from usbkit.sources.media import make_poster


def _open(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("size", [(320, 180), (1280, 720)], ids=["BT.601", "BT.709"])
def test_picture_is_the_one_that_ffmpeg_shows(tmp_path: Path, size: tuple[int, int]) -> None:
    spec = Spec(size=size, seconds=2, options={"preset": "ultrafast", "crf": "8"}, sound=None)
    path = make_video(tmp_path / "x.mp4", spec)
    other = tmp_path / "other.png"
    matrix = "bt709" if size[1] >= 720 else "smpte170m"
    scale = f"scale=in_color_matrix={matrix}:flags=bicubic+accurate_rnd+full_chroma_int"
    command = ["ffmpeg", "-v", "error", "-ss", "1.0", "-i", str(path), "-frames:v", "1", "-vf", scale, str(other)]
    subprocess.run(command, check=True)
    ours = _open(make_poster(path, 1000))
    theirs = Image.open(other).convert("RGB").resize(ours.size, Image.Resampling.BICUBIC)
    # Below 4 from scaling in another order; the other matrix makes it 17.
    assert max(ImageStat.Stat(ImageChops.difference(ours, theirs)).mean) < 5


def test_same_bytes_each_time(tmp_path: Path) -> None:
    path = make_video(tmp_path / "x.mp4", Spec())
    assert make_poster(path, 1500) == make_poster(path, 1500)
    assert make_poster(path) == make_poster(path)
    assert make_poster(path, 0) != make_poster(path, 1500)


def test_large_pictures_fit_and_turned_ones_stand_upright(tmp_path: Path) -> None:
    large = Spec(size=(1920, 800), seconds=1, rate=5, options={"preset": "ultrafast"})
    assert _open(make_poster(make_video(tmp_path / "large.mp4", large))).size == (960, 400)
    turned = Spec(size=(160, 96), rotation=90)
    assert _open(make_poster(make_video(tmp_path / "turned.mp4", turned))).size == (96, 160)


def test_moments_past_the_end_give_the_last_picture(tmp_path: Path) -> None:
    path = make_video(tmp_path / "x.mp4", Spec())
    assert make_poster(path, 10**7) == make_poster(path, 3900)


def test_a_video_that_does_not_decode(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"\0\0\0\x14ftypisom\0\0\2\0isom\0\0\0\x08moov")
    with pytest.raises(InputError) as raised:
        make_poster(path)
    assert raised.value.findings[0].id == "media-undecodable"
