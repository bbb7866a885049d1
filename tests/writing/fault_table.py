"""``python -m tests.writing.fault_table``: each fault of a drive, the message, and the outcome of its neighbour. As
root.

Each row is a run of ``usbkit write`` on two block devices: one with an injected fault, one good.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.drives.devices import FaultyDevice, faulty_device
from tests.support.cli import TOP, usbkit
from tests.support.loop import loop_device
from tests.writing.bundles import make_bundle_folder
from usbkit.bundle.read_folder import read_sealed_folder

MIB = 2**20
SIZE = 96 * MIB


@dataclass(frozen=True)
class Row:
    """A fault: ordered from the start (``faults``), or ``strike`` at the beginning of ``phase``."""

    what: str
    faults: dict[str, Any] = field(default_factory=dict)
    phase: str | None = None
    strike: dict[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()


def rows(video: int) -> list[Row]:
    """The faults; ``video`` is where the bundle's video begins."""
    place = [video + 2 * MIB, video + 4 * MIB]
    slow = {"rate": 12_000_000}
    return [
        Row("nothing"),
        Row("write error in a video", {"bad_writes": place}),
        Row("read error in the read-back", {"bad_reads": [place[0], place[0] + 4096]}),
        Row("one byte flipped", {"flip": place[0] + 12_345}),
        Row("writes dropped without a word", {"drop": [place[0], place[0] + 4096]}),
        *(Row(f"gone in {phase}", slow, phase, {"gone": True}) for phase in ("wipe", "probe", "data", "read-back")),
        Row("hangs while data is written", slow, "data", {"hang": [0, SIZE]}, ("--give-up", "15")),
        Row("slows down to 1 MB/s", slow, "data", {"rate": 1_000_000}),
        Row("full earlier than it said", {"true_size": 20 * MIB, "beyond": "error"}),
        *(Row(f"holds 20 MiB: {b}", {"true_size": 20 * MIB, "beyond": b}) for b in ("wrap", "zeros", "noise")),
    ]


def main() -> None:
    print("| done to one drive | outcome | said | its neighbour | seconds |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bundle = make_bundle_folder(folder / "guatemala")
        image = read_sealed_folder(bundle).for_drives().make(SIZE, 512)
        video = next(f.offset for f in image.files if f.path.endswith(".mp4"))
        with faulty_device(folder / "faulty", SIZE) as bad, loop_device(folder / "good", SIZE) as good:
            for row in rows(video):
                _print(row, *_carry_out(row, bundle, bad, good))


def _carry_out(row: Row, bundle: Path, bad: FaultyDevice, good: Path) -> tuple[dict[str, Any], dict[str, Any], float]:
    # Empty flash: writes that are lost over the same bytes of the row before would be no fault.
    for size in (0, SIZE):
        os.truncate(bad.backing, size)
    bad.order(**row.faults)
    began = time.monotonic()
    found = _write([*row.options, "--bundle", bundle, "--drive", bad.node, "--drive", good], bad, row)
    spent = time.monotonic() - began
    bad.order()
    by_node = {d["drive"]: d for d in found["drives"]}
    faulty, fine = by_node[str(bad.node)], by_node[str(good)]
    for drive in (faulty, fine):
        verdict = usbkit("verify", drive["drive"])
        if (verdict.code == 0) != (drive["outcome"] == "whole"):
            raise AssertionError(f"{row.what}: {drive['drive']} was called {drive['outcome']}: {verdict.out}")
    return faulty, fine, spent


def _write(arguments: list[Any], bad: FaultyDevice, row: Row) -> dict[str, Any]:
    command = [sys.executable, "-m", "usbkit", "write", "--json", "--yes", *map(str, arguments)]
    child = subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert child.stdout is not None
    event: dict[str, Any] = {}
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "phase" and event["key"] == str(bad.node) and event["phase"] == row.phase:
            bad.order(**row.strike)
    child.wait()
    return event


def _print(row: Row, faulty: dict[str, Any], fine: dict[str, Any], spent: float) -> None:
    troubles = (faulty["verdict"] or {}).get("troubles", [])
    said = [f["what"] for f in faulty["findings"]]
    said += [f"{t['path']}: {t['trouble']}: {t['detail']}" for t in troubles]
    cells = (row.what, f"{faulty['outcome']} in {faulty['phase']}", "; ".join(said), fine["outcome"], f"{spent:.1f}")
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
