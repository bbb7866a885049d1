"""Untrusted files in the bounded process: the same answers as in our own, and one finding if it dies."""

from __future__ import annotations

import contextlib
import errno
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.site.plans import make_pdf
from tests.sources.media.making import Spec, make_video
from tests.support.cli import TOP
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import Text
from usbkit.sources import decoding
from usbkit.sources.attachments import pdf, pictures
from usbkit.sources.cache_format import findings_to_json
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


#: Bytes: what the process has loaded takes some 35 MB, and in a new environment as much again is free.
_LOADED = 80 * 2**20


@pytest.mark.needs("linux-sandbox")
@pytest.mark.parametrize("memory", [2**20, _LOADED, *(_LOADED + n * 2**20 for n in (16, 32, 48, 64))])
def test_a_file_that_takes_too_much_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int) -> None:
    """A photo in layers takes 64 MB for its picture, and then 48 MB in one piece: libjpeg says that it is damaged."""
    from PIL import Image

    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (4000, 4000), "teal").save(photo, progressive=True)
    process = BoundedProcess(decoding.__name__, replace(decoding.BOUNDS, memory=memory))
    monkeypatch.setattr(decoding, "_process", lambda: process)
    for kind in ("attachment", "shrink"):
        try:
            if kind == "shrink":
                assert decoding.shrink(photo)
            else:
                assert decoding.examine_attachment(photo, "photo") == ()
            assert memory > _LOADED
        except InputError as problem:
            (finding,) = problem.findings
            assert finding.id == "file-undecodable"
            assert finding.place is not None and finding.place.file == str(photo)
    process.close()


@pytest.mark.parametrize("reason", ["memory", "time", "crash", "content"])
def test_each_end_of_the_process_has_its_words(video: Path, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    from usbkit.workers.bounded import DecoderError

    class Ended:
        def ask(self, *_arguments: object, **_settings: object) -> bytes:
            raise DecoderError(reason, "detail")

    monkeypatch.setattr(decoding, "_process", Ended)
    with pytest.raises(InputError) as caught:
        decoding.shrink(video)
    assert str(caught.value.findings[0].what)


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EISDIR])
def test_a_file_that_the_process_says_is_not_there_is_not_opened_by_us(
    video: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A file that had taken the process over would else be decoded without bounds."""
    from usbkit.workers.bounded import ReportedError

    class Says:
        def ask(self, *_arguments: object, **_settings: object) -> bytes:
            raise ReportedError(number, "as it says")

    monkeypatch.setattr(decoding, "_process", Says)
    monkeypatch.setattr(decoding, "_HANDLED", {})
    with pytest.raises(OSError, match="as it says"):
        decoding.shrink(video)


_MEDIA = {
    "size": 1, "duration": 2, "container": "mp4", "video_codec": "h264", "audio_codec": None, "width": 3, "height": 4,
    "plays": True, "findings": [], "is_mendable": False,
}  # fmt: skip


def _diagnosis(**changes: object) -> bytes:
    return b"+[0, 0]\n" + json.dumps(_MEDIA | changes).encode()


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"+", b"-", b"x", b"-[]", b"-{}", b"-[{}]", b"-null", b"+[0, 0]\nnull", b"+[0]\n{}", b"+[0, 0]\n{}",
        b"+[" * 9999,
        _diagnosis(duration="long"), _diagnosis(size=-1), _diagnosis(width=True), _diagnosis(height=2**63),
        _diagnosis(video_codec=7), _diagnosis(plays="yes"), _diagnosis(findings=[{}]), _diagnosis(more=1),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_a_finding(video: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    _answer(monkeypatch, answer)
    with pytest.raises(InputError) as caught:
        decoding.diagnose(video)
    (finding,) = caught.value.findings
    assert finding.id == "file-undecodable"
    assert finding.place is not None and finding.place.file == str(video)


def test_an_answer_that_is_one_is_taken(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, _diagnosis())
    assert decoding.diagnose(video).media.duration == 2


def _finding(*, is_error: bool) -> bytes:
    return findings_to_json((Finding("media-damaged", Text("the video is damaged"), is_error=is_error),))


def _faulty(**changes: object) -> bytes:
    return _diagnosis(plays=False, findings=json.loads(_finding(is_error=True)), **changes)


@pytest.mark.parametrize(
    ("ask", "doubted", "believed"),
    [
        (decoding.diagnose, [b"-[]", _faulty()], [b"", b"+x", _diagnosis(), _faulty(is_mendable=True)]),
        (decoding.shrink, [b"+", b"-[]"], [b"+jpeg"]),
        (decoding.count_pages, [b"+0"], [b"+1", b"+many"]),
        (lambda path: decoding.read_pages(path, with_pictures=True), [b"+[]"], [b'+[[1, "a", null]]']),
        (
            lambda path: decoding.examine_attachment(path, "photo"),
            [b"-[]", b"+" + _finding(is_error=True)],
            [b"+[]", b"+x", b"+" + _finding(is_error=False)],
        ),
        (decoding.make_poster, [b"-[]"], [b"+jpeg"]),
    ],
)
def test_what_speaks_against_a_file_is_doubted(
    video: Path,
    monkeypatch: pytest.MonkeyPatch,
    ask: Callable[[Path], object],
    doubted: list[bytes],
    believed: list[bytes],
) -> None:
    seen: list[Callable[[bytes], bool]] = []

    class Notes:
        def ask(self, *_arguments: object, doubts: Callable[[bytes], bool]) -> bytes:
            seen.append(doubts)
            return b""

    monkeypatch.setattr(decoding, "_process", Notes)
    with pytest.raises(InputError):
        ask(video)
    assert [seen[0](answer) for answer in (*doubted, *believed)] == [True] * len(doubted) + [False] * len(believed)


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(
    ("name", "spec", "times"),
    [("whole.mp4", Spec(), 1), ("other.mov", Spec(format="mov"), 1), ("half.mkv", Spec(format="matroska"), 2)],
)
def test_what_can_be_mended_is_asked_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, spec: Spec, times: int
) -> None:
    """Nearly every telephone's video is a MOV, and reading one again takes as long as reading it."""
    asked: list[object] = []
    real = BoundedProcess._ask

    def count(self: BoundedProcess, *request: Any) -> bytes:
        asked.append(request)
        return real(self, *request)

    monkeypatch.setattr(BoundedProcess, "_ask", count)
    path = make_video(tmp_path / name, spec)
    if name.startswith("half"):
        path.write_bytes(path.read_bytes()[:300])
    with contextlib.suppress(InputError):
        decoding.diagnose(path)
    assert len(asked) == times


@pytest.mark.parametrize("answer", [b"+many", b"+" + b"9" * 5000, b"+"])
def test_a_count_that_is_none_is_a_finding(video: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    _answer(monkeypatch, answer)
    with pytest.raises(InputError, match=r"."):
        decoding.count_pages(video)


@pytest.mark.parametrize("answer", [b"+null", b"+[1]", b"+[[1, 2]]", b'+[[1, "a", "b"]]', b'+[[1, "a", 7]]'])
def test_pages_that_are_none_are_a_finding(video: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    _answer(monkeypatch, answer)
    with pytest.raises(InputError, match=r"."):
        decoding.read_pages(video, with_pictures=True)


def _answer(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    class Answers:
        def ask(self, *_arguments: object, **_settings: object) -> bytes:
            return answer

    monkeypatch.setattr(decoding, "_process", Answers)


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
from usbkit.core.errors import Finding, InputError
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
