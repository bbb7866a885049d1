"""The cache: what it remembers, what it must not, and the effect of other processes."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from usbkit.core import clock
from usbkit.core.cache import TICK, Cache, FileIdentity, begin_run, entries, remembered_of


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file that was last modified long ago."""
    path = tmp_path / "source"
    path.write_bytes(b"content")
    _age(path)
    return path


_MTIME = 1_604_059_200 * 10**9


def _age(path: Path) -> None:
    """Date the file, and look at it no sooner than a change would bear another time."""
    os.utime(path, ns=(_MTIME, _MTIME))
    while FileIdentity.of(path).is_young:
        pass


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


def _rewrite(path: Path) -> None:
    """Other contents, and the time put back."""
    path.write_bytes(b"CONTENT")
    os.utime(path, ns=(_MTIME, _MTIME))


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.write_bytes(b"content, longer"),
        lambda p: os.utime(p, ns=(0, p.stat().st_mtime_ns - 1)),
        lambda p: Path(shutil.copy2(p, p.with_name("copy"))).replace(p),
        _rewrite,
    ],
    ids=["size", "time", "inode", "contents, with the time put back"],
)
def test_a_changed_file_is_not_known(source: Path, tmp_path: Path, change: Callable[[Path], object]) -> None:
    cache = Cache(tmp_path / "cache")
    cache.store("sha256", FileIdentity.of(source), b"abc")
    change(source)
    assert cache.load("sha256", FileIdentity.of(source)) is None


def test_a_file_still_young_is_not_remembered(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may change again within one tick of its file system's clock, also while it is read, however long."""
    cache, changed = Cache(tmp_path / "cache"), source.stat().st_ctime_ns
    for after, is_remembered in ((0, False), (TICK, False), (-10 * TICK, False), (TICK + 1, True)):
        monkeypatch.setattr(clock, "file_time_ns", lambda after=after: changed + after)
        identity = FileIdentity.of(source)
        monkeypatch.undo()
        cache.store("sha256", identity, b"abc")
        assert (cache.load("sha256", identity) is not None) == is_remembered


def test_looking_again_knows_only_what_this_run_learnt(source: Path, tmp_path: Path) -> None:
    cache, identity = Cache(tmp_path / "cache"), FileIdentity.of(source)
    cache.store("sha256", identity, b"abc")
    begin_run()
    again = Cache(tmp_path / "cache", again=True)
    assert (cache.load("sha256", identity), again.load("sha256", identity)) == (b"abc", None)
    again.store("sha256", identity, b"xyz")
    assert (cache.load("sha256", identity), again.load("sha256", identity)) == (b"xyz", b"xyz")


def test_what_a_changed_file_was_is_not_remembered_of_it(source: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.store("sha256", FileIdentity.of(source), b"abc")
    (entry,) = entries(cache.folder)
    assert remembered_of(entry, "sha256") == (FileIdentity.of(source), b"abc")
    assert remembered_of(entry, "poster") is None
    source.touch()
    assert remembered_of(entry, "sha256") is None


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
