"""Numbered drives that are wiped or overwritten by hand: they lose their numbers."""

from __future__ import annotations

from collections.abc import Iterable

from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked, DriveVoided
from usbkit.ledger.journey import NEXT, Stage
from usbkit.ledger.records import Journey


def give_up(ledger: Ledger, journeys: Iterable[Journey], reason: str) -> list[Journey]:
    """Record that these drives are gone, before they are; return those that counted until now.

    A drive of another station is marked as replaced: only its own station can void it.
    """
    gone = list[Journey]()
    with ledger.write() as writing:
        for before in journeys:
            journey = writing.state.journey(before.drive)
            if journey.is_replaced or Stage.VOID not in NEXT[journey.stage]:
                continue
            if journey.origin == ledger.origin:
                writing.append(DriveVoided(drive=journey.drive, reason=reason))
            elif journey.stage is Stage.WHOLE:
                drive, origin = journey.reference, journey.origin
                writing.append(DriveMarked(drive=drive, drive_origin=origin, mark=Mark.REPLACED, note=reason))
            gone.append(journey)
    return gone
