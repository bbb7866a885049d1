"""What the station writes into the ledger, each before it is acted upon: passports, beginnings, ends, findings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from usbkit.core.errors import UsbkitError
from usbkit.drives.inspection import Inspection
from usbkit.drives.jobrecord import digest_job
from usbkit.drives.record import DriveRecord, Outcome, Phase
from usbkit.ledger import Ledger, Writing
from usbkit.ledger.events import (
    BatchConfirmed,
    Check,
    DriveBegun,
    DriveEnded,
    DriveFound,
    DriveVoided,
    Stick,
    in_english,
)
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.state import LedgerState
from usbkit.station.work import Work
from usbkit.trust.passport import DriveNumber
from usbkit.trust.verdict import Verdict
from usbkit.writing.job import DriveJob, Mode, Wipe

#: Troubles of one drive that an entry names; the rest only adds up.
_TROUBLES_NAMED = 20


@dataclass(frozen=True)
class Allotted:
    """A drive with its number and everything that writing it needs."""

    journey: Journey
    job: DriveJob


@dataclass(frozen=True)
class LedgerRecorder:
    """``works`` are the orders of this run, in the order in which they are filled."""

    ledger: Ledger
    works: Sequence[Work]
    wipe: Wipe = Wipe.NONE

    def open_batch(self, ports: Sequence[str], foreign: str) -> None:
        """Record the confirmation, and end what a station before us had begun and could not end."""
        with self.ledger.write() as writing:
            for journey in writing.state.journeys_in(self.ledger.origin, Stage.BEGUN, Stage.MINTED):
                if journey.stage is Stage.BEGUN:
                    writing.append(
                        DriveEnded(drive=journey.drive, outcome=Outcome.INTERRUPTED, findings=("station-ended",))
                    )
                else:
                    writing.append(DriveVoided(drive=journey.drive, reason="never begun"))
            orders = tuple(work.id for work in self.works)
            writing.append(BatchConfirmed(orders=orders, ports=tuple(ports), foreign=foreign))

    def state(self) -> LedgerState:
        """What holds now."""
        return self.ledger.read()

    def work_of(self, journey: Journey) -> Work | None:
        """The work that a journey belongs to, None when it is not of this run."""
        return next((work for work in self.works if work.id == journey.order), None)

    def wanting(self, ledger_state: LedgerState) -> list[Work]:
        """The works of which a number is free or only kept for an unfinished stick."""
        return [work for work in self.works if _is_open(ledger_state, work) and _numbers_left(ledger_state, work)]

    def mint(self, work: Work, in_sight: Collection[str]) -> Journey | None:
        """A passport for the lowest free number of ``work``.

        Where none is free, an unfinished drive that is not ``in_sight`` loses its number; None where there is none.
        """
        with self.ledger.write() as writing:
            if not _is_open(writing.state, work):
                return None
            number = _free_number(writing, work, in_sight)
            return None if number is None else writing.state.journey(writing.mint(work.id, number))

    def begin(
        self,
        work: Work,
        journey: Journey,
        look: Inspection,
        stick: Stick,
        *,
        after: str | None = None,
        consent: str | None = None,
    ) -> Allotted:
        """Lay the drive out and record that it begins, or goes on. Raises InputError where it cannot be laid out."""
        facts, number = look.facts, DriveNumber(journey.number, journey.of)
        mode = Mode.RESUME if journey.stage is Stage.INTERRUPTED else Mode.FRESH
        try:
            nonce = self.ledger.nonce_of(journey.drive)
            image = work.maker.make(facts.identity.size, facts.sector_size, number, nonce)
        except UsbkitError:
            self.void(journey.drive, "could not be laid out")
            raise
        added = work.order.added
        self.ledger.append(
            DriveBegun(
                drive=journey.drive,
                stick=stick,
                job=digest_job(image).hex(),
                metadata=image.metadata_digest(),
                mode=mode,
                after=after or (journey.begun.after if journey.begun else None),
                consent=consent,
            )
        )
        job = DriveJob(facts.identity, image, added.country, added.fingerprint, mode, self.wipe)
        return Allotted(self.state().journey(journey.drive), job)

    def end(self, drive: str, record: DriveRecord) -> Journey:
        """Record what became of a drive."""
        figures = record.figures
        self.ledger.append(
            DriveEnded(
                drive=drive,
                outcome=record.outcome,
                phase=record.phase,
                written=figures.written,
                read=figures.read,
                kept=figures.kept,
                milliseconds={phase: round(spent * 1000) for phase, spent in figures.seconds.items()},
                check=check_of(record.verdict) if record.verdict else None,
                true_size=record.true_size,
                findings=tuple(f"{f.id}: {in_english(f.what)}" for f in record.findings),
            )
        )
        return self.state().journey(drive)

    def take_back(self, journey: Journey) -> None:
        """A stick that could not be opened holds nothing of this passport yet, unless it was to be gone on with."""
        if journey.begun is not None and journey.begun.mode == Mode.FRESH:
            self.void(journey.drive, "could not be opened")

    def lose(self, drive: str) -> None:
        """Record that a stick was pulled while it was written."""
        self.ledger.append(DriveEnded(drive=drive, outcome=Outcome.VANISHED, phase=None, findings=("pulled",)))

    def find(self, journey: Journey, stick: Stick, verdict: Verdict, *, is_whole: bool) -> Journey:
        """Record what reading a finished drive found, where that is news."""
        if not (is_whole and journey.stage is Stage.WHOLE):
            found = DriveFound(drive=journey.drive, stick=stick, is_whole=is_whole, check=check_of(verdict))
            self.ledger.append(found)
        return self.state().journey(journey.drive)

    def void(self, drive: str, reason: str) -> None:
        """Record that a passport no longer counts."""
        self.ledger.append(DriveVoided(drive=drive, reason=reason))


def check_of(verdict: Verdict) -> Check:
    """A verdict as the ledger keeps it."""
    named = [*verdict.structure_troubles, *(f"{t.path}: {t.trouble}" for t in verdict.troubles)]
    return Check(
        content=verdict.content,
        structure=verdict.structure,
        origin=verdict.origin,
        files=verdict.files,
        bytes=verdict.bytes,
        troubles=tuple(named[:_TROUBLES_NAMED]),
    )


def _is_open(ledger_state: LedgerState, work: Work) -> bool:
    return not ledger_state.order(work.id).is_cancelled


def _numbers_left(ledger_state: LedgerState, work: Work) -> bool:
    return bool(ledger_state.free_numbers(work.id)) or any(
        j.stage is Stage.INTERRUPTED for j in _holders(ledger_state, work)
    )


def _holders(ledger_state: LedgerState, work: Work) -> list[Journey]:
    held = ledger_state.holders(work.id)
    return [held[number] for number in ledger_state.order(work.id).numbers if number in held]


def _free_number(writing: Writing, work: Work, in_sight: Collection[str]) -> int | None:
    if free := writing.state.free_numbers(work.id):
        return free[0]
    for journey in _holders(writing.state, work):
        if journey.stage is Stage.INTERRUPTED and journey.drive not in in_sight:
            writing.append(DriveVoided(drive=journey.drive, reason="its stick did not come back"))
            return journey.number
    return None


def is_ours_to_blame(outcome: Outcome) -> bool:
    """Whether the stick had no part in it."""
    return outcome in (Outcome.SOURCE, Outcome.CRASHED)


def was_not_begun(record: DriveRecord) -> bool:
    """Whether the drive could not even be opened: somebody else has it, or it has just changed."""
    return record.outcome is Outcome.REFUSED and record.phase is Phase.OPEN
