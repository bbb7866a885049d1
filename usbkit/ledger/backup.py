"""A ledger's copy as one file, whole and checked: from a file or a server, while others append."""

from __future__ import annotations

from pathlib import Path

from usbkit.core.errors import BrokenOffError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.ledger.audit import Audit
from usbkit.ledger.checking import check_ledger
from usbkit.ledger.database import Connection, FileConnection, file_transaction, open_file
from usbkit.ledger.files import make_private_file
from usbkit.ledger.migrations import migrate
from usbkit.ledger.place import LedgerPlace, database_errors
from usbkit.ledger.store import Ledger
from usbkit.ledger.tables import ENTRY, LETTER_WORD, SECRET

#: What a copy holds, by table: all but what the shape says by itself and the state, which is folded again.
_COPIED = {
    "fact": ("name", "value"),
    "entry": ("position", *ENTRY),
    "secret": SECRET,
    "letter_word": LETTER_WORD,
    "document": ("sha256", "kind", "body"),
}


def back_up(ledger: Ledger, target: Path) -> Audit:
    """Write all of ``ledger`` to the new file ``target``, and check that.

    Raises InputError where there is a file already, BrokenOffError where the copy does not hold or is not the same.
    """
    place = LedgerPlace(target)
    if target.exists():
        todo = _("Name a new file: a backup is not written over.")
        raise InputError(Finding("backup-exists", _("it is there already"), Place(str(target)), todo))
    make_private_file(target)
    with database_errors(place), ledger.snapshot() as connection:
        raw = open_file(place)
        try:
            with file_transaction(raw, "IMMEDIATE"):
                copy = FileConnection(raw)
                migrate(copy)
                for table, columns in _COPIED.items():
                    _copy(connection, copy, table, columns)
        finally:
            raw.close()
    copied = Ledger.open(place, "")
    found = check_ledger(copied)
    copied.close()
    if not found.holds or copied.origin != ledger.origin:
        what = _("the copy does not hold together")
        raise BrokenOffError(Finding("backup-unsound", what, Place(str(target)), _("Run `usbkit ledger check`.")))
    return found


def _copy(source: Connection, target: FileConnection, table: str, columns: tuple[str, ...]) -> None:
    rows = source.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2")
    target.insert(table, columns, [tuple(row) for row in rows])
