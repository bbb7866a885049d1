"""The databases that a ledger may stand in, behind one way to ask: SQLite by Python's own driver, PostgreSQL by
SQLAlchemy's. What differs between them is here and in `usbkit.ledger.migrations`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from usbkit.ledger.place import LedgerPlace

if TYPE_CHECKING:
    from sqlalchemy import Connection as ServerConnection
    from sqlalchemy import Engine

#: Seconds to wait for another program that is appending.
PATIENCE = 30

#: The advisory lock under which a PostgreSQL ledger is appended to: "usbkit" in ASCII.
LOCK = int.from_bytes(b"usbkit", "big")

Row = Sequence[Any]


class Connection(Protocol):
    """One connection; values stand as ``?`` in its SQL."""

    is_server: bool

    def execute(self, sql: str, values: Sequence[object] = ()) -> Iterable[Row]: ...

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None: ...

    def tables(self) -> set[str]:
        """The names of its tables."""


def _insertion(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


class FileConnection:
    """A SQLite file."""

    is_server = False

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def execute(self, sql: str, values: Sequence[object] = ()) -> Iterable[Row]:
        return self.raw.execute(sql, values)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        self.raw.executemany(_insertion(table, columns), rows)

    def tables(self) -> set[str]:
        return {str(row[0]) for row in self.raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


class ServersConnection:
    """A connection to a PostgreSQL database."""

    is_server = True

    def __init__(self, raw: ServerConnection) -> None:
        self.raw = raw

    def execute(self, sql: str, values: Sequence[object] = ()) -> Iterable[Row]:
        done = self.raw.exec_driver_sql(sql.replace("?", "%s"), tuple(values))
        return done.fetchall() if done.returns_rows else ()

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        if rows:
            self.raw.exec_driver_sql(_insertion(table, columns).replace("?", "%s"), [tuple(row) for row in rows])

    def tables(self) -> set[str]:
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false))"
        return {str(row[0]) for row in self.execute(query)}


# ---- SQLite ----


def open_file(place: LedgerPlace, *, patience: float = PATIENCE) -> sqlite3.Connection:
    """The SQLite file at ``place``, to be appended to durably. Transactions are begun by hand."""
    raw = sqlite3.connect(place.path, timeout=patience, isolation_level=None, check_same_thread=False)
    raw.execute("PRAGMA trusted_schema=OFF")
    raw.execute("PRAGMA synchronous=FULL")
    if raw.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
        raw.execute("PRAGMA journal_mode=DELETE")
    return raw


def open_memory() -> sqlite3.Connection:
    """A database of nobody else's, gone when it is closed."""
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


@contextmanager
def file_transaction(raw: sqlite3.Connection, how: str) -> Iterator[None]:
    """``BEGIN`` ``how``, and all of what is done in it, or nothing. Inside another it is part of that."""
    if raw.in_transaction and how == "DEFERRED":
        yield
        return
    raw.execute(f"BEGIN {how}")
    try:
        yield
    except BaseException:
        raw.execute("ROLLBACK")
        raise
    raw.execute("COMMIT")


# ---- PostgreSQL ----


def open_server(place: LedgerPlace) -> Engine:
    """Connections to the server at ``place``, made when they are asked for."""
    from sqlalchemy import create_engine

    return create_engine(place.url, connect_args={"connect_timeout": 10})


@contextmanager
def server_reading(engine: Engine) -> Iterator[ServersConnection]:
    """A transaction that sees one state of the ledger from its first look to its last."""
    with engine.connect() as raw:
        raw.execution_options(isolation_level="REPEATABLE READ")
        with raw.begin():
            yield ServersConnection(raw)


@contextmanager
def server_writing(engine: Engine) -> Iterator[ServersConnection]:
    """A transaction that nobody else can append beside; when it was left without an error, it is on the disk."""
    with engine.connect() as raw, raw.begin():
        connection = ServersConnection(raw)
        # The server's own settings may say otherwise; positions must come in the order of the commits.
        connection.execute("SET LOCAL synchronous_commit = on")
        connection.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
        connection.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
        yield connection
