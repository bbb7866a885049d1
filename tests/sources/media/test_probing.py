"""Exact figures, judged by ffprobe; and the cost of importing."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import pytest

import usbkit.sources.media
from tests.sources.media.making import Spec, make_video
from usbkit.core.errors import InputError
from usbkit.sources.media.opening import open_media
from usbkit.sources.media.poster import make_poster
from usbkit.sources.media.probing import probe
from usbkit.sources.media.sampling import _decode as decode


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


def test_a_recording_without_a_length_is_named_and_can_be_mended(tmp_path: Path) -> None:
    """As browsers and cut-off recorders write Matroska: neither the file nor its streams say how long they are."""
    path = make_video(tmp_path / "live.mkv", Spec(format="matroska", muxer={"live": "1"}))
    media = probe(path)
    assert (media.duration, media.is_mendable) == (0, True)
    assert {"media-container", "media-no-length"} == {f.id for f in media.findings}


@pytest.mark.parametrize("flags", ["", "+faststart", "+frag_keyframe+empty_moov"])
def test_two_videos_joined_by_their_bytes_are_no_video(tmp_path: Path, flags: str) -> None:
    path = make_video(tmp_path / "both.mp4", Spec(seconds=1, muxer={"movflags": flags} if flags else {}))
    assert probe(path).plays
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(InputError) as caught:
        probe(path)
    (finding,) = caught.value.findings
    assert (finding.id, "2 videos were joined" in str(finding.what)) == ("media-joined", True)


def test_nothing_else_is_found_in_the_package() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        usbkit.sources.media.nothing  # noqa: B018


def test_pyav_is_imported_only_when_a_file_is_opened() -> None:
    modules = "usbkit.sources.media, usbkit.sources.subtitles, usbkit.sources.library"
    code = f"import sys, {modules}; print('av' in sys.modules, 'PIL' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout.split() == ["False", "False"]


#: What names another file or an address, in the forms that FFmpeg follows where it is left to guess.
LISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{file}\n#EXT-X-ENDLIST\n",
    "hls behind a byte order mark": "\ufeff#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{file}\n#EXT-X-ENDLIST\n",
    "hls behind lines": "\n\n#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{file}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile {file}\n",
    "concat of an address": "ffconcat version 1.0\nfile http://127.0.0.1:9/x.ts\n",
    "dash": '<?xml version="1.0"?><MPD><Period><BaseURL>{file}</BaseURL></Period></MPD>',
    "smil": '<smil><body><video src="{file}"/></body></smil>',
    "asx": '<asx version="3.0"><entry><ref href="{file}"/></entry></asx>',
    "session description": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 49170 RTP/AVP 96\n",
}


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video that another file names."""
    return make_video(tmp_path_factory.mktemp("secret") / "secret.ts", Spec(format="mpegts", muxer={}))


@pytest.mark.parametrize("form", LISTS)
def test_what_names_other_files_is_never_followed(tmp_path: Path, secret: Path, form: str) -> None:
    """It must not get as far as FFmpeg, whatever its name: followed, it would be as good a video as what it names."""

    path = tmp_path / "x.mp4"
    path.write_text(LISTS[form].format(file=secret))
    with pytest.raises(InputError) as raised:
        probe(path)
    assert raised.value.findings[0].id == "media-not-a-video"


def test_a_disk_that_refuses_is_not_called_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_video(tmp_path / "x.mp4", Spec())
    assert probe(path).plays

    def refuse(_path: Path) -> None:
        raise OSError(errno.EIO, "the disk is worn")

    monkeypatch.setattr("usbkit.sources.media.probing.open_media", refuse)
    with pytest.raises(InputError) as raised:
        probe(path)
    (finding,) = raised.value.findings
    assert (finding.id, str(finding.what)) == ("media-unreadable", "the file cannot be read: the disk is worn")


def test_a_lack_of_memory_is_not_called_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyAV's own error of it is one of FFmpeg's too, as those of a damaged file are."""
    path = make_video(tmp_path / "x.mp4", Spec())

    def lack(*_arguments: object) -> None:
        raise av.error.MemoryError(errno.ENOMEM, "Cannot allocate memory")

    for where in ("probing.open_media", "sampling.go_to", "poster.open_media"):
        with monkeypatch.context() as patched, pytest.raises(MemoryError):
            patched.setattr(f"usbkit.sources.media.{where}", lack)
            make_poster(path) if where.startswith("poster") else probe(path)
    with open_media(path) as container, pytest.raises(MemoryError):
        decode(_Packets(container, lack), container.streams.video[0], 0, 1)  # type: ignore[arg-type]


class _Packets:
    """A container none of whose packets decodes."""

    def __init__(self, container: Any, decode: Callable[[], None]) -> None:
        self._container, self._decode = container, decode
        self.seek = container.seek

    def demux(self, stream: object) -> Iterator[Any]:
        for packet in self._container.demux(stream):
            yield SimpleNamespace(size=packet.size, is_discard=packet.is_discard, decode=self._decode)
