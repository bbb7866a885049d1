"""Without changes no source is read and nothing is written; every change is noticed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import TOP, Done, usbkit
from usbkit.core.cache import Cache, entries

Build = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def desk(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: each test begins with what its own `build` makes of what the last one left."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("manifests", "library"):
        shutil.copytree(demo / name, folder / name)
    return folder


def run(desk: Path, *words: object) -> Done:
    return usbkit("--cache", desk / "cache", "--manifests", desk / "manifests", *words, cwd=desk)


@pytest.fixture
def build(desk: Path) -> Build:
    def once(*words: object) -> dict[str, Any]:
        done = run(desk, *words, "build", "guatemala", "-o", desk / "out", "--json").expect(0)
        return dict(json.loads(done.out)["bundles"][0])

    once()
    return once


_AUDITED = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from usbkit.cli.main import run
code = run(sys.argv[1:])
print("OPENED", *[p for p in opened if "/library/" in p or "/out/" in p], file=sys.stderr)
print("MODULES", *[m for m in ("av", "jinja2", "PIL", "pypdfium2") if m in sys.modules], file=sys.stderr)
sys.exit(code)
"""


def test_nothing_changed_opens_no_source_and_writes_nothing(desk: Path, build: Build) -> None:
    before = {p: p.stat().st_mtime_ns for p in (desk / "out").rglob("*")}
    words = ["--cache", desk / "cache", "--manifests", desk / "manifests", "build", "guatemala", "-o", desk / "out"]
    done = subprocess.run(
        [sys.executable, "-c", _AUDITED, *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "unchanged" in done.stdout
    assert "OPENED\n" in done.stderr
    assert "MODULES\n" in done.stderr
    assert {p: p.stat().st_mtime_ns for p in (desk / "out").rglob("*")} == before


def _edit_subtitle(desk: Path) -> None:
    path = desk / "library/subtitles/opening.es.srt"
    path.write_text(path.read_text(encoding="utf-8").replace("a", "á", 1), encoding="utf-8")


def _edit_manifest(desk: Path) -> None:
    path = next(desk.glob("manifests/*/guatemala.toml"))
    text = path.read_text(encoding="utf-8")
    assert 'es = "Guatemala"' in text
    path.write_text(text.replace('es = "Guatemala"', 'es = "Guatemala!"', 1), encoding="utf-8")


def _edit_video(desk: Path) -> None:
    path = desk / "library/videos/opening.mp4"
    with path.open("ab") as file:
        file.write(b"\0\0\0\x08free")


def _edit_photo(desk: Path) -> None:
    path = next((desk / "library/photos").glob("*.jpg"))
    with path.open("ab") as file:
        file.write(b"\0")


@pytest.mark.parametrize("edit", [_edit_subtitle, _edit_manifest, _edit_video, _edit_photo])
def test_any_change_of_an_input_is_seen(edit: Callable[[Path], None], desk: Path, build: Build, tmp_path: Path) -> None:
    first = build()
    assert first["unchanged"]
    edit(desk)
    second = build()
    assert not second["unchanged"]
    fresh = run(desk, "--cache", tmp_path / "fresh", "build", "guatemala", "-o", tmp_path / "again", "--json").expect(0)
    assert json.loads(fresh.out)["bundles"][0]["fingerprint"] == second["fingerprint"]
    assert second["fingerprint"] != first["fingerprint"]


def test_a_template_of_the_users_is_seen_and_so_is_its_change(desk: Path, build: Build) -> None:
    first = build()
    own = desk / "own"
    own.mkdir()
    (own / "promises.html").write_text("<p>ours</p>")
    second = build("--templates", own)
    (own / "promises.html").write_text("<p>ours too</p>")
    third = build("--templates", own)
    assert len({first["fingerprint"], second["fingerprint"], third["fingerprint"]}) == 3


def test_another_option_is_another_page(desk: Path, build: Build) -> None:
    plain = build()
    web = run(desk, "build", "guatemala", "--web", "-o", desk / "out", "--json").expect(0)
    assert json.loads(web.out)["bundles"][0]["fingerprint"] != plain["fingerprint"]
    assert build()["fingerprint"] == plain["fingerprint"]


def test_damaged_memory_is_made_anew(desk: Path, build: Build) -> None:
    first = build()
    for path in entries(desk / "cache"):
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    assert build()["fingerprint"] == first["fingerprint"]


def _touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def _edit_and_set_the_clock_back(path: Path) -> None:
    before = path.stat()
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("befall", [_touch, _edit_and_set_the_clock_back, Path.unlink, lambda p: p.rename(f"{p}.x")])
def test_a_folder_that_somebody_touched_is_written_again(
    befall: Callable[[Path], None], desk: Path, build: Build
) -> None:
    befall(desk / "out/guatemala/index.html")
    assert build()["written"]
    run(desk, "verify", desk / "out/guatemala").expect(0)
    assert build()["unchanged"]


def test_a_file_more_is_seen_and_again_writes_whatever_is_there(desk: Path, build: Build) -> None:
    (desk / "out/guatemala/more.txt").write_text("x")
    assert build()["written"]
    assert not (desk / "out/guatemala/more.txt").exists()
    done = run(desk, "build", "guatemala", "-o", desk / "out", "--again", "--json").expect(0)
    assert json.loads(done.out)["bundles"][0]["written"]


def test_what_is_remembered_under_a_key_is_what_comes_back(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.remember(b"one", b"1" * 100)
    assert cache.recall(b"one") == b"1" * 100
    assert cache.recall(b"other") is None
