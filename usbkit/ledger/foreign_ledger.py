"""Read another ledger, which is untrusted. Its file is copied first and read within limits; only plain tables with a
ledger's own shape are read.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.ledger.appending import SecretRows, body_of, entries_after, entry_of
from usbkit.ledger.chain import ORIGIN_PATTERN, Entry
from usbkit.ledger.database import DISK_FULL, Connection, FileConnection, Row
from usbkit.ledger.documents import MAX_DOCUMENT
from usbkit.ledger.entry_body import MOST_BODY
from usbkit.ledger.migrations import STEPS, version_of
from usbkit.ledger.place import LedgerPlace, database_errors
from usbkit.ledger.tables import LETTER_WORD, SECRET


@dataclass(frozen=True, slots=True)
class VisitBounds:
    """Limits for another ledger: bytes of its file with its log, also the total of bytes read; entries, bytes of one
    body and of one document, documents, and seconds in the database.
    """

    file: int = 2**30
    entries: int = 1_000_000
    body: int = MOST_BODY
    document: int = MAX_DOCUMENT
    documents: int = 10_000
    seconds: float = 120.0


BOUNDS = VisitBounds()

#: Instructions of SQLite's machine between two looks at the clock.
_STEP = 100_000

_NO_LEDGER = _("It is no ledger that usbkit wrote.")

#: The tables that are read, each of which has to be one, and the step of `STEPS` that made it.
_READ = {"entry": 1, "secret": 1, "fact": 1, "schema_version": 1, "letter_word": 3, "document": 4}


@dataclass(frozen=True)
class Visited:
    """The contents of another ledger, read within limits."""

    origin: str
    every: tuple[Entry, ...]
    secrets: SecretRows
    kept: tuple[tuple[str, str, bytes], ...]

    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order of their arrival there."""
        return self.every

    def secret_rows(self) -> SecretRows:
        """Return all secrets, for our table of secrets only."""
        return self.secrets

    def documents(self) -> tuple[tuple[str, str, bytes], ...]:
        """Return every document: SHA-256 as stored there, kind and bytes."""
        return self.kept


@contextmanager
def visiting(place: LedgerPlace, bounds: VisitBounds = BOUNDS) -> Iterator[Visited]:
    """Yield another ledger. A file is copied first, so that not even a log beside it is touched.

    Raises InputError if there is none, if it is no ledger or a damaged one, or if it exceeds ``bounds``.
    """
    named = Place(str(place))
    if place.file is None:
        from usbkit.ledger.server import open_server, server_reading

        with database_errors(place):
            engine = open_server(place)
            try:
                with server_reading(engine) as connection:
                    visited = _read(connection, named, bounds)
            finally:
                engine.dispose()
        yield visited
        return
    if not place.file.is_file():
        todo = _("Name the file of the station's ledger; `usbkit doctor` there says where it is.")
        raise InputError(Finding("ledger-absent", _("there is no ledger"), named, todo))
    with tempfile.TemporaryDirectory(prefix="usbkit-merge-") as folder:
        copy = _copy(place.file, Path(folder), named, bounds)
        with database_errors(place), _damages(named, bounds), closing(_open_stranger(copy, bounds)) as raw:
            _require_plain(raw, named)
            visited = _read(FileConnection(raw), named, bounds)
    yield visited


@contextmanager
def _damages(named: Place, bounds: VisitBounds) -> Iterator[None]:
    """Whatever SQLite, or Python's driver of it, cannot read of a stranger's file is that file's fault: the copy is
    ours alone, and nothing is written. But for a full disk, and for the time that we give it.
    """
    try:
        yield
    except sqlite3.Error as problem:
        name = getattr(problem, "sqlite_errorname", "")
        if name in DISK_FULL:
            raise
        if name == "SQLITE_INTERRUPT":
            raise _too_much(_("it is not read within {seconds} seconds", seconds=bounds.seconds), named) from None
        raise _damaged(_printable(str(problem)), named) from None
    except UnicodeError:  # of the words in which the driver says what is wrong
        raise _damaged(_("what stands in it is no text"), named) from None


def _printable(reason: str) -> str:
    return reason.splitlines()[0][:_REASON] if reason.strip() else "-"


#: Characters of SQLite's words that are shown: they repeat what stands in the file.
_REASON = 120


def _damaged(why: Text | str, named: Place) -> InputError:
    what = _("this file is damaged, or no ledger: {why}", why=why)
    return InputError(Finding("ledger-damaged", what, named, _("Have it copied again at that station, and sent anew.")))


def _copy(file: Path, folder: Path, named: Place, bounds: VisitBounds) -> Path:
    copy = folder / "ledger.sqlite"
    journal = file.with_name(f"{file.name}-journal")
    if journal.exists() and journal.stat().st_size:
        # It may name files that SQLite deletes once it was played back: nobody else's is played back here.
        what = _("an entry was being written into it when it was copied")
        todo = _("Run `usbkit ledger head` there first, then take the file.")
        raise InputError(Finding("ledger-torn", what, named, todo))
    beside = [file.with_name(file.name + suffix) for suffix in ("", "-wal")]
    there = [path for path in beside if path.exists()]
    size = sum(path.stat().st_size for path in there)
    if size > bounds.file:
        raise _too_much(_("it has {size} bytes, at most {most} are taken", size=size, most=bounds.file), named)
    for path in there:
        shutil.copyfile(path, folder / path.name.replace(file.name, copy.name, 1))
    return copy


def _open_stranger(file: Path, bounds: VisitBounds) -> sqlite3.Connection:
    raw = sqlite3.connect(file, isolation_level=None)
    raw.execute("PRAGMA trusted_schema=OFF")
    raw.execute("PRAGMA cell_size_check=ON")
    raw.execute("PRAGMA query_only=ON")
    raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, bounds.document + 2**16)
    raw.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    until = time.monotonic() + bounds.seconds
    raw.set_progress_handler(lambda: int(time.monotonic() > until), _STEP)
    return raw


def _require_plain(raw: sqlite3.Connection, named: Place) -> None:
    """Nothing that computes stands in the place of a table. Triggers are not looked at: nothing is written."""
    for name, kind, sql in raw.execute("SELECT name, type, sql FROM sqlite_master WHERE type != 'index'"):
        table = str(name).lower()
        if table not in _READ or kind == "trigger":
            continue
        # SQLite itself writes a plain table's words so, whatever was typed; and its columns that compute are hidden.
        is_plain = kind == "table" and str(sql).startswith("CREATE TABLE ")
        if not is_plain or any(row[-1] for row in raw.execute(f"PRAGMA table_xinfo({table})")):
            what = _("{name} in it is no plain table", name=name)
            raise InputError(Finding("ledger-strange", what, named, _NO_LEDGER))


class _Measured:
    """A connection through which no more is read than is taken, however small the file is that it comes from: a table
    may have a long value as every row's default.
    """

    def __init__(self, inner: Connection, named: Place, bounds: VisitBounds) -> None:
        self.is_server = inner.is_server
        self._inner, self._named, self._most, self._left = inner, named, bounds.file, bounds.file

    def execute(self, sql: str, values: Sequence[object] = ()) -> Iterable[Row]:
        for row in self._inner.execute(sql, values):
            self._left -= sum(len(cell) for cell in row if isinstance(cell, str | bytes | memoryview))
            if self._left < 0:
                raise _too_much(_("more than {most} bytes stand in it", most=self._most), self._named)
            yield row

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        raise TypeError("another's ledger is read only")

    def tables(self) -> set[str]:
        return self._inner.tables()

    def still_here(self) -> None:
        self._inner.still_here()


def _read(unmeasured: Connection, named: Place, bounds: VisitBounds) -> Visited:
    connection = _Measured(unmeasured, named, bounds)
    try:
        version = version_of(connection)
    except InputError as problem:
        (finding,) = problem.findings
        todo = finding.todo if finding.id == "ledger-newer" else _NO_LEDGER
        raise InputError(replace(finding, place=named, todo=todo)) from None
    if version == 0:
        raise InputError(Finding("ledger-none", _("this is no ledger"), named))
    origins = [row[0] for row in connection.execute("SELECT value FROM fact WHERE name = 'origin'")]
    if len(origins) != 1 or not isinstance(origins[0], str) or ORIGIN_PATTERN.fullmatch(origins[0]) is None:
        raise InputError(Finding("ledger-unnamed", _("it does not say whose chain it is"), named))
    _require_bound(connection, version, named, bounds)
    every = tuple(entry_of(row) for row in _typed("entry", entries_after(connection, -1), named))
    documents: tuple[tuple[str, str, bytes], ...] = ()
    if version >= len(STEPS):
        rows = connection.execute("SELECT sha256, kind, body FROM document ORDER BY sha256")
        documents = tuple((name, kind, body_of(body)) for name, kind, body in _typed("document", rows, named))
    secrets = connection.execute(f"SELECT {', '.join(SECRET)} FROM secret")
    words = connection.execute(f"SELECT {', '.join(LETTER_WORD)} FROM letter_word")
    kept = SecretRows(
        [dict(zip(SECRET, row, strict=True)) for row in _typed("secret", secrets, named)],
        [dict(zip(LETTER_WORD, row, strict=True)) for row in _typed("letter_word", words, named)],
    )
    return Visited(origins[0], every, kept, documents)


#: What each column that is read holds, in its order: SQLite keeps any type in any column. Of text its most characters,
#: as the tables are declared (``usbkit.ledger.migrations``).
_HOLDS: dict[str, dict[str, int | type]] = {
    "entry": {"position": int, "origin": 63, "sequence": int, "previous": 64, "body": bytes, "hash": 64},
    "secret": {"origin": 63, "drive": 5, "nonce": 64},
    "letter_word": {"maker": 63, "origin": 63, "order_id": 120, "word": 40, "salt": 64},
    "document": {"sha256": 64, "kind": 40, "body": bytes},
}


def _typed(table: str, rows: Iterable[Row], named: Place) -> list[Row]:
    """The rows of a table, each column as it must be. Raises InputError."""
    read = list(rows)
    for number, row in enumerate(read, start=1):
        for (column, holds), cell in zip(_HOLDS[table].items(), row, strict=True):
            if isinstance(holds, int):
                fits = isinstance(cell, str) and len(cell) <= holds
            else:
                fits = isinstance(cell, (bytes, memoryview) if holds is bytes else holds)
            if not fits:
                values = {"number": number, "table": table, "column": column}
                raise _damaged(_("row {number} of {table} has something else in {column}", **values), named)
    return read


def _require_bound(connection: Connection, version: int, named: Place, bounds: VisitBounds) -> None:
    most = {"entry": bounds.entries, "secret": bounds.entries, "letter_word": bounds.entries}
    longest = {"entry": bounds.body}
    if version >= _READ["document"]:
        most["document"], longest["document"] = bounds.documents, bounds.document
    for table, rows in most.items():
        ((count,),) = connection.execute(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {rows + 1}) AS counted")
        if count > rows:
            raise _too_much(_("it has more than {most} rows in {table}", most=rows, table=table), named)
    for table, size in longest.items():
        ((found,),) = connection.execute(f"SELECT coalesce(max(length(body)), 0) FROM {table}")
        if found > size:
            values = {"table": table, "size": found, "most": size}
            raise _too_much(_("a row in {table} has {size} bytes, at most {most} are taken", **values), named)


def _too_much(what: Text, named: Place) -> InputError:
    return InputError(Finding("ledger-too-large", what, named, _NO_LEDGER))
