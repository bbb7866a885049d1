"""``usbkit order renew`` and ``correct``: orders whose country has another seal now, or whose details are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from usbkit.cli import hub_access, ledger_access, options, programmes
from usbkit.cli.output import show
from usbkit.cli.output.order_rows import order_json, say_order
from usbkit.cli.output.outdated_rows import outdated_json, todo_of
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, EXIT_NO, RefusedError
from usbkit.core.messages import _, mark
from usbkit.ledger.state import LedgerState

if TYPE_CHECKING:
    from usbkit.orders.renewing import Renewal


@click.command(
    help=mark(
        "Order ORDER's drives again where their country has another seal by now: those that are here, and those that"
        " were never made. Plug the sticks in at the station; they get new passports."
        "\n\nExample: usbkit order renew guatemala-1 --dry-run"
    )
)
@click.argument("named", metavar="ORDER")
@click.option("--dry-run", is_flag=True, help=mark("Show what would be ordered; order nothing."))
@ledger_access.operator
@click.pass_obj
def renew(settings: Settings, named: str, dry_run: bool, operator: str | None) -> int:
    from usbkit.orders.finding import find_order
    from usbkit.orders.renewing import making_of, renew_order

    ledger = ledger_access.open_ledger(settings, operator)
    old = find_order(ledger.read(), named)
    programmes.require_here(settings, old)
    manifests = settings.load()
    (stem,) = manifests.pick([old.added.country], False)
    making = making_of(old)
    context = settings.context(
        manifests,
        settings.progress(),
        allow_missing=making.allow_missing,
        allow_untranslated=making.allow_untranslated,
    )
    bundle = context.make_bundle(stem)
    hub_access.turn(settings, ledger)
    found = renew_order(ledger, manifests, bundle, named, dry_run=True)
    if found.refused and not dry_run:
        raise RefusedError(*found.refused)  # before numbers are claimed for it
    if not dry_run:
        hub_access.claim_order(settings, ledger, named)
        try:
            found = renew_order(ledger, manifests, bundle, named, dry_run=False)
        finally:
            hub_access.return_order(settings, ledger, named)
    ledger_state = ledger.read()
    if settings.json:
        fields = {
            "dry_run": dry_run,
            "renews": found.old.id,
            "numbers": list(found.numbers),
            "here": [j.drive for j in found.here],
            "out": outdated_json(ledger_state, found.out),
            "at_hub": list(found.at_hub.free),
            "at_stations": [{"station": name, "numbers": list(n)} for name, n in found.at_hub.held],
            "order": found.order and order_json(ledger_state, found.order),
            "refused": [show.finding_json(f) for f in found.refused],
        }
        show.document(fields)
    else:
        _say_renewal(ledger_state, found, dry_run=dry_run)
    return EXIT_DONE if found.numbers and not found.refused else EXIT_NO


def _say_renewal(ledger_state: LedgerState, found: Renewal, *, dry_run: bool) -> None:
    values = {
        "old": found.old.id,
        "numbers": ", ".join(map(str, found.numbers)) or "-",
        "drives": ", ".join(j.drive for j in found.here),
    }
    if found.order is not None:
        show.answer(_("{order} makes numbers {numbers} of {old} again.", order=found.order.id, **values))
        if found.here:
            show.answer(_("  here, to be written again: {drives}", **values))
            show.answer(_("  Plug them in: usbkit station"))
        else:
            show.answer(_("  none of them is here; plug in empty sticks: usbkit station"))
    elif dry_run and found.numbers:
        show.answer(_("Numbers {numbers} of {old} would be made again; nothing was written.", **values))
        if found.here:
            show.answer(_("  here, to be written again: {drives}", **values))
        for finding in found.refused:
            show.answer(_("  not as things stand: {why}", why=finding.what))
            if finding.todo is not None:
                show.answer(_("    → {todo}", todo=finding.todo))
    elif found.at_hub:
        show.answer(_("No drive of {old} is here, and nobody here has numbers of it.", **values))
    else:
        show.answer(_("No drive of {old} is here, and each of its numbers has one.", **values))
    _say_at_hub(found, dry_run=dry_run)
    for journey in found.out:
        line = {"drive": journey.drive, "number": journey.number, "of": journey.of}
        show.answer(_("  {drive} ({number}/{of}) is out: {todo}", todo=todo_of(ledger_state, journey), **line))


def _say_at_hub(found: Renewal, *, dry_run: bool) -> None:
    """What is not taken over, and what to do about it."""
    for station, held in found.at_hub.held:
        values = {"station": station, "numbers": ", ".join(map(str, held)), "old": found.old.id}
        show.answer(_("  {station} has numbers {numbers} of the seal before:", **values))
        show.answer(_("    usbkit order recall {old} --station {station}, then renew again", **values))
    if found.at_hub.free:
        free = ", ".join(map(str, found.at_hub.free))
        if dry_run:
            show.answer(_("  at the hub, to be made again too: {numbers}", numbers=free))
        else:
            show.answer(_("  still at the hub: {numbers}; renew again when it is reached", numbers=free))


@click.command(
    help=mark(
        "Correct ORDER: fewer drives, another route, a note about the addressee."
        '\n\nExample: usbkit order correct guatemala-1 --count 18 --reason "two offices were closed"'
    )
)
@click.argument("named", metavar="ORDER")
@click.option("--count", type=int, help=mark("How many are wanted: the highest free numbers are given up."))
@click.option("--route", type=click.Choice(["corps", "mission"]), help=mark("The route its drives go by."))
@click.option(
    "--note",
    type=options.SHORT_NOTE,
    metavar="TEXT",
    help=mark("What is to be known of the addressee; an empty one takes it away."),
)
@click.option("--reason", type=options.NOTE, default="", metavar="TEXT", help=mark("Why; kept in the ledger."))
@click.option("--dry-run", is_flag=True, help=mark("Show which numbers would be given up; change nothing."))
@ledger_access.operator
@click.pass_obj
def correct(
    settings: Settings,
    named: str,
    count: int | None,
    route: str | None,
    note: str | None,
    reason: str,
    dry_run: bool,
    operator: str | None,
) -> int:
    from usbkit.orders.correcting import correct_order
    from usbkit.orders.finding import find_order

    ledger = ledger_access.open_ledger(settings, operator)
    hub_access.turn(settings, ledger)
    programmes.require_here(settings, find_order(ledger.read(), named))
    claims = count is not None and not dry_run
    if claims:
        hub_access.claim_order(settings, ledger, named)
    try:
        found = correct_order(ledger, named, wanted=count, route=route, note=note, reason=reason, dry_run=dry_run)
    finally:
        if claims:
            hub_access.return_order(settings, ledger, named)
    if not claims and not dry_run:
        hub_access.turn(settings, ledger)
    if settings.json:
        given_up = list(found.given_up)
        show.document({**order_json(ledger.read(), found.order), "given_up": given_up, "dry_run": dry_run})
        return EXIT_DONE
    if found.given_up:
        numbers = ", ".join(map(str, found.given_up))
        said = (
            _("would be given up: {numbers}; nothing was written", numbers=numbers)
            if dry_run
            else _("given up: {numbers}", numbers=numbers)
        )
        show.answer(said)
    say_order(ledger.read(), found.order)
    return EXIT_DONE
