"""Back up a ledger to one checked file, from a file or a server, while others append.

The copy gets its name only after the check: half a copy would look like a ledger with few entries.
"""

from __future__ import annotations

from pathlib import Path

from usbkit.core.atomic import beside
from usbkit.core.errors import BrokenOffError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.ledger.audit import Audit
from usbkit.ledger.checking import check_ledger
from usbkit.ledger.database import Connection, FileConnection, file_transaction, open_file
from usbkit.ledger.files import make_private_file, make_private_folder, without_log
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
    """Write all of ``ledger`` to the new file ``target``, and check the copy.

    Raises InputError if the file exists, BrokenOffError if the copy does not hold or differs.
    """
    place = LedgerPlace(target)
    if target.exists():
        todo = _("Name a new file: a backup is not written over.")
        raise InputError(Finding("backup-exists", _("it exists already"), Place(str(target)), todo))
    make_private_folder(target.parent)
    with database_errors(place), beside(target) as made, without_log(made):
        make_private_file(made)
        _copy_all(ledger, LedgerPlace(made))
        copied = Ledger.open(LedgerPlace(made), "")
        try:
            found = check_ledger(copied)
        finally:
            copied.close()
        if not found.holds or copied.origin != ledger.origin:
            what = _("the copy is inconsistent")
            raise BrokenOffError(Finding("backup-unsound", what, Place(str(target)), _("Run `usbkit ledger check`.")))
    return found


def _copy_all(ledger: Ledger, place: LedgerPlace) -> None:
    with ledger.snapshot() as connection:
        raw = open_file(place)
        try:
            with file_transaction(raw, "IMMEDIATE"):
                copy = FileConnection(raw)
                migrate(copy)
                for table, columns in _COPIED.items():
                    _copy(connection, copy, table, columns)
        finally:
            raw.close()


def _copy(source: Connection, target: FileConnection, table: str, columns: tuple[str, ...]) -> None:
    rows = source.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2")
    target.insert(table, columns, [tuple(row) for row in rows])
