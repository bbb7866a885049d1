"""Naming drives and choosing among them: what commands take, and what lists and reports are about. Values only."""

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
from usbkit.trust.receipt_code import ALPHABET

#: Days after which a drive that was sent and of which nothing was heard is late.
LATE_AFTER = 60

_FORGIVEN = str.maketrans("OIL", "011")
_NUMBERED = re.compile(r"(?P<order>.+)[:#](?P<number>[0-9]{1,3})")


def find_drives(ledger_state: StateView, named: Sequence[str]) -> list[Journey]:
    """The drives named by reference, or as ``ORDER:NUMBER``. Raises InputError with all that are none."""
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
            what = _("there is no drive {drive}", drive=name)
            findings.append(Finding("drive-unknown", what, None, _("`usbkit ledger list` lists them.")))
    if findings:
        raise InputError(*findings)
    return list({journey.drive: journey for journey in found}.values())


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


@dataclass(frozen=True, slots=True)
class Choice:
    """Which drives a list or report is about: all that fit everything that is said. ``seal`` is a beginning of it."""

    orders: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    route: str | None = None
    edition: int | None = None
    seal: str | None = None
    states: tuple[str, ...] = ()
    where: tuple[Where, ...] = ()
    only_late: bool = False
    late_after: int = LATE_AFTER


class Wanted:
    """Conditions on rows of ``state_drive`` as d and ``state_order`` as o, with their values."""

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
    """Orders of which drives that take ``route`` can be among a choice's."""
    wanted = Wanted()
    wanted.among("o.id", choice.orders)
    if choice.countries:
        marks = ", ".join("?" * len(choice.countries))
        condition = f"(lower(o.country) IN ({marks}) OR lower(o.code) IN ({marks}))"
        wanted.add(condition, *choice.countries, *choice.countries)
    if choice.route is not None:
        wanted.add(f"{route} = ?", choice.route)
    if choice.edition is not None:
        wanted.add("o.edition = ?", choice.edition)
    if choice.seal is not None:
        wanted.add("substr(o.fingerprint, 1, ?) = ?", len(choice.seal), choice.seal)
    return wanted


def wanted_drives(choice: Choice, now: dt.datetime) -> Wanted:
    """The drives of a choice."""
    wanted = wanted_orders(choice, ROUTE)
    wanted.among("d.stage", choice.states)
    if choice.where:
        wanted.add("d.stage = ?", Stage.WHOLE)
        wanted.among("d.whereabouts", choice.where)
    if choice.only_late:
        wanted.add(LATE, last_day(now, choice.late_after))
    return wanted


#: A drive that left on or before a day, of which nothing was heard.
LATE = "(d.sent <= ? AND d.whereabouts IN ('sent', 'handed-over'))"


def last_day(now: dt.datetime, late_after: int) -> str:
    """The day on which drives that are late now left, at the latest."""
    return (now.date() - dt.timedelta(days=late_after + 1)).isoformat()


def choose(ledger_state: StateView, choice: Choice, now: dt.datetime, more: str = "1") -> list[Journey]:
    """The drives of ``choice``, in the order in which they were minted; ``more`` is one more condition."""
    wanted = wanted_drives(choice, now)
    query = f"place IN (SELECT d.place FROM {JOINED} WHERE {wanted.sql} AND {more})"
    return ledger_state.journeys.select(query, wanted.values)


#: Drives with their orders.
JOINED = "state_drive AS d JOIN state_order AS o ON o.id = d.order_id"


def route_of(journey: Journey, order: Order) -> str | None:
    """The route that it took, or else the one that it was ordered for."""
    sent = journey.sent
    return order.added.route if sent is None or sent.route is None else sent.route
