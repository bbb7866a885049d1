"""An order for people and as JSON: its details, its progress, and the drive of each number."""

from __future__ import annotations

from typing import Any

from usbkit.cli import ledger_access
from usbkit.cli.output import show
from usbkit.cli.output.order_stations import stations_json
from usbkit.cli.output.outdated_rows import print_outdated
from usbkit.core.messages import Text, _
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Cancelling, Journey, Order
from usbkit.ledger.seals import is_outdated, outdated_drives
from usbkit.ledger.selecting import Choice
from usbkit.ledger.state import LedgerState
from usbkit.ledger.succession import numbers_given_up


def state_of(ledger_state: LedgerState, found: Order) -> str:
    """Return ``open``, ``filled`` or ``cancelled``; stable."""
    return _state_with(found, len(ledger_state.whole_numbers(found.id)))


def _state_with(found: Order, whole: int) -> str:
    if found.is_cancelled:
        return "cancelled"
    return "filled" if whole == len(found.numbers) else "open"


_STATES = {"open": _("open"), "filled": _("filled"), "cancelled": _("cancelled")}


#: Why something was ordered, in words.
WHY: dict[str, Text] = {
    "first": _("first"),
    "more": _("more"),
    "replaces": _("replacement"),
    "outdated": _("renewal"),
}


def _why(found: Order) -> Text | str:
    added = found.added
    if added.why is not None:
        return WHY[added.why]
    return WHY["replaces"] if added.replaces else ""


def order_row(ledger_state: LedgerState, found: Order, whole: int, outdated: int) -> tuple[object, ...]:
    """An order as a row of the list; ``whole`` and ``outdated`` are how many of its drives are."""
    added = found.added
    return (
        found.id,
        added.country,
        added.edition,
        _why(found),
        _made(ledger_state, found, whole),
        _STATES[_state_with(found, whole)],
        outdated or "",
        f"{added.fingerprint[:16]}…",
        f"{found.at:%Y-%m-%d} {found.by}",
    )


def _made(ledger_state: LedgerState, found: Order, whole: int) -> Text:
    """How many of an order's drives are whole; numbers that other orders stand for are said apart."""
    values = {"whole": whole, "count": len(found.numbers)}
    away = found.elsewhere - numbers_given_up(ledger_state, found)
    if away and not found.is_cancelled:
        return _("{whole} of {count}, {away} elsewhere", away=len(away), **values)
    return _("{whole} of {count}", **values)


def say_order(ledger_state: LedgerState, found: Order) -> None:
    """Print an order, and the drive of each number."""
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
    for said in found.cancellings:
        _say_cancelling(said)
    show.answer(_("  seal {fingerprint}", fingerprint=added.fingerprint))
    _say_origin(found)
    for correction in found.corrections:
        values = {"at": correction.at.date(), "by": correction.by, "reason": correction.reason or "-"}
        entry = f"{found.origin}:{correction.sequence}"
        if correction.is_undone:
            show.answer(_("  put right on {at} by {by}: {reason} (TAKEN BACK)", **values))
        else:
            show.answer(_("  put right on {at} by {by}: {reason} [{entry}]", entry=entry, **values))
    given_up = numbers_given_up(ledger_state, found)
    if elsewhere := found.elsewhere - given_up:
        numbers = ", ".join(map(str, sorted(elsewhere)))
        show.answer(_("  numbers that other orders stand for: {numbers}", numbers=numbers))
    if given_up:
        numbers = ", ".join(map(str, sorted(given_up)))
        show.answer(_("  numbers that were given up: {numbers}", numbers=numbers))
    headers, holders = (
        (_("number"), _("state"), _("drive"), _("stick"), _("serial"), _("since")),
        ledger_state.holders(found.id),
    )
    show.table(headers, [_number_row(number, holders.get(number)) for number in found.numbers])
    failed = [j for j in ledger_state.journeys_of(found.id) if j.stage in (Stage.FAILED, Stage.VOID)]
    print_outdated(ledger_state, outdated_drives(ledger_state, Choice(orders=(found.id,))))
    if failed:
        drives = ", ".join(f"{j.drive} ({ledger_access.STAGES[j.stage]})" for j in failed)
        show.answer(_("Given up: {drives}", drives=drives))


def _say_cancelling(said: Cancelling) -> None:
    """Who cancelled it, and the entry that takes that back."""
    values = {"at": said.at.date(), "by": said.by, "reason": said.reason or "-"}
    if said.is_undone:
        show.answer(_("  cancelled on {at} by {by}: {reason} (TAKEN BACK)", **values))
    else:
        show.answer(_("  cancelled on {at} by {by}: {reason} [{entry}]", entry=said.entry, **values))


def _say_origin(found: Order) -> None:
    """Who released it, what it stands for, and where it goes."""
    added = found.added
    if added.approved_by:
        show.answer(_("  approved by {name}", name=added.approved_by))
    if added.is_demo:
        show.answer(_("  a demo: its drives are for trying, not for sending"))
    if added.replaces:
        show.answer(_("  in place of drive {drive}", drive=added.replaces))
    if added.renews:
        show.answer(_("  makes drives of {order} again, of the seal that holds now", order=added.renews))
    if found.route:
        show.answer(_("  by route {route}", route=found.route))
    if found.note:
        show.answer(_("  note: {note}", note=found.note))
    if added.parent:
        show.answer(
            _("  a share of {order}, ordered at {origin}", order=added.parent, origin=added.parent_origin or "-")
        )


def _number_row(number: int, journey: Journey | None) -> tuple[object, ...]:
    if journey is None:
        return (number, _("free"), "", "", "", "")
    stick = journey.stick
    name = " ".join(filter(None, (stick.vendor, stick.model))) if stick else ""
    serial = (stick.serial or "") if stick else ""
    return (
        number,
        ledger_access.state_of(journey),
        journey.drive,
        name,
        serial,
        f"{journey.changed_at:%Y-%m-%d %H:%M}",
    )


def order_json(ledger_state: LedgerState, found: Order) -> dict[str, Any]:
    """Return an order as JSON; stable."""
    added = found.added
    held, whole = ledger_state.held_numbers(found.id), ledger_state.whole_numbers(found.id)
    return {
        "order": found.id,
        "origin": found.origin,
        "country": added.country,
        "code": added.code,
        "programme": added.programme,
        "edition": added.edition,
        "route": found.route,
        "note": found.note or None,
        "fingerprint": added.fingerprint,
        "sheet": added.sheet,
        "of": added.of,
        "why": added.why,
        "renews": added.renews,
        "replaces": added.replaces,
        "parent": added.parent,
        "parent_origin": added.parent_origin,
        "given_away": sorted(found.elsewhere),
        "state": _state_with(found, len(whole)),
        "whole": whole,
        "outdated": [j.number for j in _outdated_of(ledger_state, found)],
        "approved_by": added.approved_by,
        "demo": added.is_demo,
        "ordered_at": found.at.isoformat(),
        "ordered_by": found.by,
        "numbers": [{"number": n, **held.get(n, _FREE)} for n in found.numbers],
        **stations_json(ledger_state, found),
    }


def _outdated_of(ledger_state: LedgerState, found: Order) -> list[Journey]:
    return outdated_drives(ledger_state, Choice(orders=(found.id,))) if is_outdated(ledger_state, found) else []


_FREE = {"state": "free", "drive": None, "where": None, "found": None}
