"""A locked drive is made again to the byte, or an error names the obstacle."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.transcode.clips import make_long_clip
from tests.support.cli import Done, usbkit

Run = Callable[..., Done]


@pytest.fixture
def desk(demo: Path, tmp_path: Path) -> Path:
    for name in ("manifests", "library"):
        shutil.copytree(demo / name, tmp_path / "desk" / name)
    return tmp_path / "desk"


def runner(desk: Path, cache: str = "cache", **environ: str) -> Run:
    words = ("--cache", desk / cache, "--manifests", desk / "manifests")
    return lambda *more: usbkit(*words, *more, cwd=desk, environ=environ)


@pytest.fixture
def run(desk: Path) -> Run:
    return runner(desk)


@pytest.fixture
def lock(desk: Path, run: Run) -> Path:
    run("lock", "guatemala").expect(0)
    return next(desk.glob("manifests/*/locks/guatemala.json"))


@pytest.mark.needs("faketime")
def test_the_same_drive_on_another_day_in_another_place_is_the_same(
    desk: Path, run: Run, lock: Path, tmp_path: Path
) -> None:
    run("image", "guatemala", "-o", desk / "one.img", "--locked", "--size", "1GB").expect(0)
    elsewhere = tmp_path / "elsewhere"
    for name in ("manifests", "library"):
        shutil.copytree(desk / name, elsewhere / name)
    faketime = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    later = runner(elsewhere, LD_PRELOAD=str(faketime), FAKETIME="+400d", LC_ALL="C.UTF-8", TZ="Asia/Seoul")
    later("image", "guatemala", "-o", elsewhere / "other.img", "--locked", "--size", "1GB").expect(0)
    subprocess.run(["cmp", desk / "one.img", elsewhere / "other.img"], check=True)


def test_a_lock_is_the_same_bytes_each_time(lock: Path, run: Run) -> None:
    first = lock.read_bytes()
    run("lock", "gt").expect(0)
    assert lock.read_bytes() == first
    assert json.loads(first)["sources"]["videos/opening.mp4"]


def test_a_changed_source_is_refused_by_name(desk: Path, run: Run, lock: Path) -> None:
    path = desk / "library/subtitles/opening.es.srt"
    path.write_text(path.read_text(encoding="utf-8").replace("a", "á", 1), encoding="utf-8")
    for words in (("build", "guatemala", "-o", desk / "out"), ("image", "guatemala", "-o", desk / "x.img")):
        refused = run(*words, "--locked").expect(2)
        assert "subtitles/opening.es.srt: it is not what was locked" in refused.err
        assert refused.err.count("it is not what was locked") == 1
    assert not (desk / "out").exists()
    assert not (desk / "x.img").exists()
    run("build", "guatemala", "-o", desk / "out").expect(0)


def test_a_changed_manifest_is_refused_and_a_remark_in_it_is_not(desk: Path, run: Run, lock: Path) -> None:
    manifest = next(desk.glob("manifests/*/guatemala.toml"))
    manifest.write_text("# a remark\n" + manifest.read_text(encoding="utf-8"), encoding="utf-8")
    run("build", "guatemala", "-o", desk / "out", "--locked").expect(0)
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('es = "Guatemala"', 'es = "Guatemala!"', 1), encoding="utf-8")
    assert "guatemala.toml: it is not what was locked" in run("build", "guatemala", "--locked").expect(2).err


def test_templates_that_make_other_pages_are_named(desk: Path, run: Run, lock: Path) -> None:
    own = desk / "own"
    own.mkdir()
    (own / "promises.html").write_text("<p>ours</p>")
    refused = run("--templates", own, "build", "guatemala", "--locked").expect(2)
    assert "would not be what was locked" in refused.err
    assert "The templates were different" in refused.err


def test_another_version_is_named(desk: Path, run: Run, lock: Path) -> None:
    values = json.loads(lock.read_bytes())
    values["versions"]["jinja2"] = "3.0.0"
    values["fingerprint"] = "0" * 64
    lock.write_text(json.dumps(values))
    assert "jinja2 was 3.0.0" in run("build", "guatemala", "--locked").expect(2).err


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "usbkit lock v9"}', "\xff"])
def test_something_else_under_its_name(text: str, desk: Path, run: Run, lock: Path) -> None:
    lock.write_bytes(text.encode("latin-1"))
    assert "no lock that this version reads" in run("build", "guatemala", "--locked").expect(2).err


def test_what_is_not_locked_is_said(desk: Path, run: Run) -> None:
    assert "usbkit lock guatemala" in run("build", "guatemala", "--locked").expect(2).err


@pytest.mark.needs("ffmpeg")
def test_a_transcode_that_is_gone_is_not_made_again_in_silence(desk: Path, run: Run) -> None:
    make_long_clip(desk, 65, "640x360").replace(desk / "library/videos/id-cards.mp4")
    manifest = next(desk.glob("manifests/*/guatemala.toml"))
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('quality = "original"', "").replace("\nlabel", '\nquality = "180p"\nlabel', 1))
    run("build", "guatemala", "-o", desk / "out").expect(0)
    run("lock", "guatemala").expect(0)
    values = json.loads(next(desk.glob("manifests/*/locks/guatemala.json")).read_bytes())
    assert "videos/id-cards.mp4" in values["transcodes"]
    run("build", "guatemala", "-o", desk / "out", "--locked").expect(0)
    shutil.rmtree(desk / "cache/transcodes")
    gone = run("build", "guatemala", "-o", desk / "out", "--locked").expect(2)
    assert "videos/id-cards.mp4" in gone.err
    assert not list((desk / "cache").glob("transcodes/*.mp4"))
