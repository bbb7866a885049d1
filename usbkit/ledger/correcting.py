"""Take back mistaken entries, each by a further entry; and leave drives of an older seal as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from usbkit.core.errors import AnswerNoError, Finding, InputError, RefusedError
from usbkit.core.messages import _
from usbkit.ledger.appending import Writing
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import MOST_NUMBERS, EntryUndone, OrderAdded, OutdatedLeft
from usbkit.ledger.records import Journey, Place
from usbkit.ledger.seals import is_outdated_drive, outdated_drives, seal_for
from usbkit.ledger.selecting import Choice, find_drives
from usbkit.ledger.store import Ledger
from usbkit.ledger.uncancelling import let_stand_again, require_may_stand
from usbkit.ledger.undoing import is_undone, may_take_back, undone_by

_ENTRY = re.compile(r"(?:(?P<chain>[a-z0-9-]+):)?(?P<sequence>[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Undone:
    """The entry at ``place`` was taken back; ``kind`` is its kind, ``drives`` and ``orders`` are its subjects."""

    place: Place
    kind: str
    drives: tuple[Journey, ...] = ()
    orders: tuple[str, ...] = ()


def undo_entry(ledger: Ledger, named: str, reason: str) -> Undone:
    """Record that an entry was a mistake: ``17`` of our own chain, or ``CHAIN:17``.

    Raises InputError if there is no such entry, RefusedError if it cannot be taken back or already was.
    """
    found = _ENTRY.fullmatch(named)
    if found is None:
        what = _("found {text}, expected an entry such as 17, or CHAIN:17", text=named)
        raise InputError(Finding("entry-form", what, None, _("`usbkit ledger show DRIVE` names them.")))
    place = found["chain"] or ledger.origin, int(found["sequence"])
    with ledger.write() as writing:
        kind, subject = _require_undoable(writing, place)
        if kind == "order-cancelled":
            let_stand_again(writing, place, reason)
            return Undone(place, kind, orders=(subject,))
        writing.append(EntryUndone(chain=place[0], sequence=place[1], reason=reason))
        state = writing.state
        if kind == "entry-undone":
            kind, subject = state.rows.undoable(undone_by(subject)) or (kind, "")
        if kind == "order-corrected":
            return Undone(place, kind, orders=(subject,))
        return Undone(place, kind, tuple(state.journeys[d] for d in subject.split(",") if d in state.journeys))


def _require_undoable(writing: Writing, place: Place) -> tuple[str, str]:
    """Kind and subject of an entry that may be taken back."""
    values = {"chain": place[0], "sequence": place[1]}
    entry = writing.find_entry(*place)
    if entry is None:
        what = _("there is no entry {sequence} of {chain}", **values)
        raise InputError(Finding("entry-unknown", what, None, _("`usbkit ledger show DRIVE` names them.")))
    said = EntryBody.from_body(entry.body, _("entry {sequence} of {origin}", sequence=place[1], origin=place[0]))
    found = writing.state.rows.undoable(place)
    if found is None:
        what = _("entry {sequence} of {chain} is no mark and no correction: {kind}", kind=said.event.kind, **values)
        raise RefusedError(Finding("undo-other", what, None, _("What happened to a drive is not taken back.")))
    if isinstance(said.event, OrderAdded):
        what = _("entry {sequence} of {chain} is the order {order}", order=said.event.order, **values)
        todo = _("Cancel it: usbkit order cancel {order}", order=said.event.order)
        raise RefusedError(Finding("undo-order", what, None, todo))
    if is_undone(writing.state, place):
        what = _("entry {sequence} of {chain} is taken back already", **values)
        raise RefusedError(Finding("undo-twice", what, None, _("If it was right, enter it again.")))
    if found[0] == "drive-marked":
        _require_number_free(writing, writing.state.journeys[found[1]], place)
    elif found[0] == "order-cancelled":
        require_may_stand(writing, writing.state.orders[found[1]], place)
    elif found[0] == "entry-undone":
        _require_said(writing, undone_by(found[1]), place)
    return found


def _require_said(writing: Writing, inner: Place, place: Place) -> None:
    """Taking back is taken back where it was about what somebody said: of more than that nobody would know what holds.

    Raises RefusedError.
    """
    kind, subject = writing.state.rows.undoable(inner) or ("", "")
    values = {"sequence": place[1], "chain": place[0]}
    if kind == "order-cancelled":
        what = _("entry {sequence} of {chain} takes back that {order} was cancelled", order=subject, **values)
        raise RefusedError(
            Finding("undo-order", what, None, _("Cancel it: usbkit order cancel {order}", order=subject))
        )
    if kind == "entry-undone":
        first = undone_by(subject)
        what = _(
            "entry {sequence} of {chain} says that {first} is to hold again", first=f"{first[0]}:{first[1]}", **values
        )
        todo = _("Take back that one: usbkit ledger mark undo {first}", first=f"{first[0]}:{first[1]}")
        raise RefusedError(Finding("undo-again", what, None, todo))


def _require_number_free(writing: Writing, journey: Journey, place: Place) -> None:
    """That a drive was replaced is taken back only while no other has its number. Raises RefusedError."""
    mark = journey.replacement
    if mark is None or (mark.chain, mark.sequence) != place or may_take_back(writing.state, journey):
        return
    holder = writing.state.holder(mark.successor or journey.order, journey.number)
    values = {"number": journey.number, "of": journey.of, "order": journey.order}
    if holder is None:
        what = _("number {number} of {of} of {order} is another order's now", **values)
        raise RefusedError(Finding("undo-number-taken", what, None, _("Cancel that order first.")))
    what = _("number {number} of {of} of {order} is drive {drive} now", drive=holder.drive, **values)
    todo = _("Drive {old} stays replaced; its stick may be written again for another number.", old=journey.drive)
    raise RefusedError(Finding("undo-number-taken", what, None, todo))


def leave_outdated(ledger: Ledger, named: Sequence[str], orders: Sequence[str], reason: str) -> list[Journey]:
    """Record that drives of an older seal stay as they are, and why; all of them, or none.

    Raises InputError for unknown names or a missing reason, RefusedError for drives that are not outdated,
    AnswerNoError for orders of which none is.
    """
    if not reason.strip():
        todo = _("Give the reason: --note TEXT. Somebody will ask next year.")
        raise InputError(Finding("left-no-reason", _("the reason is missing"), None, todo))
    with ledger.write() as writing:
        state = writing.state
        journeys = find_drives(state, named)
        wrong = [j for j in journeys if not is_outdated_drive(state, j)]
        if wrong:
            names = ", ".join(j.drive for j in wrong)
            what = _("these drives are not outdated, or are left already: {drives}", drives=names)
            raise RefusedError(
                Finding("left-not-outdated", what, None, _("`usbkit ledger list --outdated` lists them."))
            )
        if orders:
            more = outdated_drives(state, Choice(orders=tuple(orders)))
            journeys = list({j.drive: j for j in (*journeys, *more)}.values())
        if not journeys:
            what, todo = _("no drive of it is outdated"), _("`usbkit ledger list --outdated` lists them.")
            raise AnswerNoError(Finding("left-no-drive", what, None, todo))
        groups: dict[tuple[str, str], list[str]] = {}
        for journey in journeys:
            seal = seal_for(state, state.orders[journey.order])
            if seal is not None:
                groups.setdefault((journey.origin, seal.fingerprint), []).append(journey.reference)
        for (origin, fingerprint), drives in groups.items():
            of = None if origin == ledger.origin else origin
            for at in range(0, len(drives), MOST_NUMBERS):
                some = tuple(drives[at : at + MOST_NUMBERS])
                writing.append(OutdatedLeft(drives=some, seal=fingerprint, reason=reason, drives_origin=of))
        return [state.journey(j.drive) for j in journeys]
