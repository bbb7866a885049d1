"""Limits on how much one chain may say of one drive or order. All of it is in one row, so that each further entry costs
as much as all before it together: without a limit a chain could slow down everybody who takes it in.
"""

from __future__ import annotations

from usbkit.core.messages import _
from usbkit.ledger.records import Journey
from usbkit.ledger.state_view import impossible

#: Entries of one chain about one drive, or about one order. More is no record of it.
MOST_SAID = 200


def require_few(said: int, name: str) -> None:
    """Raise BrokenOffError if a chain has ``said`` as much of ``name`` as is allowed."""
    if said >= MOST_SAID:
        raise impossible(_("one chain has more than {most} entries about {name}", most=MOST_SAID, name=name))


def said_by(origin: str, journey: Journey) -> int:
    """Return how much a chain has said of a drive; receipts do not count, they are the drive's."""
    chains = (one.chain for said in (journey.marks, journey.arrivals, journey.left) for one in said)
    return sum(chain == origin for chain in (*chains, *(told.origin for told in journey.told)))
