"""What a stick is to the ledger: finished under a passport of ours, unfinished, somebody else's, or nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from usbkit.drives.inspection import Inspection
from usbkit.ledger.appending import digest_nonce
from usbkit.ledger.events import Stick
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.state import LedgerState
from usbkit.trust.passport import Passport

#: How the ledger keeps that a stick has two faces: among the troubles of what was found.
TWO_FACES = "passport.json: another one when all of it is read"


class Sort(Enum):
    """What is done about a stick follows from this."""

    FINISHED = auto()  # carries the passport of a journey that may be whole: read it, do not write it
    COPY = auto()  # carries such a passport, but is other hardware
    TWO_FACED = auto()  # showed such a passport once and another when all of it was read
    UNFINISHED = auto()  # carries the job record of a journey that may be gone on with
    LOST = auto()  # carries the job record of a drive that is counted as whole, and is its very stick
    STRANGER = auto()  # a numbered drive of another ledger's
    FREE = auto()  # nothing that counts


@dataclass(frozen=True, slots=True)
class Recognised:
    """``journey`` is the one whose passport or job record it carries, whatever became of it."""

    sort: Sort
    journey: Journey | None = None

    @property
    def last(self) -> str | None:
        """The passport that stands on the stick."""
        return self.journey.drive if self.journey else None


def recognise(look: Inspection, stick: Stick, ledger_state: LedgerState) -> Recognised:
    """Compare what the stick says of itself with the ledger. Nothing of it is proven by this."""
    if look.passport is not None and look.passport.nonce is not None:
        drive = ledger_state.by_nonce.get(digest_nonce(look.passport.nonce))
        if drive is None:
            return Recognised(Sort.STRANGER)
        return _finished(ledger_state.journeys[drive], stick, look)
    if look.job is not None and (drive := ledger_state.by_job.get(look.job)) is not None:
        journey = ledger_state.journeys[drive]
        if journey.stage is Stage.WHOLE and _is_same_hardware(journey, stick):
            return Recognised(Sort.LOST, journey)
        return Recognised(Sort.UNFINISHED if journey.stage is Stage.INTERRUPTED else Sort.FREE, journey)
    return Recognised(Sort.FREE)


def _finished(journey: Journey, stick: Stick, look: Inspection) -> Recognised:
    if journey.found is not None and TWO_FACES in journey.found.check.troubles and _is_same_hardware(journey, stick):
        return Recognised(Sort.TWO_FACED, journey)
    if journey.stage not in (Stage.WHOLE, Stage.INTERRUPTED) or journey.is_replaced:
        return Recognised(Sort.FREE, journey)
    if not _is_same_hardware(journey, stick):
        return Recognised(Sort.COPY, journey)
    return Recognised(Sort.FINISHED, journey)


def _is_same_hardware(journey: Journey, stick: Stick) -> bool:
    was = journey.stick
    return was is not None and (was.size, was.serial) == (stick.size, stick.serial)


def claims_rightly(journey: Journey, says: Passport, fingerprint: str) -> bool:
    """Whether the passport that a stick shows is the one that was minted, to the last field that can be compared."""
    return (
        journey.begun is not None
        and says.nonce is not None
        and digest_nonce(says.nonce) == journey.nonce_sha256
        and says.drive is not None
        and (says.drive.number, says.drive.of) == (journey.number, journey.of)
        and says.metadata == journey.begun.metadata
        and says.fingerprint == fingerprint
    )
