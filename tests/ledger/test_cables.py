"""A cable is pulled while a computer holds the ledger's lock, or during its COMMIT: the others continue, nothing is
lost or duplicated.

The server ends a waiting session after 12 seconds (``usbkit.ledger.server``), so an append that succeeds beside the
silent connection proves a shorter wait. ``-s`` shows its length.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.ledger.stories import clock, order
from tests.support.cables import NETWORK, Cable, cables
from tests.support.cli import TOP
from tests.support.postgresql import Server, name_of, running_server
from tests.support.proxy import Proxy
from tests.support.sample import sample
from usbkit.ledger import Ledger
from usbkit.ledger.chain import check_chain
from usbkit.ledger.checking import check_ledger
from usbkit.ledger.place import LedgerPlace

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql", "netns")]

#: Where the cable is pulled: while the lock is held; when the COMMIT was done, before its answer; before it arrives.
WHERE = ("held", "after", "before")

_CABLE = 31


@pytest.fixture(scope="module")
def wire() -> Iterator[Cable]:
    with cables(1, _CABLE) as (laid,):
        yield laid


@pytest.fixture(scope="module")
def listening(wire: Cable) -> Iterator[Server]:
    with running_server(wire.ours, NETWORK) as server:
        yield server


@pytest.fixture
def plugged(wire: Cable) -> Iterator[Cable]:
    wire.plug()
    yield wire
    wire.plug()


class FarEnd:
    """The computer at the end of the cable."""

    def __init__(self, cable: Cable, url: URL, folder: Path, before: int, held: int) -> None:
        far = url.set(drivername="postgresql").render_as_string(hide_password=False)
        command = [*cable.command, "env", f"PYTHONPATH={TOP}", f"XDG_DATA_HOME={folder / 'far'}"]
        command += [sys.executable, "-m", "tests.ledger.far_end", far, "far", str(before), str(held)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.mark.parametrize("seed", range(sample("cables pulled at a ledger on a server", 2, 20)))
def test_the_others_go_on(tmp_path: Path, listening: Server, plugged: Cable, seed: int) -> None:
    chance, where = random.Random(seed), WHERE[seed % len(WHERE)]
    before, held, waits = chance.randrange(6), chance.randrange(1, 5), chance.random() < 0.5
    url = listening.database(name_of(tmp_path))
    here = Ledger.open(LedgerPlace(server=url), "near", clock)
    with ExitStack() as ends:
        proxy = Proxy(listening.folder / ".s.PGSQL.5432", plugged.ours)
        ends.callback(proxy.close)
        port = 5432 if where == "held" else proxy.port
        far = FarEnd(plugged, url.set(host=plugged.ours, port=port, query={}), tmp_path, before, held)
        ends.callback(far.end)
        assert far.hear() == "holding"
        if where == "held":
            plugged.pull()
        else:
            proxy.pull, proxy.cut = plugged.pull, where
        began = time.monotonic()
        far.go_on()
        here.append(order("near-1"))
        waited = time.monotonic() - began
        said = far.hear() if waits else ""
        plugged.plug()
        said = said or far.hear()
        if said != "kept":
            far.go_on()
            again = far.hear()
            assert again.startswith("kept after all")
            said += f"; {again}"
        here.append(order("near-2"))
    print(f"\ncable pulled, {where}, seed {seed}: the others went on after {waited:.1f} s; far end: {said}")
    expected = {*(f"far-{n}" for n in range(before)), *(f"far-held-{n}" for n in range(held)), "near-1", "near-2"}
    names = [entry.body for entry in here.entries()]
    assert len(names) == len(expected) == len(here.read().orders) and set(here.read().orders) == expected
    assert list(check_chain(here.entries())) == [] and check_ledger(here).holds
    here.close()
