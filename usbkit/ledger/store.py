"""The one place where the ledger is opened, read and appended to.

SQLite with a write-ahead log and ``synchronous=FULL``: when `Writing` has been left without an error, what it appended
is on the disk. A forked worker inherits the connection's file and never touches it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select

from usbkit import clock
from usbkit.errors import DeviceError, Finding, Place
from usbkit.ledger.book import Book
from usbkit.ledger.chain import Entry, Head, follow, head_of, start_of
from usbkit.ledger.events import Event, Note, PassportMinted
from usbkit.ledger.migrations import migrate
from usbkit.ledger.place import LedgerPlace, database_errors
from usbkit.ledger.tables import ENTRY, FACT, SECRET
from usbkit.text import _

#: Crockford's base 32 without the letters that are misread (crockford.com/base32.html).
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_BITS = 24
_NONCE_BYTES = 16

#: Seconds to wait for another program that is appending.
_PATIENCE = 30


class Ledger:
    """An open ledger. ``by`` is who answers for what is appended."""

    def __init__(self, place: LedgerPlace, by: str, now: Callable[[], datetime] = clock.now) -> None:
        self.place = place
        self._by = by
        self._now = now
        self._engine = _make_engine(place)
        self._known = _Known()
        self.origin = ""

    @classmethod
    def open(cls, place: LedgerPlace, by: str, now: Callable[[], datetime] = clock.now) -> Ledger:
        """Open the ledger at ``place``, made anew where there is none. Raises InputError, BrokenOffError."""
        try:
            place.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise _unmade(place, problem) from None
        ledger = cls(place, by, now)
        with database_errors(place), ledger._engine.connect() as connection, _immediate(connection):
            migrate(connection)
            ledger.origin = _find_origin(connection)
        return ledger

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """Append, alone: what is read in here is what holds until it is left. All of it is kept, or nothing."""
        with database_errors(self.place), self._engine.connect() as connection:
            try:
                with _immediate(connection):
                    self._caught_up(connection)
                    yield Writing(connection, self._known, self.origin, self._note)
            except BaseException:
                self._forget()
                raise

    def append(self, *happened: Event) -> None:
        """Append ``happened``, together."""
        with self.write() as writing:
            for one in happened:
                writing.append(one)

    def read(self) -> Book:
        """What holds now. The book is ours: read it before the next call, and change nothing in it."""
        with database_errors(self.place), self._engine.connect() as connection, connection.begin():
            return self._caught_up(connection)

    def entries(self, origin: str | None = None) -> Iterator[Entry]:
        """All entries in the order in which they came here, of one origin where it is named."""
        query = select(ENTRY).order_by(ENTRY.c.position)
        with database_errors(self.place), self._engine.connect() as connection, connection.begin():
            for row in connection.execute(query if origin is None else query.where(ENTRY.c.origin == origin)):
                yield _entry_of(row)

    def heads(self) -> list[Head]:
        """Where each chain ends, ours first."""
        with database_errors(self.place), self._engine.connect() as connection, connection.begin():
            origins = {self.origin, *connection.execute(select(ENTRY.c.origin).distinct()).scalars()}
            ordered = sorted(origins, key=lambda origin: (origin != self.origin, origin))
            return [_head_of(connection, origin) for origin in ordered]

    def nonce_of(self, drive: str) -> str:
        """The receipt nonce of a drive: a secret, for the drive's own passport and for checking receipts only."""
        query = select(SECRET.c.nonce).where(SECRET.c.drive == drive)
        with database_errors(self.place), self._engine.connect() as connection, connection.begin():
            return str(connection.execute(query).scalar_one())

    def secret_digests(self) -> dict[str, str]:
        """The SHA-256 of each drive's nonce, to compare with what the chain says."""
        with database_errors(self.place), self._engine.connect() as connection, connection.begin():
            rows = connection.execute(select(SECRET.c.drive, SECRET.c.nonce))
            return {row.drive: digest_nonce(row.nonce) for row in rows}

    def _note(self, happened: Event) -> Note:
        return Note(at=self._now(), by=self._by, event=happened)

    def _caught_up(self, connection: Connection) -> Book:
        """The book with all entries that came since it was last looked at, by whomever."""
        query = select(ENTRY).where(ENTRY.c.position > self._known.position).order_by(ENTRY.c.position)
        for row in connection.execute(query):
            where = _("entry {sequence} of {origin}", sequence=row.sequence, origin=row.origin)
            self._known.book.apply(Note.from_body(_body_of(row), where), row.origin)
            self._known.position = row.position
        return self._known.book

    def _forget(self) -> None:
        """What was applied may not have been kept: begin from the entries again."""
        self._known = _Known()


@dataclass
class _Known:
    """The book as far as the entry at ``position``."""

    book: Book = field(default_factory=Book)
    position: int = 0


class Writing:
    """The right to append, while `Ledger.write` is entered."""

    def __init__(
        self,
        connection: Connection,
        known: _Known,
        origin: str,
        note: Callable[[Event], Note],
    ) -> None:
        self._connection = connection
        self._known = known
        self._origin = origin
        self._note = note
        self._head = _head_of(connection, origin)

    @property
    def book(self) -> Book:
        """What holds now, what was appended included."""
        return self._known.book

    def append(self, happened: Event) -> Entry:
        """Append one entry. Raises BrokenOffError where it cannot follow on what was before."""
        note = self._note(happened)
        self.book.apply(note, self._origin)
        entry = follow(self._head, note.to_body())
        done = self._connection.execute(insert(ENTRY).values(**_row(entry)))
        self._head = head_of(entry)
        (self._known.position,) = done.inserted_primary_key or (0,)
        return entry

    def mint(self, order: str, number: int) -> str:
        """Give ``number`` of ``order`` a passport: its reference. The nonce goes among the secrets."""
        nonce, drive = secrets.token_hex(_NONCE_BYTES), self._new_reference()
        self._connection.execute(insert(SECRET).values(origin=self._origin, drive=drive, nonce=nonce))
        of = self.book.order(order).added.of
        self.append(PassportMinted(drive=drive, order=order, number=number, of=of, nonce_sha256=digest_nonce(nonce)))
        return drive

    def _new_reference(self) -> str:
        while (reference := to_reference(secrets.randbits(_REFERENCE_BITS))) in self.book.journeys:
            pass
        return reference


def digest_nonce(nonce: str) -> str:
    """What the chain keeps of a nonce: nothing that leads back to it, since it has 128 random bits."""
    return hashlib.sha256(f"usbkit nonce v1 {nonce}".encode()).hexdigest()


def to_reference(number: int) -> str:
    """A drive's reference: 24 bits as five characters that can be read out on the telephone."""
    return "".join(_ALPHABET[number >> shift & 31] for shift in (20, 15, 10, 5, 0))


def _make_engine(place: LedgerPlace) -> Engine:
    engine = create_engine(place.url, connect_args={"timeout": _PATIENCE})

    def on_connect(connection: Any, record: Any) -> None:
        # Python's driver begins transactions by itself, and too late; ours are begun in `_on_begin`.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("usbkit_immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _immediate(connection: Connection) -> Any:
    """A transaction that nobody else can append beside: SQLite's deferred ones fail at the first write instead."""
    return connection.execution_options(usbkit_immediate=True).begin()


def _head_of(connection: Connection, origin: str) -> Head:
    last = select(func.max(ENTRY.c.sequence)).where(ENTRY.c.origin == origin).scalar_subquery()
    row = connection.execute(
        select(ENTRY.c.sequence, ENTRY.c.hash).where(ENTRY.c.origin == origin, ENTRY.c.sequence == last)
    ).first()
    return start_of(origin) if row is None else Head(origin, row.sequence, row.hash)


def _entry_of(row: Any) -> Entry:
    """An entry as it stands in the table, whatever somebody put there: SQLite keeps any type in any column."""
    sequence = row.sequence if isinstance(row.sequence, int) else -1
    return Entry(str(row.origin), sequence, str(row.previous), _body_of(row), str(row.hash))


def _body_of(row: Any) -> bytes:
    return row.body if isinstance(row.body, bytes) else str(row.body).encode("utf-8", "surrogateescape")


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "origin": entry.origin,
        "sequence": entry.sequence,
        "previous": entry.previous,
        "body": entry.body,
        "hash": entry.hash,
    }


def _find_origin(connection: Connection) -> str:
    """The name of the chain that this database appends to: given once, and unlike that of any other."""
    known = connection.execute(select(FACT.c.value).where(FACT.c.name == "origin")).scalar_one_or_none()
    if known is not None:
        return str(known)
    origin = _new_origin(socket.gethostname())
    connection.execute(insert(FACT).values(name="origin", value=origin))
    return origin


def _new_origin(host: str) -> str:
    kept = re.sub(r"[^a-z0-9]+", "-", host.lower())[:40].strip("-") or "desk"
    return f"{kept}-{secrets.token_hex(4)}"


def _unmade(place: LedgerPlace, problem: OSError) -> DeviceError:
    what = _("the ledger's folder cannot be made: {reason}", reason=problem.strerror)
    return DeviceError(Finding("ledger-folder", what, Place(str(place)), _("Name another file with --ledger.")))
