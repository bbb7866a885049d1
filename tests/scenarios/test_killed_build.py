"""SIGKILL at ten random moments of a build: the next run ends with the same bundle as an undisturbed one."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from tests.support.cli import TOP, usbkit


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

    began = time.monotonic()
    usbkit(*words("undisturbed")).expect(0)
    took = time.monotonic() - began
    chance, killed = random.Random(11), 0
    for _round in range(10):
        child = subprocess.Popen(
            [sys.executable, "-m", "usbkit", *words("disturbed"), "--again"],  # each writes, whatever stands there
            env={**os.environ, "PYTHONPATH": str(TOP)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.1, 1.0) * took)
        child.kill()
        killed += child.wait() < 0
    assert killed > 0
    usbkit(*words("disturbed")).expect(0)
    assert tree(tmp_path / "disturbed/out") == tree(tmp_path / "undisturbed/out")
    assert [p.name for p in (tmp_path / "disturbed/out").iterdir()] == ["guatemala"]
    usbkit("verify", tmp_path / "disturbed/out/guatemala").expect(0)
