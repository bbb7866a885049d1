"""Where the ledger is; separate from code that reads it, since most commands only check whether there is one."""

from __future__ import annotations

import os
from pathlib import Path

from usbkit.cli.programme_key import read_key
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _
from usbkit.core.real_paths import real_path
from usbkit.ledger.place import LedgerPlace, find_ledger
from usbkit.manifest.finding import PROGRAMME_FILE, programmes_in


def ledger_place(settings: Settings) -> LedgerPlace:
    """Return the ledger's place: ``--ledger``, otherwise the programme's, otherwise a file among the user's data."""
    if settings.ledger is not None:
        return find_ledger(settings.ledger, os.environ)
    return _ledger_of_programme(settings.manifests) or find_ledger(None, os.environ)


def _ledger_of_programme(manifests: Path) -> LedgerPlace | None:
    """The ledger that ``programme.toml`` names, or that stands beside it; None where there is neither.

    Programmes side by side may share one. Raises InputError where they have several, and nobody says which.
    """
    is_programme = (manifests / PROGRAMME_FILE).is_file()
    programmes = [manifests] if is_programme else programmes_in(manifests)
    places = {folder: _ledger_in(folder) for folder in programmes}
    if len({_identity(place) for place in places.values()}) > 1:
        what = _("the programmes in {folder} have different ledgers", folder=manifests)
        names = ", ".join(map(str, places))
        todo = _("Name one with --manifests, or work in its folder: {names}", names=names)
        raise InputError(Finding("ledger-several", what, todo=todo))
    return next(iter(places.values()), None)


def _identity(place: LedgerPlace | None) -> str:
    """What two spellings of one place have in common."""
    return str(place if place is None or place.file is None else real_path(place.file))


def _ledger_in(folder: Path) -> LedgerPlace | None:
    if (named := read_key(folder, "ledger")) is not None:
        return find_ledger(named if "://" in named else str(real_path(folder / named)), os.environ)
    beside = folder / "ledger.sqlite"
    return LedgerPlace(beside.absolute()) if beside.is_file() else None
