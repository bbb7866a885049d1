"""Select drives: by name for commands, by conditions for lists and reports. Values only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _
from usbkit.ledger.delivery_status import Where
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state_view import StateView
from usbkit.trust.references import ALPHABET

#: Days after which a drive that was sent and of which nothing was heard is late.
LATE_AFTER = 60

_FORGIVEN = str.maketrans("OIL", "011")
_NUMBERED = re.compile(r"(?P<order>.+)[:#](?P<number>[0-9]{1,3})")


def find_drives(ledger_state: StateView, named: Sequence[str]) -> list[Journey]:
    """Return the drives named by reference, or as ``ORDER:NUMBER``. Raises InputError with all unknown names."""
    found, findings = list[Journey](), list[Finding]()
    for name in named:
        journeys = _named(ledger_state, name)
        if len(journeys) == 1:
            found.append(journeys[0])
        elif journeys:
            choices = ", ".join(f"{j.reference}@{j.origin}" for j in journeys)
            what = _("{drive} is more than one drive: {choices}", drive=name, choices=choices)
            findings.append(Finding("drive-ambiguous", what, None, _("Name one of them in full.")))
        else:
            findings.append(_why_none(ledger_state, name))
    if findings:
        raise InputError(*findings)
    return list({journey.drive: journey for journey in found}.values())


def _why_none(ledger_state: StateView, name: str) -> Finding:
    """Why no drive is named so: a number may have had one before, or may not be made yet."""
    if find_number(ledger_state, name) is not None:
        todo = _("Name a drive by its reference; what became of the number: usbkit ledger show {name}", name=name)
        return Finding("drive-unknown", _("no drive has the number {name} now", name=name), None, todo)
    what = _("there is no drive {drive}", drive=name)
    if ledger_state.orders.get(name) is not None:
        todo = _("It is an order: usbkit order show {name}; its drives: usbkit ledger list --order {name}", name=name)
        return Finding("drive-unknown", what, None, todo)
    return Finding("drive-unknown", what, None, _("`usbkit ledger list` lists them."))


def _named(ledger_state: StateView, name: str) -> list[Journey]:
    if (numbered := _NUMBERED.fullmatch(name)) is not None:
        holder = ledger_state.holder(numbered["order"], int(numbered["number"]))
        return [] if holder is None else [holder]
    reference, at, origin = name.partition("@")
    plain = reference.upper().translate(_FORGIVEN)
    if at:
        journey = ledger_state.drive_of(origin, plain)
        return [] if journey is None else [journey]
    return ledger_state.references(plain) if len(plain) == 5 and set(plain) <= set(ALPHABET) else []


def find_number(ledger_state: StateView, name: str) -> tuple[Order, int] | None:
    """Return the order and number that ``ORDER:NUMBER`` names, used or free; None for another form of name."""
    numbered = _NUMBERED.fullmatch(name)
    if numbered is None:
        return None
    order, number = ledger_state.orders.get(numbered["order"]), int(numbered["number"])
    return None if order is None or number not in order.added.numbers else (order, number)


@dataclass(frozen=True, slots=True)
class Choice:
    """Conditions for a list or report: a drive must meet all. ``seal`` is a prefix."""

    orders: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    route: str | None = None
    edition: int | None = None
    programmes: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    seal: str | None = None
    states: tuple[str, ...] = ()
    where: tuple[Where, ...] = ()
    programme: str | None = None
    only_late: bool = False
    only_outdated: bool = False
    late_after: int = LATE_AFTER


class Wanted:
    """SQL conditions on rows of ``state_drive`` as d and ``state_order`` as o, with their values."""

    def __init__(self) -> None:
        self.conditions: list[str] = ["1"]
        self.values: list[object] = []

    def add(self, condition: str, *values: object) -> None:
        self.conditions.append(condition)
        self.values += values

    def among(self, column: str, choices: Sequence[object]) -> None:
        if choices:
            self.add(f"{column} IN ({', '.join('?' * len(choices))})", *choices)

    @property
    def sql(self) -> str:
        return " AND ".join(self.conditions)


#: The route that a drive took, or else the one that it was ordered for.
ROUTE = "coalesce(d.route, o.route)"


def wanted_orders(choice: Choice, route: str = "o.route") -> Wanted:
    """Return the condition for orders whose drives, sent by ``route``, can be in a choice."""
    wanted = Wanted()
    wanted.among("o.id", choice.orders)
    if choice.countries:
        marks = ", ".join("?" * len(choice.countries))
        condition = f"(lower(o.country) IN ({marks}) OR lower(o.code) IN ({marks}))"
        wanted.add(condition, *choice.countries, *choice.countries)
    wanted.among("o.programme", choice.programmes)
    wanted.among("o.year", choice.years)
    if choice.route is not None:
        wanted.add(f"{route} = ?", choice.route)
    if choice.programme is not None:
        wanted.add("o.programme = ?", choice.programme)
    if choice.edition is not None:
        wanted.add("o.edition = ?", choice.edition)
    if choice.seal is not None:
        wanted.add("substr(o.fingerprint, 1, ?) = ?", len(choice.seal), choice.seal)
    return wanted


def wanted_drives(choice: Choice, now: dt.datetime) -> Wanted:
    """Return the condition for the drives of a choice."""
    wanted = wanted_orders(choice, ROUTE)
    wanted.among("d.stage", choice.states)
    if choice.where:
        wanted.add("d.stage = ?", Stage.WHOLE)
        wanted.among("d.whereabouts", choice.where)
    if choice.only_late:
        wanted.add(LATE, last_day(now, choice.late_after))
    if choice.only_outdated:
        wanted.add(OUTDATED)
    return wanted


#: A drive that stands for its number, of another seal than its country has now, and that nobody leaves so.
OUTDATED = (
    f"(d.stage = '{Stage.WHOLE}' AND NOT d.is_aside AND d.whereabouts != '{Where.REPLACED}' AND NOT o.is_cancelled "
    "AND EXISTS (SELECT 1 FROM state_seal AS s WHERE s.programme = o.programme AND s.country = o.country "
    "AND s.fingerprint != o.fingerprint AND s.fingerprint IS NOT d.left_seal))"
)

#: A drive that left on or before a day, of which nothing was heard.
LATE = "(d.sent <= ? AND d.whereabouts IN ('sent', 'handed-over'))"


def last_day(now: dt.datetime, late_after: int) -> str:
    """Return the latest day on which a drive that is late now can have left."""
    days = min(late_after + 1, now.date().toordinal() - 1)
    return (now.date() - dt.timedelta(days=days)).isoformat()


def choose(ledger_state: StateView, choice: Choice, now: dt.datetime, more: str = "1") -> list[Journey]:
    """Return the drives of ``choice``, in the order in which they were minted; ``more`` is an extra condition."""
    wanted = wanted_drives(choice, now)
    query = f"place IN (SELECT d.place FROM {JOINED} WHERE {wanted.sql} AND {more})"
    return ledger_state.journeys.select(query, wanted.values)


#: Drives with their orders.
JOINED = "state_drive AS d JOIN state_order AS o ON o.id = d.order_id"


def route_of(journey: Journey, order: Order) -> str | None:
    """Return the route that the drive took, otherwise the one that was ordered."""
    sent = journey.sent
    return order.route if sent is None or sent.route is None else sent.route
