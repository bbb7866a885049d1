"""Cost of each command that reads the ledger at 1,000, 10,000 and 100,000 entries: CPU, wall time, memory.

Orders have 40 drives each, as for 190 countries, so a command about one order has the same output at each size. Below
the table is a station's cost of an append, and of a failed one.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.rig import busy
from tests.ledger.stories import SEAL, begun, clock, ended, order, stick
from tests.support.capabilities import why_not
from tests.support.cli import TOP
from tests.support.postgresql import running_server
from usbkit.core import package_data
from usbkit.core.errors import UsbkitError
from usbkit.drives.record import Outcome
from usbkit.ledger import Ledger
from usbkit.ledger.appending import Writing
from usbkit.ledger.delivery_status import Answer, Mark
from usbkit.ledger.events import DriveMarked, OrderAdded, ReceiptEntered
from usbkit.ledger.place import LedgerPlace
from usbkit.trust.receipt_code import Found, Report, make_code

#: Drives of an order; each has five entries.
DRIVES = 40
SIZES = (1_000, 10_000, 100_000)

#: What every command costs before it asks anything.
_START = ("ledger", "--help")

#: Each with what it is called where its words differ from run to run; FREE and GONE are orders, DRIVE is a drive.
COMMANDS: tuple[tuple[str, ...], ...] = (
    _START,
    ("status",),
    ("doctor",),
    ("order", "show", "ORDER"),
    ("order", "list"),
    ("order", "correct", "ORDER", "--note", "ring"),
    ("order", "cancel", "FREE", "--yes"),
    ("ledger", "show", "DRIVE"),
    ("ledger", "list", "--order", "ORDER"),
    ("ledger", "list"),
    ("ledger", "report", "--order", "ORDER"),
    ("ledger", "report"),
    ("ledger", "export", "--order", "ORDER"),
    ("ledger", "export"),
    ("ledger", "mark", "lost", "DRIVE", "--again"),
    ("receipt", "enter", "CODE"),
    ("receipt", "calls"),
    ("station", "install", "--print"),
    ("station", "clear", "A1"),
    ("ledger", "head"),
    ("ledger", "check"),
    ("ledger", "backup", "COPY"),
    ("ledger", "merge", "COPY", "--yes"),
)


#: Runs a command and says, last of all, what memory it had: what the system tells of a child counts ours from before.
_RUN = """
import re, sys
from pathlib import Path
from usbkit.cli.main import run
code = run(sys.argv[1:])
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds and wall seconds of a command with all it started, and its most memory (RSS, MiB)."""

    cpu: float
    wall: float
    memory: float

    def __str__(self) -> str:
        return f"{self.cpu:7.2f}{self.wall:8.2f}{self.memory:6.0f}"


def run(runs: int, quick: bool) -> None:
    """Print a table for SQLite, and where a server can be had one for PostgreSQL; ``quick`` leaves the largest out."""
    sizes = SIZES[:2] if quick else SIZES
    with tempfile.TemporaryDirectory() as name:
        _table("SQLite", LedgerPlace(Path(name) / "ledger.sqlite"), Path(name), sizes, runs)
    if (reason := why_not("postgresql")) is not None:
        print(f"without PostgreSQL: {reason}")
        return
    with tempfile.TemporaryDirectory() as name, running_server() as server:
        _table("PostgreSQL", LedgerPlace(server=server.database("ledger")), Path(name), sizes, runs)


def _table(title: str, place: LedgerPlace, folder: Path, sizes: Sequence[int], runs: int) -> None:
    found: dict[str, list[object]] = {" ".join(command): [] for command in COMMANDS}
    ledger, orders = Ledger.open(place, "kim", clock), 0
    for size in sizes:
        while orders * DRIVES * 5 < size:
            orders += 1
            fill(ledger, orders)
        for command in COMMANDS:
            costs = [_cost(command, ledger, orders, folder / f"{size}-{n}") for n in range(runs)]
            found[" ".join(command)].append(_median(costs))
        for what, does in (("(a station's append)", _append), ("(an append that fails)", _fail)):
            found.setdefault(what, []).append(_median([_own_cost(does, ledger, orders) for _run in range(runs)]))
    print(f"\n{title}: CPU s, wall s, RSS MiB; median of {runs}; {busy()}")
    print(f"{'':32}" + "".join(f"{size:>21,}" for size in sizes))
    for what, row in found.items():
        print(f"{what:32}" + "".join(f"{cost!s:>21}" for cost in row))
    sys.stdout.flush()


def _median(costs: Sequence[Cost]) -> Cost:
    columns = zip(*((c.cpu, c.wall, c.memory) for c in costs), strict=True)
    return Cost(*map(statistics.median, columns))


def fill(ledger: Ledger, n: int) -> None:
    """The order ``n``, of which every drive but the last was made, sent and found whole; and one to be cancelled."""
    with ledger.write() as writing:
        _add(writing, f"free-{n}", n, 1)
        _add(writing, f"order-{n}", n, DRIVES)
        for number in range(1, DRIVES):
            drive = writing.mint(f"order-{n}", number)
            writing.append(begun(drive, stick(f"{n}-{number}")))
            writing.append(ended(drive))
            writing.append(DriveMarked(drive=drive, mark=Mark.SENT, bag=str(n)))
            entered = {"code": "0" * 20, "found": Found.WHOLE, "count": 0, "has_letter": False}
            writing.append(ReceiptEntered(drive=drive, answer=Answer.ACCEPTED, **entered))


def _add(writing: Writing, id: str, n: int, count: int) -> None:
    added = order(id, count).model_dump() | {"country": f"country-{n % 190}"}
    writing.append(OrderAdded.model_validate(added))


def _manifests(folder: Path) -> Path:
    """The forum's manifests as those of the programme that the orders are of: others' orders are refused."""
    made = folder / "manifests"
    if not made.exists():
        shutil.copytree(package_data.manifests(), made)
        for programme in made.rglob("programme.toml"):
            text = programme.read_text(encoding="utf-8")
            programme.write_text(
                re.sub(r'^id = ".*"$', 'id = "forum-test"', text, count=1, flags=re.M), encoding="utf-8"
            )
    return made


def _cost(command: Sequence[str], ledger: Ledger, orders: int, copy: Path) -> Cost:
    words = _words(command, ledger, orders, copy)
    place = ledger.place
    named = str(place) if place.server is None else place.server.set(drivername="postgresql").render_as_string()
    shared = ["--manifests", str(_manifests(copy.parent)), "--cache", str(copy.parent / "cache"), "--ledger", named]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(TOP), "XDG_DATA_HOME": str(copy.parent), "LANG": "C.UTF-8"}
    start = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-c", _RUN, *shared, *words],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert child.stderr is not None
    said = child.stderr.read()
    _pid, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    # A clearing without a failure, a second receipt and a machine that lacks something answer no.
    assert child.returncode in (0, 1, 2 if words[:2] == ["station", "clear"] else 0), (words, said)
    memory = int(said.split()[-1]) / 1024
    return Cost(used.ru_utime + used.ru_stime, time.monotonic() - start, memory)


def _words(command: Sequence[str], ledger: Ledger, orders: int, copy: Path) -> list[str]:
    state, half = ledger.read(), max(1, orders // 2)
    drive = state.holders(f"order-{half}")[1].drive
    free = next((f"free-{n}" for n in range(1, orders + 1) if not state.order(f"free-{n}").is_cancelled), "")
    code = make_code(Report(drive, Found.DAMAGED, 1), ledger.nonce_of(drive), SEAL)
    named = {"ORDER": f"order-{half}", "DRIVE": drive, "FREE": free, "CODE": code, "COPY": f"{copy}.sqlite"}
    return [named.get(word, word) for word in command]


def _own_cost(does: Callable[[Ledger, str], None], ledger: Ledger, orders: int) -> Cost:
    ledger.read()
    cpu, wall = time.process_time(), time.monotonic()
    does(ledger, f"order-{orders}")
    return Cost(time.process_time() - cpu, time.monotonic() - wall, 0)


def _append(ledger: Ledger, id: str) -> None:
    """The two transactions of a drive that failed: its number is free again."""
    with ledger.write() as writing:
        drive = writing.mint(id, DRIVES)
        writing.append(begun(drive, stick(drive)))
    ledger.append(ended(drive, Outcome.FAILED))


def _fail(ledger: Ledger, id: str) -> None:
    try:
        with ledger.write() as writing:
            writing.mint(id, DRIVES)
            writing.mint(id, DRIVES)
    except UsbkitError:
        return
    raise AssertionError("one number was given to two drives")
