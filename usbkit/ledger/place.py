"""Where a ledger is: ``--ledger`` as a URL; and database errors as errors of ours."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from usbkit.core.errors import BrokenOffError, DeviceError, Finding, InputError, Place, UsbkitError
from usbkit.core.messages import _

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

#: Parts of a URL's query that hold a secret, or tell where one is (libpq's connection parameters).
_SECRET_PARTS = ("password", "sslpassword", "passfile", "sslkey")

#: Those that are shown: of any other, a mistyped one too, nobody knows what it holds.
_SHOWN_PARTS = frozenset(
    ("host", "hostaddr", "port", "user", "dbname", "service", "sslmode", "sslrootcert", "target_session_attrs")
)

#: A URL that lacks a slash: taken for a file's path, its password would stand in every message. Drives of Windows have
#: one letter.
_NEARLY_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")

#: Schemes of a PostgreSQL database; libpq knows both.
_POSTGRESQL = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """A ledger in the SQLite file at ``file``, or in the PostgreSQL database at ``server``: exactly one is set."""

    file: Path | None = None
    server: URL | None = None

    @property
    def path(self) -> Path:
        """Return the file of a ledger in a file. Raises ValueError for a server."""
        if self.file is None:
            raise ValueError(f"{self} is no file")
        return self.file

    @property
    def exists(self) -> bool:
        """Whether a ledger may be there: a server is asked only when it is opened."""
        return self.file is None or self.file.exists()

    @property
    def url(self) -> URL:
        """Return the database of a ledger on a server. Raises ValueError for a file."""
        if self.server is None:
            raise ValueError(f"{self} is no server")
        return self.server

    def __str__(self) -> str:
        """The file, or the URL without anything secret."""
        if self.server is None:
            return str(self.file)
        hidden = [part for part in self.server.query if part not in _SHOWN_PARTS]
        shown = self.server.difference_update_query(hidden).set(drivername="postgresql")
        return shown.render_as_string(hide_password=True)

    @property
    def key(self) -> str:
        """Return what identifies this ledger, to be hashed and never shown."""
        if self.server is None:
            return str(self.file)
        kept = self.server.difference_update_query(_SECRET_PARTS).set(drivername="postgresql")
        return kept.render_as_string(hide_password=True)


def find_ledger(named: str | None, environ: Mapping[str, str]) -> LedgerPlace:
    """Return the place that ``--ledger`` names; without it, the one in XDG's data folder. Raises InputError."""
    if named is None:
        return LedgerPlace(data_folder(environ) / "ledger.sqlite")
    scheme, colon, rest = named.partition("://")
    if not colon:
        nearly = _NEARLY_URL.match(named)
        if nearly is None:
            return LedgerPlace(Path(named).absolute())
        scheme = nearly[1]
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return LedgerPlace(Path(rest[1:]).absolute())
    if scheme in _POSTGRESQL and (url := _read_url(named)) is not None:
        return LedgerPlace(server=url.set(drivername="postgresql+psycopg"))
    # Where a URL cannot be read nobody knows which of its characters are the password's.
    shown = f"{scheme}://***"
    raise InputError(
        Finding(
            "ledger-url",
            _("found {url}, expected a file, sqlite:///FILE or postgresql://HOST/DATABASE", url=shown),
            Place("--ledger"),
            _("Give the path of the ledger's file, or the database's URL."),
        )
    )


def data_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for usbkit's user data (XDG Base Directory Specification)."""
    base = environ.get("XDG_DATA_HOME") or ""
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "share") / "usbkit"


def _read_url(named: str) -> URL | None:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(named)
    except (ArgumentError, ValueError):  # the second of a port that is no number
        return None
    return url if url.database else None


@contextmanager
def database_errors(place: LedgerPlace) -> Iterator[None]:
    """Turn the database's errors into ours."""
    if place.server is None:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as problem:
            raise _translated(problem, place) from None
        return
    from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

    try:
        yield
    except (NoSuchModuleError, ModuleNotFoundError):
        what, todo = _("the driver for PostgreSQL is not installed"), _("Install it: pip install 'usbkit[postgresql]'")
        raise DeviceError(Finding("ledger-driver", what, Place(str(place)), todo)) from None
    except (sqlite3.Error, SQLAlchemyError) as problem:
        raise _translated(problem, place) from None


def _without_secrets(text: str, place: LedgerPlace) -> str:
    """A driver's words without the password, should it repeat it."""
    if place.server is not None:
        query = place.server.query
        hidden = [str(query[name]) for name in query if name not in _SHOWN_PARTS]
        for secret in (str(place.server.password or ""), *hidden):
            text = text.replace(secret, "***") if secret else text
    return text


def _translated(problem: Exception, place: LedgerPlace) -> UsbkitError:
    reason = _without_secrets(str(getattr(problem, "orig", None) or problem).strip(), place)
    at = Place(str(place))
    # Python's driver decodes what stands in a damaged file, also where SQLite repeats it to say what is wrong.
    is_no_text = isinstance(problem, UnicodeDecodeError) or "Could not decode" in reason
    if is_no_text or "not a database" in reason or "malformed" in reason:
        todo = _("Name another file with --ledger, or put back the copy you keep.")
        return InputError(Finding("ledger-unreadable", _("this is no ledger: {reason}", reason=reason), at, todo))
    if "locked" in reason or "busy" in reason or "lock timeout" in reason:
        what, todo = _("another program is writing the ledger"), _("Try again when it is done.")
        return BrokenOffError(Finding("ledger-locked", what, at, todo))
    if "readonly database" in reason:
        what = _("this ledger cannot be written here, only read")
        todo = _("Is it on a medium, or somebody else's? Copy it to where you may write: usbkit ledger backup FILE")
        return BrokenOffError(Finding("ledger-read-only", what, at, todo))
    what = _("the ledger's database said: {reason}", reason=reason.splitlines()[0] if reason else "-")
    if place.server is not None:
        todo = _("Is the server running? Is the URL right? Are you allowed to write there?")
    else:
        todo = _("Is its disk full? Are you allowed to write there? Is it a disk of this computer?")
    return BrokenOffError(Finding("ledger-database", what, at, todo))
