"""SIGKILL before ten steps of packing and of unpacking: the next run ends like an undisturbed one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.archive.packs import make_bundle, pack, tree, unpack
from tests.support.cli import TOP, usbkit
from tests.support.strike import count_steps, strike

CUT = ("--archive-size", "4MB", "--part-size", "1500kB")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "guatemala", video=6_000_000, more_videos=9)


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that takes a while to compress, and a moment to unpack."""
    return make_bundle(tmp_path_factory.mktemp("slow") / "guatemala", video=12_000_000, more_videos=1)


def disturb(words: list[object], steps: int, seed: int) -> int:
    """Run a command ten times and kill each before a step of its own; how many were killed before their end.

    In its first quarter, since each goes on where the one before was killed.
    """
    chance = random.Random(seed)
    ends = [strike(words, chance.randint(1, steps // 4), signal.SIGKILL).returncode for _round in range(10)]
    assert set(ends) <= {0, -signal.SIGKILL}
    return ends.count(-signal.SIGKILL)


def start(words: list[object]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "usbkit", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(TOP)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_ten_kills_of_pack(bundle: Path, tmp_path: Path) -> None:
    steps = count_steps(["pack", bundle, "-o", tmp_path / "undisturbed", *CUT])
    words: list[object] = ["pack", bundle, "-o", tmp_path / "out", *CUT]
    assert disturb(words, steps, 12) >= 5
    usbkit(*words).expect(0)
    assert tree(tmp_path / "out") == tree(tmp_path / "undisturbed")
    unpack(tmp_path / "out", tmp_path / "back").expect(0)
    assert tree(tmp_path / "back") == tree(bundle)


def test_an_index_that_a_kill_left_beside_its_place_is_none(bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pack(bundle, out)[0].expect(0)
    left = out / ".new-1-2-guatemala.pack.json"
    left.write_bytes((out / "guatemala.pack.json").read_bytes()[:-9])
    unpack(out, tmp_path / "back").expect(0)
    pack(bundle, out)[0].expect(0)
    assert not left.exists(), "the next run clears it"


def test_ten_kills_of_an_encrypted_pack(bundle: Path, tmp_path: Path) -> None:
    """As a script does it: a new passphrase is noted, and the last one noted is given when it is asked for."""
    out, noted = tmp_path / "out", tmp_path / "noted"
    noted.touch()
    chance, ends = random.Random(14), list[int]()
    for number in range(11):
        last = noted.read_text().split()[-1:]
        (tmp_path / "given").write_text("".join(last) + "\n")
        line = 'exec "$0" -m tests.support.strike "$1" 9 pack "$2" -o "$3" --encrypt --archive-size 12MB'
        line += f" --new-passphrase-fd 3 --passphrase-fd 4 3>>{noted} 4<{tmp_path / 'given'}"
        step = chance.randint(1, 15) if number < 10 else 0
        done = subprocess.run(
            ["bash", "-c", line, sys.executable, str(step), str(bundle), str(out)],
            env={**os.environ, "PYTHONPATH": str(TOP)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        ends.append(done.returncode)
    assert set(ends) <= {0, -signal.SIGKILL} and ends.count(-signal.SIGKILL) >= 5
    assert ends[-1] == 0
    unpack(out, tmp_path / "back", passphrase=noted.read_text().split()[-1]).expect(0)
    assert tree(tmp_path / "back") == tree(bundle)


def test_ten_kills_of_unpack(bundle: Path, tmp_path: Path) -> None:
    pack(bundle, tmp_path / "sent")[0].expect(0)
    steps = count_steps(["unpack", tmp_path / "sent", "-o", tmp_path / "undisturbed"])
    words: list[object] = ["unpack", tmp_path / "sent", "-o", tmp_path / "back"]
    assert disturb(words, steps, 13) >= 5
    back = tmp_path / "back"
    assert not back.exists() or tree(back) == tree(bundle)  # nothing half-finished looks finished
    usbkit(*words).expect(0)
    assert tree(back) == tree(bundle)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["back", "sent", "undisturbed"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["pack", "unpack"])
def test_interrupted_nothing_is_left_unfinished(
    slow: Path, tmp_path: Path, command: str, number: signal.Signals
) -> None:
    pack(slow, tmp_path / "sent", "--fast")[0].expect(0)
    given = slow if command == "pack" else tmp_path / "sent"
    child = start([command, given, "-o", tmp_path / "out", *(["--fast"] if command == "pack" else [])])
    while not [*tmp_path.glob(".out.usbkit-*/videos"), *tmp_path.glob("out/.new-*")]:
        assert child.poll() is None, "ended before it could be interrupted"
        time.sleep(0.001)
    child.send_signal(number)
    assert child.wait() == 128 + number
    assert not list(tmp_path.glob(".out*")) and not list(tmp_path.glob("out/.new-*"))
    if command == "unpack":
        assert not (tmp_path / "out").exists()


def test_two_at_one_folder(slow: Path, tmp_path: Path) -> None:
    words: list[object] = ["pack", slow, "-o", tmp_path / "out", "--fast"]
    first = start(words)
    while not list(tmp_path.glob("out/.new-*.7z")):
        assert first.poll() is None
        time.sleep(0.001)
    second = pack(slow, tmp_path / "out", "--fast")[0].expect(2)
    assert "another command" in second.err
    assert first.wait() == 0
    unpack(tmp_path / "out", tmp_path / "back").expect(0)
