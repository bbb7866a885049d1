"""What is out, what came back, what is late: counted by country, route, edition, seal or order. Values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from usbkit.ledger.delivery_status import Answer, Where
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Order
from usbkit.ledger.selecting import Choice, choose, is_late, route_of
from usbkit.ledger.state import LedgerState
from usbkit.trust.receipt_code import Found


class By(StrEnum):
    """What a report counts by. Stable names."""

    COUNTRY = "country"
    ROUTE = "route"
    EDITION = "edition"
    SEAL = "seal"
    ORDER = "order"


@dataclass
class Counts:
    """Drives of one group. ``ordered`` counts numbers; all others count drives that stand for their number.

    ``out`` left and nothing was heard, ``late`` of them for too long; ``whole`` and ``trouble`` are what receipts say.
    """

    ordered: int = 0
    made: int = 0
    here: int = 0
    out: int = 0
    late: int = 0
    whole: int = 0
    trouble: int = 0
    lost: int = 0
    replaced: int = 0

    def add(self, other: Counts) -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def to_json(self) -> dict[str, int]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True)
class Report:
    """``groups`` by their name, ``total`` of all; then the drives that somebody has to look at."""

    by: By
    groups: Mapping[str, Counts]
    total: Counts
    late: tuple[Journey, ...] = ()
    in_trouble: tuple[Journey, ...] = ()
    contradicting: tuple[Journey, ...] = ()
    lost: tuple[Journey, ...] = ()


@dataclass
class _Gathering:
    groups: dict[str, Counts] = field(default_factory=dict)
    total: Counts = field(default_factory=Counts)

    def add(self, group: str, counts: Counts) -> None:
        self.groups.setdefault(group, Counts()).add(counts)
        self.total.add(counts)


def report(ledger_state: LedgerState, by: By, choice: Choice, now: dt.datetime) -> Report:
    """Count the drives of ``choice`` by ``by``."""
    gathered = _Gathering()
    for order in ledger_state.orders.values():
        if not order.is_cancelled and choice.admits_order(order, order.added.route):
            gathered.add(_GROUP[by](None, order), Counts(ordered=len(order.numbers)))
    drives = [j for j in choose(ledger_state, choice, now) if j.stage is Stage.WHOLE]
    for journey in drives:
        gathered.add(_GROUP[by](journey, ledger_state.orders[journey.order]), _count(journey, now, choice.late_after))
    standing = [j for j in drives if j.counts]
    return Report(
        by,
        dict(sorted(gathered.groups.items())),
        gathered.total,
        late=tuple(j for j in standing if is_late(j, now, choice.late_after)),
        in_trouble=tuple(j for j in standing if _last(j) not in (None, Found.WHOLE)),
        contradicting=tuple(j for j in drives if any(r.answer is Answer.CONTRADICTS for r in j.receipts)),
        lost=tuple(j for j in standing if j.where is Where.LOST),
    )


_GROUP: Mapping[By, Callable[[Journey | None, Order], str]] = {
    By.COUNTRY: lambda _journey, order: order.added.country,
    By.ROUTE: lambda journey, order: (order.added.route if journey is None else route_of(journey, order)) or "-",
    By.EDITION: lambda _journey, order: str(order.added.edition),
    By.SEAL: lambda _journey, order: order.added.fingerprint,
    By.ORDER: lambda _journey, order: order.id,
}


def _count(journey: Journey, now: dt.datetime, late_after: int) -> Counts:
    if journey.is_replaced:
        return Counts(replaced=1)
    counts = Counts(made=1)
    match journey.where:
        case Where.HERE:
            counts.here = 1
        case Where.SENT | Where.HANDED_OVER:
            counts.out = 1
            counts.late = int(is_late(journey, now, late_after))
        case Where.LOST:
            counts.lost = 1
        case Where.RECEIVED:
            counts.whole = int(_last(journey) is Found.WHOLE)
            counts.trouble = 1 - counts.whole
    return counts


def _last(journey: Journey) -> Found | None:
    """What the latest receipt says."""
    arrived = journey.arrived
    return arrived[-1].found if arrived else None
