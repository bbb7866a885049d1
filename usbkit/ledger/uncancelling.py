"""An order that was cancelled by mistake stands again: whether it may, and what is written down.

Its numbers stand again that nobody else stands for. Drives that were void by the cancelling stay void: they were told
so, and whoever has one may have been told to throw it away.
"""

from __future__ import annotations

from collections.abc import Iterator

from usbkit.core.errors import Finding, RefusedError
from usbkit.core.messages import _
from usbkit.ledger.appending import Writing
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import EntryUndone
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey, Order, Place
from usbkit.ledger.undoing import is_undone

#: Why marks are taken back with the order that they name, as usbkit writes it into entries.
ITS_ORDER_WAS_CANCELLED = "its order was cancelled"


def let_stand_again(writing: Writing, place: Place, reason: str) -> None:
    """Take back that an order was cancelled, by the entry at ``place``, which may be: and that drives stand for their
    numbers again in place of which it was ordered.
    """
    marks = list(_taken_back_with(writing, place))
    writing.append(EntryUndone(chain=place[0], sequence=place[1], reason=reason))
    for undoing, _journey in marks:
        writing.append(EntryUndone(chain=undoing[0], sequence=undoing[1], reason=reason))


def require_may_stand(writing: Writing, order: Order, place: Place) -> None:
    """Raise RefusedError where the cancelling at ``place`` is not ours, another order was made instead, or a drive that
    this one was to stand for is not what it was.
    """
    if place[0] != writing.origin:
        what = _("{order} was cancelled by another station: {origin}", order=order.id, origin=place[0])
        raise RefusedError(Finding("undo-elsewhere", what, None, _("Take it back there.")))
    findings = [*_ordered_instead(writing, order, place), *_no_longer_standing(writing, order, place)]
    if findings:
        raise RefusedError(*findings)


def _ordered_instead(writing: Writing, order: Order, place: Place) -> Iterator[Finding]:
    added = order.added
    if added.replaces is not None:
        return  # what was ordered in place of the same drive is seen by that drive
    where = "programme = ? AND country = ? AND NOT is_cancelled"
    for later in writing.state.orders.select(where, (added.programme, added.country)):
        if later.added.replaces or later.added.parent or not _is_since(writing, later, order, place):
            continue
        if later.added.renews is not None and later.added.renews != added.renews:
            continue  # it makes another order's drives again
        values = {"later": later.id, "order": order.id, "count": len(later.numbers), "country": added.country}
        what = _("{later} was ordered after {order} was cancelled: {count} drives for {country}", **values)
        todo = _("Cancel {later} first; or leave {order} cancelled: usbkit order add {country} COUNT --yes", **values)
        yield Finding("undo-ordered-instead", what, None, todo)


def _is_since(writing: Writing, later: Order, order: Order, place: Place) -> bool:
    """Whether an order was made after another was cancelled: in our chain by its place, elsewhere by its time."""
    if later.origin == writing.origin:
        return later.sequence > place[1]
    return any(later.at >= c.at for c in order.cancellings if (c.chain, c.sequence) == place)


def _no_longer_standing(writing: Writing, order: Order, place: Place) -> Iterator[Finding]:
    for _undoing, journey in _taken_back_with(writing, place):
        if journey.counts and writing.state.holder(journey.order, journey.number) == journey:
            continue
        state = journey.where if journey.stage is Stage.WHOLE else journey.stage
        values = {"order": order.id, "drive": journey.drive, "state": state, "country": order.added.country}
        what = _("{order} stood for drive {drive}, which is {state} by now", **values)
        todo = _("Leave {order} cancelled, and order what is missing: usbkit order add {country}", **values)
        yield Finding("undo-drive-gone", what, None, todo)


def _taken_back_with(writing: Writing, place: Place) -> Iterator[tuple[Place, Journey]]:
    """The entries after a cancelling that gave drives their numbers again, and those drives."""
    chain, sequence = place
    while True:
        sequence += 1
        found = writing.find_entry(chain, sequence)
        if found is None:
            return
        where = _("entry {sequence} of {origin}", sequence=sequence, origin=chain)
        event = EntryBody.from_body(found.body, where).event
        if not isinstance(event, EntryUndone) or event.reason != ITS_ORDER_WAS_CANCELLED:
            return
        mark = event.chain, event.sequence
        kind, subject = writing.state.rows.undoable(mark) or ("", "")
        if kind == "drive-marked" and is_undone(writing.state, mark):
            yield (chain, sequence), writing.state.journeys[subject]
