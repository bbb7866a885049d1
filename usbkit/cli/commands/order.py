"""``usbkit order``: how many drives for which country, and how far they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from usbkit.cli import ledger_access, options
from usbkit.cli.output import show
from usbkit.cli.output.drive_rows import journey_json
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, Finding, InputError, Place
from usbkit.core.messages import _, mark
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state import LedgerState


@click.group(help=mark("Order drives for a country, see how far orders are, cancel them."))
def order() -> None:
    pass


@order.command(help=mark("Order COUNT drives for COUNTRY (default: as many as its manifest wants)."))
@click.argument("name", metavar="COUNTRY")
@click.argument("count", type=int, required=False)
@options.allow_missing
@options.allow_untranslated
@options.filesystem
@click.option("--replaces", metavar="DRIVE", help=mark("One drive in place of this one: it takes over its number."))
@ledger_access.operator
@click.pass_obj
def add(
    settings: Settings,
    name: str,
    count: int | None,
    allow_missing: tuple[str, ...],
    allow_untranslated: bool,
    filesystem: Literal["auto", "fat32", "exfat"] | None,
    replaces: str | None,
    operator: str | None,
) -> int:
    from usbkit.ledger.order_share import Making
    from usbkit.orders.ordering import add_order

    if replaces is not None and count not in (None, 1):
        what = _("found {count} drives, expected one in place of {drive}", count=count, drive=replaces)
        raise InputError(Finding("replace-count", what, Place("--replaces")))
    manifests = settings.load()
    (stem,) = manifests.pick([name], False)
    making = Making(allow_missing, allow_untranslated, filesystem)
    context = settings.context(
        manifests, settings.progress(), allow_missing=allow_missing, allow_untranslated=allow_untranslated
    )
    bundle = context.make_bundle(stem)
    ledger = ledger_access.begin_ledger(settings, operator)
    added = add_order(ledger, manifests, bundle, count, making, replaces)
    _say_added(settings, ledger.read(), added)
    return EXIT_DONE


def _say_added(settings: Settings, ledger_state: LedgerState, added: Order) -> None:
    if settings.json:
        show.document(order_json(ledger_state, added))
        return
    values = {"order": added.id, "count": len(added.numbers), "country": added.added.country}
    show.answer(_("{order}: {count} drives for {country}", **values))
    if added.added.replaces:
        values = {"number": added.numbers[0], "of": added.added.of, "drive": added.added.replaces}
        show.answer(_("  number {number} of {of}, in place of drive {drive}, which is void now", **values))
    show.answer(_("  seal {fingerprint}", fingerprint=added.added.fingerprint))


@order.command(help=mark("Give numbers of ORDER to another station: a file that `usbkit order take` reads there."))
@click.argument("named", metavar="ORDER")
@click.option("--numbers", required=True, metavar="LIST", help=mark("Which, such as 11-20 or 3,5,9-12."))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help=mark("The file."))
@click.option("--to", default="", metavar="NAME", help=mark("Which station; kept in the ledger."))
@ledger_access.operator
@click.pass_obj
def split(settings: Settings, named: str, numbers: str, output: Path, to: str, operator: str | None) -> int:
    from usbkit.orders.ordering import split_order

    if output.exists():
        todo = _("Name a file that is not there: a share is handed over once.")
        raise InputError(Finding("share-exists", _("it is there already"), Place(str(output)), todo))
    ledger = ledger_access.open_ledger(settings, operator)
    share = split_order(ledger, named, _read_numbers(numbers), to)
    output.write_text(share.to_json(), encoding="utf-8")
    if settings.json:
        show.document({**order_json(ledger.read(), ledger.read().order(share.added.order)), "share": str(output)})
    else:
        values = {"count": len(share.numbers), "order": named, "path": output}
        show.answer(_("{path}: {count} numbers of {order}; at the other station: usbkit order take {path}", **values))
    return EXIT_DONE


@order.command(help=mark("Fill the numbers of FILE here, which another station split off from its order."))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--bundle",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help=mark("Take it with an unpacked bundle, where there are no manifests and no library."),
)
@ledger_access.operator
@click.pass_obj
def take(settings: Settings, file: Path, folder: Path | None, operator: str | None) -> int:
    from usbkit.bundle.read_folder import read_sealed_folder
    from usbkit.ledger.order_share import OrderShare
    from usbkit.orders.ordering import take_share, take_share_of_folder

    share = OrderShare.from_json(file.read_text(encoding="utf-8", errors="replace"), str(file))
    if folder is not None:
        found = read_sealed_folder(folder)
        ledger = ledger_access.begin_ledger(settings, operator)
        _say_added(settings, ledger.read(), take_share_of_folder(ledger, folder, found.fingerprint, share))
        return EXIT_DONE
    manifests = settings.load()
    (stem,) = manifests.pick([share.added.country], False)
    making = share.making
    context = settings.context(
        manifests,
        settings.progress(),
        allow_missing=making.allow_missing,
        allow_untranslated=making.allow_untranslated,
    )
    ledger = ledger_access.begin_ledger(settings, operator)
    taken = take_share(ledger, manifests, context.make_bundle(stem), share)
    _say_added(settings, ledger.read(), taken)
    return EXIT_DONE


def _read_numbers(text: str) -> list[int]:
    """Numbers as people list them: ``3,5,9-12``. Raises InputError."""
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if not (first.isdecimal() and (last.isdecimal() if dash else True) and len(first) < 5 and len(last) < 5):
            what = _("found {text}, expected numbers such as 11-20 or 3,5,9-12", text=text)
            raise InputError(Finding("numbers-form", what, Place("--numbers")))
        found += range(int(first), int(last if dash else first) + 1)
    return sorted(set(found))


@order.command(name="list", help=mark("Every order, and how far it is."))
@click.pass_obj
def list_(settings: Settings) -> int:
    ledger_state = ledger_access.open_ledger(settings).read()
    orders = list(ledger_state.orders.values())
    if settings.json:
        show.document({"orders": [order_json(ledger_state, o) for o in orders]})
    elif orders:
        headers = (_("order"), _("country"), _("edition"), _("whole"), _("state"), _("seal"), _("ordered"))
        show.table(headers, [_row(ledger_state, o) for o in orders])
    else:
        show.answer(_("Nothing is ordered. Order drives with: usbkit order add COUNTRY COUNT"))
    return EXIT_DONE


@order.command(name="show", help=mark("One order: each number and the drive that has it."))
@click.argument("named", metavar="ORDER")
@click.pass_obj
def show_(settings: Settings, named: str) -> int:
    from usbkit.orders.ordering import find_order

    ledger_state = ledger_access.open_ledger(settings).read()
    found = find_order(ledger_state, named)
    if settings.json:
        journeys = [journey_json(j) for j in ledger_state.journeys_of(found.id)]
        show.document({**order_json(ledger_state, found), "journeys": journeys})
        return EXIT_DONE
    _say_order(ledger_state, found)
    return EXIT_DONE


@order.command(help=mark("Cancel ORDER. Drives of it that are whole no longer count."))
@click.argument("named", metavar="ORDER")
@click.option("--reason", default="", metavar="TEXT", help=mark("Why; kept in the ledger."))
@click.option("--yes", is_flag=True, help=mark("Also when drives of it are whole."))
@ledger_access.operator
@click.pass_obj
def cancel(settings: Settings, named: str, reason: str, yes: bool, operator: str | None) -> int:
    from usbkit.orders.ordering import cancel_order

    ledger = ledger_access.open_ledger(settings, operator)
    found = cancel_order(ledger, named, reason, give_up_whole=yes)
    if settings.json:
        show.document(order_json(ledger.read(), found))
    else:
        show.answer(_("{order} is cancelled.", order=found.id))
    return EXIT_DONE


def state_of(ledger_state: LedgerState, found: Order) -> str:
    """``open``, ``filled`` or ``cancelled``; stable."""
    if found.is_cancelled:
        return "cancelled"
    return "filled" if ledger_state.is_filled(found.id) else "open"


_STATES = {"open": _("open"), "filled": _("filled"), "cancelled": _("cancelled")}


def _row(ledger_state: LedgerState, found: Order) -> tuple[object, ...]:
    added = found.added
    return (
        found.id,
        added.country,
        added.edition,
        _("{whole} of {count}", whole=len(ledger_state.whole_numbers(found.id)), count=len(found.numbers)),
        _STATES[state_of(ledger_state, found)],
        f"{added.fingerprint[:16]}…",
        f"{found.at:%Y-%m-%d} {found.by}",
    )


def _say_order(ledger_state: LedgerState, found: Order) -> None:
    added = found.added
    show.answer(
        _(
            "{order}: {country}, edition {edition}, {state}",
            order=found.id,
            country=added.country,
            edition=added.edition,
            state=_STATES[state_of(ledger_state, found)],
        )
    )
    show.answer(_("  seal {fingerprint}", fingerprint=added.fingerprint))
    if added.approved_by:
        show.answer(_("  approved by {name}", name=added.approved_by))
    if added.is_demo:
        show.answer(_("  a demo: its drives are for trying, not for sending"))
    if added.replaces:
        show.answer(_("  in place of drive {drive}", drive=added.replaces))
    if added.parent:
        show.answer(
            _("  a share of {order}, ordered at {origin}", order=added.parent, origin=added.parent_origin or "-")
        )
    if found.given_away:
        numbers = ", ".join(map(str, sorted(found.given_away)))
        show.answer(_("  numbers that other orders stand for: {numbers}", numbers=numbers))
    headers, holders = (
        (_("number"), _("state"), _("drive"), _("stick"), _("serial"), _("since")),
        ledger_state.holders(found.id),
    )
    show.table(headers, [_number_row(number, holders.get(number)) for number in found.numbers])
    failed = [j for j in ledger_state.journeys_of(found.id) if j.stage in (Stage.FAILED, Stage.VOID)]
    if failed:
        show.answer(_("Given up: {drives}", drives=", ".join(f"{j.drive} ({j.stage})" for j in failed)))


def _number_row(number: int, journey: Journey | None) -> tuple[object, ...]:
    if journey is None:
        return (number, _("free"), "", "", "", "")
    stick = journey.stick
    name = " ".join(filter(None, (stick.vendor, stick.model))) if stick else ""
    serial = (stick.serial or "") if stick else ""
    return (
        number,
        ledger_access.STAGES[journey.stage],
        journey.drive,
        name,
        serial,
        f"{journey.changed_at:%Y-%m-%d %H:%M}",
    )


def order_json(ledger_state: LedgerState, found: Order) -> dict[str, Any]:
    """An order; stable."""
    added = found.added
    holders = ledger_state.holders(found.id)
    return {
        "order": found.id,
        "origin": found.origin,
        "country": added.country,
        "code": added.code,
        "programme": added.programme,
        "edition": added.edition,
        "route": added.route,
        "fingerprint": added.fingerprint,
        "of": added.of,
        "replaces": added.replaces,
        "parent": added.parent,
        "parent_origin": added.parent_origin,
        "given_away": sorted(found.given_away),
        "state": state_of(ledger_state, found),
        "whole": ledger_state.whole_numbers(found.id),
        "approved_by": added.approved_by,
        "demo": added.is_demo,
        "ordered_at": found.at.isoformat(),
        "ordered_by": found.by,
        "numbers": [{"number": n, **_holder_json(holders.get(n))} for n in found.numbers],
    }


def _holder_json(journey: Journey | None) -> dict[str, Any]:
    return {"state": "free", "drive": None} if journey is None else {"state": journey.stage, "drive": journey.drive}
