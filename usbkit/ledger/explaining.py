"""The history of a drive, or of a number of an order, sentence by sentence, from its entries. Values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from usbkit.core.messages import Text, _
from usbkit.ledger.delivery_status import Arrival, Entered, Left, Mark, Marked
from usbkit.ledger.journey import Stage
from usbkit.ledger.names import name_of
from usbkit.ledger.records import Cancelling, Journey, Order
from usbkit.ledger.state_view import StateView
from usbkit.ledger.succession import numbers_given_up, successor_of
from usbkit.trust.receipt_code import Found

#: Why drives were given up, as usbkit writes it into entries: always in English.
_REASONS = {
    text.id: text
    for text in (
        _("its order was cancelled"),
        _("its order was renewed"),
        _("its number was recalled"),
        _("its stick did not come back"),
        _("its stick was written again"),
        _("its stick was found unfinished"),
        _("no longer whole"),
        _("could not be laid out"),
        _("could not be opened"),
        _("never begun"),
        _("wiped"),
        _("tested"),
        _("written over"),
    )
}


@dataclass(frozen=True, slots=True)
class Step:
    """One recorded event: when, by whom, and what. ``entry`` names the entry that can be taken back, if any
    (``usbkit.ledger.correcting.undo_entry``); ``is_undone``: it was taken back.
    """

    at: dt.datetime
    by: str
    what: Text
    entry: str | None = None
    is_undone: bool = False
    drive: str | None = None


def tell_drive(journey: Journey) -> list[Step]:
    """Return the history of one drive, in the order of recording."""
    steps = [Step(journey.minted_at, journey.by, _minted(journey), drive=journey.drive)]
    if (made := _made(journey)) is not None:
        steps.append(Step(journey.changed_at, journey.by, made, drive=journey.drive))
    later = [*map(_of_mark, journey.marks), *map(_of_receipt, journey.receipts), *map(_of_left, journey.left)]
    later += map(_of_arrival, journey.arrivals)
    if journey.read_at is not None:
        later.append(Step(journey.read_at, journey.by, _("its station read all of it again: WHOLE")))
    steps += sorted(later, key=lambda step: step.at)
    for told in journey.told:
        if told.mark is not None:
            step = _of_mark(told.mark)
            steps.append(Step(step.at, step.by, _("{origin} says: {what}", origin=told.origin, what=step.what)))
        elif told.receipt is not None:
            step = _of_receipt(told.receipt)
            steps.append(Step(step.at, step.by, _("{origin} says: {what}", origin=told.origin, what=step.what)))
        elif told.arrival is not None:
            step = _of_arrival(told.arrival)
            steps.append(Step(step.at, step.by, _("{origin} says: {what}", origin=told.origin, what=step.what)))
    return steps


def _of_arrival(arrival: Arrival) -> Step:
    whom = arrival.sender or arrival.by
    if arrival.plays is None:
        what = _("told arrived on {day} by {whom}; not checked", day=arrival.day, whom=whom)
    elif arrival.plays:
        what = _("told arrived on {day} by {whom}, and that it plays; not checked", day=arrival.day, whom=whom)
    else:
        what = _("told arrived on {day} by {whom}, and that it DOES NOT PLAY", day=arrival.day, whom=whom)
    return Step(arrival.at, arrival.by, what, f"{arrival.chain}:{arrival.sequence}", arrival.is_undone)


def tell_number(view: StateView, order: Order, number: int) -> list[Step]:
    """Return the history of a number: who ordered it, every drive that had it, and the orders that took it over."""
    values = {"order": order.id, "edition": order.added.edition, "number": number, "of": order.added.of}
    steps = [Step(order.at, order.by, _("{order} asks for number {number} of {of}, edition {edition}", **values))]
    successors = dict[str, Order]()
    for journey in view.journeys.select("order_id = ? AND number = ?", (order.id, number)):
        steps += tell_drive(journey)
        later = (view.orders.get(mark.successor or "") for mark in journey.standing)
        successors |= {one.id: one for one in later if one is not None and one.id != order.id}
    steps += [_of_cancelling(order, said) for said in order.cancellings]
    if not order.is_cancelled and number in numbers_given_up(view, order):
        steps.append(Step(order.at, order.by, _("number {number} was given up", **values)))
    elif not order.is_cancelled and number in order.given_away and not successors:
        steps.append(Step(order.at, order.by, _("number {number} was given to another station", **values)))
    for successor in successors.values():
        steps += tell_number(view, successor, number)
    return steps


def _of_cancelling(order: Order, said: Cancelling) -> Step:
    if said.reason:
        what = _("{order} is cancelled: {reason}", order=order.id, reason=said.reason)
    else:
        what = _("{order} is cancelled", order=order.id)
    return Step(said.at, said.by, what, said.entry, said.is_undone)


def _minted(journey: Journey) -> Text:
    values = {"drive": journey.drive, "number": journey.number, "of": journey.of, "order": journey.order}
    if journey.instead_of:
        return _(
            "drive {drive} gets number {number} of {of} of {order}, in place of {before}",
            before=journey.instead_of,
            **values,
        )
    return _("drive {drive} gets number {number} of {of} of {order}", **values)


def explain_reason(reason: str) -> Text | str:
    """Return a reason for display: those that usbkit wrote itself are translated."""
    return _REASONS.get(reason, reason or "-")


def why_not_counted(view: StateView, journey: Journey) -> Text:
    """Return why a drive does not count, as a sentence, and which drive stands in its place."""
    stands = _stand_in(view, journey)
    if stands is not None:
        values = {"why": _why_void(journey), "drive": name_of(view, stands)}
        return _("it does not count: {why}; drive {drive} stands in its place", **values)
    return _("it does not count: {why}", why=_why_void(journey))


def _why_void(journey: Journey) -> Text | str:
    if journey.is_replaced:
        return _("it was replaced")
    if journey.dispute is not None:
        return _("another station says that it made it")
    if journey.is_beside:
        return _("its number was recalled")
    if journey.stage is Stage.VOID and journey.reason:
        return explain_reason(journey.reason)
    return _("it was not finished")


def _stand_in(view: StateView, journey: Journey) -> Journey | None:
    """The drive that counts in its place: of those that were replaced one after another, the last."""
    seen, at = {journey.drive}, journey
    while True:
        later = successor_of(view, at) if at.is_replaced else view.holder(at.order, at.number)
        if later is None or later.drive in seen:
            return None
        if later.counts:
            return later
        seen.add(later.drive)
        at = later


def _made(journey: Journey) -> Text | None:
    """What became of it at its station."""
    stick = journey.stick
    serial = (stick and stick.serial) or "-"
    match journey.stage:
        case Stage.WHOLE:
            return _("written and read back: WHOLE; stick {serial}", serial=serial)
        case Stage.VOID if journey.was_whole:
            values = {"reason": explain_reason(journey.reason), "serial": serial}
            return _("was written and read back WHOLE, stick {serial}, and no longer counts: {reason}", **values)
        case Stage.VOID:
            return _("no longer counts: {reason}", reason=explain_reason(journey.reason))
        case Stage.FAILED:
            outcome = journey.ended.outcome.word if journey.ended else "-"
            return _("the stick failed: {outcome}; stick {serial}", outcome=outcome, serial=serial)
        case Stage.INTERRUPTED:
            return _("writing it was interrupted; stick {serial}", serial=serial)
        case Stage.BEGUN:
            return _("it is being written; stick {serial}", serial=serial)
    return None


def _of_mark(marked: Marked) -> Step:
    entry = f"{marked.chain}:{marked.sequence}" if marked.sequence >= 0 else None
    said = _said_of(marked)
    if marked.note:
        said = _("{what} ({note})", what=said, note=marked.note)
    return Step(marked.at, marked.by, said, entry, marked.is_undone)


def _said_of(marked: Marked) -> Text:
    day = marked.day.isoformat()
    match marked.mark:
        case Mark.SENT if marked.bag:
            return _("sent on {day}, bag {bag}", day=day, bag=marked.bag)
        case Mark.SENT:
            return _("sent on {day}", day=day)
        case Mark.HANDED_OVER:
            return _("handed over on {day}", day=day)
        case Mark.LOST:
            return _("lost on {day}", day=day)
        case Mark.FOUND:
            return _("found again on {day}", day=day)
        case Mark.RETURNED:
            return _("came back on {day}", day=day)
        case Mark.REPLACED if marked.successor:
            return _("replaced on {day}: {order} stands for its number", day=day, order=marked.successor)
        case Mark.REPLACED if marked.by_drive:
            return _("replaced on {day} by drive {drive}; its number is free", day=day, drive=marked.by_drive)
        case _:
            return _("replaced on {day}; its number is free", day=day)


def _of_receipt(receipt: Entered) -> Step:
    values = {"code": receipt.code, "answer": receipt.answer, "sender": receipt.sender or "-"}
    if not receipt.is_authentic:
        return Step(receipt.at, receipt.by, _("a code came that it did not make: {code} ({answer})", **values))
    found = _FOUND[receipt.found]
    return Step(receipt.at, receipt.by, _("its receipt came from {sender}: {found}", found=found, **values))


_FOUND: dict[Found, Text] = {
    Found.WHOLE: _("checked there, whole"),
    Found.ADDED_TO: _("checked there, something was added to it"),
    Found.INCOMPLETE: _("checked there, incomplete"),
    Found.DAMAGED: _("checked there, damaged"),
    Found.REFUSED: _("checked there, its origin was refused"),
}


def _of_left(left: Left) -> Step:
    entry = f"{left.chain}:{left.sequence}" if left.sequence >= 0 else None
    return Step(left.at, left.by, _("left as it is: {reason}", reason=left.reason), entry, left.is_undone)


def steps_in_order(steps: list[Step]) -> Iterator[Step]:
    """Yield steps by time; steps of the same time keep their order."""
    yield from sorted(steps, key=lambda step: step.at)
