"""No exit 0 with bytes that contradict the seal: a cached digest is never taken as proof of what was written."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import call
from tests.support.cli import Done
from tests.writing.bundles import MIB, make_bundle_folder
from usbkit.core.cache import Cache, FileIdentity

VIDEO = "library/videos/civil-registration.mp4"


@pytest.fixture
def desk(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demonstration, two days old, of which everything is remembered."""
    for name in ("library", "manifests"):
        shutil.copytree(demo / name, tmp_path / name)
    then = time.time_ns() - 2 * 86_400 * 10**9
    for path in (tmp_path / "library").rglob("*"):
        os.utime(path, ns=(then, then))
    run(tmp_path, "check", "guatemala")
    return tmp_path


def run(desk: Path, *words: object) -> Done:
    return call("--cache", desk / "cache", "--manifests", desk / "manifests", "-q", *words)


def flip(path: Path, at: int = 200_000) -> None:
    """Change one byte in place and put the time back, as rsync does and some tools that keep times."""
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def rot(desk: Path) -> Path:
    """As `flip`, with nothing left that tells: what is remembered of the old bytes stands for the new ones."""
    path, cache = desk / VIDEO, Cache(desk / "cache")
    known = cache.load("sha256", FileIdentity.of(path))
    assert known is not None
    flip(path)
    while FileIdentity.of(path).is_young:
        pass
    cache.store("sha256", FileIdentity.of(path), known)
    return path


def test_bytes_other_than_remembered_are_refused_by_name(desk: Path) -> None:
    path = rot(desk)
    for words in (("build", "guatemala"), ("image", "guatemala", "--size", "200MB"), ("export", "bagit", "guatemala")):
        (desk / words[0]).mkdir()
        done = run(desk, *words, "-o", desk / words[0] / "x", "--json").expect(3)
        said = json.loads(done.out)["error"]["findings"]
        assert [(f["id"], f["file"]) for f in said] == [("source-changed", str(path))], words
        assert [p for p in (desk / words[0]).rglob("*") if p.name != "x"] == []
    done = run(desk, "build", "guatemala", "kyrgyzstan", "-o", desk / "made", "--json").expect(1)
    failed = json.loads(done.out)["failed"]
    assert {f["id"] for country in failed for f in country["findings"]} == {"source-changed"}
    assert {p.name for p in (desk / "made").iterdir()} == {"guatemala", "kyrgyzstan"} - {f["country"] for f in failed}


def test_a_change_that_puts_the_time_back_is_seen(desk: Path) -> None:
    """A byte changed in place: another seal, and it holds."""
    before = json.loads(run(desk, "build", "guatemala", "-o", desk / "out", "--json").out)["bundles"][0]["fingerprint"]
    flip(desk / VIDEO)
    after = json.loads(run(desk, "build", "guatemala", "-o", desk / "out", "--json").expect(0).out)["bundles"][0]
    assert after["fingerprint"] != before
    call("-q", "verify", desk / "out/guatemala").expect(0)
    assert "library-other-contents" in run(desk, "check", "guatemala", "--again", "--json").out


def test_a_damaged_video_that_is_whole_again_is_called_so(desk: Path) -> None:
    """It first came with a hole; then it came again in place, with its time kept."""
    path = desk / VIDEO
    status, whole = path.stat(), path.read_bytes()
    for data, id in ((whole[:100_000] + bytes(len(whole) - 100_000), "media-"), (whole, "")):
        with path.open("r+b") as file:
            file.write(data)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        said = json.loads(run(desk, "check", "guatemala", "--json").out)
        errors = [f for f in _findings(said) if f["file"] == str(path) and f["level"] == "error"]
        assert bool(errors) == bool(id), errors


def _findings(value: Any) -> Iterator[dict[str, Any]]:
    """All findings in a JSON document, wherever they stand."""
    if isinstance(value, dict):
        if "level" in value and "what" in value:
            yield value
        for inner in value.values():
            yield from _findings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _findings(inner)


def test_looking_again_takes_what_is_there(desk: Path) -> None:
    path = rot(desk)
    run(desk, "build", "guatemala", "-o", desk / "out").expect(3)
    checked = run(desk, "cache", "check", "--json").expect(1)
    assert json.loads(checked.out)["stale"] == [str(path)]
    rot_again = Cache(desk / "cache").load("sha256", FileIdentity.of(path))
    assert rot_again is None
    run(desk, "build", "guatemala", "-o", desk / "out", "--again").expect(0)
    run(desk, "cache", "check").expect(0)
    call("-q", "verify", desk / "out/guatemala").expect(0)


@pytest.mark.parametrize(
    "damage",
    [lambda p: flip(p, 1000), lambda p: p.write_bytes(b"x" * p.stat().st_size), lambda p: os.truncate(p, 1000)],
    ids=["a byte", "all bytes", "cut"],
)
def test_an_image_of_a_damaged_folder_is_refused(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    folder = make_bundle_folder(tmp_path / "guatemala", video=MIB)
    video = next((folder / "videos").glob("*.mp4"))
    damage(video)
    done = call("-q", "image", "--bundle", folder, "-o", tmp_path / "x.img", "--size", "200MB").expect(2)
    assert "not what the seal says" in done.err and str(video) in done.err
    assert {p.name for p in tmp_path.iterdir()} == {"guatemala"}
