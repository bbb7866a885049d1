"""This computer's relation to the hub, stored in its own ledger: which hub, what the hub has, since when it is silent.

It is not an entry: other computers do not rely on it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter, ValidationError

from usbkit.ledger.appending import Writing
from usbkit.ledger.store import Ledger

_FACT = "hub"

#: Seconds after which a success is noted though nothing else changed.
_NOTED_EVERY = 60


@dataclass(frozen=True)
class HubStanding:
    """``known`` is each chain's head as seen at the hub; ``refused`` why a chain is not followed.

    ``role`` is what we are believed as there (a value of ``Role``). ``reached`` is when it last answered; ``lost`` the
    first failure since then, None while it answers.
    """

    hub: str = ""
    name: str = ""
    role: str = ""
    known: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    reached: dt.datetime | None = None
    lost: dt.datetime | None = None
    said: str = ""


_STANDING = TypeAdapter(HubStanding)


def read_standing(ledger: Ledger) -> HubStanding | None:
    """Return our standing with the hub; None if this ledger never had one."""
    kept = ledger.fact(_FACT)
    if kept is None:
        return None
    try:
        return _STANDING.validate_json(kept)
    except ValidationError:
        return None  # an older or newer shape: the next look makes it anew


def note_standing(writing: Writing, standing: HubStanding) -> None:
    writing.note_fact(_FACT, _STANDING.dump_json(standing).decode())


def note_reached(ledger: Ledger, standing: HubStanding) -> None:
    """Record that the hub answered and what we know of it now. Writes only if something is new."""
    before, now = read_standing(ledger), ledger.now()
    is_old = before is None or before.reached is None or abs((now - before.reached).total_seconds()) > _NOTED_EVERY
    if is_old or before != replace(standing, reached=before.reached if before else None):
        with ledger.write() as writing:
            note_standing(writing, replace(standing, reached=now, lost=None, said=""))


def note_lost(ledger: Ledger, said: str) -> None:
    """Record that the hub did not answer, and since when."""
    before = read_standing(ledger) or HubStanding()
    if before.lost is None or before.said != said:
        with ledger.write() as writing:
            note_standing(writing, replace(before, lost=before.lost or ledger.now(), said=said))
