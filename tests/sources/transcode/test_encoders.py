"""Untrusted videos are decoded and encoded in bounded processes: the same bytes, and one error if one dies."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import uuid
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.sources.transcode.clips import make_clip, make_long_clip
from tests.support.cli import TOP
from usbkit.core.errors import InputError
from usbkit.core.progress import Silence
from usbkit.sources import decoding
from usbkit.sources.media import opening
from usbkit.sources.media.facts import AudioFacts
from usbkit.sources.transcode import making
from usbkit.sources.transcode.encoders import Encoders, bounds_for
from usbkit.sources.transcode.joining import SoftSubtitles, Streams, join
from usbkit.sources.transcode.looking import LONGEST, Look, look, require_length
from usbkit.sources.transcode.making import TranscodeJob, make_video
from usbkit.sources.transcode.picture import Shape
from usbkit.sources.transcode.pieces import Piece, encode_piece, plan_pieces
from usbkit.sources.transcode.recipe import COPY, Recipe, recipe_for_height
from usbkit.sources.transcode.sound import encode_sound
from usbkit.workers.bounds import Bounds

pytestmark = pytest.mark.needs("ffmpeg")

WORDS = (SoftSubtitles("spa", ((0, 900, "Uno"), (1200, 2000, "Dos"))),)
SOUND = AudioFacts("aac", "LC", 48_000, 2, 0, 1000)
LOOK = Look(1000, SOUND, 96_000, Shape(320, 180, Fraction(30_000, 1001), 30, 90, True))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip"), "surround.mkv")


def make_here(source: Path, folder: Path, recipe: Recipe) -> Path:
    """As `make_video`, in this process and by paths."""
    folder.mkdir()
    found = look(source, recipe)
    assert found.shape is not None and found.audio is not None
    pieces = tuple(plan_pieces(found.shape))
    for piece in pieces:
        encode_piece(source, folder / piece.name, piece, found.shape, recipe)
    encode_sound(source, folder / "sound.mp4", found.audio, recipe)
    places = tuple(folder / piece.name for piece in pieces)
    join(Streams(source, pieces, places, folder / "sound.mp4", WORDS), folder / "joined.mp4")
    return folder / "joined.mp4"


def test_the_bytes_are_those_that_our_own_process_makes(clip: Path, tmp_path: Path) -> None:
    recipe, folder = recipe_for_height(144), tmp_path / "there"
    folder.mkdir()
    made = make_video(TranscodeJob("x", clip, recipe, folder, WORDS), Silence())
    here = make_here(clip, tmp_path / "here", recipe)
    for name in ("piece-00000.mp4", "sound.mp4", "joined.mp4"):
        assert (made.parent / name).read_bytes() == (here.parent / name).read_bytes(), name


@pytest.mark.parametrize("recipe", [COPY, recipe_for_height(144)], ids=["copied", "encoded"])
def test_our_own_process_reads_no_video(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: Recipe
) -> None:
    def refuse(*_arguments: object, **_named: object) -> object:
        raise AssertionError("FFmpeg in our own process")

    for module in (opening, *(m for name, m in sys.modules.items() if name.startswith("usbkit.sources."))):
        for name in ("load_av", "open_media", "make_mp4"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, refuse)
    folder = tmp_path / "work"
    folder.mkdir()
    source = clip if not recipe.copy_sound else make_long_clip(tmp_path, 3)
    assert make_video(TranscodeJob("x", source, recipe, folder), Silence()).stat().st_size


def make_bounded(monkeypatch: pytest.MonkeyPatch, clip: Path, folder: Path, **bound: int) -> str:
    """What is said where the encoders have one bound that is too small for the clip."""
    monkeypatch.setattr(making, "bounds_for", lambda *given: replace(bounds_for(*given), **bound))
    folder.mkdir()
    with pytest.raises(InputError) as caught:
        make_video(TranscodeJob("x", clip, recipe_for_height(144), folder), Silence())
    (finding,) = caught.value.findings
    assert (finding.id, finding.place and finding.place.file) == ("file-undecodable", str(clip))
    assert not list(folder.glob("*.mp4"))
    assert not list(folder.glob(".new-*"))
    return str(finding.what)


@pytest.mark.needs("linux-sandbox")
@pytest.mark.parametrize(
    ("bound", "said"),
    [
        ({"memory": 2**20}, "of memory|ended by it"),
        ({"file": 1000}, "grows beyond"),
        ({"patience": 0}, "seconds of work"),
    ],
)
def test_one_that_takes_too_much_is_named(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: dict[str, int], said: str
) -> None:
    assert re.search(said, make_bounded(monkeypatch, clip, tmp_path / "work", **bound))


@pytest.mark.needs("linux-sandbox")
def test_one_that_spins_is_ended_by_its_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_long_clip(tmp_path, 300)
    assert "more than 1 second of work" in make_bounded(monkeypatch, source, tmp_path / "work", seconds=1)


def test_the_bounds_grow_with_the_video_and_what_is_made_of_it() -> None:
    recipe = recipe_for_height(720)
    small, long = bounds_for(10**6, LOOK, recipe), bounds_for(10**9, replace(LOOK, duration=3_600_000), recipe)
    assert (small.memory, small.space) == (long.memory, long.space)
    assert long.seconds - small.seconds == 2 * (3_599 + 100)
    assert small.file >= 2 * recipe.bound(LOOK.duration)
    assert bounds_for(10**9, LOOK, COPY).file >= 10**9
    assert bounds_for(10**9, LOOK, recipe).file < 10**9


def test_a_look_survives_the_way_between_processes(clip: Path) -> None:
    assert Look.from_json(LOOK.to_json()) == LOOK
    assert Look.from_json(replace(LOOK, audio=None, shape=None).to_json()) == replace(LOOK, audio=None, shape=None)
    recipe = recipe_for_height(144)
    assert decoding.look_for_transcode(clip, recipe) == look(clip, recipe)
    assert decoding.look_for_transcode(clip, COPY).shape is None


@pytest.mark.parametrize(
    "change",
    [
        {"duration": -1}, {"duration": 1.5}, {"duration": True}, {"duration": 2**63}, {"sound_rate": -1},
        {"sound_rate": None}, {"audio": {"codec": "aac"}}, {"shape": {}}, {"more": 1},
        *({"shape": {**json.loads(LOOK.to_json())["shape"], **wrong}} for wrong in (
            {"width": 0}, {"width": 16_385}, {"height": 0}, {"height": 16_385}, {"rate": [1, 0]}, {"rate": [-1, 1]},
            {"rate": [0, 1]}, {"frames": -1}, {"frames": "many"}, {"rotation": -90},
        )),
    ],
)  # fmt: skip
def test_what_a_process_cannot_have_found_is_not_believed(
    clip: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    answer = json.dumps({**json.loads(LOOK.to_json()), **change}).encode()
    monkeypatch.setattr(decoding, "_ask", lambda *_given, **_named: answer)
    with pytest.raises(InputError) as caught:
        decoding.look_for_transcode(clip, COPY)
    assert caught.value.findings[0].id == "file-undecodable"


def test_a_video_that_claims_to_last_for_ever_is_refused() -> None:
    shape = LOOK.shape
    assert shape is not None
    for wrong in (replace(LOOK, duration=LONGEST + 1), replace(LOOK, shape=replace(shape, frames=LONGEST))):
        with pytest.raises(InputError, match="longer than 48 hours"):
            require_length(Path("long.mp4"), wrong)
    require_length(Path("long.mp4"), replace(LOOK, duration=LONGEST, shape=replace(shape, frames=LONGEST // 1000 * 30)))


@pytest.mark.needs("linux-sandbox")
def test_many_pieces_are_joined(tmp_path: Path) -> None:
    """More than one message between processes carries descriptors of."""
    source, folder = make_long_clip(tmp_path, 6), tmp_path / "work"
    folder.mkdir()
    recipe = recipe_for_height(144)
    found = decoding.look_for_transcode(source, recipe)
    assert found.shape is not None
    pieces = tuple(Piece(number, number, 1) for number in range(120))
    bounds = Bounds(memory=2**30, space=2**33, seconds=600, patience=6000, file=2**30)
    with Encoders(bounds, 1) as encoders:
        for piece in pieces:
            encoders.make_piece(source, folder / piece.name, piece, found.shape, recipe)
        places = tuple(folder / piece.name for piece in pieces)
        encoders.join(Streams(source, pieces, places), folder / "joined.mp4")
    counted = ["ffprobe", "-v", "error", "-count_packets", "-select_streams", "v", "-show_entries"]
    counted += ["stream=nb_read_packets", "-of", "csv=p=0", str(folder / "joined.mp4")]
    assert subprocess.run(counted, check=True, capture_output=True, text=True).stdout.strip() == "120"


_STRUCK = """
import os, signal, sys
from pathlib import Path
from usbkit.core.progress import Silence
from usbkit.sources.transcode.making import TranscodeJob, make_video
from usbkit.sources.transcode.recipe import recipe_for_height

class Struck(Silence):
    def advance(self, key, amount):
        os.kill(os.getpid(), int(sys.argv[3]))

make_video(TranscodeJob("x", Path(sys.argv[1]), recipe_for_height(144), Path(sys.argv[2])), Struck(), 2)
"""


@pytest.mark.needs("linux-sandbox")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_one_that_is_ended_leaves_no_process_behind(tmp_path: Path, number: signal.Signals) -> None:
    source, folder, sign = make_long_clip(tmp_path, 200), tmp_path / "work", uuid.uuid4().hex
    folder.mkdir()
    command = [sys.executable, "-c", _STRUCK, str(source), str(folder), str(int(number))]
    ended = subprocess.run(
        command, cwd=TOP, env={**os.environ, "USBKIT_SIGN": sign}, capture_output=True, check=False
    ).returncode
    assert ended in (-number, 1, 128 + number)
    for process in _processes_with(sign):
        assert _ends(process), "it goes on"
    assert list(folder.glob("*.mp4")), "a piece or the sound, whichever was first"
    assert not (folder / "joined.mp4").exists()


def _ends(process: int) -> bool:
    """Whether the process has ended, or does while it is waited for."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 60)[0])
    finally:
        os.close(descriptor)


def _processes_with(sign: str) -> list[int]:
    """Processes that live and were started with ``sign`` in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if sign.encode() in (path / "environ").read_bytes():
                found.append(int(path.name))
        except OSError:
            continue
    return found
