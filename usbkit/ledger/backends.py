"""Where a ledger's entries and state are stored: one SQLite file, or a server plus a local file."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from usbkit.ledger.database import (
    Connection,
    FileConnection,
    file_transaction,
    open_file,
    open_memory,
)
from usbkit.ledger.files import make_private_file
from usbkit.ledger.place import LedgerPlace, data_folder


class Backend(ABC):
    """Transactions on the entries, and the connection to the state."""

    def __init__(self, state: sqlite3.Connection) -> None:
        self.state = state
        self._seen = -1

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction with one consistent view of the ledger."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """An exclusive transaction on entries and state: all of it is kept, or nothing."""

    @abstractmethod
    def apart(self) -> AbstractContextManager[Connection]:
        """Like ``reading``, independent of other work on this computer."""

    @contextmanager
    def as_station(self) -> Iterator[None]:
        """Hold the role of the only station of a ledger on a server. Raises RefusedError if another holds it."""
        yield

    def pin(self) -> None:
        """Freeze the visible state until the next transaction."""
        self.unpin()
        self.state.execute("BEGIN")

    def unpin(self) -> None:
        if self.state.in_transaction:
            self.state.execute("COMMIT")

    def is_changed(self) -> bool:
        """Whether another program has written the state since the last call."""
        before, self._seen = self._seen, int(self.state.execute("PRAGMA data_version").fetchone()[0])
        return before != self._seen

    def close(self) -> None:
        self.unpin()
        self.state.close()


class FileBackend(Backend):
    """Entries and state in one SQLite file, changed together."""

    def __init__(self, place: LedgerPlace) -> None:
        super().__init__(open_file(place))
        self._place = place
        self._connection = FileConnection(self.state)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with file_transaction(self.state, "DEFERRED"):
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        self.unpin()
        with file_transaction(self.state, "IMMEDIATE"):
            yield self._connection

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        raw = open_file(self._place)
        try:
            with file_transaction(raw, "DEFERRED"):
                yield FileConnection(raw)
        finally:
            raw.close()


class MemoryBackend(Backend):
    """A read-only ledger in memory: an empty one, or a copy of a file that cannot be written here."""

    def __init__(self) -> None:
        super().__init__(open_memory())
        self._connection = FileConnection(self.state)

    @classmethod
    def of_file(cls, file: Path) -> MemoryBackend:
        """A copy of ``file`` with its log, as both were at one moment; nothing is written beside them."""
        made = cls()
        for _try in range(_TRIES):
            before = _stamps(file)
            try:
                _copy_into(made.state, file)
            except sqlite3.DatabaseError:
                if _stamps(file) == before:
                    raise
                continue
            if _stamps(file) == before:
                return made
        raise sqlite3.OperationalError("database is locked")

    def close_to_writing(self) -> None:
        """Make every later append a database error, so that none is lost in silence."""
        self.unpin()
        self.state.execute("PRAGMA query_only=ON")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with file_transaction(self.state, "DEFERRED"):
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        self.unpin()
        with file_transaction(self.state, "IMMEDIATE"):
            yield self._connection

    def apart(self) -> AbstractContextManager[Connection]:
        return self.reading()


#: How often a file is copied that somebody writes meanwhile, until it is said to be locked.
_TRIES = 20


def _stamps(file: Path) -> list[tuple[int, int] | None]:
    """What another program's writing changes."""
    found = [path.stat() if path.exists() else None for path in (file, *_beside(file))]
    return [one and (one.st_size, one.st_mtime_ns) for one in found]


def _beside(file: Path) -> list[Path]:
    """Where SQLite keeps what is not in a file yet, or is to be taken out of it again: the two kinds of its log."""
    return [file.with_name(file.name + suffix) for suffix in ("-wal", "-journal")]


def _copy_into(memory: sqlite3.Connection, file: Path) -> None:
    logs = [log for log in _beside(file) if log.exists() and log.stat().st_size]
    if not logs:
        # Without a log SQLite needs no index of it either, which it would make beside the file (sqlite.org/uri.html).
        _back_up(f"{file.absolute().as_uri()}?immutable=1", memory)
        return
    for folder in (None, *filter(os.path.isdir, _ELSEWHERE)):
        try:
            with tempfile.TemporaryDirectory(prefix="usbkit-ledger-", dir=folder) as name:
                copy = Path(name) / "ledger.sqlite"
                for one in (file, *logs):
                    shutil.copyfile(one, copy.with_name(one.name.replace(file.name, copy.name, 1)))
                _back_up(copy.as_uri(), memory)
                return
        except OSError as problem:
            reason = problem.strerror
    raise sqlite3.OperationalError(reason)


#: Where a copy may stand for a moment where the disk of temporary files is full: in memory.
_ELSEWHERE = ("/dev/shm",)


def _back_up(uri: str, memory: sqlite3.Connection) -> None:
    raw = sqlite3.connect(uri, uri=True)
    try:
        raw.backup(memory)
    finally:
        raw.close()


class ServerBackend(Backend):
    """Entries in a PostgreSQL database; the state in a local file, folded from the entries read."""

    def __init__(self, place: LedgerPlace) -> None:
        folder = data_folder(os.environ) / "state"
        name = hashlib.sha256(os.fsencode(place.key)).hexdigest()[:32]
        state = LedgerPlace(folder / f"{name}.sqlite")
        make_private_file(state.path)
        super().__init__(open_file(state, is_named=False))
        from usbkit.ledger.server import open_server

        self._place = place
        self._engine = open_server(place)
        self._station: int | None = None

    @contextmanager
    def as_station(self) -> Iterator[None]:
        from usbkit.ledger.server import station_lock

        with station_lock(self._engine, self._place) as process:
            self._station = process
            try:
                yield
            finally:
                self._station = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        from usbkit.ledger.server import server_reading

        with server_reading(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        self.unpin()
        from usbkit.ledger.server import server_writing

        # The server's transaction ends first: a state that stays behind is caught up, one ahead would be wrong.
        with file_transaction(self.state, "IMMEDIATE"), server_writing(self._engine, self._station) as connection:
            yield connection

    def apart(self) -> AbstractContextManager[Connection]:
        return self.reading()

    def close(self) -> None:
        super().close()
        self._engine.dispose()
