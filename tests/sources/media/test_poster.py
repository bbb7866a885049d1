"""Posters: the right picture, the right colours, the same bytes."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import av
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


def test_sound_alone_has_no_picture(tmp_path: Path) -> None:
    for at_ms in (None, 1000):
        with pytest.raises(InputError) as raised:
            make_poster(make_video(tmp_path / "sound.mp4", Spec(codec=None)), at_ms)
        (finding,) = raised.value.findings
        assert (finding.id, str(finding.what)) == ("media-undecodable", "no picture can be taken from it: no frame")


def _make_plain(path: Path, greys: list[int], **options: str) -> Path:
    """A video of plain frames, ten a second."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast", **options})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for grey in greys:
            frame = av.VideoFrame(64, 48, "yuv420p")
            for plane, level in zip(frame.planes, (16 + grey * 219 // 255, 128, 128), strict=True):
                plane.update(bytes([level]) * plane.buffer_size)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_of_plain_pictures_only_one_of_them_is_taken(tmp_path: Path) -> None:
    path = _make_plain(tmp_path / "plain.mp4", [90] * 40)
    poster = _open(make_poster(path))
    assert ImageStat.Stat(poster.convert("L")).stddev[0] < 1
    assert abs(ImageStat.Stat(poster.convert("L")).mean[0] - 90) < 4


def test_the_work_for_a_video_without_key_frames_is_bounded(tmp_path: Path) -> None:
    """The last of six hundred frames stands for the moment that is further on."""
    path = _make_plain(tmp_path / "long.mp4", [20] * 600 + [220] * 100, g="10000", keyint_min="10000", sc_threshold="0")
    before = _open(make_poster(path, 50_000)).convert("L")
    assert abs(ImageStat.Stat(before).mean[0] - 20) < 8
    assert make_poster(path, 69_000) == make_poster(path, 61_000)


def test_pictures_with_finer_colours_are_shown_too(tmp_path: Path) -> None:
    path = make_video(tmp_path / "x.mp4", Spec(pixels="yuv444p"))
    like = make_video(tmp_path / "y.mp4", Spec())
    difference = ImageChops.difference(_open(make_poster(path, 1000)), _open(make_poster(like, 1000)))
    assert max(ImageStat.Stat(difference).mean) < 8
