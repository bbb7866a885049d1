"""Where a ledger's entries are and where its state is: one SQLite file, or a server and a file of this computer."""

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
    """Transactions on the entries, and the connection that the state stands in."""

    def __init__(self, state: sqlite3.Connection) -> None:
        self.state = state
        self._seen = -1

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the ledger from its first look to its last."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction on entries and state that nobody else can append beside: all of it is kept, or nothing."""

    @abstractmethod
    def apart(self) -> AbstractContextManager[Connection]:
        """As `reading`, beside whatever else goes on here."""

    @contextmanager
    def as_station(self) -> Iterator[None]:
        """Be the one station of a ledger on a server. Raises RefusedError where another is."""
        yield

    def pin(self) -> None:
        """See the state as it is now until the next transaction."""
        self.unpin()
        self.state.execute("BEGIN")

    def unpin(self) -> None:
        if self.state.in_transaction:
            self.state.execute("COMMIT")

    def is_changed(self) -> bool:
        """Whether another program wrote the state since this was last asked."""
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
    """A ledger in memory, to be read: none at all, or a copy of a file that cannot be written here."""

    def __init__(self) -> None:
        super().__init__(open_memory())
        self._connection = FileConnection(self.state)

    @classmethod
    def of_file(cls, file: Path) -> MemoryBackend:
        """A copy of ``file`` with its log."""
        made = cls()
        with tempfile.TemporaryDirectory(prefix="usbkit-ledger-") as folder:
            copy = Path(folder) / "ledger.sqlite"
            for suffix in ("", "-wal"):
                if (beside := file.with_name(file.name + suffix)).exists():
                    shutil.copyfile(beside, copy.with_name(copy.name + suffix))
            raw = sqlite3.connect(copy)
            try:
                raw.backup(made.state)
            finally:
                raw.close()
        return made

    def close_to_writing(self) -> None:
        """From here on an append is the database's error, and not lost in silence."""
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


class ServerBackend(Backend):
    """Entries in a PostgreSQL database; the state in a file of this computer, folded from what was read there."""

    def __init__(self, place: LedgerPlace) -> None:
        folder = data_folder(os.environ) / "state"
        name = hashlib.sha256(str(place).encode()).hexdigest()[:32]
        state = LedgerPlace(folder / f"{name}.sqlite")
        make_private_file(state.path)
        super().__init__(open_file(state))
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
