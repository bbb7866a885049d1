"""``usbkit mend``: what it makes, says and leaves alone. That it mends every fault is in ``tests/sources/media``."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from tests.sources.media.making import Spec, make_video
from tests.support.cli import TOP, usbkit
from usbkit.core.file_lock import turn
from usbkit.sources.media import probe


def test_a_copy_beside_it_and_the_source_untouched(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mkv", Spec(format="matroska", muxer={}, sound="ac3"))
    before = hashlib.sha256(source.read_bytes()).digest()
    said = usbkit("--cache", tmp_path / "cache", "mend", source).expect(0)
    assert "picture as it was, sound encoded" in said.out
    assert probe(tmp_path / "talk-mended.mp4").plays
    assert hashlib.sha256(source.read_bytes()).digest() == before
    assert {p.name for p in tmp_path.iterdir()} == {"talk.mkv", "talk-mended.mp4", "cache"}
    assert not any((tmp_path / "cache").rglob("*.mp4"))


def test_nothing_is_written_over(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mkv", Spec(format="matroska", muxer={}))
    (tmp_path / "talk-mended.mp4").write_bytes(b"somebody's")
    assert "there is such a file already" in usbkit("--cache", tmp_path / "c", "mend", source).expect(2).err
    assert (tmp_path / "talk-mended.mp4").read_bytes() == b"somebody's"
    usbkit("--cache", tmp_path / "c", "mend", source, "-o", tmp_path / "out").expect(0)
    assert probe(tmp_path / "out/talk-mended.mp4").plays


def test_two_at_the_same_file_take_turns(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mkv", Spec(format="matroska", muxer={}))
    work = hashlib.sha256(str(source.absolute()).encode()).hexdigest()[:32]
    command = [sys.executable, "-m", "usbkit", "--cache", tmp_path / "c", "mend", source]
    with turn(tmp_path / "c/mending" / f"{work}.turn"):
        both = [
            subprocess.Popen(
                list(map(str, command)), cwd=TOP, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            )
            for _number in range(2)
        ]
        for process in both:
            assert process.stderr is not None
            assert "Waiting for talk-mended.mp4" in process.stderr.readline()
        assert [p.name for p in (tmp_path / "c/mending").iterdir()] == [f"{work}.turn"], "nobody has begun"
    said = sorted((process.wait(), process.communicate()[1]) for process in both)
    assert [code for code, _said in said] == [0, 2]
    assert "there is such a file already" in said[1][1]
    assert probe(tmp_path / "talk-mended.mp4").plays
    assert not any((tmp_path / "c/mending").iterdir())


def test_a_dry_run_says_what_and_how_by_another_program(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mkv", Spec(format="matroska", muxer={}))
    said = usbkit("mend", "-n", source).expect(0).out
    assert "picture and sound as they were" in said
    assert "ffmpeg -i" in said
    assert [p.name for p in tmp_path.iterdir()] == ["talk.mkv"]


def test_what_plays_is_left_alone(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mp4", Spec())
    (answer,) = json.loads(usbkit("mend", "--json", source).expect(0).out)["videos"]
    assert answer["mended"] is None
    assert "nothing to mend" in usbkit("mend", source).expect(0).out


def test_what_is_damaged_is_for_the_sender(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mp4", Spec())
    source.write_bytes(source.read_bytes()[:-2000])
    assert "Ask for the file again" in usbkit("mend", source).expect(2).err
    assert "no such file" in usbkit("mend", tmp_path / "none.mp4").expect(2).err
