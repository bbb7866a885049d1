"""One way to ask the databases that a ledger may stand in, and SQLite, by Python's own driver.

PostgreSQL is in `usbkit.ledger.server`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from usbkit.ledger.place import LedgerPlace

#: Seconds to wait for another program that is appending.
PATIENCE = 30

#: Entries after which a long computation within a transaction says that it goes on.
STILL_HERE = 500

Row = Sequence[Any]


class Connection(Protocol):
    """One connection; values stand as ``?`` in its SQL."""

    is_server: bool

    def execute(self, sql: str, values: Sequence[object] = ()) -> Iterable[Row]: ...

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None: ...

    def tables(self) -> set[str]:
        """The names of its tables."""

    def still_here(self) -> None:
        """Say, within a long computation, that this transaction goes on."""


def insertion(table: str, columns: Sequence[str]) -> str:
    """The SQL that inserts a row."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


class FileConnection:
    """A SQLite file."""

    is_server = False

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def execute(self, sql: str, values: Sequence[object] = ()) -> Iterable[Row]:
        return self.raw.execute(sql, values)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        self.raw.executemany(insertion(table, columns), rows)

    def tables(self) -> set[str]:
        return {str(row[0]) for row in self.raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def still_here(self) -> None:
        """A file waits."""


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
