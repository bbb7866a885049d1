"""What is out, what came back, what is late: counted by country, route, edition, seal or order. Values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from usbkit.ledger.delivery_status import Where
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.selecting import JOINED, LATE, ROUTE, Choice, choose, last_day, wanted_drives, wanted_orders
from usbkit.ledger.state_view import StateView
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


def report(ledger_state: StateView, by: By, choice: Choice, now: dt.datetime) -> Report:
    """Count the drives of ``choice`` by ``by``."""
    groups: dict[str, Counts] = {}
    for name, counts in (*_ordered(ledger_state, by, choice), *_drives(ledger_state, by, choice, now)):
        groups.setdefault(name, Counts()).add(counts)
    total = Counts()
    for counts in groups.values():
        total.add(counts)
    return Report(
        by,
        dict(sorted(groups.items())),
        total,
        late=_chosen(ledger_state, choice, now, _STANDING, late=True),
        in_trouble=_chosen(ledger_state, choice, now, f"{_STANDING} AND d.found != '{Found.WHOLE}'"),
        contradicting=_chosen(ledger_state, choice, now, f"{_WHOLE} AND d.contradicts"),
        lost=_chosen(ledger_state, choice, now, f"{_STANDING} AND d.whereabouts = '{Where.LOST}'"),
    )


_WHOLE = f"d.stage = '{Stage.WHOLE}'"

#: A whole drive that stands for its number.
_STANDING = f"{_WHOLE} AND d.whereabouts != '{Where.REPLACED}'"

_GROUP: Mapping[By, str] = {
    By.COUNTRY: "o.country",
    By.ROUTE: f"coalesce({ROUTE}, '-')",
    By.EDITION: "o.edition",
    By.SEAL: "o.fingerprint",
    By.ORDER: "o.id",
}


def _chosen(
    ledger_state: StateView, choice: Choice, now: dt.datetime, more: str, *, late: bool = False
) -> tuple[Journey, ...]:
    return tuple(choose(ledger_state, replace(choice, only_late=choice.only_late or late), now, more))


def _ordered(ledger_state: StateView, by: By, choice: Choice) -> Iterator[tuple[str, Counts]]:
    wanted = wanted_orders(choice)
    group = "coalesce(o.route, '-')" if by is By.ROUTE else _GROUP[by]
    query = f"SELECT {group}, sum(o.wanted) FROM state_order AS o WHERE {wanted.sql} AND NOT o.is_cancelled GROUP BY 1"
    for name, count in ledger_state.rows.connection.execute(query, wanted.values):
        yield str(name), Counts(ordered=count)


def _drives(ledger_state: StateView, by: By, choice: Choice, now: dt.datetime) -> Iterator[tuple[str, Counts]]:
    wanted = wanted_drives(choice, now)
    query = (
        f"SELECT {_GROUP[by]}, d.whereabouts, d.found = '{Found.WHOLE}', {LATE}, count(*) FROM {JOINED} "
        f"WHERE {wanted.sql} AND {_WHOLE} GROUP BY 1, 2, 3, 4"
    )
    values = (last_day(now, choice.late_after), *wanted.values)
    for name, where, is_whole, is_late, count in ledger_state.rows.connection.execute(query, values):
        yield str(name), _count(Where(where), count, is_whole=bool(is_whole), is_late=bool(is_late))


def _count(where: Where, count: int, *, is_whole: bool, is_late: bool) -> Counts:
    if where is Where.REPLACED:
        return Counts(replaced=count)
    counts = Counts(made=count)
    match where:
        case Where.HERE:
            counts.here = count
        case Where.SENT | Where.HANDED_OVER:
            counts.out = count
            counts.late = count * is_late
        case Where.LOST:
            counts.lost = count
        case Where.RECEIVED:
            counts.whole, counts.trouble = count * is_whole, count * (not is_whole)
    return counts
