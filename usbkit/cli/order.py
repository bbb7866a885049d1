"""``usbkit order``: how many drives for which country, and how far they are."""

from __future__ import annotations

from typing import Any, Literal

import click

from usbkit.cli import ledgers, options, show
from usbkit.cli.settings import Settings
from usbkit.errors import EXIT_DONE
from usbkit.ledger.book import Book
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Order
from usbkit.text import _, mark


@click.group(help=mark("Order drives for a country, see how far orders are, cancel them."))
def order() -> None:
    pass


@order.command(help=mark("Order COUNT drives for COUNTRY (default: as many as its manifest wants)."))
@click.argument("name", metavar="COUNTRY")
@click.argument("count", type=int, required=False)
@options.allow_missing
@options.allow_untranslated
@options.filesystem
@ledgers.operator
@click.pass_obj
def add(
    settings: Settings,
    name: str,
    count: int | None,
    allow_missing: tuple[str, ...],
    allow_untranslated: bool,
    filesystem: Literal["auto", "fat32", "exfat"] | None,
    operator: str | None,
) -> int:
    from usbkit.orders import Making, add_order

    manifests = settings.load()
    (stem,) = manifests.pick([name], False)
    making = Making(allow_missing, allow_untranslated, filesystem)
    workshop = settings.workshop(
        manifests, settings.progress(), allow_missing=allow_missing, allow_untranslated=allow_untranslated
    )
    bundle = workshop.make_bundle(stem)
    ledger = ledgers.open_ledger(settings, operator)
    added = add_order(ledger, manifests, bundle, count, making)
    if settings.json:
        show.document(order_json(ledger.read(), added))
    else:
        values = {"order": added.id, "count": len(added.numbers), "country": added.added.country}
        show.answer(_("{order}: {count} drives for {country}", **values))
        show.answer(_("  seal {fingerprint}", fingerprint=added.added.fingerprint))
    return EXIT_DONE


@order.command(name="list", help=mark("Every order, and how far it is."))
@click.pass_obj
def list_(settings: Settings) -> int:
    book = ledgers.open_ledger(settings).read()
    orders = list(book.orders.values())
    if settings.json:
        show.document({"orders": [order_json(book, o) for o in orders]})
    elif orders:
        headers = (_("order"), _("country"), _("edition"), _("whole"), _("state"), _("seal"), _("ordered"))
        show.table(headers, [_row(book, o) for o in orders])
    else:
        show.answer(_("Nothing is ordered. Order drives with: usbkit order add COUNTRY COUNT"))
    return EXIT_DONE


@order.command(name="show", help=mark("One order: each number and the drive that has it."))
@click.argument("named", metavar="ORDER")
@click.pass_obj
def show_(settings: Settings, named: str) -> int:
    from usbkit.orders import find_order

    book = ledgers.open_ledger(settings).read()
    found = find_order(book, named)
    if settings.json:
        journeys = [journey_json(j) for j in book.journeys_of(found.id)]
        show.document({**order_json(book, found), "journeys": journeys})
        return EXIT_DONE
    _say_order(book, found)
    return EXIT_DONE


@order.command(help=mark("Cancel ORDER. Drives of it that are whole no longer count."))
@click.argument("named", metavar="ORDER")
@click.option("--reason", default="", metavar="TEXT", help=mark("Why; kept in the ledger."))
@click.option("--yes", is_flag=True, help=mark("Also when drives of it are whole."))
@ledgers.operator
@click.pass_obj
def cancel(settings: Settings, named: str, reason: str, yes: bool, operator: str | None) -> int:
    from usbkit.orders import cancel_order

    ledger = ledgers.open_ledger(settings, operator)
    found = cancel_order(ledger, named, reason, give_up_whole=yes)
    if settings.json:
        show.document(order_json(ledger.read(), found))
    else:
        show.answer(_("{order} is cancelled.", order=found.id))
    return EXIT_DONE


def state_of(book: Book, found: Order) -> str:
    """``open``, ``filled`` or ``cancelled``; stable."""
    if found.is_cancelled:
        return "cancelled"
    return "filled" if book.is_filled(found.id) else "open"


_STATES = {"open": _("open"), "filled": _("filled"), "cancelled": _("cancelled")}


def _row(book: Book, found: Order) -> tuple[object, ...]:
    added = found.added
    return (
        found.id,
        added.country,
        added.edition,
        _("{whole} of {count}", whole=len(book.whole_numbers(found.id)), count=len(found.numbers)),
        _STATES[state_of(book, found)],
        f"{added.fingerprint[:16]}…",
        f"{found.at:%Y-%m-%d} {found.by}",
    )


def _say_order(book: Book, found: Order) -> None:
    added = found.added
    show.answer(
        _(
            "{order}: {country}, edition {edition}, {state}",
            order=found.id,
            country=added.country,
            edition=added.edition,
            state=_STATES[state_of(book, found)],
        )
    )
    show.answer(_("  seal {fingerprint}", fingerprint=added.fingerprint))
    if added.approved_by:
        show.answer(_("  approved by {name}", name=added.approved_by))
    if added.is_demo:
        show.answer(_("  a demo: nothing of it is ever sent"))
    headers = (_("number"), _("state"), _("drive"), _("stick"), _("serial"), _("since"))
    show.table(headers, [_number_row(number, book.holder(found.id, number)) for number in found.numbers])
    failed = [j for j in book.journeys_of(found.id) if j.stage in (Stage.FAILED, Stage.VOID)]
    if failed:
        show.answer(_("Given up: {drives}", drives=", ".join(f"{j.drive} ({j.stage})" for j in failed)))


def _number_row(number: int, journey: Journey | None) -> tuple[object, ...]:
    if journey is None:
        return (number, _("free"), "", "", "", "")
    stick = journey.stick
    name = " ".join(filter(None, (stick.vendor, stick.model))) if stick else ""
    serial = (stick.serial or "") if stick else ""
    return (number, ledgers.STAGES[journey.stage], journey.drive, name, serial, f"{journey.changed_at:%Y-%m-%d %H:%M}")


def order_json(book: Book, found: Order) -> dict[str, Any]:
    """An order; stable."""
    added = found.added
    holders = {number: book.holder(found.id, number) for number in found.numbers}
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
        "state": state_of(book, found),
        "whole": book.whole_numbers(found.id),
        "approved_by": added.approved_by,
        "demo": added.is_demo,
        "ordered_at": found.at.isoformat(),
        "ordered_by": found.by,
        "numbers": [{"number": n, **_holder_json(j)} for n, j in holders.items()],
    }


def _holder_json(journey: Journey | None) -> dict[str, Any]:
    return {"state": "free", "drive": None} if journey is None else {"state": journey.stage, "drive": journey.drive}


def journey_json(journey: Journey) -> dict[str, Any]:
    """A drive's journey; stable, and without its secrets."""
    ended = journey.ended
    return {
        "drive": journey.drive,
        "origin": journey.origin,
        "order": journey.order,
        "number": journey.number,
        "of": journey.of,
        "state": journey.stage,
        "minted_at": journey.minted_at.isoformat(),
        "changed_at": journey.changed_at.isoformat(),
        "by": journey.by,
        "stick": journey.stick.model_dump() if journey.stick else None,
        "metadata": journey.begun.metadata if journey.begun else None,
        "outcome": ended.outcome if ended else None,
        "written": ended.written if ended else None,
        "read": ended.read if ended else None,
        "milliseconds": {str(phase): spent for phase, spent in ended.milliseconds.items()} if ended else None,
        "check": journey.check.model_dump() if journey.check else None,
        "findings": list(ended.findings) if ended else [],
        "reason": journey.reason or None,
    }
