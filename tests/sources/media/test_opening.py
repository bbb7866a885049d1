"""How PyAV is loaded, and what it may read and write."""

from __future__ import annotations

import errno
import os
import pkgutil
import sys
from pathlib import Path
from types import SimpleNamespace

import av
import av.error
import pytest
from av.container import OutputContainer

from tests.sources.media.making import Spec, make_video
from usbkit.sources.media import opening, probe
from usbkit.sources.media.poster import make_poster


def test_all_of_pyav_is_there_before_a_file_is(tmp_path: Path) -> None:
    opening.load_all_of_av()
    named = {module.name for module in pkgutil.walk_packages(av.__path__, "av.")}
    left_out = {name for name in named if name.startswith(("av.__main__", "av.datasets"))}
    assert left_out
    assert named - left_out <= set(sys.modules)


def test_other_processors_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def find() -> list[str]:
        asked.append("libavutil")
        return []

    monkeypatch.setattr(opening, "_find_libavutil", find)
    for machine, found in (("aarch64", []), ("x86_64", ["libavutil"]), ("AMD64", ["libavutil"] * 2)):
        monkeypatch.setattr("platform.machine", lambda machine=machine: machine)
        opening._hold_back_processor()
        assert asked == found


def test_a_system_that_does_not_say_what_is_loaded_names_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> str:
        raise FileNotFoundError(errno.ENOENT, "no such file")

    monkeypatch.setattr(Path, "read_text", refuse)
    assert opening._find_libavutil() == []


def test_what_is_no_kind_of_video_is_not_given_to_ffmpeg(tmp_path: Path) -> None:
    path = tmp_path / "list.mp4"
    path.write_text("ffconcat version 1.0\nfile other.mp4\n")
    with pytest.raises(ValueError, match="not a kind of video"), opening.open_media(path):
        pass


def test_a_flash_video_is_read_from_its_beginning(tmp_path: Path) -> None:
    """FFmpeg refuses to go back to where it is where the picture does not begin at 0."""
    late = Spec(format="flv", codec="flv", sound=None, muxer={}, times=tuple(range(200, 4000, 100)))
    path = make_video(tmp_path / "talk.flv", late)
    with opening.open_media(path) as container:
        with pytest.raises(av.error.PermissionError):
            container.seek(0)
        opening.go_to(container, 0)
        assert next(container.decode(video=0)).pts == 200
    found = probe(path)
    assert [f.id for f in found.findings if f.is_error] == ["media-container", "media-video-codec"]
    assert found.is_mendable
    assert make_poster(path, 0)[:2] == b"\xff\xd8"


def test_what_ffmpeg_cannot_do_elsewhere_is_said() -> None:
    def refuse(_moment: int) -> None:
        raise av.error.InvalidDataError(1, "invalid data")

    with pytest.raises(av.error.InvalidDataError):
        opening.go_to(SimpleNamespace(seek=refuse), 0)  # type: ignore[arg-type]


def _write_frames(path: Path, count: int = 1) -> None:
    with opening.make_mp4(path, movflags="+faststart") as container:
        _put_frames(container, count)


def _put_frames(container: OutputContainer, count: int) -> None:
    """Noise, so that the first frames fill FFmpeg's buffers."""
    stream = container.add_stream("libx264", rate=10, options={"crf": "1", "preset": "ultrafast"})
    stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
    for _index in range(count):
        frame = av.VideoFrame(320, 240, "yuv420p")
        for plane in frame.planes:
            plane.update(os.urandom(plane.buffer_size))
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("count", [1, 40])
def test_a_full_disk_is_said_as_such_and_not_as_ffmpegs_error(count: int) -> None:
    with pytest.raises(OSError) as caught:
        _write_frames(Path("/dev/full"), count)
    assert (type(caught.value), caught.value.errno) == (OSError, errno.ENOSPC)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_what_ffmpeg_makes_of_a_full_disk_is_the_disks_error_too() -> None:
    with pytest.raises(OSError) as caught, opening.make_mp4(Path("/dev/full"), movflags="+faststart") as container:
        try:
            _put_frames(container, 40)
        except OSError:
            raise av.error.InvalidDataError(1, "invalid data") from None
    assert (type(caught.value), caught.value.errno) == (OSError, errno.ENOSPC)


def test_an_error_of_ffmpegs_own_stays_one(tmp_path: Path) -> None:
    _write_frames(tmp_path / "good.mp4")
    assert (tmp_path / "good.mp4").read_bytes()[4:8] == b"ftyp"
    with pytest.raises(av.error.InvalidDataError), opening.make_mp4(tmp_path / "a.mp4"):
        raise av.error.InvalidDataError(1, "invalid data")
