"""Maintenance of the cache: counting, pruning by last use, finding damaged entries; one bad country among several."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from tests.support.cli import usbkit
from usbkit.core.cache import Cache, FileIdentity, entries
from usbkit.sources.cache_upkeep import check, prune, take_stock
from usbkit.sources.transcode.recipe import Recipe
from usbkit.sources.transcode.store import TranscodeRecord, TranscodeStore

DAY = 86_400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cache with three entries of 1,000 bytes, used one, two and three days ago."""
    cache = Cache(tmp_path / "cache")
    for number in (1, 2, 3):
        source = tmp_path / f"source-{number}"
        source.write_bytes(b"x")
        os.utime(source, (1, 1))
        while FileIdentity.of(source).is_young:
            pass
        cache.store("kind", FileIdentity.of(source), bytes([number]) * 1000)
        (entry,) = [p for p in entries(cache.folder) if p.read_bytes().endswith(bytes([number]) * 1000)]
        used = time.time() - number * DAY - 60
        os.utime(entry, (used, used))
    return cache.folder


def loaded(folder: Path) -> list[int]:
    """Which of the three are still known."""
    cache = Cache(folder)
    sources = [folder.parent / f"source-{n}" for n in (1, 2, 3)]
    return [n for n, s in enumerate(sources, start=1) if cache.load("kind", FileIdentity.of(s)) is not None]


def keep_transcode(folder: Path, *, unused_days: int = 0) -> Path:
    store = TranscodeStore(folder / "transcodes")
    made = folder / "made"
    made.write_bytes(b"video")
    digest = "6c5b0d1a2a4e0d9a7f3f"  # of no consequence here: the record's own is what counts
    import hashlib

    record = TranscodeRecord(digest, Recipe(), 5, hashlib.sha256(b"video").hexdigest(), {})
    place = store.keep(made, record)
    used = time.time() - unused_days * DAY - 60
    os.utime(place.with_suffix(".json"), (used, used))
    return place


def test_what_was_used_last_stays(folder: Path) -> None:
    each = take_stock(folder).entry_bytes // 3
    assert prune(folder, 2 * each, dry_run=True).entries == 1
    assert loaded(folder) == [1, 2, 3]  # and now all were used today
    oldest = max(entries(folder), key=lambda p: p.read_bytes()[-1])
    os.utime(oldest, (1, 1))
    gone = prune(folder, 2 * each)
    assert (gone.entries, gone.bytes) == (1, each)
    assert loaded(folder) == [1, 2]


def test_use_is_noted(folder: Path) -> None:
    before = {p: p.stat().st_mtime for p in entries(folder)}
    loaded(folder)
    assert all(p.stat().st_mtime > before[p] + DAY / 2 for p in entries(folder))


def test_a_damaged_entry_is_found_and_gone(folder: Path) -> None:
    victim = next(entries(folder))
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    assert check(folder).damaged == (victim,)
    assert not victim.exists()
    assert check(folder).damaged == ()


def test_an_entry_at_anothers_place_is_damage(folder: Path) -> None:
    one, other = list(entries(folder))[:2]
    other.write_bytes(one.read_bytes())
    assert check(folder).damaged == (other,)


def test_transcodes_go_only_when_asked(folder: Path) -> None:
    place = keep_transcode(folder, unused_days=40)
    assert prune(folder, 0).transcodes == 0
    assert place.exists()
    assert prune(folder, 0, unused_days=50).transcodes == 0
    assert prune(folder, 0, unused_days=30).transcodes == 1
    assert not place.exists()
    assert take_stock(folder).transcodes == 0


def test_a_damaged_transcode_is_found(folder: Path) -> None:
    place = keep_transcode(folder)
    assert check(folder).damaged == ()
    place.write_bytes(b"vidEo")
    assert check(folder).damaged == (place,)


def test_leftovers_go_after_a_week(folder: Path) -> None:
    work = folder / "transcodes/abc.work"
    work.mkdir(parents=True)
    (work / "piece-00000.mp4").write_bytes(b"x" * 100)
    assert take_stock(folder).unfinished_bytes == 100
    prune(folder, 10**9)
    assert work.exists()
    os.utime(work / "piece-00000.mp4", (1, 1))
    assert prune(folder, 10**9).bytes == 100
    assert take_stock(folder).unfinished_bytes == 0


def test_the_command(folder: Path) -> None:
    shown = json.loads(usbkit("--cache", folder, "cache", "show", "--json").expect(0).out)
    assert shown["entries"]["count"] == 3
    assert "3 entries" in usbkit("--cache", folder, "cache", "show").expect(0).out
    assert (
        "would be removed: 3 entries" in usbkit("--cache", folder, "cache", "prune", "--to", "0B", "-n").expect(0).out
    )
    assert "3 entries and 0 transcodes are whole" in usbkit("--cache", folder, "cache", "check").expect(0).out
    victim = next(entries(folder))
    victim.write_bytes(b"usbkit")
    assert "damaged" in usbkit("--cache", folder, "cache", "check").expect(1).err
    assert "removed: 2 entries" in usbkit("--cache", folder, "cache", "prune", "--to", "0B").expect(0).out


def test_a_country_that_fails_leaves_the_others(demo: Path, tmp_path: Path) -> None:
    for name in ("manifests", "library"):
        shutil.copytree(demo / name, tmp_path / name)
    programme = next(tmp_path.glob("manifests/*"))
    for path in programme.glob("*.toml"):
        if path.stem not in ("programme", "guatemala", "peru", "honduras"):
            path.unlink()
    stems = sorted(p.stem for p in programme.glob("*.toml") if p.stem != "programme")
    assert len(stems) >= 2
    bad = programme / f"{stems[0]}.toml"
    text = bad.read_text(encoding="utf-8")
    documents = programme / stems[0]
    shutil.rmtree(documents)
    assert "[[document]]" in text
    run = ("--cache", tmp_path / "cache", "--manifests", tmp_path / "manifests")
    done = usbkit(*run, "build", "--all", "-o", tmp_path / "out", "--json").expect(1)
    said = json.loads(done.out)
    assert [f["country"] for f in said["failed"]] == [stems[0]]
    assert [b["country"] for b in said["bundles"]] == stems[1:]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == stems[1:]
    plain = usbkit(*run, "image", "--all", "-o", tmp_path / "images").expect(1)
    assert f"1 of {len(stems)} countries failed: {stems[0]}" in plain.err
