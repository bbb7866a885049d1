"""Which programme commands work with here, and which orders are of another one."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.ledger.records import Order
from usbkit.manifest.bounds import parse_toml, read_manifest
from usbkit.manifest.finding import PROGRAMME_FILE, find_programme, programmes_in
from usbkit.orders.programmes import require_programme

#: What stands for the folder of a programme that is not beside this one.
_FOLDER = "FOLDER"


def programme_here(settings: Settings) -> str | None:
    """Return the id of the programme whose manifests are used; None if there are none, or several to choose from.

    Raises InputError for manifests that do not tell.
    """
    try:
        folder = find_programme(settings.manifests)
    except InputError:
        return None  # a station needs none, and of several none is meant
    return _id_in(folder) or settings.load().programme.id


def require_here(settings: Settings, order: Order, arguments: str | None = None) -> None:
    """Raise InputError if ``order`` is of another programme than the manifests used here.

    The error says how to type the command with the right manifests; ``arguments`` are the command's (default: the
    order).
    """
    here = programme_here(settings)
    if here is not None and here != order.added.programme:
        context = click.get_current_context(silent=True)
        command = "COMMAND" if context is None else context.command_path.partition(" ")[2]
        todo = how_to_reach(settings, order.added.programme, f"{command} {arguments or order.id}")
        require_programme(order, here, todo)


def orders_here(settings: Settings, orders: Sequence[Order]) -> list[Order]:
    """Return those of ``orders`` that are of the programme used here, all if there is none; print which are left out.

    Raises InputError if all are of other programmes.
    """
    here = programme_here(settings)
    ours = [order for order in orders if here in (None, order.added.programme)]
    others = [order for order in orders if order not in ours]
    findings = [_left_to(settings, one, others, str(here)) for one in _programmes_of(others)]
    if findings and not ours:
        raise InputError(*findings)
    for finding in findings:
        show.say(show.finding_line(finding))
    return ours


def _programmes_of(orders: Sequence[Order]) -> list[str]:
    return list(dict.fromkeys(order.added.programme for order in orders))


def _left_to(settings: Settings, programme: str, others: Sequence[Order], here: str) -> Finding:
    """That open orders of ``programme`` are not filled with these manifests."""
    names = ", ".join(order.id for order in others if order.added.programme == programme)
    what = _(
        "orders of the programme {other} are left out, these manifests are of {programme}: {orders}",
        other=programme,
        programme=here,
        orders=names,
    )
    return Finding("order-programme", what, Place("--manifests"), how_to_reach(settings, programme, "station"))


def how_to_reach(settings: Settings, programme: str, command: str) -> Text:
    """Return how ``command`` is typed with the manifests of ``programme``."""
    found = _folder_of(settings, programme)
    folder = _FOLDER if found is None else shlex.quote(os.path.relpath(found))
    return _("Name that programme's folder: usbkit --manifests {folder} {command}", folder=folder, command=command)


def _folder_of(settings: Settings, programme: str) -> Path | None:
    """The folder of ``programme``, where it stands beside the one used here."""
    try:
        beside = programmes_in(find_programme(settings.manifests).absolute().parent)
    except InputError:
        return None
    return next((folder for folder in beside if _id_in(folder) == programme), None)


def _id_in(folder: Path) -> str | None:
    """What the manifest in ``folder`` calls its programme; None where it cannot be read."""
    try:
        said = parse_toml(read_manifest(folder / PROGRAMME_FILE).decode("utf-8-sig")).get("id")
    except (OSError, ValueError):
        return None
    return said if isinstance(said, str) and said else None
