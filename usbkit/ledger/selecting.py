"""Naming drives and choosing among them: what commands take, and what lists and reports are about. Values only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _
from usbkit.ledger.delivery_status import Where
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.state import LedgerState
from usbkit.trust.receipt_code import ALPHABET

#: Days after which a drive that was sent and of which nothing was heard is late.
LATE_AFTER = 60

_FORGIVEN = str.maketrans("OIL", "011")
_NUMBERED = re.compile(r"(?P<order>.+)[:#](?P<number>[0-9]{1,3})")


def find_drives(ledger_state: LedgerState, named: Sequence[str]) -> list[Journey]:
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


def _named(ledger_state: LedgerState, name: str) -> list[Journey]:
    if (numbered := _NUMBERED.fullmatch(name)) is not None:
        holder = (
            ledger_state.holder(numbered["order"], int(numbered["number"]))
            if numbered["order"] in ledger_state.orders
            else None
        )
        return [] if holder is None else [holder]
    reference, at, origin = name.partition("@")
    plain = reference.upper().translate(_FORGIVEN)
    if at:
        drive = ledger_state.by_origin.get((origin, plain))
        return [ledger_state.journeys[drive]] if drive in ledger_state.journeys else []
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

    def admits(self, journey: Journey, order: Order, now: dt.datetime) -> bool:
        """Whether a drive is among them."""
        return (
            self.admits_order(order, route_of(journey, order))
            and (not self.states or journey.stage in self.states)
            and (not self.where or (journey.stage is Stage.WHOLE and journey.where in self.where))
            and (not self.only_late or is_late(journey, now, self.late_after))
        )

    def admits_order(self, order: Order, route: str | None) -> bool:
        """Whether drives of an order that take ``route`` can be among them."""
        added = order.added
        return (
            (not self.orders or order.id in self.orders)
            and (not self.countries or bool({added.country.lower(), added.code.lower()} & set(self.countries)))
            and self.route in (None, route)
            and self.edition in (None, added.edition)
            and (self.seal is None or added.fingerprint.startswith(self.seal))
        )


def choose(ledger_state: LedgerState, choice: Choice, now: dt.datetime) -> list[Journey]:
    """The drives of ``choice``, in the order in which they were minted."""
    every: Iterable[Journey] = ledger_state.journeys.values()
    return [j for j in every if choice.admits(j, ledger_state.orders[j.order], now)]


def route_of(journey: Journey, order: Order) -> str | None:
    """The route that it took, or else the one that it was ordered for."""
    sent = journey.sent
    return order.added.route if sent is None or sent.route is None else sent.route


def is_late(journey: Journey, now: dt.datetime, after: int = LATE_AFTER) -> bool:
    """Whether it left more than ``after`` days ago and nothing was heard of it since."""
    sent = journey.sent
    if sent is None or journey.where not in (Where.SENT, Where.HANDED_OVER):
        return False
    return now.date() - sent.day > dt.timedelta(days=after)
