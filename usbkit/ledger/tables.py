"""The ledger's tables: what is kept for good, and the state that follows from it. How a file of an older shape gets
there is `usbkit.ledger.migrations`'.

``entry``: one row an entry, see `usbkit.ledger.chain.Entry`; ``body`` is the bytes that the hash covers, ``position``
the order in which entries came here, from whatever origin.
``secret``: a drive's receipt nonce (hex), which no list, export or log shows; ``origin`` is the chain that minted it.
``letter_word``: as secret, the word of an order's verification letter; ``maker`` is the chain that records its digest,
``salt`` (hex) what makes that digest tell nothing.
``document``: what entries name by its SHA-256 (hex).
``fact``: ``origin`` is the chain that this ledger appends to.
"""

from __future__ import annotations

#: The columns of what is kept, in their order.
ENTRY = ("origin", "sequence", "previous", "body", "hash")
SECRET = ("origin", "drive", "nonce")
LETTER_WORD = ("maker", "origin", "order_id", "word", "salt")

#: Every table that is kept for good.
KEPT = ("entry", "secret", "letter_word", "document", "fact", "schema_version")

#: The shape of the state below: a ledger whose state has another is folded again.
STATE_VERSION = "2"

#: What holds now (docs/ledger.md), in SQLite wherever the entries are. A row is JSON in ``body``; the columns beside it
#: are what something looks for. ``place`` is the order in which rows came.
STATE = """
CREATE TABLE state_fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE state_order (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, origin TEXT NOT NULL, name TEXT NOT NULL,
    programme TEXT NOT NULL, country TEXT NOT NULL, code TEXT NOT NULL, edition INTEGER NOT NULL, route TEXT,
    fingerprint TEXT NOT NULL, wanted INTEGER NOT NULL, is_cancelled INTEGER NOT NULL, sheet TEXT, body BLOB NOT NULL,
    UNIQUE (origin, name)
);
CREATE INDEX state_order_sheet ON state_order (sheet);
CREATE TABLE state_drive (
    place INTEGER PRIMARY KEY, drive TEXT NOT NULL UNIQUE, origin TEXT NOT NULL, reference TEXT NOT NULL,
    order_id TEXT NOT NULL, number INTEGER NOT NULL, holds INTEGER NOT NULL, nonce TEXT NOT NULL UNIQUE,
    stage TEXT NOT NULL, whereabouts TEXT NOT NULL, sent TEXT, route TEXT, found TEXT, contradicts INTEGER NOT NULL,
    body BLOB NOT NULL, UNIQUE (origin, reference)
);
CREATE UNIQUE INDEX state_drive_number ON state_drive (order_id, number) WHERE holds;
CREATE INDEX state_drive_order ON state_drive (order_id, stage);
CREATE INDEX state_drive_reference ON state_drive (reference);
CREATE INDEX state_drive_stage ON state_drive (stage, whereabouts, sent);
CREATE TABLE state_job (job TEXT PRIMARY KEY, drive TEXT NOT NULL);
CREATE TABLE state_stick (hardware TEXT NOT NULL, drive TEXT NOT NULL, PRIMARY KEY (hardware, drive));
CREATE TABLE state_shared (hardware TEXT PRIMARY KEY);
CREATE TABLE state_ports (origin TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE state_chain (origin TEXT PRIMARY KEY, role TEXT NOT NULL);
CREATE TABLE state_waiting (
    place INTEGER PRIMARY KEY, origin TEXT NOT NULL, name TEXT NOT NULL, teller TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX state_waiting_name ON state_waiting (origin, name);
"""

#: The tables of the state, to be thrown away and compared.
STATE_TABLES = (
    *("state_fact", "state_order", "state_drive", "state_job", "state_stick", "state_shared", "state_ports"),
    *("state_chain", "state_waiting"),
)
