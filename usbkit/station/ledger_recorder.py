"""What the station writes to the ledger, each entry before it is acted upon: passports, beginnings, ends, findings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from usbkit.core.errors import UsbkitError
from usbkit.drives.inspection import Inspection
from usbkit.drives.jobrecord import digest_job
from usbkit.drives.record import DriveRecord, Outcome, Phase
from usbkit.ledger import Ledger, Writing
from usbkit.ledger.entry_body import in_english
from usbkit.ledger.events import BatchConfirmed, Check, DriveBegun, DriveEnded, DriveFound, DriveVoided, Stick
from usbkit.ledger.hub.recalled import void_beside
from usbkit.ledger.journey import Stage
from usbkit.ledger.records import Journey
from usbkit.ledger.state import LedgerState
from usbkit.station.recognition import is_same_hardware
from usbkit.station.work import Work
from usbkit.trust.passport import DriveNumber
from usbkit.trust.verdict import Verdict
from usbkit.writing.job import DriveJob, Mode, Wipe

#: Troubles of one drive that an entry names; the rest only adds up.
_TROUBLES_NAMED = 20


@dataclass(frozen=True)
class Allotted:
    """A drive with its number, and the job to write it."""

    journey: Journey
    job: DriveJob


@dataclass(frozen=True)
class LedgerRecorder:
    """``works`` are the orders of this run, in the order in which they are filled."""

    ledger: Ledger
    works: Sequence[Work]
    wipe: Wipe = Wipe.NONE

    def open_batch(self, ports: Sequence[str], foreign: str) -> None:
        """Record the confirmation, and end what an earlier station had begun and not ended."""
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
        """Return the current state."""
        return self.ledger.read()

    def work_of(self, journey: Journey) -> Work | None:
        """Return the work of a journey, None if it is not part of this run."""
        return next((work for work in self.works if work.id == journey.order), None)

    def progress_of(self, order: str) -> tuple[int, int]:
        """Return how many drives of an order are whole, and how many are wanted."""
        ledger_state = self.state()
        return len(ledger_state.whole_numbers(order)), len(ledger_state.order(order).numbers)

    def is_ours(self, journey: Journey) -> bool:
        """Whether this station minted the passport: only this station records what becomes of the drive."""
        return journey.origin == self.ledger.origin

    def station_of(self, journey: Journey) -> str:
        """Return the name of the station that minted the passport; the chain's id if it has no name."""
        return self.state().rows.chain_name(journey.origin) or journey.origin

    def resumable(self, journey: Journey) -> Work | None:
        """Return the work for which an unfinished drive of ours will be completed; None if it will not."""
        work = self.work_of(journey)
        if work is None or not self.is_ours(journey) or self.state().order(work.id).is_cancelled:
            return None
        return work if journey.stage is Stage.INTERRUPTED else None

    def wanting(self, ledger_state: LedgerState) -> list[Work]:
        """Return the works with a number that is free or only kept for an unfinished stick."""
        return [work for work in self.works if _is_open(ledger_state, work) and _numbers_left(ledger_state, work)]

    def is_renewed(self, journey: Journey, stick: Stick) -> bool:
        """Whether this stick's drive will be written again for an order of this run."""
        mark = journey.replacement
        work = None if mark is None else next((w for w in self.works if w.id == mark.successor), None)
        is_meant = work is not None and work.order.added.renews is not None
        return is_meant and is_same_hardware(journey, stick)

    def may_get(self, ledger_state: LedgerState) -> bool:
        """Whether more numbers may come: the hub gives them out, and the order is not filled."""
        return any(
            ledger_state.order(work.id).at_hub and _is_open(ledger_state, work) and not ledger_state.is_filled(work.id)
            for work in self.works
        )

    def mint(self, work: Work, in_sight: Collection[str], wish: Journey | None = None) -> Journey | None:
        """Mint a passport for the lowest free number of ``work``, or for the number of ``wish``, which it renews.

        If none is free, an unfinished drive that is not ``in_sight`` loses its number; None if there is none.
        """
        with self.ledger.write() as writing:
            if not _is_open(writing.state, work):
                return None
            number = _free_number(writing, work, in_sight)
            if wish is not None and wish.number in writing.state.free_numbers(work.id):
                number = wish.number
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
        is_renewed: bool = False,
    ) -> Allotted:
        """Lay the drive out and record that it is begun or resumed. Raises InputError if it cannot be laid out."""
        facts, number = look.facts, DriveNumber(journey.number, journey.of, journey.instead_of)
        mode = Mode.REFRESH if is_renewed else Mode.FRESH
        if journey.stage is Stage.INTERRUPTED:
            mode = Mode.RESUME
        try:
            nonce = self.ledger.nonce_of(journey.drive)
            image = work.maker.make(facts.identity.size, facts.sector_size, number, nonce)
        except UsbkitError:
            self.void(journey.drive, "could not be laid out")
            raise
        added = work.order.added
        gone = self._written_over(after, stick)
        self.ledger.append(
            *(DriveVoided(drive=drive, reason="its stick was written again") for drive in gone),
            DriveBegun(
                drive=journey.drive,
                stick=stick,
                job=digest_job(image).hex(),
                metadata=image.metadata_digest(),
                mode=mode,
                after=after or (journey.begun.after if journey.begun else None),
                consent=consent,
            ),
        )
        job = DriveJob(facts.identity, image, added.country, added.fingerprint, mode, self.wipe)
        return Allotted(self.state().journey(journey.drive), job)

    def _written_over(self, drive: str | None, stick: Stick) -> list[str]:
        """The replaced drive that this very stick was: once it is written again, nobody finds it whole any more."""
        journey = None if drive is None else self.state().journeys.get(drive)
        if journey is None or journey.origin != self.ledger.origin or journey.stage is not Stage.WHOLE:
            return []
        return [journey.reference] if is_same_hardware(journey, stick) else []

    def end(self, drive: str, record: DriveRecord) -> Journey:
        """Record the outcome for a drive."""
        figures = record.figures
        ended = DriveEnded(
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
        with self.ledger.write() as writing:
            writing.append(ended)
            # Its number may have been recalled, or its order cancelled, while it was written.
            void_beside(writing, writing.state.journey(drive))
        return self.state().journey(drive)

    def take_back(self, journey: Journey) -> None:
        """Take back the passport of a stick that could not be opened, unless it was to be resumed: it is not on the
        stick yet.
        """
        if journey.begun is not None and journey.begun.mode in (Mode.FRESH, Mode.REFRESH):
            self.void(journey.drive, "could not be opened")

    def lose(self, drive: str) -> None:
        """Record that a stick was unplugged while it was written."""
        self.ledger.append(DriveEnded(drive=drive, outcome=Outcome.VANISHED, phase=None, findings=("pulled",)))

    def find(self, journey: Journey, stick: Stick, verdict: Verdict, *, is_whole: bool) -> Journey:
        """Record the result of reading a finished drive, if it is new: that a whole drive is whole is, where trouble
        was heard of it.
        """
        if not (is_whole and journey.stage is Stage.WHOLE) or journey.is_doubted:
            found = DriveFound(drive=journey.drive, stick=stick, is_whole=is_whole, check=check_of(verdict))
            self.ledger.append(found)
        return self.state().journey(journey.drive)

    def void(self, drive: str, reason: str) -> None:
        """Record that a passport no longer counts."""
        self.ledger.append(DriveVoided(drive=drive, reason=reason))


def check_of(verdict: Verdict) -> Check:
    """Return a verdict in the ledger's form."""
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
        j.stage is Stage.INTERRUPTED for j in _own_holders(ledger_state, work)
    )


def _own_holders(ledger_state: LedgerState, work: Work) -> list[Journey]:
    """The drives of our own that hold the work's numbers."""
    held = ledger_state.holders(work.id)
    ours = [held[number] for number in ledger_state.order(work.id).numbers if number in held]
    return [journey for journey in ours if journey.origin == ledger_state.home]


def _free_number(writing: Writing, work: Work, in_sight: Collection[str]) -> int | None:
    if free := writing.state.free_numbers(work.id):
        return free[0]
    for journey in _own_holders(writing.state, work):
        if journey.stage is Stage.INTERRUPTED and journey.drive not in in_sight:
            writing.append(DriveVoided(drive=journey.drive, reason="its stick did not come back"))
            return journey.number
    return None


def is_ours_to_blame(outcome: Outcome) -> bool:
    """Whether the failure was not the stick's."""
    return outcome in (Outcome.SOURCE, Outcome.CRASHED)


def was_not_begun(record: DriveRecord) -> bool:
    """Whether the drive could not be opened: another program has it, or it has just changed."""
    return record.outcome is Outcome.REFUSED and record.phase is Phase.OPEN
