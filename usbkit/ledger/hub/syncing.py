"""One sync with the hub: push our entries, pull others' entries, each verified before it is folded.

The hub is never called inside a transaction of our own ledger, and each step may be repeated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from usbkit.core.errors import Finding, Place, RefusedError
from usbkit.core.messages import _
from usbkit.ledger.chain import Entry, Head, start_of
from usbkit.ledger.events import (
    LetterWordMade,
    OrderSplit,
    PassportMinted,
)
from usbkit.ledger.hub.line import Hub, HubLook, fork_refused
from usbkit.ledger.hub.pulling import documents_in, event_of, pull_others
from usbkit.ledger.hub.recalled import give_back
from usbkit.ledger.hub.standing import HubStanding, note_reached, read_standing
from usbkit.ledger.store import Ledger

#: Entries that go there at once.
_AT_ONCE = 200


@dataclass(frozen=True)
class Synced:
    """The result of a sync: entries pushed and taken; ``refused`` says which chains are not followed, and why."""

    look: HubLook
    pushed: int
    taken: int
    refused: Mapping[str, str]


def sync(ledger: Ledger, hub: Hub, wants: Collection[tuple[str, str]] = ()) -> Synced:
    """Sync once; ``wants`` as in ``Hub.poll``.

    Raises HubUnreachedError; RefusedError if the hub knows another ledger of this computer.
    """
    look = hub.poll(wants)
    _require_ours(ledger, hub, look)
    standing = _standing_with(ledger, look)
    look = _tell_what_is_missing(hub, look, standing)
    _offer_orders(ledger, look)
    pushed = push_own(ledger, hub, look)
    taken, refused = pull_others(ledger, hub, look, standing)
    answers = _give_back(ledger, look.recalled)
    if ledger.own_head().sequence > pushed.head.sequence:
        more = push_own(ledger, hub, look, pushed.head)
        pushed = Pushed(pushed.count + more.count, more.head)
    for order in answers:
        hub.answer(order)
    known = {origin: head.sequence for origin, head in look.heads.items()} | {ledger.origin: pushed.head.sequence}
    note_reached(
        ledger,
        replace(standing, name=look.name, role=look.role.value, known=known, refused=refused, waiting=look.waiting),
    )
    return Synced(look, pushed.count, taken, refused)


# ---- is it the hub that we know, and are we who it knows ----


def _require_ours(ledger: Ledger, hub: Hub, look: HubLook) -> None:
    at = Place(str(hub.place))
    if look.is_forked:
        raise fork_refused(look.name, look.note, hub.place)
    if look.origin is not None and look.origin != ledger.origin:
        what = _("the hub knows {name} by the chain {there}, and this ledger is {here}", name=look.name,
                 there=look.origin, here=ledger.origin)  # fmt: skip
        todo = _("Use that ledger (--ledger), or have this computer added: usbkit hub add-station NAME")
        raise RefusedError(Finding("hub-other-ledger", what, at, todo))
    there, here = look.heads.get(ledger.origin, start_of(ledger.origin)), ledger.own_head()
    if there.sequence > here.sequence:
        what = _("the hub has {there} entries of this ledger, and here are {here}: it was set back, or is in use on "
                 "another computer too", there=there.sequence, here=here.sequence)  # fmt: skip
        todo = _(
            "Put the newer ledger in its place; or begin one (--ledger) under a name of its own, and recall {name}.",
            name=look.name,
        )
        raise RefusedError(Finding("hub-ledger-older", what, at, todo))


def _standing_with(ledger: Ledger, look: HubLook) -> HubStanding:
    standing = read_standing(ledger)
    if standing is None or standing.hub != look.hub:
        return HubStanding(hub=look.hub, name=look.name)
    return standing


def _tell_what_is_missing(hub: Hub, look: HubLook, standing: HubStanding) -> HubLook:
    """Where the hub has less than we saw there, it was set back, and must know."""
    gone = [
        origin
        for origin, sequence in sorted(standing.known.items())
        if look.heads.get(origin, start_of(origin)).sequence < sequence and not _is_forked(look, origin)
    ]
    if not gone or not look.has_reported:
        return look  # it knows: we are asked to report
    hub.tell_set_back(", ".join(gone[:5]))
    return hub.poll()


def _is_forked(look: HubLook, origin: str) -> bool:
    return any(one.origin == origin and one.is_forked for one in look.stations)


# ---- ours go there ----


def _offer_orders(ledger: Ledger, look: HubLook) -> None:
    """Orders of ours that nobody fills yet are the hub's to give out, whoever fills them."""
    rows = ledger.read().rows
    query = (
        "SELECT id FROM state_order AS o WHERE origin = ? AND NOT is_cancelled AND at_hub = 0 AND wanted > "
        "(SELECT count(*) FROM state_drive AS d WHERE d.order_id = o.id AND d.holds)"
    )
    if not rows.connection.execute(query, (ledger.origin,)).fetchone():
        return
    with ledger.write() as writing:
        for (id,) in writing.state.rows.connection.execute(query, (ledger.origin,)).fetchall():
            order = writing.state.order(id)
            held = writing.state.holders(id)
            if free := tuple(number for number in order.numbers if number not in held):
                writing.append(OrderSplit(order=order.added.order, numbers=free, to="hub", hub=look.hub))


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many entries were pushed, and our chain's head at the hub."""

    count: int
    head: Head


def push_own(ledger: Ledger, hub: Hub, look: HubLook, end: Head | None = None) -> Pushed:
    """Push our chain to the hub, from ``end`` on, and report if asked."""
    there, count = end or look.heads.get(ledger.origin, start_of(ledger.origin)), 0
    there = _before_fork(ledger, there)
    while entries := ledger.own_entries(there.sequence, _AT_ONCE):
        found = _push(ledger, hub, entries)
        if isinstance(found, str):
            raise fork_refused(look.name, found, hub.place)
        there, count = found, count + len(entries)
    if not look.has_reported and there.sequence:
        hub.report(look.epoch, there)
    return Pushed(count, there)


def _before_fork(ledger: Ledger, there: Head) -> Head:
    """Where the last entry there is not ours, it is pushed once more, so that the hub sees the fork."""
    ours = ledger.own_entries(there.sequence - 1, 1) if there.sequence else []
    if ours and ours[0].hash != there.hash:
        return Head(there.origin, there.sequence - 1, ours[0].previous)
    return there


def _push(ledger: Ledger, hub: Hub, entries: Sequence[Entry]) -> Head | str:
    told = [event_of(entry) for entry in entries]
    sheets = documents_in(told)
    for name in hub.lacking(sheets) if sheets else ():
        kept = next(((kind, body) for found, kind, body in ledger.documents() if found == name), None)
        if kept is not None:
            hub.put_document(*kept)
    drives = [event.drive for event in told if isinstance(event, PassportMinted)]
    found = hub.push(ledger.origin, entries, ledger.nonces_of_ours(drives))
    if any(isinstance(event, LetterWordMade) for event in told):
        hub.push_words(ledger.words_of_ours())
    return found


# ---- what the hub asks back ----


def _give_back(ledger: Ledger, recalled: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give back what we have of orders that are recalled from us: those orders, whatever we had."""
    answers = list[tuple[str, str]]()
    for origin, name in recalled:
        order = ledger.read().order_of(origin, name)
        if order is not None:
            give_back(ledger, order.id)
        answers.append((origin, name))
    return answers
