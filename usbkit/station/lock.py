"""One station per ledger: a second one would take the first one's unfinished drives for abandoned."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from usbkit.core.errors import DeviceError, Finding, Place, RefusedError
from usbkit.core.file_lock import try_lock
from usbkit.core.messages import _
from usbkit.ledger.place import LedgerPlace, data_folder


@contextmanager
def only_station(place: LedgerPlace) -> Iterator[None]:
    """Hold the ledger's station lock; the kernel releases it when we end, in every case. Raises RefusedError."""
    path = _lock_file(place)
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    except OSError as problem:
        what = _("cannot be opened: {reason}", reason=problem.strerror)
        raise DeviceError(Finding("station-lock", what, Place(str(path)))) from None
    try:
        if not try_lock(fd):
            what = _("another station is running with this ledger")
            todo = _("Use that one, or give this one a ledger of its own with --ledger.")
            raise RefusedError(Finding("station-running", what, Place(str(place)), todo))
        yield
    finally:
        os.close(fd)


def _lock_file(place: LedgerPlace) -> Path:
    """Beside the ledger's file; for a database on a server among the user's data, since it is one of this computer."""
    if place.file is not None:
        return place.file.with_name(f"{place.file.name}.station")
    folder = data_folder(os.environ)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{hashlib.sha256(os.fsencode(place.key)).hexdigest()[:16]}.station"
