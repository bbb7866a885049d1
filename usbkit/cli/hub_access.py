"""Shared by the commands that use a hub: its place, and a sync before or after their work."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from usbkit.cli import ledger_access
from usbkit.cli.ledger_location import ledger_place
from usbkit.cli.output import show
from usbkit.cli.programme_key import read_key
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError, Place, RefusedError, UsbkitError
from usbkit.core.messages import Text, _
from usbkit.ledger import Ledger
from usbkit.ledger.events import Role
from usbkit.ledger.journey import Stage
from usbkit.ledger.place import LedgerPlace, find_ledger
from usbkit.ledger.records import Journey, Order
from usbkit.manifest.finding import PROGRAMME_FILE, programmes_in

if TYPE_CHECKING:
    from usbkit.ledger.hub.line import Hub
    from usbkit.ledger.hub.syncing import Synced

T = TypeVar("T")


def hub_place(settings: Settings) -> LedgerPlace | None:
    """Return the hub: ``--hub``, otherwise the programme's; None if there is none. Raises InputError for an invalid
    URL.
    """
    named = settings.hub or _hub_of_programme(settings.manifests)
    if not named:
        return None
    place = find_ledger(named, os.environ)
    if place.server is None:
        what = _("found {place}, expected postgresql://HOST/DATABASE", place=place)
        raise InputError(Finding("hub-url", what, Place("--hub"), _("A hub is a PostgreSQL database.")))
    return place


def require_hub(settings: Settings) -> LedgerPlace:
    """Return the hub. Raises InputError if there is none."""
    place = hub_place(settings)
    if place is None:
        todo = _('Name it with --hub, USBKIT_HUB or hub = "postgresql://…" in programme.toml.')
        raise InputError(Finding("hub-unnamed", _("no hub is named"), Place("--hub"), todo))
    return place


def fillable_here(settings: Settings, ledger: Ledger, orders: Sequence[Order]) -> list[Order]:
    """Return those of ``orders`` that a station here can fill: without a hub, an order at a hub gets no numbers.

    Raises InputError if none is left.
    """
    if hub_place(settings) is not None:
        return list(orders)
    ledger_state = ledger.read()
    unfinished = {j.order for j in ledger_state.journeys_in(ledger.origin, Stage.BEGUN, Stage.INTERRUPTED)}
    found = [o for o in orders if not o.at_hub or ledger_state.free_numbers(o.id) or o.id in unfinished]
    if orders and not found:
        require_hub(settings)
    return found


def _hub_of_programme(manifests: Path) -> str | None:
    """What the programme, or each of several side by side, calls its hub. Raises InputError where they differ."""
    is_programme = (manifests / PROGRAMME_FILE).is_file()
    programmes = [manifests] if is_programme else programmes_in(manifests)
    named = {folder: read_key(folder, "hub") for folder in programmes}
    if len(set(named.values())) > 1:
        what = _("the programmes in {folder} have different hubs", folder=manifests)
        todo = _("Name one with --manifests, or work in its folder: {names}", names=", ".join(map(str, named)))
        raise InputError(Finding("hub-several", what, todo=todo))
    return next(iter(named.values()), None)


def require_file(ledger: Ledger) -> None:
    """Raise InputError unless the ledger is a file: a hub's members each have their own."""
    if ledger.place.file is None:
        what = _(
            "found {place}, expected a file: with a hub each computer keeps a ledger of its own", place=ledger.place
        )
        todo = _("Name a file with --ledger; `usbkit hub init --from URL` makes a hub of a ledger on a server.")
        raise InputError(Finding("hub-ledger-server", what, Place("--ledger"), todo))


def turn(settings: Settings, ledger: Ledger) -> Synced | None:
    """Sync with the hub, if there is one. If it is not reached, a remark says so and work continues."""
    if hub_place(settings) is None:
        return None
    from usbkit.ledger.hub.syncing import sync

    return _with_hub(settings, ledger, lambda hub: sync(ledger, hub))


def claim_order(settings: Settings, ledger: Ledger, named: str) -> None:
    """Claim what the hub still has of an order of ours, if there is a hub and it is reached."""
    if hub_place(settings) is None:
        return
    from usbkit.orders.hub_numbers import claim_rest

    _with_hub(settings, ledger, lambda hub: claim_rest(ledger, hub, named))


def return_order(settings: Settings, ledger: Ledger, named: str) -> None:
    """Return the unused numbers that ``claim_order`` took, and report the order's new state to the hub."""
    if hub_place(settings) is None:
        return
    from usbkit.orders.hub_numbers import return_rest

    _with_hub(settings, ledger, lambda hub: return_rest(ledger, hub, named))


def _with_hub(settings: Settings, ledger: Ledger, act: Callable[[Hub], T]) -> T | None:
    place = require_hub(settings)
    require_file(ledger)
    from usbkit.ledger.hub.line import Hub, HubUnreachedError
    from usbkit.ledger.hub.standing import note_lost

    hub = Hub(place)
    try:
        return act(hub)
    except HubUnreachedError as problem:
        note_lost(ledger, str(problem.findings[0].what))
        if (line := standing_line(ledger)) is not None:
            show.say(line)
        return None
    finally:
        hub.close()


def open_refreshed(settings: Settings) -> Ledger:
    """Open the ledger for reading, after a sync with the hub, if there is one."""
    if hub_place(settings) is None:
        return ledger_access.open_ledger(settings)
    if ledger_place(settings).exists:
        return open_current(settings)
    ledger = ledger_access.begin_ledger(settings)
    turn(settings, ledger)
    return ledger


def open_current(settings: Settings, operator: str | None = None) -> Ledger:
    """Open the existing ledger, for reading or adding to it, after ``refresh``. It begins none, and joins no hub."""
    ledger = ledger_access.open_ledger(settings, operator)
    refresh(settings, ledger)
    return ledger


def refresh(settings: Settings, ledger: Ledger) -> None:
    """Sync a ledger that the hub knows. An error there is a remark: what is here can be read."""
    from usbkit.ledger.hub.standing import read_standing

    if read_standing(ledger) is None:
        return
    try:
        synced = turn(settings, ledger)
    except UsbkitError as problem:
        for finding in problem.findings:
            show.say_finding(finding)
        show.say(_("What other stations did since the last sync is not in here."))
        return
    for origin, why in (synced.refused if synced is not None else {}).items():
        show.say(_("{origin} is not followed, and what it did is not in here: {why}", origin=origin, why=why))


def tell(settings: Settings, ledger: Ledger) -> None:
    """Tell the hub what was just added, unless it did not answer a moment ago: then the next sync tells it."""
    from usbkit.ledger.hub.standing import read_standing

    standing = read_standing(ledger)
    if standing is not None and standing.lost is None:
        refresh(settings, ledger)


def is_station(ledger: Ledger) -> bool:
    """Whether this computer is a station of a hub: nobody follows what it says of others' drives, or releases."""
    from usbkit.ledger.hub.standing import read_standing

    standing = read_standing(ledger)
    return standing is not None and standing.role == Role.STATION


def require_own_drives(ledger: Ledger, journeys: Iterable[Journey]) -> None:
    """At a station, raise RefusedError for drives that others made: its word about them would count here alone."""
    others = [j for j in journeys if j.origin != ledger.origin]
    if others:
        values = {"drive": others[0].reference, "station": own_name(ledger), "count": len(others)}
        what = _("{count} drives, {drive} among them, were made elsewhere, and this is the station {station}", **values)
        todo = _("Do it at the desk: what a station says of others' drives counts nowhere else.")
        raise RefusedError(Finding("station-others", what, None, todo))


def require_own_entry(ledger: Ledger, named: str) -> None:
    """At a station, raise RefusedError for an entry ``CHAIN:17`` of another chain: taking it back would count here
    alone.
    """
    chain, colon, _sequence = named.rpartition(":")
    if colon and chain != ledger.origin and is_station(ledger):
        what = _("entry {entry} is of another chain, and this is the station {station}", entry=named,
                 station=own_name(ledger))  # fmt: skip
        todo = _("Do it at the desk: what a station takes back of others counts nowhere else.")
        raise RefusedError(Finding("station-others", what, None, todo))


def standing_line(ledger: Ledger) -> Text | None:
    """Return when the hub was last reached; None if this ledger never had one."""
    from usbkit.ledger.hub.standing import read_standing

    standing = read_standing(ledger)
    if standing is None:
        return None
    if standing.lost is not None:
        values = {"since": when(standing.lost), "said": standing.said}
        return _("hub not reached since {since} ({said}): what other stations did since is not in here", **values)
    return None if standing.reached is None else _("hub last reached: {at}", at=when(standing.reached))


def own_name(ledger: Ledger) -> str:
    """Return this computer's name at the hub; empty if there is none."""
    from usbkit.ledger.hub.standing import read_standing

    standing = read_standing(ledger)
    return "" if standing is None else standing.name


def standing_json(ledger: Ledger) -> dict[str, object] | None:
    """Return this computer's standing with the hub as JSON; stable."""
    from usbkit.ledger.hub.standing import read_standing

    standing = read_standing(ledger)
    if standing is None:
        return None
    return {
        "hub": standing.hub,
        "name": standing.name,
        "reached": standing.reached and standing.reached.isoformat(),
        "lost": standing.lost and standing.lost.isoformat(),
        "waiting": list(standing.waiting),
        "refused": standing.refused,
    }


def when(at: dt.datetime) -> str:
    """Format a time in local form."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"
