"""Where a ledger is: what ``--ledger`` says, as a URL; and the errors of the database in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from usbkit.errors import BrokenOffError, Finding, InputError, Place, UsbkitError
from usbkit.text import _


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """A ledger in the SQLite file at ``path``."""

    path: Path

    @property
    def url(self) -> URL:
        return URL.create("sqlite", database=str(self.path))

    def __str__(self) -> str:
        return str(self.path)


def find_ledger(named: str | None, environ: Mapping[str, str]) -> LedgerPlace:
    """The place that ``--ledger`` names; without it, XDG's data folder. Raises InputError."""
    if named is None:
        base = environ.get("XDG_DATA_HOME") or ""
        folder = Path(base) if base.startswith("/") else Path.home() / ".local" / "share"
        return LedgerPlace(folder / "usbkit" / "ledger.sqlite")
    scheme, colon, rest = named.partition("://")
    if not colon:
        return LedgerPlace(Path(named).absolute())
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return LedgerPlace(Path(rest[1:]).absolute())
    raise InputError(
        Finding(
            "ledger-url",
            _("found {url}, expected a file, or sqlite:///FILE", url=named),
            Place("--ledger"),
            _("Give the path of the ledger's file."),
        )
    )


@contextmanager
def database_errors(place: LedgerPlace) -> Iterator[None]:
    """Turn the database's errors into ours."""
    try:
        yield
    except SQLAlchemyError as problem:
        raise _translated(problem, place) from None


def _translated(problem: SQLAlchemyError, place: LedgerPlace) -> UsbkitError:
    reason = str(getattr(problem, "orig", None) or problem)
    at = Place(str(place))
    if "not a database" in reason or "malformed" in reason:
        todo = _("Name another file with --ledger, or put back the copy you keep.")
        return InputError(Finding("ledger-unreadable", _("this is no ledger: {reason}", reason=reason), at, todo))
    if "locked" in reason or "busy" in reason:
        what, todo = _("another program is writing the ledger"), _("Try again when it is done.")
        return BrokenOffError(Finding("ledger-locked", what, at, todo))
    what = _("the ledger's database said: {reason}", reason=reason)
    todo = _("Is its disk full, may you write there, and is it a disk of this computer?")
    return BrokenOffError(Finding("ledger-database", what, at, todo))
