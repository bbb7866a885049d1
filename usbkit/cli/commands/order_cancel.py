"""``usbkit order cancel``: give up an order, and say what that takes away, and whom it concerns."""

from __future__ import annotations

import sys

import click

from usbkit.cli import hub_access, ledger_access, options, programmes
from usbkit.cli.asking import ask_yes_no
from usbkit.cli.output import show
from usbkit.cli.output.order_rows import order_json
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, Finding, RefusedError
from usbkit.core.messages import _, mark
from usbkit.ledger.claiming import in_ranges, stations_of
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.tracking import OUT


@click.command(help=mark("Cancel ORDER. Drives of it that are whole no longer count."))
@click.argument("named", metavar="ORDER")
@click.option("--reason", type=options.NOTE, default="", metavar="TEXT", help=mark("Why; kept in the ledger."))
@click.option("--yes", is_flag=True, help=mark("Do not ask, also when drives of it are whole."))
@ledger_access.operator
@click.pass_obj
def cancel(settings: Settings, named: str, reason: str, yes: bool, operator: str | None) -> int:
    from usbkit.orders.cancelling import cancel_order
    from usbkit.orders.finding import find_standing_order

    ledger = ledger_access.open_ledger(settings, operator)
    hub_access.turn(settings, ledger)
    ledger_state = ledger.read()
    standing = find_standing_order(ledger_state, named)
    whole = [j for j in ledger_state.journeys_of(named) if j.stage is Stage.WHOLE]
    stations = stations_of(ledger_state, standing, hub_access.own_name(ledger))
    may_give_up = yes or _is_cancelled_on_purpose(settings, standing, whole)
    found = cancel_order(ledger, named, reason, give_up_whole=may_give_up)
    hub_access.turn(settings, ledger)
    if settings.json:
        show.document(order_json(ledger.read(), found))
        return EXIT_DONE
    show.answer(_("{order} is cancelled.", order=found.id))
    if found.cancelling is not None:
        show.answer(_("  by mistake? usbkit ledger mark undo {entry}", entry=found.cancelling.entry))
    for journey in whole if yes else ():
        show.answer(_("  counts no more: {drive}", drive=_line(journey)))
    if found.at_hub:
        show.answer(_("  Stations learn it at their next sync; drives that they made of it count no more."))
    for share in stations:
        values = {"station": share.name, "numbers": in_ranges(share.numbers)}
        show.answer(_("  {station} has numbers of it: {numbers}", **values))
    return EXIT_DONE


def _is_cancelled_on_purpose(settings: Settings, found: Order, whole: list[Journey]) -> bool:
    """Ask whether the order is to be cancelled, and return whether the answer covers drives that are whole.

    Raises RefusedError unless it is yes.
    """
    from usbkit.orders.programmes import why_other

    here, programme = programmes.programme_here(settings), found.added.programme
    if (
        here is not None
        and (other := why_other(found.id, programme, here, _("Check that it is the one that is meant."))) is not None
    ):
        show.say(show.finding_line(other))
    values = {"order": found.id, "programme": programme, "country": found.added.country, "count": len(found.numbers)}
    show.say(_("{order} of {programme}: {count} drives for {country}", **values))
    if whole:
        values = {"count": len(whole), "out": sum(j.where in OUT for j in whole)}
        show.say(_("  {count} drives are whole, {out} of them out; they would no longer count", **values))
        for journey in whole:
            show.say(f"    {_line(journey)}")
    show.say(_("  It can be taken back: usbkit ledger mark undo ENTRY; the ENTRY is said when it is done."))
    if not sys.stdin.isatty():
        raise RefusedError(Finding("not-confirmed", _("this was not confirmed"), None, _("Pass --yes.")))
    if not ask_yes_no(_("Cancel {order}?", order=found.id)):
        todo = _("Nothing was cancelled.")
        raise RefusedError(Finding("not-confirmed", _("this was not confirmed"), None, todo))
    return bool(whole)


def _line(journey: Journey) -> str:
    return f"{journey.drive} ({journey.number}/{journey.of}): {ledger_access.where_of(journey)}"
