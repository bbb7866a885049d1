"""The connection to the hub: each of its functions as a method. No call waits longer than ``LONGEST``, and every call
may be repeated.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from usbkit import __version__
from usbkit.core.errors import BrokenOffError, DeviceError, Finding, InputError, Place, RefusedError, UsbkitError
from usbkit.core.messages import Text, _
from usbkit.ledger.chain import Entry, Head
from usbkit.ledger.events import Role
from usbkit.ledger.place import LedgerPlace, database_errors
from usbkit.ledger.server import SILENCE

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

#: What this usbkit and the hub's functions agree on; another number is another hub.
PROTOCOL = 1

#: Seconds in which the line is made, and in which the hub's server answers one question or says that it cannot.
CONNECT, ANSWER = 6, 8

#: Seconds until a question is answered or given up, where all goes wrong: a line that died unnoticed, a new one that is
#: slow, an answer at the last moment, and silence at the COMMIT.
LONGEST = SILENCE + CONNECT + ANSWER + SILENCE

#: SQLSTATEs of the hub's own refusals, and PostgreSQL's for what is not there and what may not be called.
_UNKNOWN, _FORBIDDEN, _OTHER_CHAIN, _OTHER_VERSION = "UH401", "UH403", "UH404", "UH409"
_NO_HUB, _NO_RIGHT = ("3F000", "42883"), "42501"


class HubUnreachedError(BrokenOffError):
    """The hub did not answer; it may later."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A computer that the hub knows. ``origin`` is its chain."""

    name: str
    origin: str
    role: Role
    is_forked: bool
    note: str


@dataclass(frozen=True)
class HubLook:
    """The hub's answer to a look.

    ``free`` counts available numbers by order (its chain and name); ``wanted`` are orders that sticks wait for at other
    stations; ``recalled`` are orders whose numbers must be returned; ``waiting`` names who must report before numbers
    are given; ``time`` is the server's clock.
    """

    hub: str
    epoch: int
    time: str
    name: str
    role: Role
    origin: str | None
    has_reported: bool
    is_forked: bool
    note: str
    heads: Mapping[str, Head]
    stations: tuple[Adopted, ...]
    free: Mapping[tuple[str, str], int]
    wanted: frozenset[tuple[str, str]]
    recalled: tuple[tuple[str, str], ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Granted:
    """The numbers that a claim got, or who must report first."""

    numbers: tuple[int, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """A station's numbers of an order: ``held`` without a drive, ``used`` with one that is not whole."""

    origin: str | None
    seen: str | None
    has_answered: bool
    held: tuple[int, ...]
    used: tuple[int, ...]


class Hub:
    """The hub at ``place``. Raises HubUnreachedError if it does not answer, RefusedError if it refuses."""

    def __init__(self, place: LedgerPlace) -> None:
        from usbkit.ledger.server import open_server

        self.place = place
        with database_errors(place):
            self._engine: Engine = open_server(place, connect=CONNECT, statement=ANSWER, lock=ANSWER)
        self._host = socket.gethostname()[:100] or "?"
        self._version = __version__

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    def poll(self, wants: Collection[tuple[str, str]] = ()) -> HubLook:
        """Look once. ``wants`` are orders, by chain and name, that sticks wait for here."""
        found = self._ask("poll", self._host, self._version, json.dumps(sorted(wants)))
        me = found["me"]
        return HubLook(
            hub=found["hub"],
            epoch=found["epoch"],
            time=found["time"],
            name=me["name"],
            role=Role(me["role"]),
            origin=me["origin"],
            has_reported=me["reported"] >= found["epoch"],
            is_forked=me["state"] == "forked",
            note=me["note"],
            heads={origin: Head(origin, *end) for origin, end in found["chains"].items()},
            stations=tuple(_adopted(row) for row in found["stations"]),
            free={(origin, order): count for origin, order, count in found["free"]},
            wanted=frozenset((str(o), str(n)) for o, n in _pairs(found["wanted"])),
            recalled=tuple((origin, order) for origin, order in found["recalled"]),
            waiting=tuple(found["waiting"]),
        )

    def push(self, origin: str, entries: Sequence[Entry], nonces: Mapping[str, str]) -> Head | str:
        """Append to our chain at the hub; return its head there, or a message if it forks. ``nonces`` are those of
        drives.
        """
        columns = ("sequence", "bigint"), ("previous", "text"), ("body", "bytea"), ("hash", "text")
        values = [_Array([getattr(entry, name) for entry in entries], kind) for name, kind in columns]
        secret = _Array(list(nonces), "text"), _Array(list(nonces.values()), "text")
        found = self._ask("push", self._host, self._version, origin, *values, *secret)
        return str(found["fork"]) if "fork" in found else Head(origin, found["sequence"], found["hash"])

    def push_words(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Send letter words made here."""
        columns = [_Array([row[n] for row in rows], "text") for n in ("origin", "order_id", "word", "salt")]
        self._ask("push_words", *columns)

    def pull(self, known: Mapping[str, int], most: int = 500) -> list[Entry]:
        """Return others' entries after those ``known`` of each chain, in the order of their arrival at the hub."""
        rows = self._rows("pull", json.dumps(known), most)
        return [Entry(str(o), int(s), str(p), bytes(b), str(h)) for o, s, p, b, h in rows]

    def nonces(self, drives: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
        """Return the nonces of drives, each with its chain and reference; for desks."""
        rows = self._rows("nonces", *(_Array(list(column), "text") for column in zip(*drives, strict=True)))
        return [dict(zip(("origin", "drive", "nonce"), map(str, row), strict=True)) for row in rows]

    def words(self, orders: Sequence[tuple[str, str, str]]) -> list[dict[str, str]]:
        """Return letter words, each with its maker and the order's chain and name; for desks."""
        rows = self._rows("words", *(_Array(list(column), "text") for column in zip(*orders, strict=True)))
        names = ("maker", "origin", "order_id", "word", "salt")
        return [dict(zip(names, map(str, row), strict=True)) for row in rows]

    def lacking(self, names: Sequence[str]) -> list[str]:
        """Return those of these documents that the hub lacks."""
        return [str(row[0]) for row in self._rows("lacking", _Array(list(names), "text"))]

    def put_document(self, kind: str, body: bytes) -> str:
        """Store a document at the hub; return its SHA-256."""
        return str(self._ask("put_document", kind, body))

    def find_document(self, name: str) -> tuple[str, bytes] | None:
        """Return kind and bytes of a document, None if the hub lacks it. The bytes are unchecked."""
        ((kind, body),) = self._rows("get_document", name)
        return None if body is None else (str(kind), bytes(body))

    def claim(self, id: str, order: tuple[str, str], wanted: int) -> Granted:
        """Claim numbers of an order, by its chain and name, under an id that was stored before."""
        found = self._ask("claim", id, *order, wanted)
        return Granted(tuple(found["numbers"]), tuple(found["waiting"]))

    def report(self, epoch: int, head: Head) -> bool:
        """Report that all of our chain up to ``head`` is at the hub; return whether the hub agrees."""
        return bool(self._ask("report", epoch, head.sequence, head.hash))

    def tell_set_back(self, why: str) -> int:
        """Report that we know more than the hub does; return its new epoch."""
        return int(self._ask("tell_set_back", why))

    def recall(self, order: tuple[str, str], station: str) -> Holding:
        """Ask a station to return an order's numbers."""
        return _holding(self._ask("recall", *order, station))

    def holding(self, order: tuple[str, str], station: str) -> Holding:
        """Return a station's numbers of an order."""
        return _holding(self._ask("holding", *order, station))

    def answer(self, order: tuple[str, str]) -> None:
        """Report that we returned our numbers of an order."""
        self._ask("answer", *order)

    def make_void(self, order: tuple[str, str], station: str) -> tuple[int, ...]:
        """Void a station's unfinished numbers of an order; return them."""
        return tuple(self._ask("make_void", *order, station))

    def excuse(self, order: str, station: str) -> None:
        """Exclude a station from the numbers of an order of ours."""
        self._ask("excuse", order, station)

    def lift(self, order: tuple[str, str], station: str) -> None:
        """Allow a station numbers of an order again."""
        self._ask("lift", *order, station)

    def stations(self) -> list[dict[str, Any]]:
        """Return the adopted stations and their numbers."""
        found: list[dict[str, Any]] = self._ask("stations")
        return found

    def facts(self) -> dict[str, str]:
        """Return the server's settings, for the doctor."""
        query = (
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('full_page_writes'), "
            "coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), clock_timestamp(), "
            "current_setting('idle_in_transaction_session_timeout'), inet_server_addr() IS NULL, "
            "has_function_privilege('public', 'pg_catalog.pg_advisory_lock(bigint)', 'EXECUTE')"
        )
        names = ("version", "fsync", "full_page_writes", "tls", "time", "idle_timeout", "is_local", "lets_lock")
        with self._calling() as connection:
            (row,) = connection.exec_driver_sql(query).fetchall()
        values = [value.isoformat() if hasattr(value, "isoformat") else str(value) for value in row]
        return dict(zip(names, values, strict=True))

    def _ask(self, function: str, *values: object) -> Any:
        ((found,),) = self._rows(function, *values)
        return found

    def _rows(self, function: str, *values: object) -> list[Any]:
        marks = ", ".join(["%s", *(_mark(value) for value in values)])
        given = [PROTOCOL, *(value.values if isinstance(value, _Array) else value for value in values)]
        with self._calling() as connection:
            done = connection.exec_driver_sql(f"SELECT * FROM usbkit_hub.{function}({marks})", tuple(given))
            return list(done.fetchall())

    @contextmanager
    def _calling(self) -> Iterator[Connection]:
        """A transaction of its own. A line that broke is made anew by the next."""
        from sqlalchemy.exc import DBAPIError

        try:
            with database_errors(self.place), self._engine.begin() as connection:
                try:
                    yield connection
                except DBAPIError as problem:
                    if (refusal := self._refusal(problem)) is not None:
                        raise refusal from None
                    raise
        except (BrokenOffError, InputError) as problem:
            raise HubUnreachedError(*(self._unreached(finding) for finding in problem.findings)) from None

    def _unreached(self, finding: Finding) -> Finding:
        todo = _("Is the server running, and the network up? Numbers held here can be used without it.")
        return Finding("hub-unreached", finding.what, Place(str(self.place)), todo)

    def _refusal(self, problem: Any) -> UsbkitError | None:
        """What the hub refuses, in our words; None for what is none of its own."""
        state = getattr(problem.orig, "sqlstate", None)
        said = str(getattr(getattr(problem.orig, "diag", None), "message_primary", None) or problem.orig)
        at = Place(str(self.place))
        if state in _NO_HUB or (state == _NO_RIGHT and "usbkit_hub" in said and "schema" in said):
            todo = _("Make one of it: usbkit hub init. Or add this computer: usbkit hub add-station NAME")
            return DeviceError(Finding("hub-none", _("there is no hub that you may call: {said}", said=said), at, todo))
        if state == _UNKNOWN:
            todo = _("Add it at the hub: usbkit hub add-station NAME")
            return RefusedError(Finding("hub-unknown-station", _("the hub says: {said}", said=said), at, todo))
        if state == _OTHER_CHAIN:
            todo = _("Is it this computer's? Add it at the desk under a name of its own: "
                     "usbkit hub add-station NAME --chain CHAIN")  # fmt: skip
            return RefusedError(Finding("hub-other-chain", _("the hub says: {said}", said=said), at, todo))
        if state == _OTHER_VERSION:
            values = {"there": said, "here": PROTOCOL}
            what = _("the hub speaks version {there}, this usbkit version {here}", **values)
            return DeviceError(Finding("hub-other-version", what, at, _("Install the same usbkit on all computers.")))
        if state in (_FORBIDDEN, _NO_RIGHT):
            is_the_desks = state == _NO_RIGHT or getattr(problem.orig.diag, "message_hint", None) == "desk"
            do = _("Do it at the desk: a station has no right to it.") if is_the_desks else None
            return RefusedError(Finding("hub-refused", _("the hub says: {said}", said=said), at, do))
        return None


@dataclass(frozen=True, slots=True)
class _Array:
    """A PostgreSQL array, whose type an empty list does not tell."""

    values: list[Any]
    kind: str


def _mark(value: object) -> str:
    if isinstance(value, _Array):
        return f"%s::{value.kind}[]"
    return "%s::bytea" if isinstance(value, bytes) else "%s"


def _pairs(rows: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Those that are pairs: any station may say what it likes."""
    return ((row[0], row[1]) for row in rows if isinstance(row, list) and len(row) == 2)


def _adopted(row: Mapping[str, Any]) -> Adopted:
    return Adopted(row["name"], row["origin"], Role(row["role"]), row["state"] == "forked", row["note"])


def _holding(found: Mapping[str, Any]) -> Holding:
    has_answered = found["answered"] is not None
    return Holding(found["origin"], found["seen"], has_answered, tuple(found["held"]), tuple(found["used"]))


def fork_refused(name: str, note: str, place: LedgerPlace) -> RefusedError:
    """The error for a chain that two computers write to."""
    what: Text = _("two computers write the chain of {name}: {note}. Neither is followed", name=name, note=note)
    todo = _("Give each a ledger of its own (--ledger) and a name of its own: usbkit hub add-station NAME")
    return RefusedError(Finding("hub-fork", what, Place(str(place)), todo))
