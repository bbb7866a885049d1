"""The only module that opens, reads and appends to the ledger.

Once ``Ledger.write`` ends without an error, the appended entries are on the disk (``usbkit.ledger.backends``). A forked
worker inherits the connection and never uses it.
"""

from __future__ import annotations

import re
import secrets
import socket
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from usbkit.core import clock
from usbkit.core.errors import BrokenOffError, DeviceError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.ledger.appending import (
    ENTRY_COLUMNS,
    SecretRows,
    Secrets,
    Writing,
    body_of,
    digest_nonce,
    digest_word,
    end_of,
    entries_after,
    entry_of,
    find_document_in,
    find_nonce_in,
    find_words_in,
    is_computed_in,
    is_made_by,
    is_minted_in,
    last_entry,
    note_end,
)
from usbkit.ledger.backends import Backend, FileBackend, MemoryBackend, ServerBackend
from usbkit.ledger.chain import ORIGIN_PATTERN, Entry, Head
from usbkit.ledger.database import DISK_FULL, STILL_HERE, Connection
from usbkit.ledger.delivery_status import Entered
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import Event
from usbkit.ledger.files import close_to_others, is_writable, make_private_file
from usbkit.ledger.migrations import is_current, migrate
from usbkit.ledger.place import LedgerPlace, database_errors
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state import LedgerState
from usbkit.ledger.state_rows import StateRows
from usbkit.ledger.tables import LETTER_WORD, SECRET, STATE_VERSION
from usbkit.trust.receipt_code import Receipt


class Ledger:
    """An open ledger. ``by`` is the person responsible for what is appended."""

    def __init__(self, place: LedgerPlace, backend: Backend, by: str, now: Callable[[], datetime]) -> None:
        self.place = place
        self.origin = ""
        self.now = now
        self._by = by
        self._is_on_full_disk = False
        self._backend = backend
        self._rows = StateRows(backend.state)

    @classmethod
    def open(
        cls, place: LedgerPlace, by: str, now: Callable[[], datetime] = clock.now, *, create: bool = True
    ) -> Ledger:
        """Open the ledger at ``place``, made anew where there is none and ``create`` says so.

        One that cannot be written here, on a read-only medium, a full disk or somebody else's, is read. Raises
        InputError, BrokenOffError.
        """
        if place.file is not None and place.file.exists() and not is_writable(place.file):
            return cls._fixed(place, by, now)
        if not create:
            _require_there(place)
        elif place.file is not None:
            try:
                make_private_file(place.file)
            except OSError as problem:
                raise _unmade(place, problem) from None
        with database_errors(place):
            try:
                backend = FileBackend(place) if place.file is not None else ServerBackend(place)
                ledger = cls(place, backend, by, now)
                ledger._begin()
            except sqlite3.OperationalError as problem:
                is_full = problem.sqlite_errorname in DISK_FULL
                if place.file is None or not is_full or not place.file.stat().st_size:
                    raise
                ledger = cls._fixed(place, by, now)
                ledger._is_on_full_disk = True
        return ledger

    @classmethod
    def nothing(cls, place: LedgerPlace, now: Callable[[], datetime] = clock.now) -> Ledger:
        """Return an empty read-only ledger, for a place that has none yet."""
        return cls._in_memory(place, MemoryBackend(), "", now)

    @classmethod
    def _fixed(cls, place: LedgerPlace, by: str, now: Callable[[], datetime]) -> Ledger:
        with database_errors(place):
            return cls._in_memory(place, MemoryBackend.of_file(place.path), by, now)

    @classmethod
    def _in_memory(cls, place: LedgerPlace, backend: MemoryBackend, by: str, now: Callable[[], datetime]) -> Ledger:
        ledger = cls(place, backend, by, now)
        with database_errors(place):
            ledger._begin()
            ledger.read()
            backend.close_to_writing()
        return ledger

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection to the current tables, for a backup only."""
        with database_errors(self.place), self._backend.apart() as connection:
            yield connection

    def _begin(self) -> None:
        """Bring the tables up to date and learn our own name."""
        with self._backend.reading() as connection:
            is_ready = is_current(connection)
        if is_ready:
            with self._backend.reading() as connection:
                self.origin = _known_origin(connection) or ""
        if not is_ready or not self.origin:
            with self._backend.writing() as connection:
                migrate(connection)
                self.origin = _known_origin(connection) or _give_origin(connection)
            if isinstance(self._backend, FileBackend):
                close_to_others(self.place.path)

    def close(self) -> None:
        """Close the database."""
        self._backend.close()

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """Append exclusively: what is read inside stays true until the end. All of it is kept, or nothing."""
        if self._is_on_full_disk:
            what = _("the disk that the ledger is on is full: it can be read, and nothing can be entered")
            raise BrokenOffError(Finding("ledger-disk-full", what, Place(str(self.place)), _("Make room there first.")))
        with database_errors(self.place):
            try:
                with self._backend.writing() as connection:
                    state = self._state(connection)
                    self._catch_up(connection, state)
                    yield Writing(connection, state, self.origin, self._note, lambda: self._refold(connection))
            except BaseException:
                self._rows.forget()
                raise

    @contextmanager
    def as_station(self) -> Iterator[None]:
        """Hold the role of the only station of a ledger on a server. Raises RefusedError if another holds it."""
        with database_errors(self.place), self._backend.as_station():
            yield

    def append(self, *happened: Event) -> None:
        """Append ``happened`` in one transaction."""
        with self.write() as writing:
            for one in happened:
                writing.append(one)

    def read(self) -> LedgerState:
        """Return the current state, valid until the next call here; do not change it."""
        with database_errors(self.place):
            with self._backend.reading() as connection:
                is_behind = not self._is_folded(connection)
            if is_behind:
                with self._backend.writing() as connection:
                    self._catch_up(connection, self._state(connection))
            self._backend.pin()
            if self._backend.is_changed():
                self._rows.forget()
            return LedgerState(self.origin, self._rows)

    def rebuild(self) -> None:
        """Discard the state and fold all entries again."""
        with database_errors(self.place), self._backend.writing() as connection:
            self._refold(connection)

    def entries(self, origin: str | None = None) -> Iterator[Entry]:
        """Yield all entries, or those of one origin, in the order of their arrival here."""
        with database_errors(self.place), self._backend.apart() as connection:
            for row in entries_after(connection, 0):
                entry = entry_of(row)
                if origin in (None, entry.origin):
                    yield entry

    def own_entries(self, after: int, most: int) -> list[Entry]:
        """Return up to ``most`` entries of our own chain after the sequence number ``after``."""
        query = f"SELECT {ENTRY_COLUMNS} FROM entry WHERE origin = ? AND sequence > ? ORDER BY sequence LIMIT ?"
        self._backend.unpin()
        with database_errors(self.place), self._backend.reading() as connection:
            return [entry_of(row) for row in connection.execute(query, (self.origin, after, most))]

    def own_head(self) -> Head:
        """Return the head of our own chain."""
        self._backend.unpin()
        with database_errors(self.place), self._backend.reading() as connection:
            return end_of(connection, self.origin)

    def nonces_of_ours(self, drives: Sequence[str]) -> dict[str, str]:
        """Return the nonces of drives that our own chain minted, for the hub's table of secrets only."""
        query = "SELECT nonce FROM secret WHERE origin = ? AND drive = ?"
        with database_errors(self.place), self._backend.reading() as connection:
            rows = [(d, next(iter(connection.execute(query, (self.origin, d))), None)) for d in drives]
            return {drive: str(row[0]) for drive, row in rows if row is not None}

    def words_of_ours(self) -> list[dict[str, str]]:
        """Return the letter words that our own chain made, for the hub's table of secrets only."""
        query = f"SELECT {', '.join(LETTER_WORD)} FROM letter_word WHERE maker = ?"
        with database_errors(self.place), self._backend.reading() as connection:
            rows = list(connection.execute(query, (self.origin,)))
            return [dict(zip(LETTER_WORD, map(str, row), strict=True)) for row in rows]

    def fact(self, name: str) -> str | None:
        """Return what ``Writing.note_fact`` stored."""
        self._backend.unpin()
        with database_errors(self.place), self._backend.reading() as connection:
            rows = connection.execute("SELECT value FROM fact WHERE name = ?", (name,))
            return next((str(row[0]) for row in rows), None)

    def heads(self) -> list[Head]:
        """Return the head of each chain, ours first."""
        with database_errors(self.place), self._backend.reading() as connection:
            found = connection.execute("SELECT DISTINCT origin FROM entry")
            origins = {self.origin, *(str(row[0]) for row in found)}
            ordered = sorted(origins, key=lambda origin: (origin != self.origin, origin))
            if misnamed := [origin for origin in ordered if ORIGIN_PATTERN.fullmatch(origin) is None]:
                what = _("the chain {origin} has a name that no chain has", origin=misnamed[0])
                todo = _("Run `usbkit ledger check`, and put back the copy from before it was merged.")
                raise BrokenOffError(Finding("origin-form", what, Place(str(self.place)), todo))
            return [end_of(connection, origin) for origin in ordered]

    def nonce_of(self, drive: str) -> str:
        """Return the receipt nonce of a drive: a secret, for the drive's passport and for checking receipts only."""
        nonce = self.find_nonce(self.read().journey(drive))
        if nonce is None:
            what = _("the nonce of drive {drive} is not among the secrets here", drive=drive)
            raise InputError(Finding("nonce-elsewhere", what, Place(str(self.place))))
        return nonce

    def find_nonce(self, journey: Journey) -> str | None:
        """Return the nonce of a drive, None if it is not here."""
        with database_errors(self.place), self._backend.reading() as connection:
            return find_nonce_in(connection, journey)

    def made_code(self, receipt: Receipt, journey: Journey) -> bool:
        """Whether this drive made the code (and its letter, if the code includes one)."""
        with database_errors(self.place), self._backend.reading() as connection:
            return is_made_by(connection, receipt, journey, self._rows.orders[journey.order])

    def letter_word(self, order: str) -> str:
        """Return the word of an order's verification letter, made on first use: a secret, for that letter only."""
        with self.write() as appending:
            return appending.letter_word(order)

    def letter_words(self, order: Order) -> tuple[str, ...]:
        """Return every word made for an order, here or elsewhere: a secret, for checking receipts only."""
        with database_errors(self.place), self._backend.reading() as connection:
            return find_words_in(connection, order)

    def find_document(self, name: str) -> bytes | None:
        """The document with this SHA-256, None where it is not here."""
        with database_errors(self.place), self._backend.reading() as connection:
            return find_document_in(connection, name)

    def documents(self) -> Iterator[tuple[str, str, bytes]]:
        """Yield every document: SHA-256 as stored, kind and bytes."""
        with database_errors(self.place), self._backend.apart() as connection:
            for name, kind, body in connection.execute("SELECT sha256, kind, body FROM document ORDER BY sha256"):
                yield str(name), str(kind), body_of(body)

    def secret_rows(self) -> SecretRows:
        """Return all secrets, for another ledger's table of secrets only."""
        with database_errors(self.place), self._backend.reading() as connection:
            return secret_rows_in(connection)

    def secrets(self) -> Secrets:
        """The digests of all secrets, to compare with what the chains say."""
        rows = self.secret_rows()
        drives = {(row["origin"], row["drive"]): digest_nonce(row["nonce"]) for row in rows.nonces}
        orders = {(r["maker"], r["origin"], r["order_id"]): digest_word(r["salt"], r["word"]) for r in rows.words}
        return Secrets(self.origin, drives, orders)

    def state_rows(self) -> StateRows:
        """Return the stored tables of the state, to compare with the entries."""
        self.read()
        return self._rows

    def recompute(self, journey: Journey, order: Order, entered: Entered) -> bool:
        """Whether a receipt's code was made with the drive and letter it is recorded for."""
        with database_errors(self.place), self._backend.reading() as connection:
            return is_computed_in(connection, journey, order, entered)

    def _state(self, connection: Connection) -> LedgerState:
        """The state inside a transaction."""

        def recompute(journey: Journey, order: Order, entered: Entered) -> bool:
            return is_computed_in(connection, journey, order, entered)

        def knows(origin: str, reference: str, digest: str) -> bool:
            return is_minted_in(connection, origin, reference, digest)

        if self._backend.is_changed():
            self._rows.forget()
        return LedgerState(self.origin, self._rows, recompute, knows)

    def _note(self, happened: Event) -> EntryBody:
        return EntryBody(at=self.now().replace(microsecond=0), by=self._by, event=happened)

    def _is_folded(self, connection: Connection) -> bool:
        """Whether the state is that after the last entry."""
        rows = self._rows
        noted = rows.fact("version"), rows.fact("position"), rows.fact("hash")
        return noted == (STATE_VERSION, *last_entry(connection))

    def _catch_up(self, connection: Connection, state: LedgerState) -> None:
        """Fold the entries that came since, by whomever; all of them where the state is another ledger's, or none."""
        if self._is_folded(connection):
            return
        if self._rows.fact("version") != STATE_VERSION:
            self._rows.make()
        elif not self._is_of(connection):
            raise _set_back(self.place, self._rows.fact("position"), self._rows.fact("hash"))
        for count, row in enumerate(entries_after(connection, int(self._rows.fact("position") or 0)), start=1):
            if count % STILL_HERE == 0:
                connection.still_here()
            entry = entry_of(row)
            where = _("entry {sequence} of {origin}", sequence=entry.sequence, origin=entry.origin)
            state.apply(EntryBody.from_body(entry.body, where), entry.origin, entry.sequence)
        note_end(connection, state)

    def _refold(self, connection: Connection) -> None:
        self._rows.make()
        self._catch_up(connection, self._state(connection))

    def _is_of(self, connection: Connection) -> bool:
        """Whether the state is one after an entry of this ledger."""
        position, digest = self._rows.fact("position") or "0", self._rows.fact("hash") or ""
        found = [
            str(row[0]) for row in connection.execute("SELECT hash FROM entry WHERE position = ?", (int(position),))
        ]
        return found == [digest] if position != "0" else True


def _set_back(place: LedgerPlace, position: str | None, digest: str | None) -> BrokenOffError:
    what = _(
        "entry {position} (hash {hash}…) was here and is not any more: entries were cut off, or an older copy put back",
        position=position or "0",
        hash=(digest or "")[:16],
    )
    todo = _("Put the newer copy in its place. If this one is to hold: usbkit ledger check --rebuild")
    return BrokenOffError(Finding("ledger-set-back", what, Place(str(place)), todo))


def secret_rows_in(connection: Connection) -> SecretRows:
    """All secrets of a ledger."""
    nonces = connection.execute(f"SELECT {', '.join(SECRET)} FROM secret")
    words = connection.execute(f"SELECT {', '.join(LETTER_WORD)} FROM letter_word")
    return SecretRows(
        [dict(zip(SECRET, map(str, row), strict=True)) for row in nonces],
        [dict(zip(LETTER_WORD, map(str, row), strict=True)) for row in words],
    )


def _known_origin(connection: Connection) -> str | None:
    rows = connection.execute("SELECT value FROM fact WHERE name = 'origin'")
    return next((str(row[0]) for row in rows), None)


def _give_origin(connection: Connection) -> str:
    """The name of the chain that this database appends to: given once, and unlike that of any other."""
    origin = _new_origin(socket.gethostname())
    connection.execute("INSERT INTO fact (name, value) VALUES ('origin', ?)", (origin,))
    return origin


def _new_origin(host: str) -> str:
    kept = re.sub(r"[^a-z0-9]+", "-", host.lower())[:40].strip("-") or "desk"
    return f"{kept}-{secrets.token_hex(4)}"


def _require_there(place: LedgerPlace) -> None:
    """Raises InputError for a file that is not there, or holds nothing."""
    if place.file is not None and (not place.file.is_file() or place.file.stat().st_size == 0):
        what, todo = _("there is no ledger"), _("Check --ledger; `usbkit order add` creates a ledger.")
        raise InputError(Finding("ledger-absent", what, Place(str(place)), todo))


def _unmade(place: LedgerPlace, problem: OSError) -> DeviceError:
    what = _("the ledger's folder cannot be made: {reason}", reason=problem.strerror)
    return DeviceError(Finding("ledger-folder", what, Place(str(place)), _("Name another file with --ledger.")))
