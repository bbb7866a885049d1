"""Short stories for a ledger: an order, and drives that go through it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, create_engine

from tests.support.postgresql import Server, name_of
from usbkit.drives.record import Outcome
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Answer, Mark
from usbkit.ledger.events import Check, DriveBegun, DriveEnded, DriveMarked, OrderAdded, ReceiptEntered, Stick
from usbkit.ledger.place import LedgerPlace
from usbkit.trust.receipt_code import Found

SEAL = hashlib.sha256(b"a seal").hexdigest()
CHECK = Check(content="whole", structure="untouched", origin="not checked", files=3, bytes=1000)


def clock() -> dt.datetime:
    """A clock that stands still."""
    return dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


#: The PostgreSQL server that ledgers stand on, None for files (`tests/ledger/conftest.py`).
SERVER: Server | None = None


def place_in(folder: Path) -> LedgerPlace:
    """The ledger of ``folder``: a file in it, or the database that stands for it."""
    if SERVER is None:
        return LedgerPlace(folder / "ledger.sqlite")
    return LedgerPlace(server=SERVER.database(name_of(folder)))


def named(folder: Path) -> str:
    """That ledger as a command line names it."""
    place = place_in(folder)
    if place.server is None:
        return str(place.path)
    return place.server.set(drivername="postgresql").render_as_string(hide_password=False)


def open_ledger(folder: Path, by: str = "kim", now: Callable[[], dt.datetime] | None = None) -> Ledger:
    return Ledger.open(place_in(folder), by, now or clock)


def begin_with_order(folder: Path) -> Ledger:
    """A ledger with the order `order`."""
    ledger = open_ledger(folder)
    ledger.append(order())
    return ledger


def send_drive(ledger: Ledger) -> str:
    """A drive of that order, made and sent."""
    made = make_drive(ledger, 1, stick())
    ledger.append(DriveMarked(drive=made, mark=Mark.SENT))
    return made


def engine_of(ledger: Ledger) -> Engine:
    """The ledger's database, by a way of its own."""
    place = ledger.place
    return create_engine(f"sqlite:///{place.path}" if place.server is None else place.url)


def tamper(ledger: Ledger, *statements: str) -> None:
    """Do to the tables what somebody does who has the database's password, or the file."""
    engine = engine_of(ledger)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE entry DISABLE TRIGGER ALL")
        else:
            for what in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS entry_no_{what}")
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


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
    digest = hashlib.sha256((job or f"{drive} {on.serial}").encode("utf-8", "backslashreplace")).hexdigest()
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


def damaged(drive: str, found: Found = Found.DAMAGED) -> ReceiptEntered:
    """Its receipt came, and says that it is not whole."""
    return ReceiptEntered(drive=drive, code="0" * 20, found=found, count=1, has_letter=False, answer=Answer.ACCEPTED)


#: Letter words that no page, paper or message says for reasons of its own, as it may "letter" or "drive".
UNLIKELY_WORDS = ("jukebox", "zodiac", "kinfolk", "yodel", "tadpole", "walrus")
