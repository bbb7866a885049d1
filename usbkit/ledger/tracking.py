"""Record what became of drives after they left: which marks are allowed, and writing them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from usbkit.core.errors import AnswerNoError, Finding, InputError, RefusedError
from usbkit.core.messages import Text, _
from usbkit.ledger.delivery_status import Mark, Where, place_after
from usbkit.ledger.events import DriveMarked
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.seals import is_outdated_drive
from usbkit.ledger.selecting import find_drives
from usbkit.ledger.state_view import StateView
from usbkit.ledger.store import Ledger
from usbkit.ledger.succession import successor_of

#: Where a drive is that left and did not come back.
OUT = (Where.SENT, Where.HANDED_OVER, Where.ARRIVED, Where.RECEIVED, Where.LOST)

#: Where a drive is that may be taken into the hand here.
AT_HAND = (Where.HERE, Where.RETURNED)

#: Where a drive is once it was sent, as far as it is not known to be lost.
_GONE = (Where.SENT, Where.HANDED_OVER, Where.ARRIVED, Where.RECEIVED)


@dataclass(frozen=True, slots=True)
class Telling:
    """Details of a mark; ``day`` is when it happened, None for today.

    ``by`` names the drive that replaces the marked one.
    """

    day: dt.date | None = None
    route: str | None = None
    bag: str | None = None
    note: str = ""
    by: str | None = None


def mark_drives(
    ledger: Ledger, mark: Mark, named: Sequence[str], orders: Sequence[str], telling: Telling, *, again: bool = False
) -> list[Journey]:
    """Mark the ``named`` drives and all counting drives of ``orders``; all of them, or none.

    Raises InputError for unknown names, RefusedError for impossible marks, AnswerNoError for an order of which no
    drive counts; ``again`` allows a repeated mark.
    """
    with ledger.write() as writing:
        ledger_state = writing.state
        journeys = find_drives(ledger_state, named)
        require_drives(ledger_state, orders)
        for order in orders:
            journeys += [j for j in ledger_state.journeys_of(order) if j.counts and j not in journeys]
        wrong = [f for j in journeys if (f := _why_not(ledger_state, j, mark, telling, again=again)) is not None]
        if telling.day is not None and telling.day > ledger.now().date():
            what = _("{day} is still to come", day=telling.day)
            wrong.append(Finding("mark-future", what, None, _("Enter it when it has happened.")))
        if wrong:
            raise RefusedError(*wrong)
        by = None if telling.by is None else _stand_in(ledger_state, journeys, telling.by)
        for journey in journeys:
            writing.append(
                DriveMarked(
                    drive=journey.reference,
                    mark=mark,
                    drive_origin=None if journey.origin == ledger.origin else journey.origin,
                    on=telling.day,
                    route=telling.route,
                    bag=telling.bag,
                    note=telling.note,
                    by_drive=by,
                )
            )
        return [ledger_state.journey(j.drive) for j in journeys]


def unfit_to_leave(ledger_state: StateView, journeys: Sequence[Journey]) -> list[Finding]:
    """Return why drives that are here are not to be sent as they are: outdated, or back with trouble."""
    here = [j for j in journeys if j.counts and j.where in AT_HAND]
    doubted = [j for j in here if j.is_doubted]
    outdated = [j for j in here if not j.is_doubted and is_outdated_drive(ledger_state, j)]
    return [
        *(_doubted_finding(ledger_state, one) for one in doubted),
        *(_outdated_finding(ledger_state, order, outdated) for order in dict.fromkeys(j.order for j in outdated)),
    ]


def _doubted_finding(ledger_state: StateView, journey: Journey) -> Finding:
    order = ledger_state.orders[journey.order]
    values = {"drive": journey.drive, "order": order.id, "country": order.added.country}
    what = _("drive {drive} is here, and trouble was heard of it", **values)
    todo = _(
        "Have its station read it: usbkit station --order {order}. Or: usbkit order add {country} --replaces {drive}",
        **values,
    )
    return Finding("drive-doubted", what, None, todo)


def _outdated_finding(ledger_state: StateView, named: str, outdated: Sequence[Journey]) -> Finding:
    found, order = [j for j in outdated if j.order == named], ledger_state.orders[named]
    names = ", ".join(journey.drive for journey in found)
    values = {"order": named, "drives": names, "first": found[0].drive, "country": order.added.country}
    what = _("drives of {order} that are here are OUTDATED: {drives}", **values)
    if order.origin == ledger_state.home:
        todo = _("usbkit order renew {order}; or leave them: usbkit ledger mark left {first} --note WHY", **values)
    else:
        todo = _(
            "usbkit order add {country} --replaces {first}; or: usbkit ledger mark left {first} --note WHY", **values
        )
    return Finding("drive-outdated", what, None, todo)


def require_drives(ledger_state: StateView, orders: Sequence[str]) -> None:
    """Raise AnswerNoError for each of ``orders`` of which no drive counts."""
    empty = [order for order in orders if not any(j.counts for j in ledger_state.journeys_of(order))]
    if empty:
        todo = _("Nothing was marked. `usbkit order show` says how far an order is.")
        what = (_("no drive of {order} is whole, so there is nothing to mark", order=order) for order in empty)
        raise AnswerNoError(*(Finding("mark-no-drive", one, None, todo) for one in what))


def _stand_in(ledger_state: StateView, journeys: Sequence[Journey], named: str) -> str:
    """The drive that stands in the place of the one among ``journeys``: it counts, and goes to the same country."""
    (new,) = find_drives(ledger_state, [named])
    if len(journeys) != 1:
        what = _("{count} drives cannot be replaced by one", count=len(journeys))
        raise InputError(Finding("replaced-by-one", what, None, _("Say it of each drive, with the one in its place.")))
    (old,) = journeys
    if new.drive == old.drive:
        raise InputError(Finding("replaced-by-itself", _("drive {drive} cannot replace itself", drive=new.drive)))
    if not new.counts:
        what = _("drive {drive} does not count: it is {state}", drive=new.drive, state=_state_of(new))
        raise RefusedError(Finding("replaced-by-none", what, None, _("Name a whole drive, or leave it out.")))
    this, that = (ledger_state.orders[j.order].added for j in (old, new))
    if (this.programme, this.country) != (that.programme, that.country):
        what = _("drive {drive} is of {country}", drive=new.drive, country=that.country)
        todo = _("Name a drive of the same country.")
        raise InputError(Finding("replaced-by-other-country", what, None, todo))
    return new.reference


def _state_of(journey: Journey) -> str:
    return journey.where if journey.stage is Stage.WHOLE else journey.stage


def _why_not(ledger_state: StateView, journey: Journey, mark: Mark, telling: Telling, *, again: bool) -> Finding | None:
    if mark in (Mark.FOUND, Mark.RETURNED):
        return _why_not_back(journey, mark)
    if journey.stage is not Stage.WHOLE:
        todo = _("Only whole drives leave the station.")
        return _finding("mark-not-whole", _("drive {drive} is {stage}", drive=journey.drive, stage=journey.stage), todo)
    if journey.is_replaced:
        what = _("drive {drive} was replaced", drive=journey.drive)
        return _finding("mark-replaced", what, _what_of_successor(ledger_state, journey))
    if telling.day is not None and telling.day < journey.minted_at.date():
        what = _("drive {drive} was not made yet on {day}", drive=journey.drive, day=telling.day)
        return _finding("mark-too-early", what, _("Check the day."))
    if mark is Mark.SENT and journey.where in _GONE and journey.sent is not None and not again:
        what = _("drive {drive} was sent already: it is {where}", drive=journey.drive, where=journey.where)
        todo = _("If it came back, say so first: usbkit ledger mark returned {drive}", drive=journey.drive)
        return _finding("mark-again", what, todo)
    return None if again else _why_not_twice(journey, mark)


#: Where a drive is once this was said of it, as far as nothing else was since.
_SAID = {Mark.LOST: Where.LOST, Mark.HANDED_OVER: Where.HANDED_OVER}


def _why_not_twice(journey: Journey, mark: Mark) -> Finding | None:
    """That was said before, and nothing was heard since: it is one mark, and not two."""
    if journey.where is not _SAID.get(mark):
        return None
    said = next(m for m in reversed(journey.standing) if m.mark is mark)
    values = {"drive": journey.drive, "where": journey.where, "day": said.day, "by": said.by}
    what = _("drive {drive} is {where} already, since {day}, as {by} said", **values)
    todo = _("If there is more to say of it, pass --again.")
    return _finding("mark-again", what, todo)


def _why_not_back(journey: Journey, mark: Mark) -> Finding | None:
    """Why a drive cannot have come back, or been found: it did not leave, or nobody missed it."""
    moves = [m for m in journey.standing if m.mark is not Mark.REPLACED]
    where = place_after(moves)
    is_heard_of = bool(journey.arrived) or journey.telling is not None
    if mark is Mark.RETURNED and where in AT_HAND and not is_heard_of:
        what = _("drive {drive} is here: nothing says that it left", drive=journey.drive)
        todo = _("Say first when it was sent: usbkit ledger mark sent {drive} --on DAY", drive=journey.drive)
        return _finding("mark-not-out", what, todo)
    if mark is Mark.FOUND and where is not Where.LOST:
        what = _("drive {drive} is not lost: it is {where}", drive=journey.drive, where=where)
        return _finding("mark-not-lost", what, _("Check its reference."))
    return None


def _what_of_successor(ledger_state: StateView, journey: Journey) -> Text:
    """What to do about a drive that was replaced: which drive stands in its place."""
    stands = successor_of(ledger_state, journey)
    if stands is not None:
        return _("Drive {drive} stands in its place: name that one.", drive=stands.drive)
    mark = journey.replacement
    order = journey.order if mark is None or mark.successor is None else mark.successor
    return _("Its number is still to be made, in {order}: usbkit station", order=order)


def _finding(id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, None, todo)
