"""Computers at one hub: each with a ledger file and login of its own, on a real PostgreSQL server."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.ledger.stories import clock, make_drive, order, stick
from tests.support.postgresql import Server, name_of
from usbkit.ledger import Ledger
from usbkit.ledger.events import OrderAdded, Role
from usbkit.ledger.hub.claims import claim_numbers
from usbkit.ledger.hub.line import Hub
from usbkit.ledger.hub.making import CAP, add_station, make_hub
from usbkit.ledger.hub.syncing import Synced, sync
from usbkit.ledger.place import LedgerPlace, find_ledger

_COUNT = itertools.count(1)

ID = "guatemala-1"


@dataclass
class Computer:
    """One computer: its ledger, its line to the hub, and what it is called there."""

    name: str
    ledger: Ledger
    hub: Hub
    url: str
    sticks: itertools.count[int] = field(default_factory=itertools.count)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Take turns with the hub all the while, as a station does."""
        is_over = threading.Event()

        def turn() -> None:
            while not is_over.is_set():
                self.sync()

        thread = threading.Thread(target=turn)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def sync(self) -> Synced:
        return sync(self.ledger, self.hub)

    def claim(self, wanted: int, id: str = ID) -> tuple[int, ...]:
        """Claim numbers, and tell the hub that we have them."""
        numbers = claim_numbers(self.ledger, self.hub, self.ledger.read().order(id), wanted).numbers
        self.sync()
        return numbers

    def make(self, number: int, id: str = ID) -> str:
        """A whole drive under a number."""
        return make_drive(self.ledger, number, stick(f"{self.name}-{next(self.sticks)}"), id=id)

    def login(self) -> str:
        return self.url.partition("//")[2].partition("@")[0]

    def raw(self) -> psycopg.Connection[tuple[object, ...]]:
        """The database by this computer's login, as somebody hostile uses it."""
        return psycopg.connect(self.url, autocommit=True)


class Computers:
    """A hub and its computers. The first, ``desk``, owns the database."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.place = LedgerPlace(server=server.database(name_of(folder)))
        self._prefix = f"t{os.getpid()}-{next(_COUNT)}"
        make_hub(self.place, self._name("desk"))
        self.desk = self._computer("desk", Hub(self.place), "")

    def _name(self, name: str) -> str:
        return f"{self._prefix}-{name}"

    def _computer(self, name: str, hub: Hub, url: str) -> Computer:
        ledger = Ledger.open(LedgerPlace(self.folder / f"{name}.sqlite"), name, clock)
        return Computer(self._name(name), ledger, hub, url)

    def add(self, name: str, role: Role = Role.STATION, cap: int = CAP) -> Computer:
        """A computer more."""
        login = add_station(self.place, self._name(name), role, cap)
        return self._computer(name, Hub(find_ledger(login.url, {})), login.url)

    def order(self, count: int = 3, id: str = ID) -> None:
        """The desk orders, and the hub gives the numbers out."""
        added: OrderAdded = order(id, count)
        self.desk.ledger.append(added)
        self.desk.sync()

    def owner(self) -> psycopg.Connection[tuple[object, ...]]:
        url = self.place.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(url, autocommit=True)

    def numbers(self) -> dict[int, tuple[str, str | None]]:
        """Each number of the first order at the hub: its state and holder."""
        with self.owner() as raw:
            rows = raw.execute(
                "SELECT number, state, station FROM usbkit_hub.number WHERE order_id = %s ORDER BY 1", (ID,)
            )
            return {int(str(n)): (str(s), None if h is None else str(h)) for n, s, h in rows.fetchall()}


def union(computers: Computers) -> set[tuple[str, int, str]]:
    """The entries of all chains that the hub has."""
    with computers.owner() as raw:
        rows = raw.execute("SELECT origin, sequence, hash FROM usbkit_hub.entry").fetchall()
        return {(str(o), int(str(s)), str(h)) for o, s, h in rows}


def held(ledger: Ledger) -> set[tuple[str, int, str]]:
    """The entries of all chains that a ledger has."""
    return {(e.origin, e.sequence, e.hash) for e in ledger.entries()}
