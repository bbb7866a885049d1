"""A station that follows a hub, over image files, with the small bundle: tests start, cut off and kill it.

If ``USBKIT_TEST_WAITS`` names a file, the waits of the station and the process beside it are written there
(``hub_waits``). ``python -m tests.station.hub_station FOLDER LEDGER HUB FILE…``: the bundle is made from FOLDER's
library.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.station import hub_waits
from tests.station.small import make_bundle
from usbkit.cli.output.board import BoardLines
from usbkit.ledger import Ledger
from usbkit.ledger.place import LedgerPlace, find_ledger
from usbkit.station import hub_following
from usbkit.station.hub_following import Following, HubWatch, begin_following
from usbkit.station.ledger_recorder import LedgerRecorder
from usbkit.station.runner import Runner
from usbkit.station.slots import NamedSlots
from usbkit.station.state_machine import Station
from usbkit.station.work import Policy, Work


def main(folder: Path, file: Path, hub: str, files: list[Path]) -> int | None:
    notes = None
    if noted := os.environ.get(hub_waits.VARIABLE):
        notes = hub_waits.Notes(Path(noted), f"{file.stem} station {os.getpid()}")
        hub_waits.write_down(notes)
        hub_following._MODULE = hub_waits.__name__
    bundle = make_bundle(folder)
    ledger = Ledger.open(LedgerPlace(file), file.stem)
    begin_following(ledger, find_ledger(hub, {}), (), 1)
    orders = tuple(order.id for order in ledger.read().open_orders())
    begin_following(ledger, find_ledger(hub, {}), orders, 1)
    works = [Work(ledger.read().order(id), bundle.for_drives()) for id in orders]
    recorder = LedgerRecorder(ledger, works)
    recorder.open_batch((), "leave")
    machine = Station(recorder, Policy(files=frozenset(files)))
    watch = HubWatch(Following(str(file), hub, file.stem, orders, 1), ledger)
    if notes is not None:
        with notes.noting("begun"):
            pass
    try:
        return Runner(machine, NamedSlots(files), BoardLines(bell=False), beside=watch.news).run()
    finally:
        watch.end()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], [Path(name) for name in sys.argv[4:]])
