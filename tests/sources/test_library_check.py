"""Checking the library again: silent damage, changes that reset the time, and an interrupted check."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import TOP, run
from tests.support.loop import loop_device
from usbkit.core.cache import FileIdentity
from usbkit.core.messages import Text
from usbkit.core.progress import Silence
from usbkit.sources.first_seen import FirstSeen
from usbkit.sources.library_check import FileCheck, LibraryCheck, State

MIB = 2**20


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "library"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.mp4").write_bytes(bytes([number]) * 10_000)
    return sorted(folder.iterdir())


@pytest.fixture
def seen(files: list[Path], tmp_path: Path) -> FirstSeen:
    """Records of all files as they are."""
    seen = FirstSeen.beside(tmp_path / "cache")
    assert _states(_check(files, seen)) == [State.FIRST_SEEN] * 4
    return seen


class Counter(Silence):
    def __init__(self) -> None:
        self.total, self.done = 0, 0

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        self.total = total or 0

    def advance(self, key: str, amount: int) -> None:
        self.done += amount


def _check(files: list[Path], seen: FirstSeen, *accept: Path) -> list[FileCheck]:
    return list(LibraryCheck(files, seen).carry_out(Counter(), accept))


def _states(found: list[FileCheck]) -> list[State]:
    return [f.state for f in found]


def _rewrite(path: Path) -> None:
    status = path.stat()
    path.write_bytes(b"x" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_unchanged_files_are_whole_and_read_each_time(files: list[Path], seen: FirstSeen) -> None:
    for _time in range(2):
        counter = Counter()
        assert {f.state for f in LibraryCheck(files, seen).carry_out(counter)} == {State.WHOLE}
        assert counter.done == counter.total == 40_000


def test_other_contents_under_the_same_time_are_named_until_accepted(files: list[Path], seen: FirstSeen) -> None:
    _rewrite(files[1])
    for _time in range(2):
        found = _check(files, seen)
        assert _states(found) == [State.WHOLE, State.REWRITTEN, State.WHOLE, State.WHOLE]
        assert found[1].problem is not None and found[1].problem.id == "library-rewritten"
    assert _states(_check(files, seen, files[1]))[1] is State.ACCEPTED
    assert _states(_check(files, seen))[1] is State.WHOLE


def test_a_file_that_was_replaced_openly_is_seen_for_the_first_time(files: list[Path], seen: FirstSeen) -> None:
    files[0].write_bytes(b"another cut")
    assert _states(_check(files, seen))[0] is State.FIRST_SEEN


def test_what_cannot_be_read_stops_nothing(files: list[Path], seen: FirstSeen) -> None:
    files[0].unlink()
    files[1].unlink()
    files[1].mkdir()
    found = _check(files, seen)
    assert _states(found) == [State.UNREAD, State.UNREAD, State.WHOLE, State.WHOLE]
    assert all(f.problem is not None and f.problem.place is not None for f in found[:2])


def test_a_damaged_record_is_as_good_as_none(files: list[Path], seen: FirstSeen) -> None:
    for entry in (p for p in seen.folder.rglob("*") if p.is_file()):
        entry.write_bytes(entry.read_bytes()[:-1])
    assert seen.find(FileIdentity.of(files[0])) is None
    assert set(_states(_check(files, seen))) == {State.FIRST_SEEN}


def test_a_check_that_is_broken_off_is_gone_on_with(files: list[Path], seen: FirstSeen) -> None:
    _rewrite(files[0])
    begun = LibraryCheck(files, seen).carry_out(Silence())
    assert [next(begun).state, next(begun).state] == [State.REWRITTEN, State.WHOLE]
    begun.close()
    (journal,) = seen.folder.glob("check-*.jsonl")
    journal.write_text(journal.read_text() + '["cut o')
    assert (LibraryCheck(files, seen).foresee().done, LibraryCheck(files, seen, again=True).foresee().done) == (2, 0)
    _rewrite(files[1])  # since it was read: it is read again
    counter = Counter()
    found = list(LibraryCheck(files, seen).carry_out(counter))
    assert _states(found) == [State.REWRITTEN, State.REWRITTEN, State.WHOLE, State.WHOLE]
    assert counter.done == counter.total == 30_000
    assert list(seen.folder.glob("check-*")) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from usbkit.core.progress import Silence
from usbkit.sources.first_seen import FirstSeen
from usbkit.sources.library_check import LibraryCheck
check = LibraryCheck(sorted(Path(sys.argv[1]).iterdir()), FirstSeen(Path(sys.argv[2])))
for number, found in enumerate(check.carry_out(Silence())):
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_check_is_gone_on_with(files: list[Path], seen: FirstSeen) -> None:
    environ = {**os.environ, "PYTHONPATH": str(TOP)}
    words = [sys.executable, "-c", _KILLED, str(files[0].parent), str(seen.folder)]
    assert subprocess.run(words, env=environ, check=False).returncode == -signal.SIGKILL
    counter = Counter()
    assert _states(list(LibraryCheck(files, seen).carry_out(counter))) == [State.WHOLE] * 4
    assert counter.done == 10_000


@pytest.mark.needs("loop")
def test_bytes_that_rot_on_the_disk_are_found(tmp_path: Path) -> None:
    """The file system knows of no change: the bytes under it are others."""
    place, disk = tmp_path / "disk", tmp_path / "ext4"
    place.mkdir()
    mark = os.urandom(64)
    path = place / "video.mp4"
    seen = FirstSeen(tmp_path / "seen")
    with loop_device(disk, 16 * MIB) as node:
        run("mkfs.ext4", "-q", node)
        run("mount", node, place)
        path.write_bytes(bytes(300_000) + mark + bytes(300_000))
        assert _states(_check([path], seen)) == [State.FIRST_SEEN]
        run("umount", place)
    data = disk.read_bytes()
    with disk.open("r+b") as file:
        file.seek(data.index(mark))
        file.write(b"rotten")
    with loop_device(disk) as node:
        run("mount", node, place)
        try:
            (found,) = _check([path], seen)
        finally:
            run("umount", place)
    assert found.state is State.DAMAGED
    assert found.problem is not None
    assert (found.problem.id, str(found.problem.place)) == ("library-damaged", str(path))
