"""Drives per hour of one order: two stations at a hub compared with one, each with drives as slow as cheap sticks.

``python -m tests.benchmarks stations``, as root. The drives are meant to be the limit, not the computer, which all
stations of the bench share: on a busy one, the figures show that sharing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.rig import MEMORY, MIB, Limits, busy, drives
from tests.ledger.hub.computers import Computers
from tests.station import small
from tests.station.test_hub_following import begin
from tests.support.cli import TOP
from tests.support.postgresql import running_server

#: Bytes a second that each drive takes and gives, how many each station has, and the bytes of the bundle's video.
RATE, DRIVES, VIDEO = 4_000_000, 2, 96 * MIB

#: Seconds after which a station that has not ended is stuck.
_PATIENCE = 900

#: `tests.station.hub_station` with that bundle.
_STATION = (
    "import pathlib, sys; from tests.station import small; small.VIDEO = int(sys.argv[1]); "
    "from tests.station.hub_station import main; "
    "main(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4], [pathlib.Path(n) for n in sys.argv[5:]])"
)


def fill(stations: int) -> float:
    """Seconds from the first passport on in which so many stations fill an order of a drive for each of their ports."""
    with (
        tempfile.TemporaryDirectory(dir=MEMORY) as made,
        running_server() as server,
        drives(Path(made), [Limits(RATE, RATE)] * (stations * DRIVES), 2 * VIDEO) as nodes,
    ):
        folder = Path(made)
        computers = Computers(folder, server)
        running: list[subprocess.Popen[bytes]] = []
        try:
            for number, one in enumerate(begin(computers, stations * DRIVES, [f"s{n}" for n in range(stations)])):
                one.ledger.close()
                its = nodes[number * DRIVES : (number + 1) * DRIVES]
                library = folder / f"library-{number}"
                command = [sys.executable, "-c", _STATION, VIDEO, library, one.ledger.place.path, one.url, *its]
                with (folder / f"log-{number}").open("w") as log:
                    running.append(subprocess.Popen(list(map(str, command)), cwd=TOP, stderr=log))
            for number, process in enumerate(running):
                if process.wait(_PATIENCE):
                    raise RuntimeError((folder / f"log-{number}").read_text()[-2000:])
        finally:
            for process in running:
                process.kill()
        computers.desk.sync()
        made_here = [j for j in computers.desk.ledger.read().journeys.values() if j.counts]
        assert len(made_here) == stations * DRIVES
        return (max(j.changed_at for j in made_here) - min(j.minted_at for j in made_here)).total_seconds()


def run(runs: int, quick: bool) -> None:
    """Print the table; ``quick`` measures once."""
    small.VIDEO = VIDEO
    times: dict[int, list[float]] = {1: [], 2: []}
    for _run in range(1 if quick else runs):
        for stations, found in times.items():
            found.append(fill(stations))
    rates = {n: n * DRIVES * 3600 / statistics.median(found) for n, found in times.items()}
    print(f"{VIDEO / 1e6:.0f} MB a drive at {RATE / 1e6:.0f} MB/s, {DRIVES} drives a station; {busy()}")
    print("| stations | seconds | drives an hour | against one |")
    print("|---|---|---|---|")
    for n, found in times.items():
        print(f"| {n} | {statistics.median(found):.1f} | {rates[n]:.0f} | {rates[n] / rates[1]:.2f} |")
