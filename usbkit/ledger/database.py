"""One interface to the databases that hold a ledger, and SQLite through Python's own driver.

PostgreSQL is in ``usbkit.ledger.server``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from usbkit.ledger.place import LedgerPlace

#: Seconds to wait for another program that is appending.
PATIENCE = 30

#: What SQLite says where there is no room for a log, or for its index, which it needs to read too
#: (sqlite.org/rescode.html).
DISK_FULL = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_SHMMAP", "SQLITE_IOERR_WRITE")

#: Entries after which a long computation within a transaction says that it goes on.
STILL_HERE = 500

Row = Sequence[Any]


class Connection(Protocol):
    """One database connection; ``?`` stands for values in its SQL."""

    is_server: bool

    def execute(self, sql: str, values: Sequence[object] = ()) -> Iterable[Row]: ...

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None: ...

    def tables(self) -> set[str]:
        """The names of its tables."""

    def still_here(self) -> None:
        """Keep the transaction alive during a long computation."""


def insertion(table: str, columns: Sequence[str]) -> str:
    """Return the SQL that inserts a row."""
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
        """Do nothing: a file has no timeout."""


# ---- SQLite ----


#: What a ledger of any shape has, and what another program's database is not likely to have.
OURS = frozenset(("entry", "secret", "fact", "schema_version"))


def open_file(place: LedgerPlace, *, patience: float = PATIENCE, is_named: bool = True) -> sqlite3.Connection:
    """The SQLite file at ``place``, to be appended to durably. Transactions are begun by hand.

    Where somebody named it, it may be another program's, which is opened to be looked at only: not even how it keeps
    its journal is changed.
    """
    if is_named and _is_others(place.path):
        return _open_to_look(place.path)
    raw = sqlite3.connect(place.path, timeout=patience, isolation_level=None, check_same_thread=False)
    try:
        raw.execute("PRAGMA trusted_schema=OFF")
        raw.execute("PRAGMA synchronous=FULL")
        if raw.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
            raw.execute("PRAGMA journal_mode=DELETE")
    except BaseException:
        raw.close()
        raise
    return raw


def _is_others(path: Path) -> bool:
    """Whether tables stand in the file, and not ours. What is no database, or not there, is nobody's to say here."""
    try:
        raw = _open_to_look(path)
        try:
            there = FileConnection(raw).tables()
        finally:
            raw.close()
    except sqlite3.Error:
        return False
    return bool(there) and not there >= OURS


def _open_to_look(path: Path) -> sqlite3.Connection:
    """Without a lock, and without taking up a journal that somebody left."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?immutable=1", uri=True, isolation_level=None, check_same_thread=False
    )


def open_memory() -> sqlite3.Connection:
    """Open a private database in memory, gone when closed."""
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


@contextmanager
def file_transaction(raw: sqlite3.Connection, how: str) -> Iterator[None]:
    """Run a transaction begun with ``BEGIN`` and ``how``: all of it or nothing. Inside another it joins that one."""
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
