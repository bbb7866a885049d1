"""Wipe or test a whole drive, independent of any bundle."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from usbkit.core.errors import Finding, Place, UsbkitError
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress
from usbkit.core.units import format_size
from usbkit.drives import write
from usbkit.drives.capacity import MARK
from usbkit.drives.device import DriveFacts, Identity
from usbkit.drives.opening import open_drive
from usbkit.drives.record import Figures, Outcome, Phase, exit_of
from usbkit.drives.resume_state import read_at
from usbkit.drives.signatures import claimed_ranges
from usbkit.drives.surface import Pattern, Surface, fill_zeros, read_surface, write_surface
from usbkit.drives.write import Stopped, Watch
from usbkit.workers.interrupts import exit_for_signal
from usbkit.workers.side_by_side import STALL_LIMIT, Loss, Strand, run_side_by_side
from usbkit.writing.batch import explain_loss
from usbkit.writing.job import Drive, Opener, Timer, outcome_of

#: Places looked at after a discard, to say truly whether the old contents still show.
_SAMPLES = 256


class Treatment(StrEnum):
    """What is done to the whole drive."""

    TEST = "test"
    ZERO = "zero"
    DISCARD = "discard"


@dataclass(frozen=True)
class SurfaceJob:
    """One drive to wipe or test."""

    facts: DriveFacts
    treatment: Treatment

    @property
    def key(self) -> str:
        return str(self.facts.identity.node)


@dataclass(frozen=True)
class SurfaceRecord:
    """The result. ``outcome`` whole: done as asked, and verified by reading."""

    identity: Identity
    treatment: Treatment
    outcome: Outcome
    figures: Figures = field(default_factory=Figures)
    surface: Surface | None = None
    true_size: int | None = None
    findings: tuple[Finding, ...] = ()
    remarks: tuple[Text, ...] = ()

    @property
    def exit_code(self) -> int:
        return exit_of(self.outcome)

    @property
    def state(self) -> Text:
        """The state of the drive now."""
        if self.outcome is Outcome.WHOLE and self.treatment is Treatment.TEST:
            return _("sound: all it says it holds was written and read again; it is empty now")
        if self.outcome is Outcome.WHOLE:
            return _("wiped: it shows as empty")
        if self.true_size is not None:
            return _("a fake: it holds {size}; do not use it", size=format_size(self.true_size))
        if self.outcome is Outcome.DAMAGED:
            return _("bad: it does not store what is written to it; do not use it")
        if self.outcome is Outcome.REFUSED:
            return _("not begun: what was on it is still there")
        return _("not done: parts of what was on it may still be there")


@dataclass(frozen=True)
class SurfaceRun:
    """The record of one wipe or test and the signal that interrupted it, if any."""

    record: SurfaceRecord
    signal: int | None

    @property
    def exit_code(self) -> int:
        return exit_for_signal(self.signal) or self.record.exit_code


def treat_drive(job: SurfaceJob, progress: Progress, *, stall_limit: float = STALL_LIMIT) -> SurfaceRun:
    """Wipe or test a drive in a separate worker."""
    strand = Strand(job.key, functools.partial(_treat, job, open_drive), functools.partial(_record_loss, job))
    done = run_side_by_side([strand], progress, stall_limit)
    return SurfaceRun(done.answers[0], done.signal)


def _record_loss(job: SurfaceJob, loss: Loss) -> SurfaceRecord:
    outcome, findings = explain_loss(job.key, loss)
    return SurfaceRecord(job.facts.identity, job.treatment, outcome, findings=findings)


def _treat(job: SurfaceJob, opener: Opener, progress: Progress, should_stop: Callable[[], bool]) -> SurfaceRecord:
    """One drive, in this process. Its failure is a record."""
    work = _Work(job, progress, should_stop)
    try:
        with opener(job.facts.identity, job.facts.sector_size) as drive:
            work.carry_out(drive)
        record = work.record
    except Stopped:
        record = replace(work.record, outcome=Outcome.INTERRUPTED)
    except UsbkitError as problem:
        record = replace(work.record, outcome=outcome_of(problem), findings=problem.findings)
    progress.end(job.key, record.outcome)
    return record


class _Work:
    def __init__(self, job: SurfaceJob, progress: Progress, should_stop: Callable[[], bool]) -> None:
        self._job = job
        self._watch = Watch(lambda amount: progress.advance(job.key, amount), should_stop)
        self._timer = Timer(job.key, progress)
        self._record = SurfaceRecord(job.facts.identity, job.treatment, Outcome.WHOLE)

    @property
    def record(self) -> SurfaceRecord:
        return replace(self._record, figures=replace(self._record.figures, seconds=self._timer.seconds))

    def carry_out(self, drive: Drive) -> None:
        with self._timer.phase(Phase.WIPE, _("emptying"), None):
            old = write.range_ends(claimed_ranges(functools.partial(read_at, drive), drive.size), drive.size)
            for extents in (write.start_wipe(drive.size), write.end_wipe(drive.size), old):
                self._wrote(write.write_extents(drive, extents, self._watch))
        match self._job.treatment:
            case Treatment.TEST:
                self._write_and_read(drive, Pattern().fill)
                with self._timer.phase(Phase.FINISH, _("emptying"), None):
                    for extents in (write.start_wipe(drive.size), write.end_wipe(drive.size)):
                        self._wrote(write.write_extents(drive, extents, self._watch))
            case Treatment.ZERO:
                self._write_and_read(drive, fill_zeros)
            case Treatment.DISCARD:
                self._discard(drive)
        self._record = replace(self._record, remarks=(*self._record.remarks, *self._truth()))

    def _write_and_read(self, drive: Drive, fill: Callable[..., None]) -> None:
        with self._timer.phase(Phase.DATA, _("writing all of it"), drive.size):
            self._wrote(write_surface(drive, fill, self._watch))
        with self._timer.phase(Phase.READ_BACK, _("reading all of it"), drive.size):
            drive.leave_caches()
            surface = read_surface(drive, fill, self._watch)
        figures = replace(self._record.figures, read=surface.read)
        self._record = replace(self._record, surface=surface, figures=figures)
        if not surface.is_sound:
            self._judge(surface, drive.size)

    def _judge(self, surface: Surface, size: int) -> None:
        true_size = surface.true_size(size)
        ranges = ", ".join(f"{start}–{end - 1}" for start, end in surface.bad[:8])
        what = _(
            "{bad} read back differently than written: bytes {ranges}",
            bad=format_size(surface.bad_bytes),
            ranges=ranges,
        )
        finding = Finding("surface-bad", what, Place(self._job.key), _("Do not use this drive."))
        outcome = Outcome.FAKE if true_size is not None else Outcome.DAMAGED
        self._record = replace(self._record, outcome=outcome, true_size=true_size, findings=(finding,))

    def _discard(self, drive: Drive) -> None:
        with self._timer.phase(Phase.DATA, _("discarding"), None):
            if not drive.discard(0, drive.size):
                what = _("this drive does not support discard")
                finding = Finding("no-discard", what, Place(self._job.key), _("Use --how zero, which takes longer."))
                self._record = replace(self._record, outcome=Outcome.FAILED, findings=(finding,))
                return
            drive.leave_caches()
            places = [drive.size * i // _SAMPLES // MARK * MARK for i in range(_SAMPLES)]
            old = sum(any(read_at(drive, p, MARK)) for p in places)
        if old:
            remark = _("at {old} of {all} places the drive still shows what was there before", old=old, all=_SAMPLES)
            self._record = replace(self._record, remarks=(remark,))

    def _truth(self) -> tuple[Text, ...]:
        if self._job.treatment is Treatment.TEST:
            return ()
        return (_("A flash drive keeps spare cells that no computer can reach: old contents may remain in them."),)

    def _wrote(self, amount: int) -> None:
        figures = self._record.figures
        self._record = replace(self._record, figures=replace(figures, written=figures.written + amount))
