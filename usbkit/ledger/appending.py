"""Appending to the ledger: entries, passports with their nonces, letter words, and another origin's chain.

Rows in and out of the tables stand here too; `usbkit.ledger.store` opens the database.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from usbkit.core.messages import _
from usbkit.core.wordlist import words
from usbkit.ledger.chain import Entry, Head, follow, head_of, start_of
from usbkit.ledger.events import EntryBody, Event, LetterWordMade, PassportMinted
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state import LedgerState
from usbkit.ledger.tables import ENTRY, LETTER_WORD, SECRET
from usbkit.trust.receipt_code import reference_of

_NONCE_BYTES = 16

#: Letters of a word that is dictated and typed without pain.
_SHORTEST_WORD, _LONGEST_WORD = 5, 8


@dataclass(frozen=True)
class Secrets:
    """Digests of a ledger's secrets: of nonces by origin and reference, of letter words by maker, origin and order."""

    home: str
    nonces: Mapping[tuple[str, str], str]
    words: Mapping[tuple[str, str, str], str]


@dataclass(frozen=True)
class SecretRows:
    """Rows of the tables `SECRET` and `LETTER_WORD`, by column."""

    nonces: list[dict[str, str]] = field(repr=False)
    words: list[dict[str, str]] = field(repr=False)


@dataclass
class Known:
    """The book as far as the entry at ``position``."""

    state: LedgerState = field(default_factory=LedgerState)
    position: int = 0


class Writing:
    """The right to append, while `Ledger.write` is entered."""

    def __init__(
        self,
        connection: Connection,
        known: Known,
        origin: str,
        note: Callable[[Event], EntryBody],
    ) -> None:
        self._connection = connection
        self._known = known
        self.origin = origin
        self._note = note
        self._head = end_of(connection, origin)

    @property
    def state(self) -> LedgerState:
        """What holds now, what was appended included."""
        return self._known.state

    def append(self, happened: Event) -> Entry:
        """Append one entry. Raises BrokenOffError where it cannot follow on what was before."""
        note = self._note(happened)
        self.state.apply(note, self.origin)
        entry = follow(self._head, note.to_body())
        done = self._connection.execute(insert(ENTRY), _row(entry))
        self._head = head_of(entry)
        (self._known.position,) = done.inserted_primary_key or (0,)
        return entry

    def mint(self, order: str, number: int) -> str:
        """Give ``number`` of ``order`` a passport: its reference. The nonce goes among the secrets."""
        nonce = self._new_nonce()
        drive = reference_of(nonce)
        self._connection.execute(insert(SECRET), {"origin": self.origin, "drive": drive, "nonce": nonce})
        of = self.state.order(order).added.of
        self.append(PassportMinted(drive=drive, order=order, number=number, of=of, nonce_sha256=digest_nonce(nonce)))
        return drive

    def entry(self, origin: str, sequence: int) -> Entry:
        """One entry that is here."""
        query = select(ENTRY).where(ENTRY.c.origin == origin, ENTRY.c.sequence == sequence)
        return entry_of(self._connection.execute(query).one())

    def hashes(self, origins: Collection[str]) -> dict[tuple[str, int], str]:
        """The hash of every entry of these origins, by origin and sequence."""
        query = select(ENTRY.c.origin, ENTRY.c.sequence, ENTRY.c.hash).where(ENTRY.c.origin.in_(origins))
        return {(row.origin, row.sequence): row.hash for row in self._connection.execute(query)}

    def adopt(self, entry: Entry) -> None:
        """Apply another chain's entry; `keep` writes it down. Raises BrokenOffError where it cannot have happened."""
        where = _("entry {sequence} of {origin}", sequence=entry.sequence, origin=entry.origin)
        self.state.apply(EntryBody.from_body(entry.body, where), entry.origin)

    def keep(self, adopted: Sequence[Entry]) -> None:
        """Write down what was adopted, in this order."""
        if adopted:
            self._connection.execute(insert(ENTRY), [_row(entry) for entry in adopted])
            last = self._connection.execute(select(func.max(ENTRY.c.position))).scalar_one()
            self._known.position = int(last)

    def secret_keys(self) -> set[tuple[str, ...]]:
        """Which secrets are here: origin and drive of nonces; maker, origin and order of letter words."""
        drives = self._connection.execute(select(SECRET.c.origin, SECRET.c.drive))
        words = self._connection.execute(select(LETTER_WORD.c.maker, LETTER_WORD.c.origin, LETTER_WORD.c.order_id))
        return {tuple(row) for row in (*drives, *words)}

    def keep_secrets(self, rows: SecretRows) -> None:
        """Keep another ledger's secrets with ours."""
        if rows.nonces:
            self._connection.execute(insert(SECRET), rows.nonces)
        if rows.words:
            self._connection.execute(insert(LETTER_WORD), rows.words)

    def find_nonce(self, journey: Journey) -> str | None:
        """As `Ledger.find_nonce`."""
        return find_nonce_in(self._connection, journey)

    def letter_words(self, order: Order) -> tuple[str, ...]:
        """As `Ledger.letter_words`."""
        return find_words_in(self._connection, order)

    def letter_word(self, id: str) -> str:
        """The order's letter word, made and recorded where there is none."""
        order = self.state.order(id)
        kept = self._connection.execute(_words_of(order)).first()
        if kept is not None:
            return str(kept.word)
        plain = [word for word in words() if _SHORTEST_WORD <= len(word) <= _LONGEST_WORD]
        word, salt = secrets.choice(plain), secrets.token_hex(_NONCE_BYTES)
        key = {"maker": self.origin, "origin": order.origin, "order_id": order.added.order}
        self._connection.execute(insert(LETTER_WORD).values(**key, word=word, salt=salt))
        elsewhere = None if order.origin == self.origin else order.origin
        digest = digest_word(salt, word)
        self.append(LetterWordMade(order=order.added.order, word_sha256=digest, order_origin=elsewhere))
        return word

    def _new_nonce(self) -> str:
        """A nonce whose drive has a reference that nobody else here has."""
        while reference_of(nonce := secrets.token_hex(_NONCE_BYTES)) in self.state.journeys:
            pass
        return nonce


def find_nonce_in(connection: Connection, journey: Journey) -> str | None:
    query = select(SECRET.c.nonce).where(SECRET.c.origin == journey.origin, SECRET.c.drive == journey.reference)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else str(found)


def find_words_in(connection: Connection, order: Order) -> tuple[str, ...]:
    return tuple(str(row.word) for row in connection.execute(_words_of(order)))


def _words_of(order: Order) -> Select[Any]:
    of = LETTER_WORD.c.origin == order.origin, LETTER_WORD.c.order_id == order.added.order
    return select(LETTER_WORD).where(*of).order_by(LETTER_WORD.c.maker)


def digest_nonce(nonce: str) -> str:
    """What the chain keeps of a nonce: nothing that leads back to it, since it has 128 random bits."""
    return hashlib.sha256(f"usbkit nonce v1 {nonce}".encode()).hexdigest()


def digest_word(salt: str, word: str) -> str:
    """What the chain keeps of a letter word: 128 random bits of salt keep it from being found by trying all."""
    return hashlib.sha256(f"usbkit word v1 {salt} {word}".encode()).hexdigest()


def end_of(connection: Connection, origin: str) -> Head:
    last = select(func.max(ENTRY.c.sequence)).where(ENTRY.c.origin == origin).scalar_subquery()
    row = connection.execute(
        select(ENTRY.c.sequence, ENTRY.c.hash).where(ENTRY.c.origin == origin, ENTRY.c.sequence == last)
    ).first()
    return start_of(origin) if row is None else Head(origin, row.sequence, row.hash)


def entry_of(row: Any) -> Entry:
    """An entry as it stands in the table, whatever somebody put there: SQLite keeps any type in any column."""
    sequence = row.sequence if isinstance(row.sequence, int) else -1
    return Entry(str(row.origin), sequence, str(row.previous), body_of(row), str(row.hash))


def body_of(row: Any) -> bytes:
    return row.body if isinstance(row.body, bytes) else str(row.body).encode("utf-8", "surrogateescape")


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "origin": entry.origin,
        "sequence": entry.sequence,
        "previous": entry.previous,
        "body": entry.body,
        "hash": entry.hash,
    }
