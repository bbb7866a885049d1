"""Steps from one shape of the ledger's tables to the next. A step that was released is never changed: add another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    inspect,
    text,
)

from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _

Step = Callable[[Connection], None]


def _make_tables(connection: Connection) -> None:
    tables = MetaData()
    Table(
        "entry",
        tables,
        Column("position", Integer, primary_key=True),
        Column("origin", String(63), nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("previous", String(64), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("hash", String(64), nullable=False),
        UniqueConstraint("origin", "sequence"),
    )
    Table(
        "secret",
        tables,
        Column("origin", String(63), primary_key=True),
        Column("drive", String(5), primary_key=True),
        Column("nonce", String(64), nullable=False),
        Column("word", String(40)),
    )
    Table("fact", tables, Column("name", String(40), primary_key=True), Column("value", String(200), nullable=False))
    Table("schema_version", tables, Column("version", Integer, nullable=False))
    tables.create_all(connection)
    connection.execute(text("INSERT INTO schema_version (version) VALUES (0)"))


def _forbid_changes(connection: Connection) -> None:
    """A mistake of ours, or a hand in the wrong table, ends in an error; who means it is found by the chain."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                "CREATE FUNCTION entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
            )
        )
    for what in ("UPDATE", "DELETE"):
        name = f"entry_no_{what.lower()}"
        if connection.dialect.name == "postgresql":
            does = "FOR EACH ROW EXECUTE FUNCTION entry_is_kept()"
        else:
            does = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        connection.execute(text(f"CREATE TRIGGER {name} BEFORE {what} ON entry {does}"))


def _keep_letter_words(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE secret DROP COLUMN word"))
    tables = MetaData()
    Table(
        "letter_word",
        tables,
        Column("maker", String(63), primary_key=True),
        Column("origin", String(63), primary_key=True),
        Column("order_id", String(120), primary_key=True),
        Column("word", String(40), nullable=False),
        Column("salt", String(64), nullable=False),
    )
    tables.create_all(connection)


STEPS: Sequence[Step] = (_make_tables, _forbid_changes, _keep_letter_words)


def version_of(connection: Connection) -> int:
    """How many steps the database has behind it."""
    if not inspect(connection).has_table("schema_version"):
        return 0
    return int(connection.execute(text("SELECT version FROM schema_version")).scalar_one())


def migrate(connection: Connection) -> None:
    """Carry out the steps that are missing. Raises InputError for a database that a newer usbkit has made."""
    version = version_of(connection)
    if version > len(STEPS):
        what = _("this ledger has the shape {found}; this usbkit knows up to {known}", found=version, known=len(STEPS))
        raise InputError(Finding("ledger-newer", what, todo=_("Use the newer usbkit that wrote it.")))
    for step in STEPS[version:]:
        step(connection)
    if version < len(STEPS):
        connection.execute(text("UPDATE schema_version SET version = :version"), {"version": len(STEPS)})
