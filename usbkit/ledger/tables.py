"""The ledger's tables as they are now. How a file of an older shape gets there is `usbkit.ledger.migrations`'."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

METADATA = MetaData()

#: One row an entry; see `usbkit.ledger.chain.Entry`. ``body`` is the canonical bytes that the hash covers;
#: ``position`` is the order in which entries came here, from whatever origin.
ENTRY = Table(
    "entry",
    METADATA,
    Column("position", Integer, primary_key=True),
    Column("origin", String(63), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("origin", "sequence"),
)

#: What no list, export or log shows: a drive's receipt nonce (hex). ``origin`` is the chain that minted it.
SECRET = Table(
    "secret",
    METADATA,
    Column("origin", String(63), primary_key=True),
    Column("drive", String(5), primary_key=True),
    Column("nonce", String(64), nullable=False),
)

#: As secret: the word of an order's verification letter. ``maker`` is the chain that records its digest, and ``salt``
#: (hex) what makes that digest tell nothing.
LETTER_WORD = Table(
    "letter_word",
    METADATA,
    Column("maker", String(63), primary_key=True),
    Column("origin", String(63), primary_key=True),
    Column("order_id", String(120), primary_key=True),
    Column("word", String(40), nullable=False),
    Column("salt", String(64), nullable=False),
)

#: Facts about this database: ``origin`` is the chain that it appends to.
FACT = Table(
    "fact",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)

#: One row: the number of the last migration that was carried out.
SCHEMA = Table("schema_version", METADATA, Column("version", Integer, nullable=False))
