"""Writing drives: time against the drives' own limits, CPU, memory and bytes written, compared with other tools.

``python -m tests.benchmarks.writing [--used MIB] [--only PART]…`` measures one part, or another bundle size.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.rig import MEMORY, MIB, Cost, Limits, busy, can_limit, drives, measure, median_of, medians_of
from tests.benchmarks.rivals import DD_USED, Rival, pack_mapped_zip, rivals_here, used_file
from tests.support.cli import TOP
from tests.writing.bundles import make_bundle_folder
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.core.progress import Silence
from usbkit.disk.bmap import make_bmap
from usbkit.disk.image import Image
from usbkit.disk.imagefile import write_image

GIB = 2**30
PARTS = ("one", "four", "eight", "old", "mixed", "ceiling", "memory", "changes", "fakes")
FAST = Limits(80_000_000, 150_000_000)
HALF = Limits(40_000_000, 75_000_000)  # eight fast ones are more than this host carries
SLOW = Limits(20_000_000, 150_000_000)
BRISK = Limits(120_000_000, 150_000_000)

#: A processor without instructions for SHA: OpenSSL's capability vector without bit 29 of its third word (SHA
#: extensions), OPENSSL_ia32cap(3). GNU's and Python's hashing by OpenSSL obey it alike.
NO_SHA = {"OPENSSL_ia32cap": ":~0x20000000"}
_USBKIT = (sys.executable, "-m", "usbkit", "-q", "write", "--yes")


@dataclass(frozen=True)
class Load:
    """What is written: a bundle as a folder, and its image as a file with a block map for the others."""

    bundle: Path
    image_file: Path
    image: Image

    def ideal(self, limits: Limits, *, rival: Rival | None = None) -> float:
        """Seconds that a drive with ``limits`` needs for what a tool writes and reads."""
        amount = self.image.written if rival is None or rival.is_sparse else self.image.size
        reading = amount / (limits.read or 1) if rival is None or rival.reads_back else 0.0
        return amount / (limits.write or 1) + reading


@contextmanager
def load_of(folder: Path, used: int, size: int) -> Iterator[Load]:
    """``used`` bytes in 64 files on a drive of ``size`` bytes."""
    bundle = make_bundle_folder(folder / "sample", video=used // 64, more_videos=63)
    image = read_sealed_folder(bundle).for_drives().make(size, 512)
    file = folder / "sample.img"
    write_image(image, file, Silence())
    (folder / "sample.img.bmap").write_text(make_bmap(image))
    used_file(file).write_text(str(image.extents[-1].end))
    pack_mapped_zip(file)
    yield Load(bundle, file, image)


def run(runs: int, quick: bool, used: int = 512, parts: Sequence[str] = PARTS) -> None:
    """Print the tables of ``parts``, of a bundle of ``used`` MiB on drives four times as large."""
    if not can_limit():
        print("This computer cannot limit drives (cgroup v1 blkio, root): no figures.")
        return
    os.environ["PYTHONPATH"] = str(TOP)
    with tempfile.TemporaryDirectory(dir=MEMORY) as name, load_of(Path(name), used * MIB, 4 * used * MIB) as load:
        folder = Path(name)
        print(f"{load.image.written / 1e6:.0f} MB used of {load.image.size / 1e9:.2f} GB; median of {runs}; {busy()}\n")
        _print_row("tool", "drives", "seconds", "x limit", "CPU s/GB", "written MB", "read MB")
        measures: dict[str, Callable[[], None]] = {
            "one": lambda: _compare(folder, load, [FAST], runs, rivals=not quick),
            "four": lambda: _compare(folder, load, [FAST] * 4, runs, rivals=not quick),
            "eight": lambda: _compare(folder, load, [HALF] * 8, runs, rivals=True, among=(DD_USED,)),
            "old": lambda: _compare(folder, load, [BRISK] * 8, runs, rivals=True, among=(DD_USED,), old=True),
            "mixed": lambda: _compare_mixed(folder, load, runs),
            "ceiling": lambda: _measure_ceiling(folder, load, runs),
            "memory": lambda: _measure_memory(folder, load),
            "changes": lambda: _measure_refresh_and_resume(folder, quick),
            "fakes": lambda: _measure_fakes(folder),
        }
        for part in parts:
            measures[part]()
        print(f"\nat the end: {busy()}")


def _compare(
    folder: Path,
    load: Load,
    limits: Sequence[Limits],
    runs: int,
    *,
    rivals: bool,
    among: Sequence[str] = (),
    old: bool = False,
) -> None:
    """usbkit and its rivals (those ``among`` these names), by turns; ``old``: without SHA instructions.

    What this host can carry of more than four drives is what dd to as many at once shows in the same run.
    """
    name = f"{len(limits)} at {(limits[0].write or 0) // 10**6}/{(limits[0].read or 0) // 10**6} MB/s"
    name += ", no SHA" if old else ""
    environment = NO_SHA if old else None
    chosen = [r for r in rivals_here() if not among or r.name in among] if rivals else []
    with drives(folder, limits, load.image.size) as nodes:
        lines: dict[str, Sequence[object]] = {"usbkit write": _ours(load, nodes)}
        lines |= {r.name: ("sh", "-c", r.command(load.image_file, nodes)) for r in chosen}
        costs = medians_of(
            runs, {n: functools.partial(measure, line, nodes[0], environment=environment) for n, line in lines.items()}
        )
        _print_cost("usbkit write", name, costs["usbkit write"], load.ideal(limits[0]), load.image.written * len(nodes))
        for rival in chosen:
            amount = load.image.written if rival.is_sparse else load.image.size
            ideal = load.ideal(limits[0], rival=rival)
            _print_cost(rival.name, name, costs[rival.name], ideal, amount * len(nodes))


def _compare_mixed(folder: Path, load: Load, runs: int) -> None:
    """Three fast drives beside a slow one: what the fast ones take, by their own records, and what one takes alone."""
    with drives(folder, [FAST] * 3 + [SLOW], load.image.size) as nodes:
        alone = sorted(sum(_result([*_ours(load, nodes[:1]), "--json"])["seconds"].values()) for _run in range(runs))
        spent: list[tuple[float, float]] = []
        for _run in range(runs):
            done = subprocess.run(
                [*map(str, _ours(load, nodes)), "--json"], cwd=TOP, capture_output=True, text=True, check=True
            )
            each = [sum(d["seconds"].values()) for d in json.loads(done.stdout.splitlines()[-1])["drives"]]
            spent.append((max(each[:3]), each[3]))
        fast, slow = sorted(spent)[runs // 2]
        _print_row(
            "usbkit write",
            "3 fast + 1 slow",
            f"{fast:.1f} / {slow:.1f}",
            f"{fast / alone[runs // 2]:.3f} (of one alone)",
            "",
            "",
            "",
        )


def _measure_ceiling(folder: Path, load: Load, runs: int) -> None:
    with drives(folder, [Limits()], load.image.size) as nodes:
        cost = median_of(runs, lambda: measure(_ours(load, nodes), nodes[0]))
        rate = 2 * load.image.written / cost.seconds / 1e9
        _print_row(
            "usbkit write", "1, no limit", f"{cost.seconds:.2f}", f"{rate:.2f} GB/s", _per_gb(cost, load), "", ""
        )


def _measure_memory(folder: Path, load: Load) -> None:
    print("\nmemory (PSS of all processes; the first line is the program with its imports, doing nothing)")
    modules = ("cli.commands.write", "writing.batch", "bundle.read_folder", "cli.main")
    nothing = f"import {', '.join(f'usbkit.{m}' for m in modules)}, time; time.sleep(1)"
    with drives(folder, [HALF] * 8, load.image.size) as nodes:
        base = measure((sys.executable, "-c", nothing), nodes[0], watch_memory=True).memory
        print(f"  {base / MIB:6.1f} MiB")
        for count in (1, 4, 8):
            peak = measure(_ours(load, nodes[:count]), nodes[0], watch_memory=True).memory
            bound = 64 + 16 * count
            print(f"  {peak / MIB:6.1f} MiB at {count}: {(peak - base) / MIB:.1f} above, bound {bound}")


def _measure_refresh_and_resume(folder: Path, quick: bool) -> None:
    used = GIB if quick else 4 * GIB
    old = make_bundle_folder(folder / "refresh" / "sample", video=used // 8, more_videos=7)
    with drives(folder, [FAST], used + GIB) as nodes:
        write = [*_USBKIT, "--json", "--bundle", old, "--drive", nodes[0]]
        _result(write)
        changed = old / "videos/01-opening.es.srt"
        make_bundle_folder(old, video=used // 8, more_videos=7, words="otra cosa", only_words=True)
        done = _result([*write, "--refresh"])
        print(f"\n--refresh of {used / GIB:.0f} GiB after {changed.name} changed: {_told(done)}")
        _kill_at(write, 0.6)
        done = _result([*write, "--resume"])
        print(f"--resume of {used / GIB:.0f} GiB after a kill at 60 %: {_told(done)}")
    shutil.rmtree(folder / "refresh")


def _told(drive: dict[str, Any]) -> str:
    seconds = drive["seconds"]
    phases = ", ".join(f"{phase} {spent:.1f} s" for phase, spent in seconds.items())
    return f"{int(str(drive['written'])) / 1e6:.1f} MB written, {int(str(drive['read'])) / 1e6:.0f} MB read ({phases})"


def _result(command: Sequence[object]) -> dict[str, Any]:
    done = subprocess.run(list(map(str, command)), cwd=TOP, capture_output=True, text=True, check=True)
    drive: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["drives"][0]
    return drive


def _kill_at(command: Sequence[object], share: float) -> None:
    child = subprocess.Popen(list(map(str, command)), cwd=TOP, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and event["phase"] == "data" and event["done"] > share * event["total"]:
            break
    child.kill()
    child.wait()
    time.sleep(2)  # its worker notices that nobody listens


def _measure_fakes(folder: Path) -> None:
    from tests.drives.devices import faulty_device
    from tests.support.capabilities import why_not

    if why_not("fault-disk") is not None:
        return
    size, true_size = 64 * 10**9 // 4096 * 4096, 8 * 10**9 // MIB * MIB
    bundle = make_bundle_folder(folder / "fake" / "sample", video=MIB)
    print()
    with tempfile.TemporaryDirectory() as elsewhere, faulty_device(Path(elsewhere) / "fake", size) as device:
        for beyond in ("wrap", "zeros", "noise"):
            device.order(true_size=true_size, beyond=beyond)
            command = [*_USBKIT, "--json", "--bundle", bundle, "--drive", device.node]
            done = subprocess.run(list(map(str, command)), cwd=TOP, capture_output=True, text=True, check=False)
            drive = json.loads(done.stdout.splitlines()[-1])["drives"][0]
            spent = sum(drive["seconds"].values())
            told = f"{drive['outcome']}, {drive['true_size']} of {true_size} bytes, {spent:.1f} s"
            print(f"a fake of 64 GB that holds 8 ({beyond}): {told}")


def _ours(load: Load, nodes: Sequence[Path]) -> list[object]:
    return [*_USBKIT, "--bundle", load.bundle, *(a for n in nodes for a in ("--drive", n))]


def _per_gb(cost: Cost, load: Load) -> str:
    return f"{cost.cpu / (load.image.written / 1e9):.2f}"


def _print_cost(tool: str, name: str, cost: Cost, ideal: float, amount: int) -> None:
    times, per_gb = f"{cost.seconds / ideal:.3f}", f"{cost.cpu / (amount / 1e9):.2f}"
    counted = (f"{cost.written / 1e6:.0f}", f"{cost.read / 1e6:.0f}")
    _print_row(tool, name, f"{cost.seconds:.1f}", times, per_gb, *counted)


def _print_row(*cells: str) -> None:
    print("".join(c.ljust(w) for c, w in zip(cells, (25, 28, 14, 14, 12, 12, 12), strict=True)).rstrip(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each measurement (default: 5)")
    parser.add_argument("--quick", action="store_true", help="usbkit alone, and smaller bundles")
    parser.add_argument("--used", type=int, default=512, help="MiB of the bundle that is timed (default: 512)")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part, instead of all")
    given = parser.parse_args()
    run(given.runs, given.quick, given.used, given.only or PARTS)


if __name__ == "__main__":
    main()
