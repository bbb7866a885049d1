"""Saying what became of drives after they left: what may be said of which, and writing it down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from usbkit.core.errors import Finding, RefusedError
from usbkit.core.messages import Text, _
from usbkit.ledger.delivery_status import Mark, Where
from usbkit.ledger.events import DriveMarked
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.selecting import find_drives
from usbkit.ledger.store import Ledger


@dataclass(frozen=True, slots=True)
class Telling:
    """What is said beside the mark itself; ``day`` is when it happened, None for today."""

    day: dt.date | None = None
    route: str | None = None
    bag: str | None = None
    note: str = ""


def mark_drives(
    ledger: Ledger, mark: Mark, named: Sequence[str], orders: Sequence[str], telling: Telling, *, again: bool = False
) -> list[Journey]:
    """Mark the ``named`` drives and all drives that count of ``orders``; all of them, or none.

    Raises InputError for names that are none, RefusedError for what cannot be so; ``again`` allows what was said once.
    """
    with ledger.write() as writing:
        ledger_state = writing.state
        journeys = find_drives(ledger_state, named)
        for order in orders:
            journeys += [j for j in ledger_state.journeys_of(order) if j.counts and j not in journeys]
        wrong = [f for j in journeys if (f := _why_not(j, mark, telling, again=again)) is not None]
        if telling.day is not None and telling.day > ledger.now().date():
            what = _("{day} is still to come", day=telling.day)
            wrong.append(Finding("mark-future", what, None, _("Say it when it has happened.")))
        if wrong:
            raise RefusedError(*wrong)
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
                )
            )
        return [ledger_state.journey(j.drive) for j in journeys]


def _why_not(journey: Journey, mark: Mark, telling: Telling, *, again: bool) -> Finding | None:
    if journey.stage is not Stage.WHOLE:
        todo = _("Only whole drives leave the station.")
        return _finding("mark-not-whole", _("drive {drive} is {stage}", drive=journey.drive, stage=journey.stage), todo)
    if journey.is_replaced:
        what, todo = _("drive {drive} was replaced", drive=journey.drive), _("Name the drive that replaced it.")
        return _finding("mark-replaced", what, todo)
    if telling.day is not None and telling.day < journey.minted_at.date():
        what = _("drive {drive} was not made yet on {day}", drive=journey.drive, day=telling.day)
        return _finding("mark-too-early", what, _("Look at the day once more."))
    if mark is Mark.SENT and journey.where in (Where.SENT, Where.HANDED_OVER, Where.RECEIVED) and not again:
        what = _("drive {drive} was sent already: it is {where}", drive=journey.drive, where=journey.where)
        return _finding("mark-again", what, _("If it came back and went again, say --again."))
    return None


def _finding(id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, None, todo)
