"""What differs between SQLite and PostgreSQL: how a connection is made durable, and how one appends alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from usbkit.ledger.place import LedgerPlace

#: Seconds to wait for another program that is appending.
PATIENCE = 30

#: The advisory lock under which a PostgreSQL ledger is appended to: "usbkit" in ASCII.
_LOCK = int.from_bytes(b"usbkit", "big")


def make_engine(place: LedgerPlace) -> Engine:
    """Connections to ``place``, made when they are asked for."""
    if place.server is not None:
        return create_engine(place.url, connect_args={"connect_timeout": 10})
    engine = create_engine(place.url, connect_args={"timeout": PATIENCE})

    def on_connect(connection: Any, record: Any) -> None:
        # Python's driver begins transactions by itself, and too late; ours are begun in `_on_begin`.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_begin(connection: Connection) -> None:
    # SQLite's deferred transactions fail at the first write where another program writes too.
    is_writing = connection.get_execution_options().get("usbkit_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the ledger from its first look to its last."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that nobody else can append beside; when it was left without an error, it is on the disk."""
    with engine.connect() as connection, connection.execution_options(usbkit_writing=True).begin():
        if engine.dialect.name == "postgresql":
            # The server's own settings may say otherwise; positions must come in the order of the commits.
            connection.execute(text("SET LOCAL synchronous_commit = on"))
            connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield connection
