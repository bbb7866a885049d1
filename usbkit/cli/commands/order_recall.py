"""``usbkit order recall``: make a station return numbers that it claimed at the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from usbkit.cli import hub_access, ledger_access, programmes
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE
from usbkit.core.messages import _, mark
from usbkit.ledger.claiming import in_ranges

if TYPE_CHECKING:
    from usbkit.orders.recalling import Recall


@click.command(
    help=mark(
        "Have a station give back its numbers of ORDER at the hub. One that does not answer keeps them, or loses them"
        " with --give-up: then an order of its own stands for them. usbkit order recall guatemala-1 --station busan"
    )
)
@click.argument("named", metavar="ORDER")
@click.option("--station", "name", required=True, metavar="NAME", help=mark("The station, as the hub calls it."))
@click.option("--give-up", is_flag=True, help=mark("A station that does not answer loses what it has unfinished."))
@click.option("--lift", is_flag=True, help=mark("Let the station have numbers of it again; nothing is recalled."))
@click.option(
    "--wait",
    "seconds",
    type=click.FloatRange(0, 600),
    default=20.0,
    metavar="SECONDS",
    help=mark("How long it has to answer (default: 20)."),
)
@ledger_access.operator
@click.pass_obj
def recall(
    settings: Settings, named: str, name: str, give_up: bool, lift: bool, seconds: float, operator: str | None
) -> int:
    from usbkit.ledger.hub.line import Hub
    from usbkit.orders.recalling import lift_recall, recall_numbers

    place = hub_access.require_hub(settings)
    ledger = ledger_access.begin_ledger(settings, operator)
    hub_access.require_file(ledger)
    if (known := ledger.read().orders.get(named)) is not None:
        programmes.require_here(settings, known)
    hub = Hub(place)
    try:
        if lift:
            lifted = lift_recall(ledger, hub, named, name)
            _say_lifted(settings, lifted.id, name)
            return EXIT_DONE
        _say_recall(settings, name, recall_numbers(ledger, hub, named, name, give_up=give_up, seconds=seconds))
    finally:
        hub.close()
    return EXIT_DONE


def _say_lifted(settings: Settings, order: str, name: str) -> None:
    if settings.json:
        show.document({"order": order, "station": name, "lifted": True})
    else:
        show.answer(_("{station} may have numbers of {order} again.", station=name, order=order))


def _say_recall(settings: Settings, name: str, found: Recall) -> None:
    successor = found.successor.id if found.successor else None
    if settings.json:
        numbers = {"returned": list(found.returned), "kept": list(found.kept), "void": list(found.void)}
        head = {"order": found.order.id, "station": name, "answered": found.is_answered}
        show.document({**head, **numbers, "successor": successor})
        return
    values = {"station": name, "order": found.order.id}
    if not (found.is_answered or found.void or successor):
        show.answer(_("{station} holds nothing of {order}, and gets no more of it.", **values))
        return
    if found.is_answered and not (found.returned or found.kept):
        show.answer(_("{station} held nothing of {order}, and gets no more of it.", **values))
        return
    if found.is_answered:
        show.answer(_("{station} gave back of {order}: {numbers}", numbers=in_ranges(found.returned), **values))
        if found.kept:
            show.answer(_("  it goes on with drives that it has begun: {numbers}", numbers=in_ranges(found.kept)))
        return
    show.answer(_("{station} has lost of {order}: {numbers}", numbers=in_ranges(found.void), **values))
    if successor is not None:
        show.answer(
            _("  {successor} stands for them now; a drive of the lost ones does not count", successor=successor)
        )
