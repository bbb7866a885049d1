"""The one place where the ledger is opened, read and appended to.

When `Ledger.write` has been left without an error, what was appended is on the disk (`usbkit.ledger.engine`). A forked
worker inherits the connection and never touches it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from usbkit import clock
from usbkit.delivery.receipt import reference_of
from usbkit.errors import DeviceError, Finding, InputError, Place
from usbkit.ledger.book import Book
from usbkit.ledger.chain import Entry, Head, follow, head_of, start_of
from usbkit.ledger.engine import make_engine, reading, writing
from usbkit.ledger.events import Event, LetterWordMade, Note, PassportMinted
from usbkit.ledger.migrations import migrate
from usbkit.ledger.place import LedgerPlace, database_errors
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.tables import ENTRY, FACT, LETTER_WORD, SECRET
from usbkit.text import _
from usbkit.wordlist import words

_NONCE_BYTES = 16

#: Letters of a word that is dictated and typed without pain.
_SHORTEST_WORD, _LONGEST_WORD = 5, 8


class Ledger:
    """An open ledger. ``by`` is who answers for what is appended."""

    def __init__(self, place: LedgerPlace, by: str, now: Callable[[], datetime] = clock.now) -> None:
        self.place = place
        self._by = by
        self._now = now
        self.origin = ""
        self._known = _Known()
        with database_errors(place):
            self._engine = make_engine(place)

    @classmethod
    def open(cls, place: LedgerPlace, by: str, now: Callable[[], datetime] = clock.now) -> Ledger:
        """Open the ledger at ``place``, made anew where there is none. Raises InputError, BrokenOffError."""
        if place.file is not None:
            try:
                place.file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as problem:
                raise _unmade(place, problem) from None
        ledger = cls(place, by, now)
        with database_errors(place), writing(ledger._engine) as connection:
            migrate(connection)
            ledger.origin = _find_origin(connection)
        ledger._forget()
        return ledger

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """Append, alone: what is read in here is what holds until it is left. All of it is kept, or nothing."""
        with database_errors(self.place):
            try:
                with writing(self._engine) as connection:
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
        with database_errors(self.place), reading(self._engine) as connection:
            return self._caught_up(connection)

    def entries(self, origin: str | None = None) -> Iterator[Entry]:
        """All entries in the order in which they came here, of one origin where it is named."""
        query = select(ENTRY).order_by(ENTRY.c.position)
        with database_errors(self.place), reading(self._engine) as connection:
            for row in connection.execute(query if origin is None else query.where(ENTRY.c.origin == origin)):
                yield _entry_of(row)

    def heads(self) -> list[Head]:
        """Where each chain ends, ours first."""
        with database_errors(self.place), reading(self._engine) as connection:
            origins = {self.origin, *connection.execute(select(ENTRY.c.origin).distinct()).scalars()}
            ordered = sorted(origins, key=lambda origin: (origin != self.origin, origin))
            return [_head_of(connection, origin) for origin in ordered]

    def nonce_of(self, drive: str) -> str:
        """The receipt nonce of a drive: a secret, for the drive's own passport and for checking receipts only."""
        nonce = self.find_nonce(self.read().journey(drive))
        if nonce is None:
            what = _("the nonce of drive {drive} is not among the secrets here", drive=drive)
            raise InputError(Finding("nonce-elsewhere", what, Place(str(self.place))))
        return nonce

    def find_nonce(self, journey: Journey) -> str | None:
        """The nonce of a drive, None where only its chain came here."""
        query = select(SECRET.c.nonce).where(SECRET.c.origin == journey.origin, SECRET.c.drive == journey.reference)
        with database_errors(self.place), reading(self._engine) as connection:
            found = connection.execute(query).scalar_one_or_none()
            return None if found is None else str(found)

    def letter_word(self, order: str) -> str:
        """The word of an order's verification letter, made when first asked for: a secret, for that letter only."""
        with self.write() as appending:
            return appending.letter_word(order)

    def letter_words(self, order: Order) -> tuple[str, ...]:
        """Every word that was made for an order, here or elsewhere: a secret, for checking receipts only."""
        query = _words_of(order).with_only_columns(LETTER_WORD.c.word)
        with database_errors(self.place), reading(self._engine) as connection:
            return tuple(connection.execute(query).scalars())

    def secrets(self) -> Secrets:
        """The digests of all secrets, to compare with what the chains say."""
        with database_errors(self.place), reading(self._engine) as connection:
            nonces = connection.execute(select(SECRET))
            drives = {(row.origin, row.drive): digest_nonce(row.nonce) for row in nonces}
            kept = connection.execute(select(LETTER_WORD))
            orders = {(r.maker, r.origin, r.order_id): digest_word(r.salt, r.word) for r in kept}
            return Secrets(self.origin, drives, orders)

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
        self._known = _Known(Book(self.origin))


@dataclass(frozen=True)
class Secrets:
    """Digests of a ledger's secrets: of nonces by origin and reference, of letter words by maker, origin and order."""

    home: str
    nonces: Mapping[tuple[str, str], str]
    words: Mapping[tuple[str, str, str], str]


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
        nonce = self._new_nonce()
        drive = reference_of(nonce)
        self._connection.execute(insert(SECRET).values(origin=self._origin, drive=drive, nonce=nonce))
        of = self.book.order(order).added.of
        self.append(PassportMinted(drive=drive, order=order, number=number, of=of, nonce_sha256=digest_nonce(nonce)))
        return drive

    def letter_word(self, id: str) -> str:
        """The order's letter word, made and recorded where there is none."""
        order = self.book.order(id)
        kept = self._connection.execute(_words_of(order)).first()
        if kept is not None:
            return str(kept.word)
        plain = [word for word in words() if _SHORTEST_WORD <= len(word) <= _LONGEST_WORD]
        word, salt = secrets.choice(plain), secrets.token_hex(_NONCE_BYTES)
        key = {"maker": self._origin, "origin": order.origin, "order_id": order.added.order}
        self._connection.execute(insert(LETTER_WORD).values(**key, word=word, salt=salt))
        elsewhere = None if order.origin == self._origin else order.origin
        digest = digest_word(salt, word)
        self.append(LetterWordMade(order=order.added.order, word_sha256=digest, order_origin=elsewhere))
        return word

    def _new_nonce(self) -> str:
        """A nonce whose drive has a reference that nobody else here has."""
        while reference_of(nonce := secrets.token_hex(_NONCE_BYTES)) in self.book.journeys:
            pass
        return nonce


def _words_of(order: Order) -> Select[Any]:
    of = LETTER_WORD.c.origin == order.origin, LETTER_WORD.c.order_id == order.added.order
    return select(LETTER_WORD).where(*of).order_by(LETTER_WORD.c.maker)


def digest_nonce(nonce: str) -> str:
    """What the chain keeps of a nonce: nothing that leads back to it, since it has 128 random bits."""
    return hashlib.sha256(f"usbkit nonce v1 {nonce}".encode()).hexdigest()


def digest_word(salt: str, word: str) -> str:
    """What the chain keeps of a letter word: 128 random bits of salt keep it from being found by trying all."""
    return hashlib.sha256(f"usbkit word v1 {salt} {word}".encode()).hexdigest()


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
