"""Append to the ledger: entries, passports with their nonces, letter words, and another origin's chain.

Reading and writing table rows is here too; ``usbkit.ledger.store`` opens the database.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from usbkit.core.errors import BrokenOffError, Finding, InputError
from usbkit.core.messages import _
from usbkit.core.wordlist import words
from usbkit.ledger.chain import Entry, Head, follow, head_of, start_of
from usbkit.ledger.database import STILL_HERE, Connection, Row
from usbkit.ledger.delivery_status import Entered
from usbkit.ledger.disputes import why_not_take
from usbkit.ledger.documents import digest_document
from usbkit.ledger.entry_body import MOST_BODY, EntryBody
from usbkit.ledger.events import Event, LetterWordMade, PassportMinted
from usbkit.ledger.intake import why_unfit
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state import LedgerState
from usbkit.ledger.state_view import impossible
from usbkit.ledger.succession import predecessor_of
from usbkit.ledger.tables import ENTRY, LETTER_WORD, SECRET
from usbkit.trust.receipt_code import GarbledError, Receipt, Report, read_code
from usbkit.trust.references import reference_of

_NONCE_BYTES = 16

#: Letters of a word that is dictated and typed without pain.
_SHORTEST_WORD, _LONGEST_WORD = 5, 8

#: The columns of an entry with its position, as a query asks for them.
ENTRY_COLUMNS = ", ".join(("position", *ENTRY))


@dataclass(frozen=True)
class Secrets:
    """Digests of a ledger's secrets: nonces by origin and reference, letter words by maker, origin and order."""

    home: str
    nonces: Mapping[tuple[str, str], str]
    words: Mapping[tuple[str, str, str], str]


@dataclass(frozen=True)
class SecretRows:
    """Rows of the tables ``secret`` and ``letter_word``, by column."""

    nonces: list[dict[str, str]] = field(repr=False)
    words: list[dict[str, str]] = field(repr=False)


class Writing:
    """The right to append, inside ``Ledger.write``."""

    def __init__(
        self,
        connection: Connection,
        state: LedgerState,
        origin: str,
        note: Callable[[Event], EntryBody],
        refold: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._state = state
        self.origin = origin
        self._note = note
        self._adopted = 0
        #: Fold all entries again: what they come to is another, since secrets have come.
        self.refold = refold
        self.head = end_of(connection, origin)

    @property
    def state(self) -> LedgerState:
        """The current state, including what was appended."""
        return self._state

    def append(self, happened: Event) -> Entry:
        """Append one entry. Raises BrokenOffError if it cannot follow the entries before it, InputError for an invalid
        name.
        """
        note = self._note(happened)
        if (why := why_unfit(note)) is not None:
            raise InputError(Finding("name-form", why))
        body = note.to_body()
        if len(body) > MOST_BODY:
            what = _("an entry of {size} bytes is longer than others take, {most}", size=len(body), most=MOST_BODY)
            raise InputError(Finding("entry-long", what, None, _("Say it in fewer words.")))
        # The state follows from what is kept, and not from what led to it: so it is the same when it is made again.
        entry = follow(self.head, body)
        kept = EntryBody.from_body(body, _("an entry that is being added"))
        self.state.apply(kept, self.origin, entry.sequence)
        self.keep([entry])
        return entry

    def mint(self, order: str, number: int) -> str:
        """Mint a passport for ``number`` of ``order``; return its reference. The nonce is stored among the secrets."""
        nonce = self._new_nonce()
        drive = reference_of(nonce)
        self._connection.insert("secret", SECRET, [(self.origin, drive, nonce)])
        found = self.state.order(order)
        named, ordered_in = (found.id, None) if number not in found.at_hub else (found.added.order, found.origin)
        self.append(
            PassportMinted(
                drive=drive,
                order=named,
                number=number,
                of=found.added.of,
                nonce_sha256=digest_nonce(nonce),
                instead_of=predecessor_of(self.state, found, number),
                ordered_in=None if ordered_in == self.origin else ordered_in,
            )
        )
        return drive

    def end(self, origin: str) -> Head:
        """Return the head of a chain here."""
        return end_of(self._connection, origin)

    def note_fact(self, name: str, value: str | None) -> None:
        """Store a fact about this computer, outside the chain; None deletes it."""
        self._connection.execute("DELETE FROM fact WHERE name = ?", (name,))
        if value is not None:
            self._connection.execute("INSERT INTO fact (name, value) VALUES (?, ?)", (name, value))

    def knows_nonce(self, origin: str, drive: str) -> bool:
        """Whether the nonce of this drive is here."""
        query = "SELECT 1 FROM secret WHERE origin = ? AND drive = ?"
        return bool(list(self._connection.execute(query, (origin, drive))))

    def knows_word(self, maker: str, origin: str, order: str) -> bool:
        """Whether the letter word that this chain made is here."""
        query = "SELECT 1 FROM letter_word WHERE maker = ? AND origin = ? AND order_id = ?"
        return bool(list(self._connection.execute(query, (maker, origin, order))))

    def knows(self, origin: str) -> bool:
        """Whether an entry of this chain is here."""
        query = "SELECT sequence FROM entry WHERE origin = ? LIMIT 1"
        return bool(list(self._connection.execute(query, (origin,))))

    def entry(self, origin: str, sequence: int) -> Entry:
        """One entry that is here."""
        found = self.find_entry(origin, sequence)
        if found is None:
            raise KeyError((origin, sequence))
        return found

    def find_entry(self, origin: str, sequence: int) -> Entry | None:
        """One entry, None where it is not here."""
        query = f"SELECT {ENTRY_COLUMNS} FROM entry WHERE origin = ? AND sequence = ?"
        return next(map(entry_of, self._connection.execute(query, (origin, sequence))), None)

    def hashes(self, origins: Collection[str]) -> dict[tuple[str, int], str]:
        """The hash of every entry of these origins, by origin and sequence."""
        query = "SELECT origin, sequence, hash FROM entry WHERE origin = ?"
        rows = (row for origin in origins for row in self._connection.execute(query, (origin,)))
        return {(row[0], row[1]): row[2] for row in rows}

    def adopt(self, entry: Entry) -> None:
        """Apply an entry of another chain; ``keep`` stores it. Raises BrokenOffError if it is impossible."""
        where = _("entry {sequence} of {origin}", sequence=entry.sequence, origin=entry.origin)
        note = EntryBody.from_body(entry.body, where)
        if (why := why_unfit(note)) is not None:
            raise BrokenOffError(Finding("name-form", why))
        self._adopted += 1
        if self._adopted % STILL_HERE == 0:
            self._connection.still_here()
        if (why := why_not_take(self.state, note.event, entry.origin)) is not None:
            raise impossible(why)
        self.state.apply(note, entry.origin, entry.sequence)

    def keep(self, entries: Sequence[Entry]) -> None:
        """Store the applied entries, in this order."""
        if not entries:
            return
        self._connection.insert("entry", ENTRY, [_row(entry) for entry in entries])
        note_end(self._connection, self.state)
        for entry in entries:
            if entry.origin == self.origin:
                self.head = head_of(entry)

    def secret_keys(self) -> set[tuple[str, ...]]:
        """Return the keys of the secrets here: origin and drive of nonces; maker, origin and order of letter words."""
        drives = self._connection.execute("SELECT origin, drive FROM secret")
        words = self._connection.execute("SELECT maker, origin, order_id FROM letter_word")
        return {tuple(row) for row in (*drives, *words)}

    def keep_secrets(self, rows: SecretRows) -> None:
        """Store another ledger's secrets with ours."""
        self._connection.insert("secret", SECRET, [[row[name] for name in SECRET] for row in rows.nonces])
        words = [[row[name] for name in LETTER_WORD] for row in rows.words]
        self._connection.insert("letter_word", LETTER_WORD, words)

    def find_nonce(self, journey: Journey) -> str | None:
        """As ``Ledger.find_nonce``."""
        return find_nonce_in(self._connection, journey)

    def letter_words(self, order: Order) -> tuple[str, ...]:
        """As ``Ledger.letter_words``."""
        return find_words_in(self._connection, order)

    def keep_document(self, kind: str, body: bytes) -> str:
        """Store a document once; return its SHA-256."""
        name = digest_document(body)
        if find_document_in(self._connection, name) is None:
            self._connection.insert("document", ("sha256", "kind", "body"), [(name, kind, body)])
        return name

    def find_document(self, name: str) -> bytes | None:
        """As ``Ledger.find_document``."""
        return find_document_in(self._connection, name)

    def letter_word(self, id: str) -> str:
        """Return the order's letter word; if there is none, make and record it."""
        order = self.state.order(id)
        if kept := self.letter_words(order):
            return kept[0]
        plain = [word for word in words() if _SHORTEST_WORD <= len(word) <= _LONGEST_WORD]
        word, salt = secrets.choice(plain), secrets.token_hex(_NONCE_BYTES)
        row = self.origin, order.origin, order.added.order, word, salt
        self._connection.insert("letter_word", LETTER_WORD, [row])
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
    query = "SELECT nonce FROM secret WHERE origin = ? AND drive = ?"
    return next((str(row[0]) for row in connection.execute(query, (journey.origin, journey.reference))), None)


def is_minted_in(connection: Connection, origin: str, reference: str, digest: str) -> bool:
    """Whether the nonce is here that a chain has under a reference, and has this digest."""
    query = "SELECT nonce FROM secret WHERE origin = ? AND drive = ?"
    return any(digest_nonce(str(row[0])) == digest for row in connection.execute(query, (origin, reference)))


def find_words_in(connection: Connection, order: Order) -> tuple[str, ...]:
    """Return the words of an order's letters, from makers whose word the order's chain or a desk recorded."""
    query = "SELECT maker, word, salt FROM letter_word WHERE origin = ? AND order_id = ? ORDER BY maker"
    rows = connection.execute(query, (order.origin, order.added.order))
    return tuple(str(word) for maker, word, salt in rows if (maker, digest_word(salt, word)) in order.words)


def find_document_in(connection: Connection, name: str) -> bytes | None:
    rows = connection.execute("SELECT body FROM document WHERE sha256 = ?", (name,))
    return next((bytes(row[0]) for row in rows), None)


def is_computed_in(connection: Connection, journey: Journey, order: Order, entered: Entered) -> bool:
    """Whether a receipt code is valid for what it reports and was made with this drive and letter."""
    try:
        receipt = read_code(entered.code)
    except GarbledError:
        return False
    said = Report(journey.reference, entered.found, entered.count, entered.has_letter)
    return receipt.report == said and is_made_by(connection, receipt, journey, order)


def is_made_by(connection: Connection, receipt: Receipt, journey: Journey, order: Order) -> bool:
    """Whether the drive made the code (and its letter, if the code includes one), as far as the secrets here tell."""
    nonce = find_nonce_in(connection, journey)
    tried = find_words_in(connection, order) if receipt.report.has_letter else ("",)
    return nonce is not None and any(receipt.is_by(nonce, order.added.fingerprint, word) for word in tried)


def digest_nonce(nonce: str) -> str:
    """Return the digest of a nonce for the chain; it cannot be reversed, since a nonce has 128 random bits."""
    return hashlib.sha256(f"usbkit nonce v1 {nonce}".encode()).hexdigest()


def digest_word(salt: str, word: str) -> str:
    """Return the digest of a letter word for the chain; 128 random bits of salt keep it from being guessed."""
    return hashlib.sha256(f"usbkit word v1 {salt} {word}".encode()).hexdigest()


def end_of(connection: Connection, origin: str) -> Head:
    query = "SELECT sequence, hash FROM entry WHERE origin = ? ORDER BY sequence DESC LIMIT 1"
    return next((Head(origin, row[0], row[1]) for row in connection.execute(query, (origin,))), start_of(origin))


def last_entry(connection: Connection) -> tuple[str, str]:
    """Return position and hash of the last entry, as recorded in the state."""
    query = "SELECT position, hash FROM entry ORDER BY position DESC LIMIT 1"
    return next(((str(row[0]), str(row[1])) for row in connection.execute(query)), ("0", ""))


def note_end(connection: Connection, state: LedgerState) -> None:
    """Record in the state that it is folded up to the last entry."""
    position, digest = last_entry(connection)
    state.rows.note("position", position)
    state.rows.note("hash", digest)


def entries_after(connection: Connection, position: int) -> Iterable[Row]:
    query = f"SELECT {ENTRY_COLUMNS} FROM entry WHERE position > ? ORDER BY position"
    return connection.execute(query, (position,))


def entry_of(row: Row) -> Entry:
    """Return the entry in a table row of any content: SQLite keeps any type in any column."""
    _position, origin, sequence, previous, body, digest = row
    number = sequence if isinstance(sequence, int) else -1
    return Entry(str(origin), number, str(previous), body_of(body), str(digest))


def body_of(body: object) -> bytes:
    if isinstance(body, bytes | memoryview):
        return bytes(body)
    return str(body).encode("utf-8", "surrogateescape")


def _row(entry: Entry) -> tuple[object, ...]:
    return entry.origin, entry.sequence, entry.previous, entry.body, entry.hash
