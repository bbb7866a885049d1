"""The one place where the ledger is opened, read and appended to.

When `Ledger.write` has been left without an error, what was appended is on the disk (`usbkit.ledger.engine`). A forked
worker inherits the connection and never touches it.
"""

from __future__ import annotations

import gc
import re
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, insert, select

from usbkit.core import clock
from usbkit.core.errors import DeviceError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.ledger.appending import (
    Known,
    SecretRows,
    Secrets,
    Writing,
    body_of,
    digest_nonce,
    digest_word,
    end_of,
    entry_of,
    find_nonce_in,
    find_words_in,
)
from usbkit.ledger.chain import Entry, Head
from usbkit.ledger.engine import make_engine, reading, writing
from usbkit.ledger.events import EntryBody, Event
from usbkit.ledger.migrations import migrate, version_of
from usbkit.ledger.place import LedgerPlace, database_errors
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state import LedgerState
from usbkit.ledger.tables import ENTRY, FACT, LETTER_WORD, SECRET


class Ledger:
    """An open ledger. ``by`` is who answers for what is appended."""

    def __init__(self, place: LedgerPlace, by: str, now: Callable[[], datetime] = clock.now) -> None:
        self.place = place
        self._by = by
        self.now = now
        self.origin = ""
        self._known = Known()
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

    @classmethod
    def visit(cls, place: LedgerPlace) -> Ledger:
        """Open a ledger that is there, to read it. Raises InputError where there is none.

        A file of an older shape is brought up to date: give a copy.
        """
        ledger = cls(place, by="")
        with database_errors(place), (reading if place.file is None else writing)(ledger._engine) as connection:
            if version_of(connection) == 0:
                raise InputError(Finding("ledger-none", _("this is no ledger"), Place(str(place))))
            if place.file is not None:
                migrate(connection)
            ledger.origin = _find_origin(connection)
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

    def read(self) -> LedgerState:
        """What holds now. The book is ours: read it before the next call, and change nothing in it."""
        with database_errors(self.place), reading(self._engine) as connection:
            return self._caught_up(connection)

    def entries(self, origin: str | None = None) -> Iterator[Entry]:
        """All entries in the order in which they came here, of one origin where it is named."""
        query = select(ENTRY).order_by(ENTRY.c.position)
        with database_errors(self.place), reading(self._engine) as connection:
            for row in connection.execute(query if origin is None else query.where(ENTRY.c.origin == origin)):
                yield entry_of(row)

    def heads(self) -> list[Head]:
        """Where each chain ends, ours first."""
        with database_errors(self.place), reading(self._engine) as connection:
            origins = {self.origin, *connection.execute(select(ENTRY.c.origin).distinct()).scalars()}
            ordered = sorted(origins, key=lambda origin: (origin != self.origin, origin))
            return [end_of(connection, origin) for origin in ordered]

    def nonce_of(self, drive: str) -> str:
        """The receipt nonce of a drive: a secret, for the drive's own passport and for checking receipts only."""
        nonce = self.find_nonce(self.read().journey(drive))
        if nonce is None:
            what = _("the nonce of drive {drive} is not among the secrets here", drive=drive)
            raise InputError(Finding("nonce-elsewhere", what, Place(str(self.place))))
        return nonce

    def find_nonce(self, journey: Journey) -> str | None:
        """The nonce of a drive, None where only its chain came here."""
        with database_errors(self.place), reading(self._engine) as connection:
            return find_nonce_in(connection, journey)

    def letter_word(self, order: str) -> str:
        """The word of an order's verification letter, made when first asked for: a secret, for that letter only."""
        with self.write() as appending:
            return appending.letter_word(order)

    def letter_words(self, order: Order) -> tuple[str, ...]:
        """Every word that was made for an order, here or elsewhere: a secret, for checking receipts only."""
        with database_errors(self.place), reading(self._engine) as connection:
            return find_words_in(connection, order)

    def secret_rows(self) -> SecretRows:
        """All secrets themselves: for another ledger's table of secrets, and for nothing else."""
        with database_errors(self.place), reading(self._engine) as connection:
            return SecretRows(
                [dict(row) for row in connection.execute(select(SECRET)).mappings()],
                [dict(row) for row in connection.execute(select(LETTER_WORD)).mappings()],
            )

    def secrets(self) -> Secrets:
        """The digests of all secrets, to compare with what the chains say."""
        with database_errors(self.place), reading(self._engine) as connection:
            nonces = connection.execute(select(SECRET))
            drives = {(row.origin, row.drive): digest_nonce(row.nonce) for row in nonces}
            kept = connection.execute(select(LETTER_WORD))
            orders = {(r.maker, r.origin, r.order_id): digest_word(r.salt, r.word) for r in kept}
            return Secrets(self.origin, drives, orders)

    def _note(self, happened: Event) -> EntryBody:
        return EntryBody(at=self.now(), by=self._by, event=happened)

    def _caught_up(self, connection: Connection) -> LedgerState:
        """The book with all entries that came since it was last looked at, by whomever."""
        query = select(ENTRY).where(ENTRY.c.position > self._known.position).order_by(ENTRY.c.position)
        with _no_collections():
            for row in connection.execute(query):
                where = _("entry {sequence} of {origin}", sequence=row.sequence, origin=row.origin)
                self._known.state.apply(EntryBody.from_body(body_of(row), where), row.origin)
                self._known.position = row.position
        return self._known.state

    def _forget(self) -> None:
        """What was applied may not have been kept: begin from the entries again."""
        self._known = Known(LedgerState(self.origin))


@contextmanager
def _no_collections() -> Iterator[None]:
    """Nothing of a book is a cycle, and looking for cycles in what grows is half of the time of a long ledger."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


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
