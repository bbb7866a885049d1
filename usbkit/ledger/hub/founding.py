"""Found a hub from a ledger: existing heads stay valid, whoever continues which chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.ledger.appending import SecretRows
from usbkit.ledger.backup import back_up
from usbkit.ledger.chain import Head
from usbkit.ledger.hub.line import Hub
from usbkit.ledger.hub.making import close_server_ledger, make_hub
from usbkit.ledger.hub.syncing import sync
from usbkit.ledger.place import LedgerPlace
from usbkit.ledger.store import Ledger


@dataclass(frozen=True)
class Founded:
    """A new hub, and the heads of the chains it began with."""

    hub: str
    heads: Sequence[Head]


def found_hub(
    place: LedgerPlace, name: str, ledger: LedgerPlace, source: LedgerPlace | None, by: str, *, dry_run: bool = False
) -> Founded:
    """Make ``place`` a hub, and ``ledger`` the file of this computer, its first, called ``name``.

    If ``source`` is on a server, it is copied into ``ledger`` and closed to new entries. Raises InputError if the file
    for that copy exists.
    """
    is_moved = source is not None and source.server is not None
    if is_moved and ledger.path.exists():
        what, todo = _("it exists already"), _("Name a file that is not there with --ledger.")
        raise InputError(Finding("hub-ledger-there", what, Place(str(ledger)), todo))
    if dry_run:
        return Founded(make_hub(place, name, dry_run=True), ())
    if is_moved and source is not None:
        _move(source, ledger, by)
    begun = Ledger.open(ledger, by)
    heads = begun.heads()
    others = [entry for entry in begun.entries() if entry.origin != begun.origin]
    rows = begun.secret_rows()
    foreign = SecretRows([r for r in rows.nonces if r["origin"] != begun.origin], rows.words)
    hub = make_hub(place, name, others, foreign)
    line = Hub(place)
    try:
        sync(begun, line)
    finally:
        line.close()
        begun.close()
    if is_moved and source is not None:
        close_server_ledger(source)
    return Founded(hub, heads)


def _move(source: LedgerPlace, to: LedgerPlace, by: str) -> None:
    served = Ledger.open(source, by, create=False)
    try:
        back_up(served, to.path)
    finally:
        served.close()
