"""How claims change the state: numbers that a hub gives out, who holds which, and who has lost some for good.

The hub gives a number to at most one holder (``usbkit.ledger.hub``). Contradicting entries of other chains are no
error, since no chain may block the others: a drive under a number that is not its station's is kept *beside*, and never
counts.

Chains arrive in any order. A number that one station returned and another claimed may be claimed here before it is
returned: the first claimant has it, and the next one after it is returned.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from usbkit.core.messages import Text, _
from usbkit.ledger import events
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.journey import HOLDING, Stage
from usbkit.ledger.records import Claim, Journey, Order, Recalled
from usbkit.ledger.state_view import StateView, impossible

if TYPE_CHECKING:
    from usbkit.ledger.state import LedgerState

Claiming = events.NumbersClaimed | events.NumbersReturned | events.NumbersRecalled


def apply(state: LedgerState, event: Claiming, note: EntryBody, origin: str) -> None:
    """Apply a chain's entry about claims. Raises BrokenOffError for an order that is not here."""
    order = state.order_of(event.order_origin, event.order)
    if order is None:
        raise impossible(_("there is no order {order}", order=event.order))
    match event:
        case events.NumbersClaimed(claim=claim, numbers=numbers):
            for number in numbers:
                if number in order.at_hub and order.has_number(number):
                    state.rows.put_claim(order.id, Claim(number, origin, claim, note.at.isoformat()))
        case events.NumbersReturned(numbers=numbers):
            for number in numbers:
                holder = state.holder(order.id, number)
                if holder is None or holder.origin != origin:
                    state.rows.drop_claim(order.id, number, origin)
                    take_over(state, order, number)
        case events.NumbersRecalled():
            if origin == order.origin or state.believes(origin, order.origin):
                _recall(state, event, order, origin)


def take_over(state: StateView, order: Order, number: int) -> None:
    """Where another claimed the number meanwhile, it is its now, and so are the drives that it made under it."""
    claim = state.rows.claims(order.id).get(number)
    if claim is None:
        return
    for journey in state.journeys_of(order.id):
        if (journey.number, journey.origin, journey.is_beside) != (number, claim.origin, True):
            continue
        if why_not_mint(state, order, journey, claim.origin) is None:
            state.rows.put_journey(journey.with_(is_beside=False))
            if journey.stage in HOLDING:
                state.rows.take_number(journey)


def offer(state: LedgerState, order: Order, numbers: Collection[int]) -> None:
    """Let the hub give out these numbers from now on. Raises BrokenOffError for one that a drive has."""
    for number in numbers:
        if number not in order.numbers or state.rows.holder(order.id, number) is not None:
            raise impossible(_("number {number} of order {order} is taken", number=number, order=order.id))
    state.rows.put_order(replace(order, at_hub=order.at_hub | frozenset(numbers)))


def why_not_mint(
    state: StateView, order: Order, drive: events.PassportMinted | Journey, origin: str, *, is_claimed: bool = True
) -> Text | None:
    """Return why a drive of the chain ``origin`` cannot get a number; None if it can.

    ``is_claimed``: its chain recorded a claim, whoever gives the number out.
    """
    number = drive.number
    if order.is_cancelled:
        return _("order {order} is cancelled", order=order.id)
    if not order.has_number(number) or drive.of != order.added.of:
        return _("order {order} has no number {number} of {of}", order=order.id, number=number, of=drive.of)
    if state.rows.holder(order.id, number) is not None:
        return _("number {number} of order {order} is taken", number=number, order=order.id)
    if number in order.at_hub or is_claimed:
        claim = state.rows.claims(order.id).get(number)
        if claim is None or claim.origin != origin:
            return _("number {number} of order {order} was not claimed", number=number, order=order.id)
    return None


def _recall(state: LedgerState, event: events.NumbersRecalled, order: Order, origin: str) -> None:
    lost = frozenset(event.numbers) & frozenset(order.added.numbers)
    for number in lost:
        state.rows.drop_claim(order.id, number, event.station)
        state.rows.put_recalled(order.id, origin, Recalled(number, event.station, event.successor))
        holder = state.holder(order.id, number)
        if holder is not None and holder.origin == event.station:
            put_beside(state, holder)
    given_away = order.given_away | frozenset(n for n in lost if state.holder(order.id, n) is None)
    state.rows.put_order(replace(order, given_away=given_away))


def put_beside(state: LedgerState, journey: Journey) -> None:
    """Take the drive's number away from it."""
    state.rows.put_journey(journey.with_(is_beside=True))
    if journey.stage in HOLDING:
        state.rows.free_number(journey)


@dataclass(frozen=True, slots=True)
class Share:
    """A station's part of an order at a hub: its numbers, since when, and how many are whole."""

    name: str
    origin: str
    numbers: tuple[int, ...]
    since: str
    whole: int


def in_ranges(numbers: Sequence[int]) -> str:
    """Format ascending numbers in one line: ``1-4, 7, 8``; a hyphen for none."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = (f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
    return ", ".join(parts) or "-"


def stations_of(state: StateView, order: Order, own: str = "") -> list[Share]:
    """Return each station's numbers of an order, by name; ``own`` is this computer's name at the hub."""
    claims = state.rows.claims(order.id)
    if not claims:
        return []
    whole = {n: j.origin for n, j in state.holders(order.id).items() if j.stage is Stage.WHOLE}
    shares: dict[str, list[Claim]] = {}
    for claim in claims.values():
        shares.setdefault(claim.origin, []).append(claim)
    found = [
        Share(
            name=(own if origin == state.home else state.rows.chain_name(origin)) or origin,
            origin=origin,
            numbers=tuple(claim.number for claim in claims),
            since=min(claim.since for claim in claims),
            whole=sum(whole.get(claim.number) == origin for claim in claims),
        )
        for origin, claims in shares.items()
    ]
    return sorted(found, key=lambda share: share.name)
