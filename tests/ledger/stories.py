"""Short stories for a ledger: an order, and drives that go through it."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from usbkit.drives.record import Outcome
from usbkit.ledger import Ledger
from usbkit.ledger.events import Check, DriveBegun, DriveEnded, OrderAdded, Stick
from usbkit.ledger.place import LedgerPlace

SEAL = hashlib.sha256(b"a seal").hexdigest()
CHECK = Check(content="whole", structure="untouched", origin="not checked", files=3, bytes=1000)


def clock() -> dt.datetime:
    """A clock that stands still."""
    return dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


def open_ledger(folder: Path, by: str = "kim") -> Ledger:
    return Ledger.open(LedgerPlace(folder / "ledger.sqlite"), by, clock)


def order(id: str = "guatemala-1", count: int = 3) -> OrderAdded:
    return OrderAdded(
        order=id,
        country="guatemala",
        code="GT",
        programme="forum-test",
        edition=3,
        route="corps",
        fingerprint=SEAL,
        numbers=tuple(range(1, count + 1)),
        of=count,
        approved_by="Lee",
    )


def stick(serial: str | None = "A1", port: str = "1-1", size: int = 64 * 2**20) -> Stick:
    return Stick(size=size, vendor="Maker", model="Stick", serial=serial, port=port)


def begun(drive: str, on: Stick, job: str = "", after: str | None = None) -> DriveBegun:
    digest = hashlib.sha256((job or drive).encode()).hexdigest()
    return DriveBegun(drive=drive, stick=on, job=digest, metadata=digest, mode="fresh", after=after)


def ended(drive: str, outcome: Outcome = Outcome.WHOLE) -> DriveEnded:
    return DriveEnded(drive=drive, outcome=outcome, check=CHECK if outcome is Outcome.WHOLE else None)


def make_drive(
    ledger: Ledger, number: int, on: Stick, outcome: Outcome = Outcome.WHOLE, id: str = "guatemala-1"
) -> str:
    """Mint a passport, begin and end it: its reference."""
    with ledger.write() as writing:
        drive = writing.mint(id, number)
        writing.append(begun(drive, on))
    ledger.append(ended(drive, outcome))
    return drive
