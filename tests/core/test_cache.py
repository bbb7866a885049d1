"""The cache: what it remembers, what it must not, and what others do to it."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from usbkit.core.cache import Cache, FileIdentity


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file that was last modified an hour ago."""
    path = tmp_path / "source"
    path.write_bytes(b"content")
    _age(path)
    return path


def _age(path: Path, seconds: float = 3600) -> None:
    then = time.time_ns() - int(seconds * 10**9)
    os.utime(path, ns=(then, then))


def _entry(cache: Cache) -> Path:
    (path,) = (p for p in cache.folder.rglob("*") if p.is_file())
    return path


def test_remembers_by_kind_and_state(source: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    identity = FileIdentity.of(source)
    assert cache.load("sha256", identity) is None
    cache.store("sha256", identity, b"abc")
    assert cache.load("sha256", identity) == b"abc"
    assert cache.load("poster", identity) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.write_bytes(b"content, longer"),
        lambda p: os.utime(p, ns=(0, p.stat().st_mtime_ns - 1)),
        lambda p: Path(shutil.copy2(p, p.with_name("copy"))).replace(p),
    ],
    ids=["size", "time", "inode"],
)
def test_a_changed_file_is_not_known(source: Path, tmp_path: Path, change: Callable[[Path], object]) -> None:
    cache = Cache(tmp_path / "cache")
    cache.store("sha256", FileIdentity.of(source), b"abc")
    change(source)
    assert cache.load("sha256", FileIdentity.of(source)) is None


def test_a_file_still_warm_is_not_remembered(tmp_path: Path) -> None:
    """It may change again within one tick of its file system's clock."""
    path = tmp_path / "source"
    path.write_bytes(b"content")
    cache = Cache(tmp_path / "cache")
    cache.store("sha256", FileIdentity.of(path), b"abc")
    assert cache.load("sha256", FileIdentity.of(path)) is None


def test_a_file_that_changed_while_it_was_read_is_not_remembered(source: Path, tmp_path: Path) -> None:
    before = FileIdentity.of(source)
    source.write_bytes(b"other")
    cache = Cache(tmp_path / "cache")
    cache.store("sha256", before, b"abc")
    assert not cache.folder.exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: b"",
        lambda d: d[:-1],
        lambda d: d + b"x",
        lambda d: d[:-1] + bytes([d[-1] ^ 1]),
        lambda d: d[:20],
        lambda d: bytes([d[0] ^ 1]) + d[1:],
        lambda d: bytes(len(d)),
    ],
)
def test_every_damaged_entry_is_noticed_and_made_anew(
    source: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    cache, identity = Cache(tmp_path / "cache"), FileIdentity.of(source)
    cache.store("sha256", identity, b"abc")
    entry = _entry(cache)
    entry.write_bytes(damage(entry.read_bytes()))
    assert cache.load("sha256", identity) is None
    cache.store("sha256", identity, b"abc")
    assert cache.load("sha256", identity) == b"abc"


def test_every_single_flipped_bit_is_noticed(source: Path, tmp_path: Path) -> None:
    cache, identity = Cache(tmp_path / "cache"), FileIdentity.of(source)
    cache.store("sha256", identity, b"abc")
    entry = _entry(cache)
    whole = entry.read_bytes()
    for at in range(len(whole)):
        entry.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert cache.load("sha256", identity) is None


def test_an_entry_moved_to_another_key_is_not_taken(source: Path, tmp_path: Path) -> None:
    cache, identity = Cache(tmp_path / "cache"), FileIdentity.of(source)
    cache.store("sha256", identity, b"abc")
    first = _entry(cache)
    data = first.read_bytes()
    cache.store("poster", identity, b"xyz")
    other = next(p for p in cache.folder.rglob("*") if p.is_file() and p != first)
    other.write_bytes(data)
    assert cache.load("poster", identity) is None


def test_a_cache_that_cannot_be_written_stops_nothing(source: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    cache = Cache(blocked / "cache")
    cache.store("sha256", FileIdentity.of(source), b"abc")
    assert cache.load("sha256", FileIdentity.of(source)) is None


def test_many_writers_and_readers_never_see_half_an_entry(source: Path, tmp_path: Path) -> None:
    cache, identity = Cache(tmp_path / "cache"), FileIdentity.of(source)
    payload = bytes(range(256)) * 4000
    seen: set[bytes | None] = set()

    def work() -> None:
        for _ in range(30):
            cache.store("poster", identity, payload)
            seen.add(cache.load("poster", identity))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {payload}
    assert _entry(cache).parent.parent.parent == cache.folder
