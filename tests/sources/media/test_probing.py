"""Exact figures, judged by ffprobe; and what importing costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources.media.making import Spec, make_video
from usbkit.sources.media import probe


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(
    "spec",
    [
        Spec(),
        Spec(seconds=3.3, rate=30, sound=None),
        Spec(seconds=2, sound_seconds=4.5),
        Spec(seconds=2, sound="libmp3lame", muxer={}),
        Spec(muxer={"movflags": "+frag_keyframe+empty_moov"}),
    ],
    ids=["plain", "no-sound", "longer-sound", "mp3", "fragments"],
)
def test_figures_are_those_of_ffprobe(tmp_path: Path, spec: Spec) -> None:
    path = make_video(tmp_path / "x.mp4", spec)
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    picture = next(s for s in said["streams"] if s["codec_type"] == "video")
    media = probe(path)
    # MP4 headers count milliseconds; versions of FFmpeg round a third of a frame either way.
    assert abs(media.duration - float(said["format"]["duration"]) * 1000) <= 1
    assert media.size == int(said["format"]["size"])
    assert (media.width, media.height, media.video_codec) == (160, 96, picture["codec_name"])
    assert media.plays


def test_pyav_is_imported_only_when_a_file_is_opened() -> None:
    modules = "usbkit.sources.media, usbkit.sources.subtitles, usbkit.sources.library"
    code = f"import sys, {modules}; print('av' in sys.modules, 'PIL' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout.split() == ["False", "False"]


def test_a_playlist_is_never_followed(tmp_path: Path) -> None:
    """A playlist can name other files and addresses; it must not get as far as FFmpeg, whatever its name."""
    from usbkit.core.errors import InputError

    secret = make_video(tmp_path / "secret.ts", Spec(format="mpegts", muxer={}))
    path = tmp_path / "x.mp4"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(InputError) as raised:
        probe(path)
    assert raised.value.findings[0].id == "media-not-a-video"
