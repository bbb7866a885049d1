"""``usbkit ledger mark``: record what became of drives after they left, and take back mistakes."""

from __future__ import annotations

import datetime as dt

import click

from usbkit.cli import hub_access, ledger_access, options
from usbkit.cli.output import show
from usbkit.cli.output.drive_rows import drive_json
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, Finding, InputError
from usbkit.core.messages import Text, _, mark
from usbkit.ledger.claiming import in_ranges
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.records import Journey
from usbkit.ledger.selecting import find_drives
from usbkit.ledger.store import Ledger
from usbkit.ledger.tracking import Telling, mark_drives, unfit_to_leave
from usbkit.ledger.uncancelling import ITS_ORDER_WAS_CANCELLED

#: What is no mark of a drive: leaving an outdated one as it is, and taking an entry back.
LEFT, UNDO = "left", "undo"


@click.command(
    name="mark",
    help=mark(
        "Say what became of drives: DRIVE or ORDER:NUMBER. `replaced OLD NEW` says which one stands in its place,"
        " `left` that outdated ones stay as they are; `undo ENTRY` takes back what was said by mistake."
        "\n\nExample: usbkit ledger mark sent --order guatemala-1 --bag 7"
    ),
)
@click.argument(
    "which",
    metavar="sent|handed-over|lost|found|returned|replaced|left|undo",
    type=click.Choice([*(m.value for m in Mark), LEFT, UNDO]),
)
@click.argument("named", metavar="[DRIVE|ENTRY]...", nargs=-1)
@click.option("--order", "orders", metavar="ORDER", multiple=True, help=mark("Every whole drive of this order."))
@click.option("--on", "day", metavar="YYYY-MM-DD", help=mark("The day it happened (default: today)."))
@click.option("--route", type=click.Choice(["corps", "mission"]), help=mark("The route it took, if not the order's."))
@click.option("--bag", type=options.TYPED, metavar="NUMBER", help=mark("The number of the diplomatic bag."))
@click.option(
    "--note", type=options.NOTE, default="", metavar="TEXT", help=mark("Why, or anything else worth keeping.")
)
@click.option("--again", is_flag=True, help=mark("Also drives of which it was said before."))
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
    hub_access.turn(settings, ledger)
    if which == UNDO:
        return _undo(settings, ledger, named, note)
    ids = _orders_of(ledger, orders)
    if hub_access.is_station(ledger):
        hub_access.require_own_drives(ledger, _journeys_of(ledger, named, ids))
    if not named and not ids:
        todo = _("Name drives by their references, as ORDER:NUMBER, or all of an order with --order ORDER.")
        raise InputError(Finding("mark-nothing", _("no drive is named"), None, todo))
    if which == LEFT:
        from usbkit.ledger.correcting import leave_outdated

        left = leave_outdated(ledger, named, ids, note)
        hub_access.turn(settings, ledger)
        _say(settings, ledger, which, _("left as they are"), left)
        return EXIT_DONE
    unfit = unfit_to_leave(ledger.read(), _journeys_of(ledger, named, ids)) if which == Mark.SENT else []
    by = None
    if which == Mark.REPLACED:
        named, by = _old_and_new(named, ids)
    telling = Telling(_day(day), route, bag, note, by)
    marked = mark_drives(ledger, Mark(which), named, ids, telling, again=again)
    hub_access.turn(settings, ledger)
    for finding in unfit:
        show.say_finding(finding)
    if which in (Mark.SENT, Mark.HANDED_OVER):
        _say_demo(ledger, marked)
    _say(settings, ledger, which, ledger_access.MARKS[Mark(which)], marked)
    return EXIT_DONE


def _orders_of(ledger: Ledger, orders: tuple[str, ...]) -> list[str]:
    if not orders:
        return []
    from usbkit.orders.finding import find_order

    ledger_state = ledger.read()
    return [find_order(ledger_state, one).id for one in orders]


def _journeys_of(ledger: Ledger, named: tuple[str, ...], ids: list[str]) -> list[Journey]:
    ledger_state = ledger.read()
    return [*find_drives(ledger_state, named), *(j for one in ids for j in ledger_state.journeys_of(one))]


def _old_and_new(named: tuple[str, ...], ids: list[str]) -> tuple[tuple[str, ...], str | None]:
    """The drive that was replaced, and the one in its place where that is named. Raises InputError for more."""
    if ids or len(named) > 2:
        what = _("more than one drive would be replaced")
        todo = _("Say it of each: usbkit ledger mark replaced OLD NEW. For a whole order: usbkit order renew ORDER")
        raise InputError(Finding("replaced-several", what, None, todo))
    return named[:1], named[1] if len(named) == 2 else None


def _undo(settings: Settings, ledger: Ledger, named: tuple[str, ...], reason: str) -> int:
    from usbkit.ledger.correcting import undo_entry

    if len(named) != 1:
        todo = _("`usbkit ledger show DRIVE` names entries.")
        raise InputError(Finding("undo-one", _("name one entry"), None, todo))
    hub_access.require_own_entry(ledger, named[0])
    undone = undo_entry(ledger, named[0], reason)
    hub_access.turn(settings, ledger)
    chain, sequence = undone.place
    if settings.json:
        ledger_state = ledger.read()
        drives = [drive_json(ledger_state, j) for j in undone.drives]
        entry = {"chain": chain, "sequence": sequence, "kind": undone.kind}
        show.document({"mark": UNDO, "entry": entry, "drives": drives, "orders": list(undone.orders)})
        return EXIT_DONE
    show.answer(_("entry {sequence} of {chain} is taken back", sequence=sequence, chain=chain))
    for journey in undone.drives:
        show.answer(f"  {_line(journey)}: {ledger_access.where_of(journey)}")
    for order in undone.orders:
        show.answer(f"  {order}")
        if undone.kind == "order-cancelled":
            _say_standing(ledger, order)
        _say_given_up(ledger, order)
    return EXIT_DONE


def _say_standing(ledger: Ledger, named: str) -> None:
    """Which numbers of an order stand again, and which of its drives stay void."""
    ledger_state = ledger.read()
    order = ledger_state.orders[named]
    show.answer(_("  numbers that stand again: {numbers}", numbers=in_ranges(order.numbers)))
    if void := [j.drive for j in ledger_state.journeys_of(named) if j.reason == ITS_ORDER_WAS_CANCELLED]:
        show.answer(_("  drives that stay void, and are made again: {drives}", drives=", ".join(void)))


def _say_given_up(ledger: Ledger, named: str) -> None:
    """That numbers which were given up stay so, whatever is taken back."""
    from usbkit.ledger.succession import numbers_given_up

    ledger_state = ledger.read()
    order = ledger_state.orders[named]
    if numbers := numbers_given_up(ledger_state, order):
        show.answer(_("  given up, and not given back: {numbers}", numbers=", ".join(map(str, sorted(numbers)))))
        values = {"country": order.added.country, "count": len(numbers)}
        show.answer(_("  → Order them beside it: usbkit order add {country} {count} --yes", **values))


def _say(settings: Settings, ledger: Ledger, which: str, word: Text, marked: list[Journey]) -> None:
    if settings.json:
        ledger_state = ledger.read()
        show.document({"mark": which, "drives": [drive_json(ledger_state, j) for j in marked]})
        return
    show.answer(_("{mark}: {drives}", mark=word, drives=", ".join(map(_line, marked)) or "-"))
    if which == Mark.REPLACED:
        for journey in marked:
            values = {"number": journey.number, "of": journey.of, "order": journey.order}
            show.answer(_("  number {number} of {of} of {order} is free: the next stick gets it", **values))


def _say_demo(ledger: Ledger, marked: list[Journey]) -> None:
    """That drives of a demo are not for sending: an example goes on, and somebody who meant it learns of it."""
    ledger_state = ledger.read()
    for order in dict.fromkeys(journey.order for journey in marked):
        if ledger_state.orders[order].added.is_demo:
            show.say(_("{order} is a demo: its drives are for trying, not for sending", order=order))


def _line(journey: Journey) -> str:
    return f"{journey.drive} ({journey.order} {journey.number}/{journey.of})"


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        what = _("found {text}, expected a day such as 2026-11-27", text=text)
        raise InputError(Finding("day-form", what)) from None
