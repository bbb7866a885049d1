"""Which seal is current for a country, and which drives are of an older one. Rules over rows of tables.

A released seal is current; until there is one, the seal ordered last is.
"""

from __future__ import annotations

from collections.abc import Sequence

from usbkit.ledger.delivery_status import Where
from usbkit.ledger.events import Role
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Order, Release
from usbkit.ledger.selecting import Choice, Wanted, wanted_orders
from usbkit.ledger.state_rows import Seal
from usbkit.ledger.state_view import StateView

#: Orders of older seals with their drives, found in that order: there are few of them, however long the ledger.
_OLDER = (
    "state_order AS o CROSS JOIN state_seal AS s ON s.programme = o.programme AND s.country = o.country "
    "AND s.fingerprint != o.fingerprint CROSS JOIN state_drive AS d ON d.order_id = o.id"
)

#: Of those, the drives that stand for their numbers, and that nobody leaves so: as `usbkit.ledger.selecting.OUTDATED`.
_STANDING = (
    f"NOT o.is_cancelled AND d.stage = '{Stage.WHOLE}' AND NOT d.is_aside AND d.whereabouts != '{Where.REPLACED}' "
    "AND s.fingerprint IS NOT d.left_seal"
)

#: Whether a drive is one of those, where its order may be of any seal.
IS_OLDER = f"(s.fingerprint != o.fingerprint AND {_STANDING})"


def note_order(view: StateView, order: Order) -> None:
    """Make an order's seal current for its country, if nothing newer is and its chain is believed."""
    added = order.added
    now = view.rows.seal(added.programme, added.country)
    if not _may_say(view, order.origin) or (now is not None and now.is_released):
        return
    seal = _seal_of(order)
    if now is None or (seal.edition, seal.at) >= (now.edition, now.at):
        view.rows.put_seal(seal)


def note_release(view: StateView, release: Release) -> None:
    """Make a released seal current for its country, unless a newer one is."""
    view.rows.put_release(release)
    latest = view.rows.release(release.event.programme, release.event.country)
    if latest is not None:
        event, at = latest.event, latest.at.isoformat()
        view.rows.put_seal(Seal(event.programme, event.country, event.fingerprint, event.edition, at, is_released=True))


def choose_again(view: StateView, cancelled: Order) -> None:
    """After an order was cancelled, make the seal of the newest remaining order current."""
    programme, country = cancelled.added.programme, cancelled.added.country
    now = view.rows.seal(programme, country)
    if (now is not None and now.is_released) or not _may_say(view, cancelled.origin):
        return
    orders = view.orders.select("programme = ? AND country = ? AND NOT is_cancelled", (programme, country))
    standing = [_seal_of(order) for order in orders if _may_say(view, order.origin)]
    if standing:
        view.rows.put_seal(max(standing, key=lambda seal: (seal.edition, seal.at)))
    else:
        view.rows.drop_seal(programme, country)


def seal_for(view: StateView, order: Order) -> Seal | None:
    """Return the current seal for an order's country."""
    return view.rows.seal(order.added.programme, order.added.country)


def is_outdated(view: StateView, order: Order) -> bool:
    """Whether an order is of another seal than its country's current one."""
    seal = seal_for(view, order)
    return seal is not None and seal.fingerprint != order.added.fingerprint and not order.is_cancelled


def outdated_drives(view: StateView, choice: Choice | None = None) -> list[Journey]:
    """Return the drives of older seals that need a decision, in the order in which they were minted."""
    return outdated_among(view, wanted_orders(choice or Choice()))


def outdated_among(view: StateView, wanted: Wanted) -> list[Journey]:
    """Like ``outdated_drives``, among the drives that are ``wanted``."""
    query = f"place IN (SELECT d.place FROM {_OLDER} WHERE {wanted.sql} AND {_STANDING})"
    return view.journeys.select(query, wanted.values)


def outdated_numbers(view: StateView, orders: Sequence[str], programmes: Sequence[str] = ()) -> dict[str, int]:
    """Return how many outdated drives each of these orders of these programmes has, by default all; orders with none
    are left out.
    """
    wanted = Wanted()
    wanted.among("o.id", orders)
    wanted.among("o.programme", programmes)
    query = f"SELECT o.id, count(*) FROM {_OLDER} WHERE {wanted.sql} AND {_STANDING} GROUP BY 1"
    return {str(id): int(count) for id, count in view.rows.connection.execute(query, wanted.values)}


def may_be_renewed(view: StateView, order: str) -> bool:
    """Whether a drive of this order of ours is here and outdated."""
    wanted = Wanted()
    wanted.add("o.id = ?", order)
    wanted.add("o.origin = ?", view.home)
    wanted.among("d.whereabouts", (Where.HERE, Where.RETURNED))
    query = f"SELECT 1 FROM {_OLDER} WHERE {wanted.sql} AND {_STANDING}"
    return view.rows.connection.execute(query, wanted.values).fetchone() is not None


def is_outdated_drive(view: StateView, journey: Journey) -> bool:
    """Whether a drive is of an older seal than its country's, and no decision to leave it was recorded."""
    order = view.orders[journey.order]
    seal = seal_for(view, order)
    if not journey.counts or seal is None or not is_outdated(view, order):
        return False
    left = journey.left_for
    return left is None or left.seal != seal.fingerprint


def _seal_of(order: Order) -> Seal:
    added = order.added
    return Seal(added.programme, added.country, added.fingerprint, added.edition, order.at.isoformat())


def _may_say(view: StateView, origin: str) -> bool:
    """Whether a chain is believed of what its country gets: a station alone is not."""
    return origin == view.home or view.rows.role(origin) is not Role.STATION
