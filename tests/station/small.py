"""A station over image files, with a bundle small enough for many runs: tests kill and restart it.

``python -m tests.station.small FOLDER FILE…`` fills the order in FOLDER's ledger and ends when it is filled.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.ledger.stories import open_ledger, order
from tests.support import plans
from usbkit.bundle.assembly import Bundle, assemble
from usbkit.bundle.plan import plan_bundle
from usbkit.cli.output.board import BoardLines
from usbkit.ledger import Ledger
from usbkit.sources.inventory import SourceFile
from usbkit.station.ledger_recorder import LedgerRecorder
from usbkit.station.runner import Runner
from usbkit.station.slots import NamedSlots
from usbkit.station.state_machine import Station
from usbkit.station.work import Foreign, Policy, Work

MIB = 2**20
STICK = 96 * MIB
VIDEO = 24 * MIB


def make_bundle(folder: Path) -> Bundle:
    """A bundle with one video of `VIDEO` bytes; the same each time for the same folder."""
    programme, country = plans.programme(), plans.country()
    sources = folder / "library"
    inventory = plans.inventory(sources, programme, country)
    video = sources / "videos/opening.mp4"
    data = hashlib.shake_256(b"opening").digest(VIDEO)
    video.write_bytes(data)
    grown = SourceFile(video, len(data), video.stat().st_mtime_ns, hashlib.sha256(data).hexdigest())
    files = {**inventory.files, "videos/opening.mp4": grown}
    return assemble(plan_bundle(programme, country, "guatemala", replace(inventory, files=files)), ())


def begin(folder: Path, count: int) -> tuple[Bundle, Ledger]:
    """A ledger with an order of ``count`` drives of the bundle."""
    bundle, ledger = make_bundle(folder), open_ledger(folder)
    ledger.append(order(count=count).model_copy(update={"fingerprint": bundle.fingerprint}))
    return bundle, ledger


def station(
    folder: Path, bundle: Bundle, files: Sequence[Path], *, once: bool = False, foreign: Foreign = Foreign.ASK
) -> tuple[Runner, Station]:
    """A station over ``files``."""
    ledger = open_ledger(folder)
    works = [Work(o, bundle.for_drives()) for o in ledger.read().open_orders()]
    recorder = LedgerRecorder(ledger, works)
    recorder.open_batch((), "leave")
    machine = Station(recorder, Policy(files=frozenset(files), foreign=foreign))
    return Runner(machine, NamedSlots(files), BoardLines(bell=False), once=once), machine


def make_sticks(folder: Path, count: int) -> list[Path]:
    """Image files that stand for empty sticks."""
    sticks = [folder / f"stick-{n}.img" for n in range(count)]
    for stick in sticks:
        with stick.open("wb") as file:
            file.truncate(STICK)
    return sticks


if __name__ == "__main__":
    at = Path(sys.argv[1])
    runner, _machine = station(at, make_bundle(at), [Path(name) for name in sys.argv[2:]])
    print("begun", flush=True)
    runner.run()
    print("over", flush=True)
