"""Numbered drives that somebody wipes or writes over by hand: their numbers are no longer counted."""

from __future__ import annotations

from collections.abc import Iterable

from usbkit.ledger import Ledger
from usbkit.ledger.appending import digest_nonce
from usbkit.ledger.events import DriveVoided
from usbkit.ledger.journey import NEXT, Stage
from usbkit.ledger.records import Journey


def void_overwritten(ledger: Ledger, nonces: Iterable[str], reason: str) -> list[Journey]:
    """Record that the drives with these passports' ``nonces`` are gone, before they are; returns those that counted.

    Only of drives that this ledger minted: nobody else's word voids a drive.
    """
    voided = list[Journey]()
    with ledger.write() as writing:
        for nonce in nonces:
            drive = writing.state.by_nonce.get(digest_nonce(nonce))
            journey = None if drive is None else writing.state.journeys[drive]
            if journey is None or journey.origin != ledger.origin or Stage.VOID not in NEXT[journey.stage]:
                continue
            writing.append(DriveVoided(drive=journey.drive, reason=reason))
            voided.append(journey)
    return voided
