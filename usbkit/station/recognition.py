"""What the ledger knows of a stick: finished under our passport, unfinished, somebody else's, or nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from usbkit.drives.inspection import Inspection
from usbkit.ledger.appending import digest_nonce
from usbkit.ledger.events import Stick
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.state import LedgerState
from usbkit.ledger.state_view import hardware_of
from usbkit.trust.passport import Passport
from usbkit.trust.verdict import Structure, Verdict

#: How the ledger keeps that a stick has two faces: among the troubles of what was found.
TWO_FACES = "passport.json: another one when all of it is read"


class Sort(Enum):
    """The kind of a stick, which decides what is done with it."""

    FINISHED = auto()  # carries the passport of a journey that may be whole: read it, do not write it
    COPY = auto()  # carries such a passport, but is other hardware
    TWO_FACED = auto()  # showed such a passport once and another when all of it was read
    UNFINISHED = auto()  # carries the job record of a journey that may be gone on with
    LOST = auto()  # carries the job record of a drive that is counted as whole, and is its very stick
    STRANGER = auto()  # a numbered drive of another ledger's
    FREE = auto()  # nothing that counts


@dataclass(frozen=True, slots=True)
class Recognised:
    """``journey`` is the one of its passport or job record, whatever became of it."""

    sort: Sort
    journey: Journey | None = None

    @property
    def last(self) -> str | None:
        """The passport on the stick."""
        return self.journey.drive if self.journey else None


def recognise(look: Inspection, stick: Stick, ledger_state: LedgerState) -> Recognised:
    """Compare the stick's claims with the ledger. This proves none of them."""
    if look.passport is not None and look.passport.nonce is not None:
        drive = ledger_state.by_nonce.get(digest_nonce(look.passport.nonce))
        if drive is None:
            return Recognised(Sort.STRANGER)
        return _finished(ledger_state.journeys[drive], stick, look)
    if look.job is not None and (drive := ledger_state.by_job.get(look.job)) is not None:
        journey = ledger_state.journeys[drive]
        if journey.stage is Stage.WHOLE and is_same_hardware(journey, stick):
            return Recognised(Sort.LOST, journey)
        return Recognised(Sort.UNFINISHED if journey.stage is Stage.INTERRUPTED else Sort.FREE, journey)
    return Recognised(Sort.FREE)


def _finished(journey: Journey, stick: Stick, look: Inspection) -> Recognised:
    if journey.found is not None and TWO_FACES in journey.found.check.troubles and is_same_hardware(journey, stick):
        return Recognised(Sort.TWO_FACED, journey)
    if journey.stage not in (Stage.WHOLE, Stage.INTERRUPTED) or journey.is_replaced:
        return Recognised(Sort.FREE, journey)
    if not is_same_hardware(journey, stick):
        return Recognised(Sort.COPY, journey)
    return Recognised(Sort.FINISHED, journey)


def is_same_hardware(journey: Journey, stick: Stick) -> bool:
    """Whether a stick identifies itself like the drive's last one."""
    was = journey.stick
    return was is not None and (was.size, was.serial) == (stick.size, stick.serial)


def counted_alike(stick: Stick, ledger_state: LedgerState) -> Journey | None:
    """Return the drive in the ledger whose stick identified itself like this one; None if its serial is not unique.

    Another computer may have wiped that drive, or two sticks have one serial: worth a remark, no more.
    """
    if ledger_state.is_shared(stick):
        return None
    alike = (ledger_state.journeys[drive] for drive in ledger_state.rows.drives_on(hardware_of(stick)))
    return next((journey for journey in alike if journey.counts), None)


def claims_rightly(journey: Journey, says: Passport, fingerprint: str) -> bool:
    """Whether a stick's passport is the one that was minted, in every field that can be compared."""
    return (
        journey.begun is not None
        and says.nonce is not None
        and digest_nonce(says.nonce) == journey.nonce_sha256
        and says.drive is not None
        and (says.drive.number, says.drive.of) == (journey.number, journey.of)
        and says.drive.replaces in (None, journey.instead_of)
        and says.metadata == journey.begun.metadata
        and says.fingerprint == fingerprint
    )


class Reading(StrEnum):
    """The result of reading a finished drive completely, compared with the first look and the ledger."""

    WHOLE = "whole"
    NOT_WHOLE = "not whole"
    TWO_FACES = "two faces"


def judge_reading(verdict: Verdict, first: Passport | None, journey: Journey, seal: str) -> Reading:
    """Judge a complete reading; ``first`` is the passport of the first look, ``seal`` the fingerprint in the drive's
    order.
    """
    if verdict.passport is not None and verdict.passport != first:
        return Reading.TWO_FACES
    is_proven = verdict.exit_code == 0 and verdict.structure is Structure.UNTOUCHED and verdict.fingerprint == seal
    is_rightly = verdict.passport is not None and claims_rightly(journey, verdict.passport, seal)
    return Reading.WHOLE if is_proven and is_rightly else Reading.NOT_WHOLE
