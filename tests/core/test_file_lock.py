"""Turns and slots between real processes: one at a time, and none is lost when its holder is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import TOP
from usbkit.core.cache import Cache, FileIdentity
from usbkit.core.file_lock import slot, turn


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A Python process that runs ``code``; what it prints can be read line by line."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(TOP)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


HOLD = """
import sys
from pathlib import Path
from usbkit.core.file_lock import turn
with turn(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_turn_of_a_killed_holder_is_free(tmp_path: Path) -> None:
    holder = start(HOLD, tmp_path / "turn")
    assert said(holder) == "mine"
    waiter = start(HOLD, tmp_path / "turn")
    holder.kill()
    holder.communicate()
    assert said(waiter) == "mine"
    waiter.communicate("")
    assert waiter.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_who_waits_is_told_once(tmp_path: Path) -> None:
    holder = start(HOLD, tmp_path / "turn")
    assert said(holder) == "mine"
    told: list[str] = []

    def tell() -> None:
        told.append("waiting")
        holder.kill()

    with turn(tmp_path / "turn", tell):
        assert told == ["waiting"]
    holder.communicate()


LEARN = """
import os, sys, time
from pathlib import Path
from usbkit.core.cache import Cache, FileIdentity
def make():
    with open(sys.argv[3], "a") as log: log.write("made\\n")
    while len(os.listdir(sys.argv[4])) < 6: time.sleep(0.01)
    return b"learnt"
Path(sys.argv[4], str(os.getpid())).touch()
print(Cache(Path(sys.argv[1])).learn("poster", FileIdentity.of(Path(sys.argv[2])), make).decode())
"""


def test_an_entry_that_many_want_is_made_by_one(tmp_path: Path) -> None:
    source, log = tmp_path / "source", tmp_path / "log"
    source.write_bytes(b"of long ago")
    os.utime(source, (1_600_000_000, 1_600_000_000))
    (tmp_path / "asking").mkdir()
    askers = [start(LEARN, tmp_path / "cache", source, log, tmp_path / "asking") for _n in range(6)]
    assert [said(asker) for asker in askers] == ["learnt"] * 6
    for asker in askers:
        asker.communicate()
    assert log.read_text() == "made\n"
    assert Cache(tmp_path / "cache").load("poster", FileIdentity.of(source)) == b"learnt"
    assert not list((tmp_path / "cache").rglob(".turn-*"))


def test_a_place_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with turn(tmp_path / "file/turn"):
        pass
    with slot(tmp_path / "file", 1, lambda: False):
        pass


WORK = """
import sys
from pathlib import Path
from usbkit.core.file_lock import slot
with slot(Path(sys.argv[1]), 2, lambda: False):
    print("in a slot", flush=True)
    sys.stdin.read()
"""


def test_no_more_work_than_there_are_slots(tmp_path: Path) -> None:
    workers = [start(WORK, tmp_path) for _n in range(2)]
    assert [said(s) for s in workers] == ["in a slot"] * 2
    looks = 0

    def third_look() -> bool:
        nonlocal looks
        looks += 1
        return looks == 3

    with slot(tmp_path, 2, third_look):
        assert looks == 3, "took one though both slots were taken"
    workers[0].kill()
    workers[0].communicate()
    looks = -1000
    with slot(tmp_path, 2, third_look):
        assert looks < 3, "the slot of a killed worker stayed taken"
    workers[1].communicate("")


@pytest.mark.parametrize("count", [1, 3])
def test_a_slot_is_for_one(tmp_path: Path, count: int) -> None:
    with slot(tmp_path, count, lambda: False):
        assert len(list(tmp_path.glob("*.slot"))) == 1
