"""Image files compared with ``cp --sparse=always`` of the same data, and a layout of 64 GB: seconds, ratios, memory."""

from __future__ import annotations

import datetime as dt
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.cli import TOP
from usbkit.core.content import FileRange
from usbkit.core.progress import Silence
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.imagefile import write_image
from usbkit.disk.layout import LayoutOptions, lay_out

MIB = 2**20


def run(runs: int, quick: bool) -> None:
    """Print all tables."""
    _measure_layout(runs)
    amount = (512 if quick else 2048) * MIB
    for where, title in ((None, "on a disk"), ("/dev/shm", "in memory")):
        with tempfile.TemporaryDirectory(dir=where) as name:
            folder = Path(name)
            files = _make_files(folder / "data", amount)
            image = _lay_out(files, amount)
            print(f"\n{amount / 1e6:.0f} MB in {len(files)} files to a file {title}; {runs} pairs, in turn")
            for sync in (True, False):
                _compare(folder, runs, image, sync=sync)


def _make_files(folder: Path, amount: int) -> list[Path]:
    """Random bytes: 32 large files and 200 small ones."""
    folder.mkdir()
    files = []
    for number in range(232):
        size = (amount - 200 * 64 * 1024) // 32 if number < 32 else 64 * 1024
        path = folder / f"{number:03}.bin"
        with path.open("wb") as file:
            for start in range(0, size, MIB):
                file.write(os.urandom(min(MIB, size - start)))
        files.append(path)
    return files


def _lay_out(files: list[Path], amount: int) -> Image:
    tree = [
        TreeFile(f"f/{p.name}", FileRange(p, 0, p.stat().st_size), "0" * 64, leads=n < 32) for n, p in enumerate(files)
    ]
    return lay_out(tree, _options(amount * 3 // 2 + 512 * MIB))


def _options(capacity: int) -> LayoutOptions:
    moment = dt.datetime(2020, 10, 30, 12, tzinfo=dt.UTC)
    return LayoutOptions(capacity=capacity, label="BENCH", volume_id=1, disk_id=2, timestamp=moment)


def _copy(folder: Path, *, sync: bool) -> None:
    target = folder / "copied"
    subprocess.run(["cp", "-r", "--sparse=always", str(folder / "data"), str(target)], check=True)
    if sync:
        subprocess.run(["sync", "--file-system", str(target)], check=True)


def _compare(folder: Path, runs: int, image: Image, *, sync: bool) -> None:
    """Ours, which is on the disk when it is done, and cp, with and without waiting for the disk."""
    spent: list[tuple[float, float]] = []
    for number in range(runs + 1):
        pair = [
            _time(lambda: write_image(image, folder / "ours.img", Silence())),
            _time(lambda: _copy(folder, sync=sync)),
        ]
        _clear(folder)
        if number:  # the first warms the caches
            spent.append((pair[0], pair[1]))
    ratios = sorted(other / own for own, other in spent)
    own, other = (statistics.median(x) for x in zip(*spent, strict=True))
    name = "cp --sparse=always" + (" and sync" if sync else "")
    print(f"usbkit image {own:.2f} s, {name} {other:.2f} s: {statistics.median(ratios):.2f} of its speed", end="")
    print(f" (pairs from {ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True)


def _time(once: Callable[[], object]) -> float:
    os.sync()
    began = time.monotonic()
    once()
    return time.monotonic() - began


def _clear(folder: Path) -> None:
    shutil.rmtree(folder / "copied", ignore_errors=True)
    for path in folder.glob("ours.img*"):
        path.unlink()


_LAYOUT = """
import sys
from tests.benchmarks.images import measure_layout
measure_layout(sys.argv[1])
"""


def _measure_layout(runs: int) -> None:
    print(f"layout of 64 GB in 2,000 files, median of {runs}; memory above the interpreter with its imports")
    for filesystem in ("fat32", "exfat"):
        lines = [
            subprocess.run(
                [sys.executable, "-c", _LAYOUT, filesystem], cwd=TOP, check=True, capture_output=True, text=True
            ).stdout.split()
            for _run in range(runs)
        ]
        seconds = statistics.median(float(line[0]) for line in lines)
        memory = max(int(line[1]) for line in lines)
        print(f"{filesystem}: {seconds:.3f} s, {memory / MIB:.1f} MiB", flush=True)


def measure_layout(filesystem: str) -> None:
    """Print the seconds and the bytes of memory that one layout takes in this process."""
    from dataclasses import replace

    size = 64 * 10**9 // 2000
    here = Path("/dev/null")
    names = [f"d{n % 40}/file {n:05} ñ.bin" for n in range(2000)]
    tree = [TreeFile(name, FileRange(here, 0, size), "0" * 64, leads=n < 20) for n, name in enumerate(names)]
    options = replace(_options(128 * 10**9), filesystem=filesystem)  # type: ignore[arg-type]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    lay_out(tree, options)
    print(time.monotonic() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
