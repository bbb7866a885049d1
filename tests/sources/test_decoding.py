"""A stranger's files, opened in the bounded process: the same answers as in our own, and one finding where it ends."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.site.plans import make_pdf
from tests.sources.media.making import Spec, make_video
from tests.support.cli import TOP
from usbkit.core.errors import InputError
from usbkit.sources import decoding
from usbkit.sources.attachments import pdf, pictures
from usbkit.sources.media import poster, probing
from usbkit.workers.bounded import BoundedProcess


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("video") / "talk.mp4", Spec())


def test_a_video_is_what_our_own_process_says(video: Path) -> None:
    assert decoding.diagnose(video) == probing.diagnose(video)
    assert decoding.probe(video) == probing.probe(video)
    assert decoding.make_poster(video) == poster.make_poster(video)
    assert decoding.make_poster(video, 0) == poster.make_poster(video, 0)


def test_slides_and_photos_are_what_our_own_process_makes(tmp_path: Path) -> None:
    from PIL import Image

    deck, photo = tmp_path / "deck.pdf", tmp_path / "photo.jpg"
    deck.write_bytes(make_pdf(["one", "two"]))
    Image.new("RGB", (2000, 1000), "teal").save(photo)
    assert decoding.count_pages(deck) == 2
    assert decoding.read_pages(deck, with_pictures=True) == tuple(pdf.read_pages(deck, True))
    assert decoding.shrink(photo) == pictures.shrink(photo)
    assert decoding.examine_attachment(photo, "photo") == ()


def test_what_is_wrong_with_a_file_comes_back_as_its_findings(tmp_path: Path) -> None:
    text = tmp_path / "talk.mp4"
    text.write_bytes(b"%PDF-1.4 and so on")
    with pytest.raises(InputError) as caught:
        decoding.probe(text)
    assert caught.value.findings[0].id == "media-not-a-video"
    assert caught.value.findings[0].place is not None and caught.value.findings[0].place.file == str(text)
    with pytest.raises(InputError) as caught:
        decoding.probe(tmp_path / "none.mp4")
    assert caught.value.findings[0].id == "media-missing"
    with pytest.raises(InputError) as caught:
        decoding.probe(tmp_path)
    assert caught.value.findings[0].id == "media-folder"


def test_a_file_that_takes_too_much_is_named(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = BoundedProcess(decoding.__name__, replace(decoding.BOUNDS, memory=2**20))
    monkeypatch.setattr(decoding, "_process", lambda: process)
    with pytest.raises(InputError) as caught:
        decoding.probe(video)
    finding = caught.value.findings[0]
    assert finding.id == "file-undecodable"
    assert finding.place is not None and finding.place.file == str(video)
    process.close()


@pytest.mark.parametrize("reason", ["memory", "time", "crash", "content"])
def test_each_end_of_the_process_has_its_words(video: Path, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    from usbkit.workers.bounded import DecoderError

    class Ended:
        def ask(self, *_arguments: object) -> bytes:
            raise DecoderError(reason, "detail")

    monkeypatch.setattr(decoding, "_process", Ended)
    with pytest.raises(InputError) as caught:
        decoding.shrink(video)
    assert str(caught.value.findings[0].what)


#: An SDP text that begins as a transport stream does: FFmpeg's own guess would open the sockets that it names.
SDP = (
    b"v=0\nG" + b"a" * 191 + b"G\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    b"m=video 49170 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
)


def test_addresses_in_disguise_are_not_followed(tmp_path: Path) -> None:
    """Also in our own process, where no filter stands before the network: the audit hook sees every socket."""
    path = tmp_path / "sdp.mp4"
    path.write_bytes(SDP)
    code = f"""
import sys
from pathlib import Path
from usbkit.core.errors import InputError
from usbkit.sources.media.probing import diagnose
before = Path('/proc/net/udp').read_text() if Path('/proc/net/udp').exists() else ''
try:
    diagnose(Path({str(path)!r}))
except InputError as problem:
    print(problem.findings[0].id)
"""
    done = subprocess.run(
        ["strace", "-f", "-e", "trace=network", sys.executable, "-c", code]
        if _has_strace()
        else [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=TOP,
    )
    assert done.stdout.strip() in ("media-unreadable", "media-no-video")
    assert "AF_INET" not in done.stderr


def _has_strace() -> bool:
    import shutil

    return shutil.which("strace") is not None
