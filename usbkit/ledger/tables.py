"""The ledger's tables: the permanent ones, and the state computed from them. ``usbkit.ledger.migrations`` brings an
older file up to this shape.

``entry``: one row per entry, see ``usbkit.ledger.chain.Entry``; ``body`` is the bytes that the hash covers,
``position`` the order of arrival here, across origins. ``secret``: a drive's receipt nonce (hex), which no list, export
or log shows; ``origin`` is the chain that minted it. ``letter_word``: like secret, the word of an order's verification
letter; ``maker`` is the chain that records its digest, ``salt`` (hex) keeps that digest from being guessed.
``document``: documents that entries name by SHA-256 (hex). ``fact``: ``origin`` is the chain that this ledger appends
to.
"""

from __future__ import annotations

import hashlib

#: The columns of what is kept, in their order.
ENTRY = ("origin", "sequence", "previous", "body", "hash")
SECRET = ("origin", "drive", "nonce")
LETTER_WORD = ("maker", "origin", "order_id", "word", "salt")

#: Every table that is kept for good.
KEPT = ("entry", "secret", "letter_word", "document", "fact", "schema_version")

#: What holds now (docs/ledger.md), in SQLite wherever the entries are. A row is JSON in ``body``; the columns beside it
#: are what something looks for. ``place`` is the order in which rows came. ``state_count`` says how many whole drives
#: of an order are alike in all that reports count, so that these cost the same however many there are.
STATE = """
CREATE TABLE state_fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE state_order (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, origin TEXT NOT NULL, name TEXT NOT NULL,
    programme TEXT NOT NULL, country TEXT NOT NULL, code TEXT NOT NULL, edition INTEGER NOT NULL, route TEXT,
    fingerprint TEXT NOT NULL, wanted INTEGER NOT NULL, is_cancelled INTEGER NOT NULL, sheet TEXT, year TEXT NOT NULL,
    body BLOB NOT NULL, at_hub INTEGER NOT NULL, UNIQUE (origin, name)
);
CREATE INDEX state_order_sheet ON state_order (sheet);
CREATE INDEX state_order_country ON state_order (programme, country);
CREATE TABLE state_seal (
    programme TEXT NOT NULL, country TEXT NOT NULL, fingerprint TEXT NOT NULL, edition INTEGER NOT NULL,
    at TEXT NOT NULL, is_released INTEGER NOT NULL, PRIMARY KEY (programme, country)
);
CREATE TABLE state_undoable (
    chain TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
    PRIMARY KEY (chain, sequence)
);
CREATE TABLE state_drive (
    place INTEGER PRIMARY KEY, drive TEXT NOT NULL UNIQUE, origin TEXT NOT NULL, reference TEXT NOT NULL,
    order_id TEXT NOT NULL, number INTEGER NOT NULL, holds INTEGER NOT NULL, nonce TEXT NOT NULL,
    stage TEXT NOT NULL, whereabouts TEXT NOT NULL, sent TEXT, route TEXT, found TEXT, contradicts INTEGER NOT NULL,
    left_seal TEXT, is_back INTEGER NOT NULL, to_call INTEGER NOT NULL, plays INTEGER, is_aside INTEGER NOT NULL,
    is_doubted INTEGER NOT NULL, dispute TEXT, body BLOB NOT NULL, UNIQUE (origin, reference)
);
CREATE INDEX state_drive_nonce ON state_drive (nonce, dispute);
CREATE INDEX state_drive_dispute ON state_drive (dispute) WHERE dispute IS NOT NULL;
CREATE UNIQUE INDEX state_drive_number ON state_drive (order_id, number) WHERE holds;
CREATE INDEX state_drive_order ON state_drive (order_id, stage);
CREATE TABLE state_count (
    order_id TEXT NOT NULL, stage TEXT NOT NULL, is_aside INTEGER NOT NULL, whereabouts TEXT NOT NULL, found TEXT,
    sent TEXT, route TEXT, left_seal TEXT, count INTEGER NOT NULL
);
CREATE INDEX state_count_order ON state_count (order_id, whereabouts, sent);
CREATE INDEX state_drive_reference ON state_drive (reference);
CREATE INDEX state_drive_call ON state_drive (to_call) WHERE to_call;
CREATE INDEX state_drive_doubted ON state_drive (is_doubted) WHERE is_doubted;
CREATE INDEX state_drive_trouble ON state_drive (stage) WHERE found != 'whole';
CREATE INDEX state_drive_contradicts ON state_drive (stage) WHERE contradicts;
CREATE INDEX state_drive_unplayed ON state_drive (plays) WHERE plays = 0;
CREATE INDEX state_drive_stage ON state_drive (stage, whereabouts, sent);
CREATE TABLE state_job (
    job TEXT NOT NULL, drive TEXT NOT NULL, is_its INTEGER NOT NULL, PRIMARY KEY (job, drive)
);
CREATE TABLE state_stick (hardware TEXT NOT NULL, drive TEXT NOT NULL, PRIMARY KEY (hardware, drive));
CREATE TABLE state_shared (hardware TEXT PRIMARY KEY);
CREATE TABLE state_ports (origin TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE state_chain (origin TEXT PRIMARY KEY, role TEXT NOT NULL, name TEXT);
CREATE TABLE state_claim (
    order_id TEXT NOT NULL, number INTEGER NOT NULL, origin TEXT NOT NULL, claim TEXT NOT NULL, since TEXT NOT NULL,
    PRIMARY KEY (order_id, number, origin)
);
CREATE TABLE state_recalled (
    order_id TEXT NOT NULL, number INTEGER NOT NULL, origin TEXT NOT NULL, teller TEXT NOT NULL, successor TEXT,
    PRIMARY KEY (order_id, number, origin)
);
CREATE TABLE state_release (
    programme TEXT NOT NULL, country TEXT NOT NULL, at TEXT NOT NULL, sheet TEXT, body BLOB NOT NULL,
    PRIMARY KEY (programme, country)
);
CREATE INDEX state_release_sheet ON state_release (sheet);
CREATE TABLE state_waiting (
    place INTEGER PRIMARY KEY, origin TEXT NOT NULL, name TEXT NOT NULL, teller TEXT NOT NULL, body BLOB NOT NULL,
    sequence INTEGER NOT NULL
);
CREATE INDEX state_waiting_name ON state_waiting (origin, name);
"""

#: The version of the rules by which entries become state, and of its shape: where either is another, a ledger's state
#: is folded again.
STATE_VERSION = f"6-{hashlib.sha256(STATE.encode()).hexdigest()[:12]}"

#: The tables of the state, to be thrown away and compared.
STATE_TABLES = (
    *("state_fact", "state_order", "state_drive", "state_job", "state_stick", "state_shared", "state_ports"),
    *("state_chain", "state_waiting", "state_seal", "state_undoable", "state_claim", "state_recalled"),
    *("state_release", "state_count"),
)
