"""``usbkit hub``: several stations, one order. Make a hub, add computers, show each one's numbers."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import click

from usbkit.cli import hub_access, ledger_access, options
from usbkit.cli.commands.ledger_merge import ROLES
from usbkit.cli.ledger_location import ledger_place
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO, Finding, InputError, Place
from usbkit.core.messages import _, mark
from usbkit.ledger import Ledger
from usbkit.ledger.events import Role
from usbkit.ledger.place import LedgerPlace, find_ledger

dry_run = click.option("-n", "--dry-run", is_flag=True, help=mark("Show what would happen; change nothing."))


@click.group(
    help=mark(
        "Several stations fill one order: a PostgreSQL database gives each number to one of them, and brings what each"
        " wrote to all. Every computer keeps a ledger in a file of its own."
    )
)
def hub() -> None:
    pass


@hub.command(
    help=mark(
        "Make the database that --hub names a hub, and this computer its first: usbkit --hub postgresql://HOST/DB hub"
        " init. Who owns the database runs it."
    )
)
@click.option(
    "--from",
    "source",
    metavar="URL|FILE",
    type=options.PLACE,
    help=mark("The ledger to begin with. One on a server goes on in the file that --ledger names."),
)
@click.option(
    "--name", default="desk", metavar="NAME", help=mark("What this computer is called there (default: desk).")
)
@dry_run
@ledger_access.operator
@click.pass_obj
def init(settings: Settings, source: str | None, name: str, dry_run: bool, operator: str | None) -> int:
    from usbkit.ledger import Ledger
    from usbkit.ledger.hub.founding import found_hub
    from usbkit.ledger.hub.standing import HubStanding, note_reached

    origin = None if source is None else find_ledger(source, os.environ)
    place = origin if settings.hub is None and origin is not None and origin.server is not None else None
    place = place or hub_access.require_hub(settings)
    ledger = ledger_place(settings) if origin is None or origin.server is not None else origin
    _require_file(ledger)
    by = operator or ledger_access.login()
    made = found_hub(place, name, ledger, origin, by, dry_run=dry_run)
    if not dry_run:
        note_reached(Ledger.open(ledger, by), HubStanding(hub=made.hub, name=name))
    if settings.json:
        heads = [str(head) for head in made.heads]
        show.document({"hub": made.hub, "name": name, "ledger": str(ledger), "heads": heads, "dry_run": dry_run})
        return EXIT_DONE
    if dry_run:
        show.answer(_("{place} can be made a hub; nothing was changed.", place=place))
        return EXIT_DONE
    show.answer(
        _("{place} is a hub, and this computer is {name}; its ledger is {path}", place=place, name=name, path=ledger)
    )
    for head in made.heads:
        if head.sequence:
            show.answer(str(head))
    show.answer(_("Next, for each computer: usbkit hub add-station NAME"))
    return EXIT_DONE


def _require_file(place: LedgerPlace) -> None:
    if place.file is None:
        what, todo = _("found {place}, expected a file", place=place), _("Name a file with --ledger.")
        raise InputError(Finding("hub-ledger-server", what, Place("--ledger"), todo))


@hub.command(name="add-station", help=mark("Give a computer a login: what goes into its .pgpass, and its --hub."))
@click.argument("name", metavar="NAME")
@click.option(
    "--as",
    "role",
    type=click.Choice([role.value for role in Role]),
    default=Role.STATION.value,
    help=mark("What it is believed as (default: station). Desks order, recall and read receipts."),
)
@click.option(
    "--most",
    "cap",
    type=click.IntRange(1, 999),
    default=20,
    metavar="N",
    help=mark("The most numbers it holds at once without a drive (default: 20)."),
)
@click.option(
    "--chain",
    metavar="CHAIN",
    help=mark(
        "The chain of the ledger that it has already, where this one took entries of it (see ledger head there)."
    ),
)
@dry_run
@click.pass_obj
def add_station(settings: Settings, name: str, role: str, cap: int, chain: str | None, dry_run: bool) -> int:
    from usbkit.ledger.hub.making import add_station as add

    login = add(hub_access.require_hub(settings), name, Role(role), cap, chain=chain, dry_run=dry_run)
    if settings.json:
        values = {"name": name, "role": role, "url": login.url, "pgpass": login.pgpass, "service": login.service}
        show.document({**values, "dry_run": dry_run, "cap": cap})
        return EXIT_DONE
    if dry_run:
        show.answer(_("{name} can be added; nothing was changed.", name=name))
        return EXIT_DONE
    show.answer(_("{name} is added. There, as a line of ~/.pgpass (chmod 600), shown only now:", name=name))
    show.answer(f"  {login.pgpass}")
    show.answer(_("and in programme.toml, or as USBKIT_HUB:"))
    show.answer(f'  hub = "{login.url}"')
    return EXIT_DONE


@hub.command(
    name="remove-station",
    help=mark("Remove a computer's access. Its entries and numbers stay: recall the numbers first."),
)
@click.argument("name", metavar="NAME")
@click.pass_obj
def remove_station(settings: Settings, name: str) -> int:
    from usbkit.ledger.hub.making import remove_station as remove

    remove(hub_access.require_hub(settings), name)
    if settings.json:
        show.document({"removed": name})
    else:
        show.answer(_("{name} no longer has access.", name=name))
    return EXIT_DONE


@hub.command(help=mark("Every computer of the hub: when it was seen, what it holds, and whether it has reported."))
@click.option(
    "--restarted",
    is_flag=True,
    help=mark(
        "Confirm that the hub was only restarted and is not an older copy: numbers are given without waiting for every"
        " report."
    ),
)
@click.pass_obj
def stations(settings: Settings, restarted: bool) -> int:
    from usbkit.ledger.hub.line import Hub
    from usbkit.ledger.hub.making import tell_restarted

    place = hub_access.require_hub(settings)
    if restarted:
        tell_restarted(place)
    line = Hub(place)
    try:
        found = line.stations()
    finally:
        line.close()
    if settings.json:
        show.document({"stations": found})
        return EXIT_DONE
    counts = (_("held"), _("used"), _("whole"), _("entries"))
    headers = (_("name"), _("role"), _("state"), _("seen"), *counts, _("computer"))
    show.table(headers, [_row(one) for one in found])
    if late := [one["name"] for one in found if not one["has_reported"]]:
        show.say(
            _("No numbers are given until these have reported: {names}. Start them;"
              " or, if the hub is no older copy: usbkit hub stations --restarted", names=", ".join(late))
        )  # fmt: skip
        for one in found:
            if one["note"]:
                show.say(_("  {name}: {note}", name=one["name"], note=one["note"]))
    return EXIT_NO if late else EXIT_DONE


_STATES = {"adopted": _("adopted"), "forked": _("two computers"), "removed": _("removed")}


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    seen = hub_access.when(dt.datetime.fromisoformat(one["seen"])) if one["seen"] else "-"
    counts = one["held"], one["used"], one["whole"], one["entries"]
    return (one["name"], ROLES[Role(one["role"])], _STATES[one["state"]], seen, *counts, one["host"])


@hub.command(help=mark("Exchange entries with the hub now."))
@ledger_access.operator
@click.pass_obj
def sync(settings: Settings, operator: str | None) -> int:
    from usbkit.ledger.hub.line import Hub
    from usbkit.ledger.hub.syncing import sync as take_turn

    place = hub_access.require_hub(settings)
    ledger = ledger_access.begin_ledger(settings, operator)
    hub_access.require_file(ledger)
    line = Hub(place)
    try:
        done = take_turn(ledger, line)
    finally:
        line.close()
    _say_synced(settings, ledger, done.pushed, done.taken, dict(done.refused))
    return EXIT_NO if done.refused else EXIT_DONE


def _say_synced(settings: Settings, ledger: Ledger, pushed: int, taken: int, refused: dict[str, str]) -> None:
    if settings.json:
        show.document({"pushed": pushed, "taken": taken, "refused": refused, "origin": ledger.origin})
        return
    show.answer(_("{pushed} entries sent, {taken} received", pushed=pushed, taken=taken))
    for origin, why in refused.items():
        show.answer(_("{origin} is not followed: {why}", origin=origin, why=why))
