"""How long ``usbkit check`` of ten countries takes over a library that has not changed.

Run it on a quiet machine: ``python -m tests.benchmarks.check_speed``. The bound (one second) is not asserted anywhere.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from usbkit.core import package_data
from usbkit.core.progress import Silence
from usbkit.demo import make_library

RUNS = 9


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(package_data.manifests(), folder / "manifests")
        make_library(folder / "library", Silence())
        files = sum(path.is_file() for path in (folder / "library").rglob("*"))
        # What was changed within two seconds is not remembered: it may change again without a new time.
        time.sleep(2.5)
        for language in ("en", "ko"):
            command = [sys.executable, "-m", "usbkit", "--lang", language, "--manifests", str(folder / "manifests")]
            command += ["--cache", str(folder / "cache"), "check", "-q"]
            _measure(command)
            wall, cpu = zip(*(_measure(command) for _ in range(RUNS)), strict=True)
            figures = f"best {min(wall):.2f} s, median {statistics.median(wall):.2f} s"
            spent = f"processor {statistics.median(cpu):.2f} s, load {os.getloadavg()[0]:.1f}"
            print(f"check of 10 countries, {files} files, {language}: {figures}; {spent}")


def _measure(command: list[str]) -> tuple[float, float]:
    """Seconds of the wall clock and of the processor."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    took, after = time.perf_counter() - began, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return took, spent


if __name__ == "__main__":
    main()
