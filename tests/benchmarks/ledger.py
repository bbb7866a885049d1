"""A ledger of 100,000 entries: what each command takes, on SQLite and on PostgreSQL where a server can be had."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.ledger.stories import SEAL, begun, clock, ended, order, stick
from tests.support.capabilities import why_not
from tests.support.cli import usbkit
from tests.support.postgresql import running_server
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Answer, Mark
from usbkit.ledger.events import DriveMarked, OrderAdded, ReceiptEntered
from usbkit.ledger.place import LedgerPlace
from usbkit.trust.receipt_code import Found, Report, make_code

#: Drives of an order; each has five entries.
DRIVES = 500

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("ledger", "list", "--order", "order-1"),
    ("ledger", "list"),
    ("ledger", "report"),
    ("ledger", "report", "--by", "seal"),
    ("ledger", "export", "--format", "csv"),
    ("ledger", "head"),
    ("ledger", "check"),
    ("order", "list"),
)


def run(runs: int, quick: bool) -> None:
    """Print the table; ``quick`` takes a tenth of the entries."""
    orders = 4 if quick else 40
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        places = [("SQLite", LedgerPlace(Path(name) / "ledger.sqlite"))]
        if (reason := why_not("postgresql")) is None:
            server = servers.enter_context(running_server())
            places.append(("PostgreSQL", LedgerPlace(server=server.database("ledger"))))
        else:
            print(f"without PostgreSQL: {reason}")
        for title, place in places:
            _measure(title, place, orders, runs, Path(name) / "merged.sqlite")


def _measure(title: str, place: LedgerPlace, orders: int, runs: int, empty: Path) -> None:
    start = time.monotonic()
    last = fill(place, orders)
    count = len(list(Ledger.open(place, "kim").entries()))
    print(f"\n{title}: {count} entries, appended in {time.monotonic() - start:.1f} s ({orders} transactions)")
    named = str(place) if place.server is None else place.server.set(drivername="postgresql").render_as_string()
    for command in (*COMMANDS, ("ledger", "show", last)):
        _time(command, named, runs)
    codes = _codes(place, last, runs)
    _time_each([("receipt", "enter", code) for code in codes], named, "receipt enter CODE", expect=1)
    empty.unlink(missing_ok=True)
    _time_each([("ledger", "merge", named, "--yes")], str(empty), "ledger merge, all of it")
    _time_each([("ledger", "merge", named, "--yes")] * runs, str(empty), "ledger merge, nothing new")


def fill(place: LedgerPlace, orders: int) -> str:
    """Orders of which every drive was made, sent, and came back whole; the reference of the last."""
    ledger = Ledger.open(place, "kim", clock)
    drive = ""
    for n in range(1, orders + 1):
        with ledger.write() as writing:
            id = f"order-{n}"
            writing.append(OrderAdded.model_validate(order(id, DRIVES).model_dump() | {"country": f"country-{n % 20}"}))
            for number in range(1, DRIVES + 1):
                drive = writing.mint(id, number)
                writing.append(begun(drive, stick(f"{n}-{number}")))
                writing.append(ended(drive))
                writing.append(DriveMarked(drive=drive, mark=Mark.SENT, bag=str(n)))
                code = "0" * 20
                entered = {"code": code, "found": Found.WHOLE, "count": 0, "has_letter": False}
                writing.append(ReceiptEntered(drive=drive, answer=Answer.ACCEPTED, **entered))
    return drive


def _codes(place: LedgerPlace, drive: str, count: int) -> list[str]:
    """Codes of one drive that contradict what it said before."""
    nonce = Ledger.open(place, "kim").nonce_of(drive)
    return [make_code(Report(drive, Found.DAMAGED, n + 1), nonce, SEAL) for n in range(count)]


def _time(command: Sequence[str], named: str, runs: int) -> None:
    _time_each([command] * runs, named, " ".join(command))


def _time_each(commands: Sequence[Sequence[str]], named: str, title: str, expect: int = 0) -> None:
    taken = []
    for command in commands:
        start = time.monotonic()
        usbkit("--ledger", named, *command).expect(expect)
        taken.append(time.monotonic() - start)
    print(f"  {title:36}{statistics.median(taken):7.2f} s  (best {min(taken):.2f})")
    sys.stdout.flush()
