"""Migrations of the ledger's tables. A released step is never changed: add another.

The state's tables have no steps: they are folded again (``usbkit.ledger.state_rows``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _
from usbkit.ledger.database import OURS, Connection

Step = Callable[[Connection], None]


def _make_tables(connection: Connection) -> None:
    position, body = ("SERIAL", "BYTEA") if connection.is_server else ("INTEGER", "BLOB")
    connection.execute(
        f"CREATE TABLE entry (position {position} NOT NULL, origin VARCHAR(63) NOT NULL, sequence BIGINT NOT NULL, "
        f"previous VARCHAR(64) NOT NULL, body {body} NOT NULL, hash VARCHAR(64) NOT NULL, "
        "PRIMARY KEY (position), UNIQUE (origin, sequence))"
    )
    connection.execute(
        "CREATE TABLE secret (origin VARCHAR(63) NOT NULL, drive VARCHAR(5) NOT NULL, nonce VARCHAR(64) NOT NULL, "
        "word VARCHAR(40), PRIMARY KEY (origin, drive))"
    )
    connection.execute("CREATE TABLE fact (name VARCHAR(40) NOT NULL, value VARCHAR(200) NOT NULL, PRIMARY KEY (name))")
    connection.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
    connection.execute("INSERT INTO schema_version (version) VALUES (0)")


def _forbid_changes(connection: Connection) -> None:
    """A mistake of ours, or a hand in the wrong table, ends in an error; who means it is found by the chain."""
    _forbid(connection, "entry")


def _forbid(connection: Connection, table: str) -> None:
    if connection.is_server:
        connection.execute(
            f"CREATE FUNCTION {table}_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
        )
        does = f"FOR EACH ROW EXECUTE FUNCTION {table}_is_kept()"
    else:
        does = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    for what in ("UPDATE", "DELETE"):
        connection.execute(f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} {does}")


def _keep_letter_words(connection: Connection) -> None:
    connection.execute("ALTER TABLE secret DROP COLUMN word")
    connection.execute(
        "CREATE TABLE letter_word (maker VARCHAR(63) NOT NULL, origin VARCHAR(63) NOT NULL, "
        "order_id VARCHAR(120) NOT NULL, word VARCHAR(40) NOT NULL, salt VARCHAR(64) NOT NULL, "
        "PRIMARY KEY (maker, origin, order_id))"
    )


def _keep_documents(connection: Connection) -> None:
    body = "BYTEA" if connection.is_server else "BLOB"
    connection.execute(
        f"CREATE TABLE document (sha256 VARCHAR(64) NOT NULL, kind VARCHAR(40) NOT NULL, body {body} NOT NULL, "
        "PRIMARY KEY (sha256))"
    )
    _forbid(connection, "document")


STEPS: Sequence[Step] = (_make_tables, _forbid_changes, _keep_letter_words, _keep_documents)


def version_of(connection: Connection) -> int:
    """Return how many steps the database has had: 0 for an empty one. Raises InputError for another program's."""
    there = connection.tables()
    if there >= OURS:
        versions = [row[0] for row in connection.execute("SELECT version FROM schema_version")]
        version = versions[0] if len(versions) == 1 else None
        if not isinstance(version, int):
            raise InputError(Finding("ledger-shapeless", _("this is no ledger: it does not say which shape it has")))
        if version > len(STEPS):
            values = {"found": version, "known": len(STEPS)}
            what = _("this ledger has the shape {found}; this usbkit knows up to {known}", **values)
            raise InputError(Finding("ledger-newer", what, todo=_("Use the newer usbkit that wrote it.")))
        return version
    if there and not connection.is_server:
        what = _("this is another program's database: it has the tables {tables}", tables=", ".join(sorted(there)[:5]))
        raise InputError(Finding("ledger-other", what, todo=_("Name another file with --ledger.")))
    return 0


def is_current(connection: Connection) -> bool:
    """Whether all steps were applied. Raises InputError for a database that is no ledger, or a newer usbkit's."""
    return version_of(connection) == len(STEPS)


def migrate(connection: Connection) -> None:
    """Apply the missing steps. Raises InputError for a database of a newer usbkit."""
    version = version_of(connection)
    for step in STEPS[version:]:
        step(connection)
    if version < len(STEPS):
        connection.execute("UPDATE schema_version SET version = ?", (len(STEPS),))
