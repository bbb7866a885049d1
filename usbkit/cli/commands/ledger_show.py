"""``usbkit ledger show``: the history of one drive, or of one number of an order."""

from __future__ import annotations

import click

from usbkit.cli import hub_access, ledger_access
from usbkit.cli.output import show
from usbkit.cli.output.drive_rows import drive_json
from usbkit.cli.output.outdated_rows import todo_of
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE
from usbkit.core.messages import Text, _, mark
from usbkit.core.units import format_size
from usbkit.ledger.explaining import Step, steps_in_order, tell_drive, tell_number
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.seals import is_outdated_drive
from usbkit.ledger.selecting import find_drives, find_number
from usbkit.ledger.state import LedgerState
from usbkit.ledger.succession import successor_of


@click.command(
    name="show",
    help=mark(
        "All that is recorded of one DRIVE by its reference, or of a number as ORDER:NUMBER, in words."
        "\n\nExample: usbkit ledger show guatemala-1:3"
    ),
)
@click.argument("named", metavar="DRIVE")
@click.pass_obj
def show_(settings: Settings, named: str) -> int:
    ledger_state = hub_access.open_current(settings).read()
    numbered = find_number(ledger_state, named)
    if settings.json:
        (journey,) = find_drives(ledger_state, [named])
        show.document(drive_json(ledger_state, journey))
    elif numbered is not None:
        _show_number(ledger_state, *numbered)
    else:
        (journey,) = find_drives(ledger_state, [named])
        _show_drive(ledger_state, journey)
    return EXIT_DONE


def _show_drive(ledger_state: LedgerState, journey: Journey) -> None:
    order = ledger_state.orders[journey.order]
    added = order.added
    values = {"drive": journey.drive, "order": order.id, "number": journey.number, "of": journey.of}
    show.answer(_("Drive {drive}: {order}, {number} of {of}", **values))
    what = {"country": added.country, "edition": added.edition, "route": order.route or "-"}
    show.answer(_("  for {country}, edition {edition}, by route {route}", **what))
    stick = journey.stick
    if stick is not None:
        name = " ".join(filter(None, (stick.vendor, stick.model))) or "-"
        facts = {"name": name, "serial": stick.serial or "-", "size": format_size(stick.size)}
        show.answer(_("  stick {name}, serial {serial}, {size}", **facts))
    show.answer(f"  {_standing(ledger_state, journey)}")
    _show_steps(tell_drive(journey))


def _show_number(ledger_state: LedgerState, order: Order, number: int) -> None:
    values = {"order": order.id, "number": number, "of": order.added.of, "country": order.added.country}
    show.answer(_("Number {number} of {of} of {order}, for {country}", **values))
    holder = ledger_state.holder(order.id, number)
    while holder is None and (takes := _taken_over(ledger_state, order, number)) is not None:
        order, holder = takes, ledger_state.holder(takes.id, number)
    if holder is None:
        show.answer(_("  no drive has it now"))
    else:
        show.answer(_("  drive {drive}: {state}", drive=holder.drive, state=_standing(ledger_state, holder)))
    _show_steps(tell_number(ledger_state, ledger_state.order(str(values["order"])), number))


def _taken_over(ledger_state: LedgerState, order: Order, number: int) -> Order | None:
    """The order that took a number over."""
    for journey in ledger_state.journeys_of(order.id):
        mark = journey.replacement
        if journey.number == number and mark is not None:
            return ledger_state.orders.get(mark.successor or "")
    return None


def _standing(ledger_state: LedgerState, journey: Journey) -> Text:
    """What holds of a drive now, and what to do."""
    state = ledger_access.where_of(journey)
    if journey.stage == "whole" and not journey.has_trouble:
        state = _("{made}, {where}", made=ledger_access.STAGES[journey.stage], where=state)
    if is_outdated_drive(ledger_state, journey):
        return _("{state}, OUTDATED: {todo}", state=state, todo=todo_of(ledger_state, journey))
    stands = successor_of(ledger_state, journey)
    if stands is not None:
        return _("{state}; drive {drive} stands in its place", state=state, drive=stands.drive)
    return state


def _show_steps(steps: list[Step]) -> None:
    for step in steps_in_order(steps):
        line = _("{at}  {by}: {what}", at=f"{step.at:%Y-%m-%d %H:%M}", by=step.by, what=step.what)
        if step.is_undone:
            line = _("{line} (TAKEN BACK)", line=line)
        elif step.entry is not None:
            line = _("{line} [{entry}]", line=line, entry=step.entry)
        show.answer(f"  {line}")
