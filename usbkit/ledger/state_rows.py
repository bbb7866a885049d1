"""The state's tables: what is read of them and put into them, one row at a time."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any

from usbkit.ledger import events
from usbkit.ledger.delivery_status import Answer, Where
from usbkit.ledger.records import Claim, Journey, Order, Place, Recalled, Release
from usbkit.ledger.row_maps import Form, FoundRows, Rows
from usbkit.ledger.tables import STATE, STATE_TABLES, STATE_VERSION

#: What a stick says of itself: vendor, model, serial, size. Never identity: whole batches say the same.
Hardware = tuple[str | None, str | None, str | None, int]

_ORDER = Form[Order](Order)
_JOURNEY = Form[Journey](Journey)
_PORTS = Form[tuple[events.PortName, ...]](tuple[events.PortName, ...])
_RELEASE = Form[Release](Release)

_PUT_RELEASE = """
INSERT INTO state_release (programme, country, at, sheet, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (programme, country) DO UPDATE SET at = excluded.at, sheet = excluded.sheet, body = excluded.body
WHERE excluded.at >= state_release.at
"""

_PUT_ORDER = """
INSERT INTO state_order
    (id, origin, name, programme, country, code, edition, route, fingerprint, wanted, is_cancelled, sheet, year,
     body, at_hub)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET wanted = excluded.wanted, is_cancelled = excluded.is_cancelled, route = excluded.route,
    body = excluded.body, at_hub = excluded.at_hub
"""

_PUT_DRIVE = """
INSERT INTO state_drive
    (drive, origin, reference, order_id, number, holds, nonce,
     stage, whereabouts, sent, route, found, contradicts, left_seal, is_back, to_call, plays, is_aside, is_doubted,
     dispute, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (drive) DO UPDATE SET stage = excluded.stage, whereabouts = excluded.whereabouts, sent = excluded.sent,
    route = excluded.route, found = excluded.found, contradicts = excluded.contradicts,
    left_seal = excluded.left_seal, is_back = excluded.is_back, to_call = excluded.to_call, plays = excluded.plays,
    is_aside = excluded.is_aside, is_doubted = excluded.is_doubted, dispute = excluded.dispute, body = excluded.body
"""


#: A drive as it is counted, where it is: the columns of ``state_count``.
_COUNTED = """
SELECT order_id, stage, is_aside, whereabouts, found, sent, route, left_seal FROM state_drive
WHERE drive = ? AND stage = 'whole' AND NOT is_aside
"""

_ALIKE = (
    "order_id = ? AND stage = ? AND is_aside = ? AND whereabouts = ? AND found IS ? AND sent IS ? AND route IS ? "
    "AND left_seal IS ?"
)


@dataclass(frozen=True, slots=True)
class Seal:
    """A country's current seal, since ``at`` (ISO 8601, UTC): the one released, otherwise the one ordered last."""

    programme: str
    country: str
    fingerprint: str
    edition: int
    at: str
    is_released: bool = False


class StateRows:
    """All tables of the state in one connection; created if missing or of another shape."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.orders: Rows[Order] = Rows(connection, "state_order", "id", _ORDER)
        self.journeys: Rows[Journey] = Rows(connection, "state_drive", "drive", _JOURNEY)
        self.by_nonce = FoundRows(connection, "state_drive", "nonce", "dispute IS NULL")
        self.by_job = FoundRows(connection, "state_job", "job", "is_its")

    @classmethod
    def in_memory(cls) -> StateRows:
        """Return private tables in memory."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        rows = cls(connection)
        rows.make()
        return rows

    def make(self) -> None:
        """Create empty tables, replacing existing ones."""
        for table in STATE_TABLES:
            self.connection.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in filter(str.strip, STATE.split(";")):
            self.connection.execute(statement)
        self.note("version", STATE_VERSION)
        self.forget()

    def fact(self, name: str) -> str | None:
        """Return one of ``version``, ``position`` and ``hash``: the tables' shape, and the last entry folded."""
        try:
            row = self.connection.execute("SELECT value FROM state_fact WHERE name = ?", (name,)).fetchone()
        except sqlite3.OperationalError as problem:
            if "no such table" in str(problem):
                return None
            raise
        return None if row is None else str(row[0])

    def note(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO state_fact (name, value) VALUES (?, ?)", (name, value))

    def forget(self) -> None:
        """Drop cached rows, which may be out of date."""
        self.orders.forget()
        self.journeys.forget()

    # ---- writing ----

    def put_order(self, order: Order) -> None:
        added = order.added
        what = order.id, order.origin, added.order, added.programme, added.country, added.code, added.edition
        more = (
            order.route,
            added.fingerprint,
            len(order.numbers),
            order.is_cancelled,
            added.sheet,
            f"{order.at:%Y}",
            self.orders.dump(order),
            len(order.at_hub),
        )
        self.connection.execute(_PUT_ORDER, (*what, *more))
        self.orders.remember(order.id, order)

    def put_journey(self, journey: Journey) -> None:
        sent = journey.sent
        contradicts = any(r.answer is Answer.CONTRADICTS for r in journey.receipts)
        what = journey.drive, journey.origin, journey.reference, journey.order, journey.number
        where = journey.stage, journey.where, sent and sent.day.isoformat(), sent and sent.route
        found = journey.found_last
        left = journey.left_for and journey.left_for.seal
        plays = journey.telling.plays if journey.telling and journey.where is Where.ARRIVED else None
        more = found, contradicts, left, journey.is_back, journey.call_about is not None, plays
        aside = journey.is_aside, journey.is_doubted, journey.dispute, self.journeys.dump(journey)
        holds = not journey.is_beside, journey.nonce_sha256
        before = self.connection.execute(_COUNTED, (journey.drive,)).fetchone()
        self.connection.execute(_PUT_DRIVE, (*what, *holds, *where, *more, *aside))
        self._count(before, self.connection.execute(_COUNTED, (journey.drive,)).fetchone())
        self.journeys.remember(journey.drive, journey)

    def _count(self, before: tuple[object, ...] | None, after: tuple[object, ...] | None) -> None:
        """Count a drive as it is now, and no longer as it was."""
        if before == after:
            return
        if before is not None:
            self.connection.execute(f"UPDATE state_count SET count = count - 1 WHERE {_ALIKE}", before)
            self.connection.execute(f"DELETE FROM state_count WHERE {_ALIKE} AND count = 0", before)
        if after is not None:
            found = self.connection.execute(f"UPDATE state_count SET count = count + 1 WHERE {_ALIKE}", after)
            if not found.rowcount:
                self.connection.execute("INSERT INTO state_count VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)", after)

    def free_number(self, journey: Journey) -> None:
        self.connection.execute("UPDATE state_drive SET holds = 0 WHERE drive = ?", (journey.drive,))

    def take_number(self, journey: Journey) -> None:
        """The inverse of ``free_number``."""
        self.connection.execute("UPDATE state_drive SET holds = 1 WHERE drive = ?", (journey.drive,))

    def put_seal(self, seal: Seal) -> None:
        """Store a country's current seal."""
        query = "INSERT OR REPLACE INTO state_seal VALUES (?, ?, ?, ?, ?, ?)"
        self.connection.execute(query, astuple(seal))

    def drop_seal(self, programme: str, country: str) -> None:
        self.connection.execute("DELETE FROM state_seal WHERE programme = ? AND country = ?", (programme, country))

    def put_undoable(self, place: Place, kind: str, subject: str) -> None:
        """Record that the entry at ``place`` can be undone; ``subject`` is what it is about."""
        self.connection.execute("INSERT OR REPLACE INTO state_undoable VALUES (?, ?, ?, ?)", (*place, kind, subject))

    def put_job(self, job: str, drive: str, *, is_its: bool = True) -> None:
        query = "INSERT OR REPLACE INTO state_job (job, drive, is_its) VALUES (?, ?, ?)"
        self.connection.execute(query, (job, drive, is_its))

    def put_stick(self, hardware: Hardware, drive: str) -> None:
        values = json.dumps(hardware), drive
        self.connection.execute("INSERT OR IGNORE INTO state_stick (hardware, drive) VALUES (?, ?)", values)

    def put_shared(self, hardware: Hardware) -> None:
        query = "INSERT OR IGNORE INTO state_shared (hardware) VALUES (?)"
        self.connection.execute(query, (json.dumps(hardware),))

    def put_ports(self, origin: str, ports: tuple[events.PortName, ...]) -> None:
        values = origin, _PORTS.write(ports)
        self.connection.execute("INSERT OR REPLACE INTO state_ports (origin, body) VALUES (?, ?)", values)

    def put_role(self, origin: str, role: events.Role, name: str | None = None) -> None:
        query = "INSERT OR REPLACE INTO state_chain (origin, role, name) VALUES (?, ?, ?)"
        self.connection.execute(query, (origin, role, name))

    def put_claim(self, order: str, claim: Claim) -> None:
        query = "INSERT OR IGNORE INTO state_claim (order_id, number, origin, claim, since) VALUES (?, ?, ?, ?, ?)"
        self.connection.execute(query, (order, claim.number, claim.origin, claim.claim, claim.since))

    def drop_claim(self, order: str, number: int, origin: str) -> None:
        query = "DELETE FROM state_claim WHERE order_id = ? AND number = ? AND origin = ?"
        self.connection.execute(query, (order, number, origin))

    def put_recalled(self, order: str, teller: str, recalled: Recalled) -> None:
        query = (
            "INSERT OR REPLACE INTO state_recalled (order_id, number, origin, teller, successor) VALUES (?, ?, ?, ?, ?)"
        )
        self.connection.execute(query, (order, recalled.number, recalled.origin, teller, recalled.successor))

    def put_release(self, release: Release) -> None:
        """Store a country's release, unless a newer one is stored."""
        event = release.event
        values = (
            event.programme,
            event.country,
            release.at.astimezone(dt.UTC).isoformat(),
            event.sheet,
            _RELEASE.write(release),
        )
        self.connection.execute(_PUT_RELEASE, values)

    def keep_waiting(self, of: tuple[str, str], place: Place, body: bytes) -> None:
        """Keep the entry at ``place`` until what it refers to has come."""
        query = "INSERT INTO state_waiting (origin, name, teller, sequence, body) VALUES (?, ?, ?, ?, ?)"
        self.connection.execute(query, (*of, *place, body))

    # ---- looking ----

    def order_id(self, origin: str, name: str) -> str | None:
        """Return this ledger's id of the order that ``origin`` calls ``name``."""
        return self._value("SELECT id FROM state_order WHERE origin = ? AND name = ?", origin, name)

    def drive_id(self, origin: str, reference: str) -> str | None:
        """Return this ledger's id of the drive that ``origin`` minted as ``reference``."""
        return self._value("SELECT drive FROM state_drive WHERE origin = ? AND reference = ?", origin, reference)

    def holder(self, order: str, number: int) -> str | None:
        return self._value("SELECT drive FROM state_drive WHERE order_id = ? AND number = ? AND holds", order, number)

    def is_shared(self, hardware: Hardware) -> bool:
        query = "SELECT hardware FROM state_shared WHERE hardware = ?"
        return self._value(query, json.dumps(hardware)) is not None

    def seal(self, programme: str, country: str) -> Seal | None:
        """Return a country's current seal."""
        query = "SELECT * FROM state_seal WHERE programme = ? AND country = ?"
        row = self.connection.execute(query, (programme, country)).fetchone()
        if row is None:
            return None
        programme, country, fingerprint, edition, at, is_released = row
        return Seal(programme, country, fingerprint, edition, at, bool(is_released))

    def undoable(self, place: Place) -> tuple[str, str] | None:
        """Return kind and subject of the entry at ``place``; None if it cannot be undone or is not here."""
        query = "SELECT kind, subject FROM state_undoable WHERE chain = ? AND sequence = ?"
        row = self.connection.execute(query, place).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def drives_of_job(self, job: str) -> list[str]:
        """The drives that a job is said to write."""
        query = "SELECT drive FROM state_job WHERE job = ? ORDER BY drive"
        return [row[0] for row in self.connection.execute(query, (job,))]

    def drives_on(self, hardware: Hardware) -> list[str]:
        query = "SELECT drive FROM state_stick WHERE hardware = ? ORDER BY rowid"
        return [row[0] for row in self.connection.execute(query, (json.dumps(hardware),))]

    def ports(self, origin: str) -> tuple[events.PortName, ...]:
        row = self.connection.execute("SELECT body FROM state_ports WHERE origin = ?", (origin,)).fetchone()
        return () if row is None else _PORTS.read(row[0])

    def release(self, programme: str, country: str) -> Release | None:
        query = "SELECT body FROM state_release WHERE programme = ? AND country = ?"
        row = self.connection.execute(query, (programme, country)).fetchone()
        return None if row is None else _RELEASE.read(row[0])

    def releases(self) -> list[Release]:
        rows = self.connection.execute("SELECT body FROM state_release ORDER BY programme, country")
        return [_RELEASE.read(row[0]) for row in rows]

    def role(self, origin: str) -> events.Role | None:
        found = self._value("SELECT role FROM state_chain WHERE origin = ?", origin)
        return None if found is None else events.Role(found)

    def chain_name(self, origin: str) -> str | None:
        """Return the hub's name for a chain's computer."""
        return self._value("SELECT name FROM state_chain WHERE origin = ? AND name IS NOT NULL", origin)

    def claims(self, order: str) -> dict[int, Claim]:
        """Return the holder of each number that the hub gives out of an order: the first of several claimants."""
        query = "SELECT number, origin, claim, since FROM state_claim WHERE order_id = ? ORDER BY number, rowid DESC"
        return {row[0]: Claim(*row) for row in self.connection.execute(query, (order,))}

    def recalled(self, order: str) -> list[Recalled]:
        """Return the numbers of an order that stations have lost; the successor has this ledger's id."""
        query = (
            "SELECT number, origin, teller, successor FROM state_recalled WHERE order_id = ? ORDER BY number, origin"
        )
        rows = self.connection.execute(query, (order,)).fetchall()
        return [Recalled(n, origin, s and (self.order_id(teller, s) or s)) for n, origin, teller, s in rows]

    def count_waiting(self, of: tuple[str, str], teller: str) -> int:
        """Return how many entries of a chain wait for a drive, an order or an entry."""
        query = "SELECT count(*) FROM state_waiting WHERE origin = ? AND name = ? AND teller = ?"
        return int(self.connection.execute(query, (*of, teller)).fetchone()[0])

    def take_waiting(self, of: tuple[str, str]) -> list[tuple[Place, bytes]]:
        """Remove and return the entries that wait for a drive, an order or an entry: their places and bodies."""
        query = "SELECT teller, sequence, body FROM state_waiting WHERE origin = ? AND name = ? ORDER BY place"
        waiting = [((str(teller), int(at)), bytes(body)) for teller, at, body in self.connection.execute(query, of)]
        if waiting:
            self.connection.execute("DELETE FROM state_waiting WHERE origin = ? AND name = ?", of)
        return waiting

    def every(self, table: str) -> Iterator[tuple[Any, ...]]:
        """Yield every row of a table, in a fixed order: to compare two states."""
        columns = [row[1] for row in self.connection.execute(f"PRAGMA table_info({table})")]
        return iter(self.connection.execute(f"SELECT * FROM {table} ORDER BY {', '.join(columns)}"))

    def _value(self, query: str, *values: object) -> str | None:
        row = self.connection.execute(query, values).fetchone()
        return None if row is None else str(row[0])
