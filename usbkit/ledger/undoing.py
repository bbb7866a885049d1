"""What an entry said no longer holds, or holds again; and whose a number is then. Rules over rows of tables.

A drive that is said to be replaced loses its number; once that is taken back it has it again, if nobody else has it.
An order that was cancelled by mistake stands again, with the numbers that nobody else stands for; drives that became
void by it stay void.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from usbkit.ledger import claiming, disputes, seals
from usbkit.ledger.delivery_status import Mark, Marked
from usbkit.ledger.journey import HOLDING
from usbkit.ledger.records import Journey, Place
from usbkit.ledger.state_view import StateView

if TYPE_CHECKING:
    from usbkit.ledger.state import LedgerState


def subject_of(target: Place) -> str:
    """Return the subject of the entry being undone, as its row names it."""
    return f"{target[0]}#{target[1]}"


def set_undone(view: LedgerState, target: Place, *, is_undone: bool) -> None:
    """Take back the entry at ``target``, or restore it."""
    found = view.rows.undoable(target)
    if found is None:
        return
    kind, subject = found
    match kind:
        case "drive-marked":
            journey = view.journeys[subject]
            put_marks(view, journey, tuple(_said(m, target, is_undone) for m in journey.marks))
        case "arrival-told":
            journey = view.journeys[subject]
            arrivals = tuple(
                replace(a, is_undone=is_undone) if (a.chain, a.sequence) == target else a for a in journey.arrivals
            )
            view.rows.put_journey(journey.with_(arrivals=arrivals))
        case "outdated-left":
            for drive in subject.split(","):
                journey = view.journeys[drive]
                left = tuple(
                    replace(one, is_undone=is_undone) if (one.chain, one.sequence) == target else one
                    for one in journey.left
                )
                view.rows.put_journey(journey.with_(left=left))
        case "order-corrected":
            order = view.orders[subject]
            corrections = tuple(
                replace(c, is_undone=is_undone) if c.sequence == target[1] else c for c in order.corrections
            )
            view.rows.put_order(replace(order, corrections=corrections))
        case "passport-minted":
            journey = view.journeys[subject].with_(is_disowned=is_undone)
            view.rows.put_journey(journey)
            disputes.settle(view, journey.nonce_sha256)
        case "order-cancelled" if is_undone:
            _let_stand(view, subject, target)
        case "entry-undone" if (inner := _inner(view, subject)) is not None:
            set_undone(view, inner, is_undone=not is_undone)


def is_undone(view: StateView, target: Place) -> bool:
    """Whether the entry at ``target`` was taken back."""
    found = view.rows.undoable(target)
    if found is None:
        return False
    kind, subject = found
    match kind:
        case "drive-marked":
            marks = view.journeys[subject].marks
            return any(m.is_undone for m in marks if (m.chain, m.sequence) == target)
        case "arrival-told":
            arrivals = view.journeys[subject].arrivals
            return any(a.is_undone for a in arrivals if (a.chain, a.sequence) == target)
        case "passport-minted":
            return view.journeys[subject].is_disowned
        case "outdated-left":
            left = (one for drive in subject.split(",") for one in view.journeys[drive].left)
            return any(one.is_undone for one in left if (one.chain, one.sequence) == target)
        case "order-corrected":
            return any(c.is_undone for c in view.orders[subject].corrections if c.sequence == target[1])
        case "order-cancelled":
            cancellings = view.orders[subject].cancellings
            return any(c.is_undone for c in cancellings if (c.chain, c.sequence) == target)
        case _:
            inner = _inner(view, subject)
            return inner is not None and not is_undone(view, inner)


def may_undo(view: StateView, target: Place, origin: str) -> bool:
    """Whether the chain ``origin`` may take back what the entry at ``target`` said: that an order was cancelled, only
    the chain that cancelled it.
    """
    found = view.rows.undoable(target)
    return found is not None and (found[0] != "order-cancelled" or target[0] == origin)


def put_marks(view: StateView, before: Journey, marks: tuple[Marked, ...]) -> None:
    """Set a drive's marks to ``marks``, and give its number to whoever has it then.

    A number that another drive has by now stays there: this drive is still replaced.
    """
    after = before.with_(marks=marks)
    if before.is_replaced and not after.is_replaced and not _take_back(view, before):
        return
    view.rows.put_journey(after)
    if after.is_replaced and not before.is_replaced:
        _step_aside(view, after)


def may_take_back(view: StateView, journey: Journey) -> bool:
    """Whether a replaced drive may get its number back: no other drive has it or is about to get it unasked."""
    mark, order = journey.replacement, view.orders[journey.order]
    if mark is None or view.rows.holder(order.id, journey.number) is not None:
        return False
    if mark.successor is None:
        return order.has_number(journey.number)
    return view.rows.holder(mark.successor, journey.number) is None


def give_way(view: StateView, holder: Journey) -> bool:
    """Whether a drive has its number only because its replacement was taken back, while another station gave the number
    out again: then it is replaced after all.
    """
    undone = [m for m in holder.marks if m.is_undone and m.mark is Mark.REPLACED]
    if not undone:
        return False
    marks = tuple(replace(m, is_undone=False) if m is undone[-1] else m for m in holder.marks)
    put_marks(view, holder, marks)
    return view.rows.holder(holder.order, holder.number) is None


def undone_by(subject: str) -> Place:
    """The inverse of `subject_of`."""
    chain, _hash, sequence = subject.rpartition("#")
    return chain, int(sequence)


def _inner(view: StateView, subject: str) -> Place | None:
    """What an undoing is about, where that is no undoing itself: two entries that undo each other are nobody's. Nor is
    one a cancelling: an order is cancelled once more by an entry that says so.
    """
    target = undone_by(subject)
    found = view.rows.undoable(target)
    return None if found is None or found[0] in ("entry-undone", "order-cancelled") else target


def _let_stand(view: StateView, id: str, target: Place) -> None:
    """An order was cancelled by mistake: it stands again, and with it what stations made of it meanwhile."""
    order = view.orders[id]
    cancellings = tuple(replace(c, is_undone=True) if (c.chain, c.sequence) == target else c for c in order.cancellings)
    after = replace(order, cancellings=cancellings)
    view.rows.put_order(after)
    seals.choose_again(view, after)
    for number in after.numbers:
        claiming.take_over(view, after, number)


def _said(mark: Marked, target: Place, is_undone: bool) -> Marked:
    return replace(mark, is_undone=is_undone) if (mark.chain, mark.sequence) == target else mark


def _step_aside(view: StateView, journey: Journey) -> None:
    view.rows.free_number(journey)
    mark = journey.replacement
    if mark is not None and mark.successor is not None:
        order = view.orders[journey.order]
        view.rows.put_order(replace(order, given_away=order.given_away | {journey.number}))
        successor = view.orders.get(mark.successor)
        if successor is not None:
            view.rows.put_order(replace(successor, returned=successor.returned - {journey.number}))


def _take_back(view: StateView, journey: Journey) -> bool:
    """Let a drive have its number again, where it may."""
    if not may_take_back(view, journey):
        return False
    order, number, mark = view.orders[journey.order], journey.number, journey.replacement
    successor = None if mark is None else view.orders.get(mark.successor or "")
    if successor is not None:
        view.rows.put_order(replace(successor, returned=successor.returned | {number}))
        view.rows.put_order(replace(order, given_away=order.given_away - {number}))
    if journey.stage in HOLDING:
        view.rows.take_number(journey)
    return True
