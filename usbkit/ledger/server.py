"""A ledger on a PostgreSQL server, through SQLAlchemy. A dead connection delays others only briefly, and a lost answer
is recovered.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from usbkit.core.errors import BrokenOffError, Finding, Place, RefusedError
from usbkit.core.messages import _
from usbkit.ledger.database import Row, insertion
from usbkit.ledger.place import LedgerPlace

#: The advisory locks under which a ledger is appended to, and which its one station holds: their names in ASCII.
APPENDING, STATION = int.from_bytes(b"usbkit", "big"), int.from_bytes(b"station", "big")

#: Seconds in which a line that went silent is given up, on both sides, and in which a lost answer is looked for.
SILENCE = 8

#: Seconds to wait for another program that is appending: longer than a silent one is kept.
PATIENCE = 12

#: The client's side (libpq's connection parameters): tried after 3 s without a word, every 2 s, twice.
_LINE = {
    "keepalives": 1,
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": SILENCE * 1000,
}

#: The server's side, for this session: what it gives up by itself, in its own units.
_SESSION = {
    "idle_in_transaction_session_timeout": f"{SILENCE}s",
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": str(SILENCE * 1000),
}


class ServersConnection:
    """A connection to a PostgreSQL database. ``appended`` are this transaction's entries, by origin and hash."""

    is_server = True

    def __init__(self, raw: Connection) -> None:
        self.raw = raw
        self.appended: list[tuple[object, object]] = []

    def execute(self, sql: str, values: Sequence[object] = ()) -> Iterable[Row]:
        done = self.raw.exec_driver_sql(sql.replace("?", "%s"), tuple(values))
        return done.fetchall() if done.returns_rows else ()

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        if rows:
            sql = insertion(table, columns).replace("?", "%s")
            self.raw.exec_driver_sql(sql, [tuple(row) for row in rows])
        if table == "entry":
            self.appended += [(row[columns.index("origin")], row[columns.index("hash")]) for row in rows]

    def tables(self) -> set[str]:
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false))"
        return {str(row[0]) for row in self.execute(query)}

    def still_here(self) -> None:
        """Keep the server from ending an idle transaction during a computation."""
        self.execute("SELECT 1")


def open_server(place: LedgerPlace, connect: int = 10, statement: int = 30, lock: int = PATIENCE) -> Engine:
    """Return an engine for the server at ``place``, which connects on demand.

    ``connect`` limits connecting, in seconds; ``statement`` and ``lock`` are the server's limits.
    """
    asked = place.url.query.get("options", "")
    given = asked if isinstance(asked, str) else " ".join(asked)
    session = {**_SESSION, "statement_timeout": f"{statement}s", "lock_timeout": f"{lock}s"}
    options = " ".join([given, *(f"-c {name}={value}" for name, value in session.items())]).strip()
    line = {**_LINE, "connect_timeout": connect, "options": options}
    return create_engine(place.url, connect_args=line, pool_pre_ping=True)


@contextmanager
def server_reading(engine: Engine) -> Iterator[ServersConnection]:
    """A transaction with one consistent view of the ledger."""
    with engine.connect() as raw:
        raw.execution_options(isolation_level="REPEATABLE READ")
        with raw.begin():
            yield ServersConnection(raw)


@contextmanager
def server_writing(engine: Engine, station: int | None = None) -> Iterator[ServersConnection]:
    """An exclusive transaction for appending; after it ends without an error, its entries are on the server's disk.

    ``station`` is the server process that holds our station's lock: without it nothing is appended.
    """
    with engine.connect() as raw:
        transaction = raw.begin()
        connection = ServersConnection(raw)
        try:
            # The server's own settings may say otherwise; positions must come in the order of the commits.
            connection.execute("SET LOCAL synchronous_commit = on")
            connection.execute("SELECT pg_advisory_xact_lock(?)", (APPENDING,))
            if station is not None and not _holds_station(connection, station):
                raise _another_station()
            yield connection
        except BaseException:
            with suppress(DBAPIError):
                transaction.rollback()
            raise
        try:
            transaction.commit()
        except DBAPIError as problem:
            if not connection.appended or not _is_kept(engine, connection.appended[-1], problem):
                raise


def _is_kept(engine: Engine, entry: tuple[object, object], problem: DBAPIError) -> bool:
    """Whether the transaction whose answer was lost was kept: its last entry is there, or is not.

    The lock is waited for first, so that the server has ended it. Raises BrokenOffError where nobody can say.
    """
    until = time.monotonic() + 2 * SILENCE
    while True:
        engine.dispose()
        try:
            with engine.connect() as raw, raw.begin():
                again = ServersConnection(raw)
                again.execute("SELECT pg_advisory_xact_lock(?)", (APPENDING,))
                return bool(list(again.execute("SELECT 1 FROM entry WHERE origin = ? AND hash = ?", entry)))
        except DBAPIError:
            if time.monotonic() > until:
                what = _("the server went silent while it kept an entry, and does not answer")
                todo = _("When it answers again, look whether the last step is there: usbkit ledger list")
                raise BrokenOffError(Finding("ledger-unanswered", what, None, todo)) from problem
            time.sleep(0.5)


# ---- one station ----


@contextmanager
def station_lock(engine: Engine, place: LedgerPlace) -> Iterator[int]:
    """Hold the ledger's station lock in a separate session; yield the server process that holds it.

    A dead connection frees it within ``SILENCE`` seconds. Raises RefusedError if another station holds it.
    """
    with engine.connect() as raw:
        raw.execution_options(isolation_level="AUTOCOMMIT")
        connection = ServersConnection(raw)
        ((is_ours,),) = connection.execute("SELECT pg_try_advisory_lock(?)", (STATION,))
        if not is_ours:
            what = _("another station is running with this ledger")
            todo = _("Use that one, or give this one a ledger of its own with --ledger.")
            raise RefusedError(Finding("station-running", what, Place(str(place)), todo))
        ((process,),) = connection.execute("SELECT pg_backend_pid()")
        try:
            yield int(process)
        finally:
            with suppress(DBAPIError):
                # Closed alone it would be free a moment later.
                connection.execute("SELECT pg_advisory_unlock(?)", (STATION,))
                raw.detach()


def _holds_station(connection: ServersConnection, process: int) -> bool:
    query = (
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = ? AND classid::bigint = ? "
        "AND objid::bigint = ? AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return bool(list(connection.execute(query, (process, STATION >> 32, STATION & 0xFFFFFFFF))))


def _another_station() -> RefusedError:
    what = _("this station lost the line to its ledger for a while, and its place with it")
    todo = _("Is another station running with this ledger now? If not, start this one again.")
    return RefusedError(Finding("station-lost", what, None, todo))
