"""The state's tables as mappings of orders and journeys: a row is read when it is asked for, and written at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from usbkit.ledger import events
from usbkit.ledger.delivery_status import Answer
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.tables import STATE, STATE_TABLES, STATE_VERSION

#: What a stick says of itself: vendor, model, serial, size. Never identity: whole batches say the same.
Hardware = tuple[str | None, str | None, str | None, int]

#: Rows that are remembered at once; more of them are read again.
_MOST_REMEMBERED = 4000

_ORDER: TypeAdapter[Order] = TypeAdapter(Order)
_JOURNEY: TypeAdapter[Journey] = TypeAdapter(Journey)
_PORTS: TypeAdapter[tuple[events.PortName, ...]] = TypeAdapter(tuple[events.PortName, ...])

V = TypeVar("V")

_PUT_ORDER = """
INSERT INTO state_order
    (id, origin, name, programme, country, code, edition, route, fingerprint, wanted, is_cancelled, sheet, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET wanted = excluded.wanted, is_cancelled = excluded.is_cancelled, body = excluded.body
"""

_PUT_DRIVE = """
INSERT INTO state_drive
    (drive, origin, reference, order_id, number, holds, nonce,
     stage, whereabouts, sent, route, found, contradicts, body)
VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (drive) DO UPDATE SET stage = excluded.stage, whereabouts = excluded.whereabouts, sent = excluded.sent,
    route = excluded.route, found = excluded.found, contradicts = excluded.contradicts, body = excluded.body
"""


class Rows(Mapping[str, V], Generic[V]):
    """The rows of one table by their key, in the order in which they came."""

    def __init__(self, connection: sqlite3.Connection, table: str, key: str, adapter: TypeAdapter[V]) -> None:
        self._connection, self._table, self._key, self._adapter = connection, table, key, adapter
        self._one = f"SELECT body FROM {table} WHERE {key} = ?"
        self._known: dict[str, V] = {}

    def __getitem__(self, key: str) -> V:
        if (known := self._known.get(key)) is not None:
            return known
        row = self._connection.execute(self._one, (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value = self._adapter.validate_json(row[0])
        self.remember(key, value)
        return value

    def __contains__(self, key: object) -> bool:
        if key in self._known:
            return True
        query = f"SELECT 1 FROM {self._table} WHERE {self._key} = ?"
        return self._connection.execute(query, (key,)).fetchone() is not None

    def __iter__(self) -> Iterator[str]:
        return iter(
            [row[0] for row in self._connection.execute(f"SELECT {self._key} FROM {self._table} ORDER BY place")]
        )

    def __len__(self) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM {self._table}").fetchone()[0])

    def select(self, where: str, values: Sequence[object] = (), order: str = "place") -> list[V]:
        """The rows that ``where`` finds."""
        query = f"SELECT body FROM {self._table} WHERE {where} ORDER BY {order}"
        return [self._adapter.validate_json(row[0]) for row in self._connection.execute(query, values)]

    def remember(self, key: str, value: V) -> None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = value

    def forget(self) -> None:
        self._known.clear()

    def dump(self, value: V) -> bytes:
        return self._adapter.dump_json(value)


class Found(Mapping[str, str]):
    """Which drive a key of another table stands for."""

    def __init__(self, connection: sqlite3.Connection, table: str, key: str) -> None:
        self._connection, self._table, self._key = connection, table, key

    def __getitem__(self, key: str) -> str:
        query = f"SELECT drive FROM {self._table} WHERE {self._key} = ?"
        row = self._connection.execute(query, (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return str(row[0])

    def __iter__(self) -> Iterator[str]:
        return iter([row[0] for row in self._connection.execute(f"SELECT {self._key} FROM {self._table}")])

    def __len__(self) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM {self._table}").fetchone()[0])


class StateRows:
    """All tables of the state in one connection; made where they are missing or of another shape."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.orders: Rows[Order] = Rows(connection, "state_order", "id", _ORDER)
        self.journeys: Rows[Journey] = Rows(connection, "state_drive", "drive", _JOURNEY)
        self.by_nonce = Found(connection, "state_drive", "nonce")
        self.by_job = Found(connection, "state_job", "job")

    @classmethod
    def in_memory(cls) -> StateRows:
        """Tables of nobody else's, gone with this value."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        rows = cls(connection)
        rows.make()
        return rows

    def make(self) -> None:
        """Begin with empty tables, whatever was there."""
        for table in STATE_TABLES:
            self.connection.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in filter(str.strip, STATE.split(";")):
            self.connection.execute(statement)
        self.note("version", STATE_VERSION)
        self.forget()

    def fact(self, name: str) -> str | None:
        """One of ``version``, ``position`` and ``hash``: the shape, and the entry up to which it is folded."""
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
        """What was read may be another's by now."""
        self.orders.forget()
        self.journeys.forget()

    # ---- writing ----

    def put_order(self, order: Order) -> None:
        added = order.added
        what = order.id, order.origin, added.order, added.programme, added.country, added.code, added.edition
        more = (
            added.route,
            added.fingerprint,
            len(order.numbers),
            order.is_cancelled,
            added.sheet,
            self.orders.dump(order),
        )
        self.connection.execute(_PUT_ORDER, (*what, *more))
        self.orders.remember(order.id, order)

    def put_journey(self, journey: Journey) -> None:
        sent, arrived = journey.sent, journey.arrived
        contradicts = any(r.answer is Answer.CONTRADICTS for r in journey.receipts)
        what = journey.drive, journey.origin, journey.reference, journey.order, journey.number, journey.nonce_sha256
        where = journey.stage, journey.where, sent and sent.day.isoformat(), sent and sent.route
        found = arrived[-1].found if arrived else None
        self.connection.execute(_PUT_DRIVE, (*what, *where, found, contradicts, self.journeys.dump(journey)))
        self.journeys.remember(journey.drive, journey)

    def free_number(self, journey: Journey) -> None:
        self.connection.execute("UPDATE state_drive SET holds = 0 WHERE drive = ?", (journey.drive,))

    def put_job(self, job: str, drive: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO state_job (job, drive) VALUES (?, ?)", (job, drive))

    def put_stick(self, hardware: Hardware, drive: str) -> None:
        values = json.dumps(hardware), drive
        self.connection.execute("INSERT OR IGNORE INTO state_stick (hardware, drive) VALUES (?, ?)", values)

    def put_shared(self, hardware: Hardware) -> None:
        query = "INSERT OR IGNORE INTO state_shared (hardware) VALUES (?)"
        self.connection.execute(query, (json.dumps(hardware),))

    def put_ports(self, origin: str, ports: tuple[events.PortName, ...]) -> None:
        values = origin, _PORTS.dump_json(ports)
        self.connection.execute("INSERT OR REPLACE INTO state_ports (origin, body) VALUES (?, ?)", values)

    def put_role(self, origin: str, role: events.Role) -> None:
        query = "INSERT OR REPLACE INTO state_chain (origin, role) VALUES (?, ?)"
        self.connection.execute(query, (origin, role))

    def keep_waiting(self, of: tuple[str, str], teller: str, body: bytes) -> None:
        query = "INSERT INTO state_waiting (origin, name, teller, body) VALUES (?, ?, ?, ?)"
        self.connection.execute(query, (*of, teller, body))

    # ---- looking ----

    def order_id(self, origin: str, name: str) -> str | None:
        """What this ledger calls the order that ``origin`` calls ``name``."""
        return self._value("SELECT id FROM state_order WHERE origin = ? AND name = ?", origin, name)

    def drive_id(self, origin: str, reference: str) -> str | None:
        """What this ledger calls the drive that ``origin`` minted as ``reference``."""
        return self._value("SELECT drive FROM state_drive WHERE origin = ? AND reference = ?", origin, reference)

    def holder(self, order: str, number: int) -> str | None:
        return self._value("SELECT drive FROM state_drive WHERE order_id = ? AND number = ? AND holds", order, number)

    def is_shared(self, hardware: Hardware) -> bool:
        query = "SELECT hardware FROM state_shared WHERE hardware = ?"
        return self._value(query, json.dumps(hardware)) is not None

    def drives_on(self, hardware: Hardware) -> list[str]:
        query = "SELECT drive FROM state_stick WHERE hardware = ? ORDER BY rowid"
        return [row[0] for row in self.connection.execute(query, (json.dumps(hardware),))]

    def ports(self, origin: str) -> tuple[events.PortName, ...]:
        row = self.connection.execute("SELECT body FROM state_ports WHERE origin = ?", (origin,)).fetchone()
        return () if row is None else _PORTS.validate_json(row[0])

    def role(self, origin: str) -> events.Role | None:
        found = self._value("SELECT role FROM state_chain WHERE origin = ?", origin)
        return None if found is None else events.Role(found)

    def take_waiting(self, of: tuple[str, str]) -> list[tuple[str, bytes]]:
        """What waits for a drive or an order: teller and body. It waits no longer."""
        query = "SELECT teller, body FROM state_waiting WHERE origin = ? AND name = ? ORDER BY place"
        waiting = [(str(teller), bytes(body)) for teller, body in self.connection.execute(query, of)]
        if waiting:
            self.connection.execute("DELETE FROM state_waiting WHERE origin = ? AND name = ?", of)
        return waiting

    def every(self, table: str) -> Iterator[tuple[Any, ...]]:
        """Every row of a table, in an order of its own: to compare two states."""
        columns = [row[1] for row in self.connection.execute(f"PRAGMA table_info({table})")]
        return iter(self.connection.execute(f"SELECT * FROM {table} ORDER BY {', '.join(columns[:2])}"))

    def _value(self, query: str, *values: object) -> str | None:
        row = self.connection.execute(query, values).fetchone()
        return None if row is None else str(row[0])
