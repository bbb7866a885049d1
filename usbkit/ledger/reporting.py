"""Count what is out, back or late, by country, route, edition, seal or order. Values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from usbkit.ledger import seals
from usbkit.ledger.delivery_status import Where
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.selecting import (
    LATE,
    ROUTE,
    Choice,
    choose,
    last_day,
    wanted_drives,
    wanted_orders,
)
from usbkit.ledger.state_view import StateView
from usbkit.trust.receipt_code import Found


class By(StrEnum):
    """The grouping of a report. Stable names."""

    COUNTRY = "country"
    PROGRAMME = "programme"
    YEAR = "year"
    ROUTE = "route"
    EDITION = "edition"
    SEAL = "seal"
    ORDER = "order"


@dataclass
class Counts:
    """Drives of one group. ``ordered`` counts numbers; all others count drives that have their number.

    ``out``: left, no news since; ``late``: those of them that left too long ago; ``told``: reported as arrived, not
    checked; ``whole`` and ``trouble``: by their receipts; ``outdated``: of an older seal than their country's, wherever
    they are.
    """

    ordered: int = 0
    made: int = 0
    here: int = 0
    out: int = 0
    late: int = 0
    told: int = 0
    whole: int = 0
    trouble: int = 0
    lost: int = 0
    replaced: int = 0
    outdated: int = 0

    def add(self, other: Counts) -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def to_json(self) -> dict[str, int]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True)
class DeliveryReport:
    """``groups`` by name, ``total`` of all; then the drives that need attention.

    ``void_out`` are out and no longer count, as where their order was cancelled: no number has them.
    """

    by: By
    groups: Mapping[str, Counts]
    total: Counts
    late: tuple[Journey, ...] = ()
    in_trouble: tuple[Journey, ...] = ()
    contradicting: tuple[Journey, ...] = ()
    lost: tuple[Journey, ...] = ()
    outdated: tuple[Journey, ...] = ()
    back: tuple[Journey, ...] = ()
    calls: tuple[Journey, ...] = ()
    unplayed: tuple[Journey, ...] = ()
    doubted: tuple[Journey, ...] = ()
    void_out: tuple[Journey, ...] = ()


def report(ledger_state: StateView, by: By, choice: Choice, now: dt.datetime) -> DeliveryReport:
    """Count the drives of ``choice``, grouped by ``by``."""
    groups: dict[str, Counts] = {}
    for name, counts in (*_ordered(ledger_state, by, choice), *_drives(ledger_state, by, choice, now)):
        groups.setdefault(name, Counts()).add(counts)
    total = Counts()
    for counts in groups.values():
        total.add(counts)
    return DeliveryReport(
        by,
        dict(sorted(groups.items())),
        total,
        late=_chosen(ledger_state, choice, now, _STANDING, late=True),
        in_trouble=_chosen(ledger_state, choice, now, f"{_STANDING} AND d.found != '{Found.WHOLE}'"),
        contradicting=_chosen(ledger_state, choice, now, f"{_WHOLE} AND d.contradicts"),
        lost=_chosen(ledger_state, choice, now, f"{_STANDING} AND d.whereabouts = '{Where.LOST}'"),
        outdated=tuple(seals.outdated_among(ledger_state, wanted_drives(choice, now))),
        back=_chosen(ledger_state, choice, now, f"{_WHOLE} AND d.whereabouts = '{Where.REPLACED}' AND d.is_back"),
        calls=_chosen(ledger_state, choice, now, TO_CALL),
        unplayed=_chosen(ledger_state, choice, now, UNPLAYED),
        doubted=_chosen(ledger_state, choice, now, "d.is_doubted"),
        void_out=_chosen(ledger_state, choice, now, _VOID_OUT),
    )


#: A drive about whose receipt somebody is to be called back.
TO_CALL = "d.to_call"

_WHOLE = f"d.stage = '{Stage.WHOLE}' AND NOT d.is_aside"

#: A whole drive that stands for its number.
_STANDING = f"{_WHOLE} AND d.whereabouts != '{Where.REPLACED}'"

#: A drive that is told to have arrived, and not to play.
UNPLAYED = f"{_STANDING} AND d.plays = 0"

#: A drive that was whole and left, and no longer counts.
_VOID_OUT = f"d.stage = '{Stage.VOID}' AND d.whereabouts IN ('sent', 'handed-over', 'arrived', 'received', 'lost')"

#: Whole drives, counted, with their order and its country's seal, order by order.
_BY_ORDER = (
    "state_order AS o LEFT JOIN state_seal AS s ON s.programme = o.programme AND s.country = o.country "
    "CROSS JOIN state_count AS d ON d.order_id = o.id"
)

_GROUP: Mapping[By, str] = {
    By.COUNTRY: "o.country",
    By.PROGRAMME: "o.programme",
    By.YEAR: "o.year",
    By.ROUTE: f"coalesce({ROUTE}, '-')",
    By.EDITION: "o.edition",
    By.SEAL: "o.fingerprint",
    By.ORDER: "o.id",
}


def programmes_of(ledger_state: StateView, choice: Choice, now: dt.datetime) -> list[str]:
    """Return the programmes whose orders and drives a report counts together."""
    found = sorted({name for name, _counts in _ordered(ledger_state, By.PROGRAMME, choice)})
    wanted, marks = wanted_drives(choice, now), ", ".join("?" * len(found))
    query = (
        f"SELECT DISTINCT o.programme FROM state_order AS o WHERE o.programme NOT IN ({marks}) AND EXISTS "
        f"(SELECT 1 FROM state_count AS d WHERE d.order_id = o.id AND {wanted.sql} AND {_WHOLE})"
    )
    more = ledger_state.rows.connection.execute(query, (*found, *wanted.values))
    return sorted([*found, *(str(row[0]) for row in more)])


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
        f"SELECT {_GROUP[by]}, d.whereabouts, d.found = '{Found.WHOLE}', {LATE}, {seals.IS_OLDER}, sum(d.count) "
        f"FROM {_BY_ORDER} WHERE {wanted.sql} AND {_WHOLE} GROUP BY 1, 2, 3, 4, 5"
    )
    values = (last_day(now, choice.late_after), *wanted.values)
    for name, where, is_whole, is_late, is_outdated, count in ledger_state.rows.connection.execute(query, values):
        counts = _count(Where(where), count, is_whole=bool(is_whole), is_late=bool(is_late))
        counts.outdated = count * bool(is_outdated)
        yield str(name), counts


def _count(where: Where, count: int, *, is_whole: bool, is_late: bool) -> Counts:
    if where is Where.REPLACED:
        return Counts(replaced=count)
    counts = Counts(made=count)
    match where:
        case Where.HERE | Where.RETURNED:
            counts.here = count
        case Where.SENT | Where.HANDED_OVER:
            counts.out = count
            counts.late = count * is_late
        case Where.ARRIVED:
            counts.told = count
        case Where.LOST:
            counts.lost = count
        case Where.RECEIVED:
            counts.whole, counts.trouble = count * is_whole, count * (not is_whole)
    return counts
