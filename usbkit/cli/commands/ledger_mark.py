"""``usbkit ledger mark``: what became of drives after they left."""

from __future__ import annotations

import datetime as dt

import click

from usbkit.cli import ledger_access
from usbkit.cli.output import show
from usbkit.cli.output.drive_rows import drive_json
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, Finding, InputError
from usbkit.core.messages import _, mark
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.tracking import Telling, mark_drives


@click.command(
    name="mark", help=mark("Say that drives were sent, handed over, lost or replaced: DRIVE or ORDER:NUMBER.")
)
@click.argument("which", metavar="sent|handed-over|lost|replaced", type=click.Choice([m.value for m in Mark]))
@click.argument("named", metavar="[DRIVE]...", nargs=-1)
@click.option("--order", "orders", metavar="ORDER", multiple=True, help=mark("Every whole drive of this order."))
@click.option("--on", "day", metavar="YYYY-MM-DD", help=mark("The day it happened (default: today)."))
@click.option("--route", type=click.Choice(["corps", "mission"]), help=mark("The route it took, if not the order's."))
@click.option("--bag", metavar="NUMBER", help=mark("The number of the diplomatic bag."))
@click.option("--note", default="", metavar="TEXT", help=mark("Anything else worth keeping."))
@click.option("--again", is_flag=True, help=mark("Also drives that were sent before."))
@ledger_access.operator
@click.pass_obj
def mark_(
    settings: Settings,
    which: str,
    named: tuple[str, ...],
    orders: tuple[str, ...],
    day: str | None,
    route: str | None,
    bag: str | None,
    note: str,
    again: bool,
    operator: str | None,
) -> int:
    ledger = ledger_access.open_ledger(settings, operator)
    ids = list[str]()
    if orders:
        from usbkit.orders.ordering import find_order

        ledger_state = ledger.read()
        ids = [find_order(ledger_state, one).id for one in orders]
    if not named and not ids:
        todo = _("Name drives by their references, as ORDER:NUMBER, or all of an order with --order ORDER.")
        raise InputError(Finding("mark-nothing", _("no drive is named"), None, todo))
    telling = Telling(_day(day), route, bag, note)
    marked = mark_drives(ledger, Mark(which), named, ids, telling, again=again)
    if settings.json:
        ledger_state = ledger.read()
        show.document({"mark": which, "drives": [drive_json(ledger_state, j) for j in marked]})
    else:
        names = ", ".join(f"{j.drive} ({j.order} {j.number}/{j.of})" for j in marked)
        show.answer(_("{mark}: {drives}", mark=ledger_access.MARKS[Mark(which)], drives=names or "-"))
    return EXIT_DONE


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        what = _("found {text}, expected a day such as 2026-11-27", text=text)
        raise InputError(Finding("day-form", what)) from None
