"""SIGKILL at ten random moments of a build: the next run gives the same bundle as an undisturbed one."""

from __future__ import annotations

import hashlib
import random
import signal
from pathlib import Path

from tests.support.cli import usbkit
from tests.support.strike import count_steps, strike


def tree(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_ten_kills(demo: Path, tmp_path: Path) -> None:
    def words(name: str) -> list[str]:
        folder = tmp_path / name
        common = ["--cache", folder / "cache", "--manifests", demo / "manifests", "-q"]
        return list(map(str, [*common, "build", "guatemala", "-o", folder / "out"]))

    steps, chance = count_steps(words("undisturbed")), random.Random(11)
    ends = []
    for _round in range(10):
        # Each writes, whatever stands there. What one has noted in the cache, the next need not do.
        done = strike([*words("disturbed"), "--again"], chance.randint(1, steps), signal.SIGKILL)
        ends.append(done.returncode)
    assert set(ends) <= {0, -signal.SIGKILL} and ends.count(-signal.SIGKILL) >= 5
    usbkit(*words("disturbed")).expect(0)
    assert tree(tmp_path / "disturbed/out") == tree(tmp_path / "undisturbed/out")
    assert [p.name for p in (tmp_path / "disturbed/out").iterdir()] == ["guatemala"]
    usbkit("verify", tmp_path / "disturbed/out/guatemala").expect(0)
