"""A bundle folder to be written to drives, checked against its order if one is named."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _, mark

if TYPE_CHECKING:
    from usbkit.bundle.read_folder import SealedFolder
    from usbkit.bundle.sealed import SealedBundle

#: Files in a folder that are named one by one where they go on no drive.
_NAMED = 5

of_order: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--order",
    metavar="ORDER",
    help=mark("With --bundle: check it against this order's sheet, and take label and file system from there."),
)


def read_for_drives(
    settings: Settings, folder: Path, filesystem: Literal["auto", "fat32", "exfat"] | None, named: str | None
) -> SealedBundle:
    """Return the bundle in ``folder`` as images are made from it; it must be the one of the order ``named``.

    Raises InputError if it is not, or if the order's sheet is not here.
    """
    from usbkit.bundle.read_folder import read_sealed_folder

    found = read_sealed_folder(folder)
    say_left_out(found)
    if named is None:
        return found.for_drives(filesystem)
    from usbkit.cli import ledger_access, programmes
    from usbkit.orders.finding import find_order
    from usbkit.orders.order_sheets import find_sheet, require_folder_of

    ledger = ledger_access.open_ledger(settings)
    order = find_order(ledger.read(), named)
    programmes.require_here(settings, order, f"--bundle {shlex.quote(str(folder))} --order {order.id}")
    sheet = find_sheet(ledger, order)
    if sheet is None:
        what, todo = _("the order sheet of {order} is not here", order=order.id), _("Leave out --order.")
        raise InputError(Finding("sheet-missing", what, Place(str(ledger.place)), todo))
    require_folder_of(sheet, found, order.id)
    return found.for_drives(filesystem or sheet.filesystem, sheet.label)


def say_left_out(found: SealedFolder) -> None:
    """Print a remark if something lies in the folder that goes on no drive, since its seal does not name it."""
    lying = found.unsealed()
    for name in lying[:_NAMED]:
        show.say(_("{place}: not in the seal, and left out", place=str(found.folder / name)))
    if len(lying) > _NAMED:
        show.say(_("{count} more files are not in the seal, and left out", count=len(lying) - _NAMED))


def require_bundle(folder: Path | None, named: str | None) -> None:
    """Raise InputError if ``--order`` is given without ``--bundle``."""
    if named is not None and folder is None:
        what, todo = (
            _("--order checks a folder, and no folder is named"),
            _("Name it with --bundle, or leave out --order."),
        )
        raise InputError(Finding("order-without-bundle", what, Place("--order"), todo))
