"""The process beside a station that follows the hub: claims numbers in advance, exchanges entries.

The station itself never asks the hub and never waits for it: its numbers are in its own ledger, which both write.
``python -m usbkit.station.hub_following`` gets its settings from standard input.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain

from usbkit.core.errors import UsbkitError
from usbkit.core.messages import Text, _, use_language
from usbkit.ledger import Ledger
from usbkit.ledger.claiming import Share, stations_of
from usbkit.ledger.explaining import explain_reason
from usbkit.ledger.hub.claims import claim_numbers, is_asking
from usbkit.ledger.hub.line import Hub, HubUnreachedError
from usbkit.ledger.hub.recalled import BY_OTHERS, give_back
from usbkit.ledger.hub.standing import HubStanding, note_lost, read_standing
from usbkit.ledger.hub.syncing import Synced, sync
from usbkit.ledger.place import LedgerPlace, find_ledger
from usbkit.ledger.records import Order
from usbkit.ledger.state import LedgerState
from usbkit.station.messages import Shared
from usbkit.workers.companion import Companion, Instructions

#: Seconds between two looks at the hub, and between two starts of the process beside us.
BEAT = 1.0
_RESTART_AFTER = 5.0

_MODULE = "usbkit.station.hub_following"


@dataclass(frozen=True)
class Following:
    """The process's settings. ``ahead`` is how many unused numbers of each order to hold."""

    ledger: str
    hub: str
    operator: str
    orders: tuple[str, ...]
    ahead: int
    language: str = "en"

    @classmethod
    def parse(cls, line: str) -> Following:
        values = json.loads(line)
        return cls(**{**values, "orders": tuple(values["orders"])})


def take_turn(ledger: Ledger, hub: Hub, orders: Sequence[str], ahead: int, need: int | None = None) -> Synced:
    """Sync, and hold ``ahead`` numbers of each order; if sticks wait for them at other stations, only the ``need``
    here.

    Raises like ``sync``.
    """
    wants = _wants(ledger.read(), orders) if need else ()
    synced = sync(ledger, hub, wants)
    has_changed = False
    for id in orders:
        ledger_state = ledger.read()
        if id in ledger_state.orders and not ledger_state.orders[id].is_cancelled:
            order = ledger_state.orders[id]
            is_wanted = need is not None and (order.origin, order.added.order) in synced.look.wanted
            goal = need if is_wanted and need is not None else max(ahead, need or 0)
            has_changed = _hold(ledger, hub, synced, order, goal, gives_back=is_wanted) or has_changed
    return sync(ledger, hub, wants) if has_changed else synced


def _wants(ledger_state: LedgerState, orders: Sequence[str]) -> list[tuple[str, str]]:
    """The orders of which nothing is left here."""
    found = [ledger_state.orders[id] for id in orders if id in ledger_state.orders]
    return [(o.origin, o.added.order) for o in found if o.at_hub and not spare_numbers(ledger_state, o.id)]


def _hold(ledger: Ledger, hub: Hub, synced: Synced, order: Order, goal: int, *, gives_back: bool) -> bool:
    """Claim what is short of ``goal``, or give back what is beyond it; whether that changed anything."""
    short = goal - len(spare_numbers(ledger.read(), order.id))
    may_get = synced.look.free.get((order.origin, order.added.order), 0) > 0
    if (short > 0 and may_get) or is_asking(ledger, order):
        return bool(claim_numbers(ledger, hub, order, max(short, 1)).numbers)
    return gives_back and short < 0 and bool(give_back(ledger, order.id, keep=goal))


def spare_numbers(ledger_state: LedgerState, order: str) -> list[int]:
    """Return the numbers of an order that this station claimed and has not used."""
    at_hub = ledger_state.order(order).at_hub
    return [number for number in ledger_state.free_numbers(order) if number in at_hub]


def follow(following: Following, told: Instructions) -> None:
    """Take turns until told to end; then return unused numbers. Each line received says how many sticks wait."""
    need = following.ahead
    hub = Hub(find_ledger(following.hub, os.environ))
    ledger = Ledger.open(find_ledger(following.ledger, os.environ), following.operator)
    while True:
        try:
            take_turn(ledger, hub, following.orders, following.ahead, need)
        except UsbkitError as problem:
            note_lost(ledger, str(problem.findings[0].what))
        line = told.wait(BEAT)
        if line is None:
            break
        need = int(line) if line.isdecimal() else need
    leave(ledger, hub, following.orders)


def leave(ledger: Ledger, hub: Hub, orders: Sequence[str]) -> None:
    """Return unused numbers; if the hub cannot be reached, it learns of it with our next turn."""
    for id in orders:
        if id in ledger.read().orders:
            give_back(ledger, id)
    try:
        sync(ledger, hub)
    except UsbkitError as problem:
        note_lost(ledger, str(problem.findings[0].what))


class HubWatch:
    """The station's handle on the process beside it, and the news about the hub."""

    def __init__(self, following: Following, ledger: Ledger) -> None:
        self._following, self._ledger = following, ledger
        self._said: object = (None, 0, (), ())
        self._shared: dict[str, tuple[Share, ...]] = {}
        self._given_up = frozenset(self._lost_drives(ledger.read()))
        self._start()

    def _start(self) -> None:
        self._companion = Companion(_MODULE, json.dumps(asdict(self._following)))
        self._waiting = -1
        self._started = time.monotonic()

    def news(self, waiting: int) -> Iterator[Text | Shared]:
        """Yield what changed since the last call; ``waiting`` is how many sticks wait for a number. Restarts a process
        that died.
        """
        if not self._companion.is_running and time.monotonic() - self._started > _RESTART_AFTER:
            self._start()
        if waiting != self._waiting:
            self._waiting = waiting
            self._companion.tell(str(waiting))
        standing = read_standing(self._ledger)
        if standing is None:
            return
        left = self.left() if standing.lost else 0
        now = (standing.lost, left, standing.waiting, tuple(standing.refused.items()))
        if now != self._said:
            yield from describe(standing, left)
        self._said = now
        yield from self._lost()
        yield from self._shares(standing.name)

    def _lost(self) -> Iterator[Text]:
        """Finished drives of ours that count no more since somebody else cancelled their order, or recalled them."""
        lost = self._lost_drives(self._ledger.read())
        new = {drive: why for drive, why in lost.items() if drive not in self._given_up}
        self._given_up = frozenset(lost)
        for order, reason in dict.fromkeys(new.values()):
            values = {"order": order, "reason": explain_reason(reason)}
            drives = ", ".join(drive for drive, why in new.items() if why == (order, reason))
            yield _("{drives} of {order} are finished, and count no more: {reason}", drives=drives, **values)

    def _lost_drives(self, ledger_state: LedgerState) -> dict[str, tuple[str, str]]:
        """Those drives, each with its order and the reason."""
        query = "order_id = ? AND stage = 'void' AND origin = ?"
        found = (ledger_state.journeys.select(query, (id, ledger_state.home)) for id in self._following.orders)
        return {j.drive: (j.order, j.reason) for j in chain(*found) if j.was_whole and j.reason in BY_OTHERS}

    def _shares(self, own: str) -> Iterator[Shared]:
        """Orders whose numbers are others' now than when this was last said."""
        ledger_state = self._ledger.read()
        for id in self._following.orders:
            if id in ledger_state.orders:
                shares = tuple(stations_of(ledger_state, ledger_state.orders[id], own))
                if _numbers_in(shares) != _numbers_in(self._shared.get(id, ())):
                    yield Shared(id, shares)
                self._shared[id] = shares

    def left(self) -> int:
        """Return how many unused numbers are held here."""
        ledger_state = self._ledger.read()
        return sum(len(spare_numbers(ledger_state, id)) for id in self._following.orders if id in ledger_state.orders)

    def end(self) -> None:
        """Make the process return unused numbers and end."""
        self._companion.end()


def _numbers_in(shares: Sequence[Share]) -> list[tuple[str, tuple[int, ...]]]:
    return [(share.origin, share.numbers) for share in shares]


def describe(standing: HubStanding, left: int) -> Iterator[Text]:
    """Yield the standing with the hub, one line each."""
    if standing.lost is not None:
        values = {"since": f"{standing.lost.astimezone():%H:%M}", "count": left, "said": standing.said}
        yield _("hub not reached since {since}; {count} numbers left here ({said})", **values)
        return
    if standing.waiting:
        yield _(
            "the hub was restarted, and gives no numbers until these have reported: {names}",
            names=", ".join(standing.waiting),
        )
    for origin, why in standing.refused.items():
        yield _("{origin} is not followed: {why}", origin=origin, why=why)
    if not standing.waiting and not standing.refused:
        yield _("the hub is reached")


def begin_following(ledger: Ledger, place: LedgerPlace, orders: Sequence[str], ahead: int) -> Synced | None:
    """Take the first turn; None if the hub is not reached: work continues with the numbers held."""
    hub = Hub(place)
    try:
        return take_turn(ledger, hub, orders, ahead)
    except HubUnreachedError as problem:
        note_lost(ledger, str(problem.findings[0].what))
        return None
    finally:
        hub.close()


if __name__ == "__main__":
    lines = Instructions(sys.stdin.fileno())
    what = Following.parse(lines.first())
    use_language(what.language)
    follow(what, lines)
