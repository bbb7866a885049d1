"""One drive from image to verdict, in the order of design section 8."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from usbkit.core.content import Made
from usbkit.core.errors import BrokenOffError, Finding, Place, RefusedError, SourceError, UsbkitError
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress
from usbkit.disk.image import Extent, ExtentKind, Image
from usbkit.drives import write
from usbkit.drives.capacity import MARK, FakeError, probe_capacity, probe_places
from usbkit.drives.device import Identity
from usbkit.drives.finished_drive import find_structures
from usbkit.drives.jobrecord import JobRecord, digest_job, find_record, has_room
from usbkit.drives.opening import Reach, lacks_resources, open_drive, out_of_resources
from usbkit.drives.readback import (
    FileProof,
    Proof,
    Sha256Proof,
    files_extents,
    find_troubles,
    reach_verdict,
    read_back,
)
from usbkit.drives.record import DriveRecord, Figures, Outcome, Phase
from usbkit.drives.resume_state import claim_finished, read_at
from usbkit.drives.runs import Run
from usbkit.drives.signatures import claimed_ranges
from usbkit.drives.target import DriveIOError, Failure, Target
from usbkit.drives.write import JobLog, Stopped, Watch
from usbkit.trust.verdict import Structure, Verdict

if TYPE_CHECKING:
    from usbkit.drives.tag_table import DriveTags


class Mode(StrEnum):
    """What on the drive may be kept."""

    FRESH = "fresh"  # nothing
    RESUME = "resume"  # what the job record of an unfinished drive says
    REFRESH = "refresh"  # what the seal of a finished drive of ours says


class Wipe(StrEnum):
    """What happens to old contents outside what we write."""

    NONE = "none"
    DISCARD = "discard"
    ZERO = "zero"


@dataclass(frozen=True)
class DriveJob:
    """One drive to write. ``fingerprint`` is the seal's, in hex; ``stem`` the country manifest's.

    ``tags`` are set if several drives are verified together.
    """

    identity: Identity
    image: Image
    stem: str
    fingerprint: str
    mode: Mode = Mode.FRESH
    wipe: Wipe = Wipe.NONE
    tags: DriveTags | None = None

    @property
    def key(self) -> str:
        """The drive's strand in progress reports."""
        return str(self.identity.node)


class Drive(Target, Protocol):
    """What a job needs of an open drive besides reading and writing; see ``OpenDrive``."""

    def discard(self, offset: int, length: int) -> bool: ...

    def leave_caches(self) -> Reach: ...

    def reread_table(self) -> Text | None: ...


Opener = Callable[[Identity, int], AbstractContextManager[Drive]]


def never_stop() -> bool:
    """Return False: the ``should_stop`` of work that nobody stops."""
    return False


def _nothing_to_check() -> None:
    """Nothing makes this work vain."""


def write_drive(
    job: DriveJob, progress: Progress, should_stop: Callable[[], bool] = never_stop, opener: Opener = open_drive
) -> DriveRecord:
    """Write ``job``'s image to its drive and verify it. A drive's failure gives a record, never an exception."""
    if not has_room(job.image):
        raise ValueError("the image leaves no room for a job record in the gap before its partition")
    work = _Work(job, progress, should_stop)
    try:
        with opener(job.identity, job.image.sector_size) as drive:
            verdict = work.carry_out(drive)
        record = work.record(Outcome.WHOLE if _is_whole(verdict) else Outcome.DAMAGED, verdict=verdict)
    except Stopped:
        record = work.record(Outcome.INTERRUPTED)
    except UsbkitError as problem:
        record = work.record(outcome_of(problem), problem)
    except (OSError, MemoryError, RuntimeError) as problem:
        if not lacks_resources(problem):
            raise
        record = work.record(Outcome.CRASHED, out_of_resources(job.identity.node, problem))
    progress.end(job.key, record.outcome, record.summary)
    return record


def _is_whole(verdict: Verdict) -> bool:
    return verdict.exit_code == 0 and verdict.structure is Structure.UNTOUCHED


def outcome_of(problem: UsbkitError) -> Outcome:
    """Return the outcome for the drive on which an error happened."""
    match problem:
        case DriveIOError(failure=Failure.VANISHED):
            return Outcome.VANISHED
        case DriveIOError():
            return Outcome.FAILED
        case FakeError():
            return Outcome.FAKE
        case SourceError():
            return Outcome.SOURCE
        case BrokenOffError():
            return Outcome.CRASHED
        case _:
            return Outcome.REFUSED


class Timer:
    """The current phase of a drive, and the seconds of each phase."""

    def __init__(self, key: str, progress: Progress) -> None:
        self._key = key
        self._progress = progress
        self.phase_now = Phase.OPEN
        self.seconds: dict[Phase, float] = {}

    @contextmanager
    def phase(self, phase: Phase, what: Text, total: int | None) -> Iterator[None]:
        """Run the block as ``phase``, reported as ``what`` with ``total`` bytes."""
        self.phase_now = phase
        self._progress.begin(self._key, phase, _("{drive}: {what}", drive=self._key, what=what), total)
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.monotonic() - began


class _Work:
    """The phases of one drive, and what is known when one of them breaks off."""

    def __init__(self, job: DriveJob, progress: Progress, should_stop: Callable[[], bool]) -> None:
        self._job = job
        self._image = job.image
        self._progress = progress
        check = job.tags.require_sources if job.tags is not None else _nothing_to_check
        self._watch = Watch(lambda amount: progress.advance(job.key, amount), should_stop, check)
        self._digests = {f.path: f.sha256 for f in job.image.files}
        self._timer = Timer(job.key, progress)
        self._figures = Figures()
        self._remarks: list[Text] = []

    def carry_out(self, drive: Drive) -> Verdict:
        log = self._begin(drive)
        self._write_data(drive, log)
        self._write_metadata(drive)
        verdict = self._prove(drive)
        if _is_whole(verdict):
            self._finish(drive, log)
        return verdict

    def record(
        self, outcome: Outcome, problem: UsbkitError | None = None, verdict: Verdict | None = None
    ) -> DriveRecord:
        return DriveRecord(
            identity=self._job.identity,
            outcome=outcome,
            phase=self._timer.phase_now,
            stem=self._job.stem,
            fingerprint=self._job.fingerprint,
            metadata=self._image.metadata_digest(),
            figures=replace(self._figures, seconds=self._timer.seconds),
            verdict=verdict,
            findings=problem.findings if problem else (),
            remarks=tuple(self._remarks),
            true_size=problem.true_size if isinstance(problem, FakeError) else None,
        )

    def _begin(self, drive: Drive) -> JobLog:
        """Bring the drive to where its data can be written: unfinished, and with a job record that says so."""
        kept = self._kept(drive)
        if kept is None:
            self._empty(drive)
        log = JobLog(drive, kept or JobRecord.for_job(self._image, self._job.fingerprint, self._job.stem))
        log.save()
        if kept is not None:
            # After the record: a finished drive stays finished until it is known as unfinished.
            with self._timer.phase(Phase.WIPE, _("removing its partition table"), None):
                self._wrote(write.write_extents(drive, write.table_wipe(self._image, log.record), self._watch))
            self._probe_kept(drive)
        return log

    def _kept(self, drive: Drive) -> JobRecord | None:
        """What the drive holds of this job already, as far as this mode asks; None to begin from nothing."""
        if self._job.mode is Mode.FRESH:
            return None
        if self._job.mode is Mode.RESUME:
            found = find_record(functools.partial(read_at, drive))
            if found is not None and (found.job, found.size) == (digest_job(self._image), self._image.size):
                return found
            if found is not None:
                self._remark(_("this drive was begun for {stem} with other contents: starting again", stem=found.stem))
                return None
        finished = claim_finished(drive, self._image, self._job.fingerprint, self._job.stem)
        if finished is None and self._job.mode is Mode.REFRESH:
            raise _not_ours(drive.node)
        if finished is None:
            self._remark(_("nothing on this drive to continue from: starting from the beginning"))
        return finished

    def _empty(self, drive: Drive) -> None:
        with self._timer.phase(Phase.WIPE, _("emptying"), None):
            if self._job.wipe is Wipe.DISCARD and not drive.discard(0, drive.size):
                self._remark(
                    _("this drive does not support discard; its old contents remain where usbkit does not write")
                )
            look = functools.partial(read_at, drive)
            old = write.uncovered(find_structures(look, drive.size), self._image)
            ends = write.partition_ends(claimed_ranges(look, drive.size), self._image)
            for extents in (write.begun_wipe(drive.size), old):
                self._wrote(write.write_extents(drive, extents, self._watch))
        with self._timer.phase(Phase.PROBE, _("probing its capacity"), None):
            marks = probe_capacity(drive, self._watch)
            for extents in ([*write.uncovered(marks, self._image), *write.end_wipe(drive.size)], ends):
                self._wrote(write.write_extents(drive, extents, self._watch))

    def _probe_kept(self, drive: Drive) -> None:
        """Probe a drive of which something is kept: what a drive says of itself is no proof of what it holds.

        What stood where the marks go is put back. Should we break off between, the read-back finds it.
        """
        with self._timer.phase(Phase.PROBE, _("probing its capacity"), None):
            kept = [Extent(p, Made(read_at(drive, p, MARK)), ExtentKind.DATA, "kept") for p in probe_places(drive.size)]
            probe_capacity(drive, self._watch)
            self._wrote(write.write_extents(drive, kept, self._watch))

    def _write_data(self, drive: Drive, log: JobLog) -> None:
        extents = write.data_extents(self._image, zero_rest=self._job.wipe is Wipe.ZERO)
        with self._timer.phase(Phase.DATA, _("writing"), sum(e.length for e in extents)):
            written = write.write_data(drive, extents, log, self._watch, self._tell_written)
        if self._job.tags is not None:
            self._job.tags.wrote_all()
        self._wrote(written)
        self._figures = replace(self._figures, kept=sum(e.length for e in extents) - written)

    def _write_metadata(self, drive: Drive) -> None:
        extents = write.metadata_extents(self._image)
        with self._timer.phase(Phase.METADATA, _("writing the file system"), sum(e.length for e in extents)):
            self._wrote(write.write_extents(drive, extents, self._watch))

    def _prove(self, drive: Drive) -> Verdict:
        """Read everything back. What was kept from before and is not right is written again, once."""
        image, watch = self._image, self._watch
        proof = self._read_back(drive, self._proven_extents())
        troubles = find_troubles(drive, image, proof, watch)
        if troubles and self._job.mode is not Mode.FRESH:
            again = files_extents(image, {t.path for t in troubles})
            with self._timer.phase(Phase.REPAIR, _("rewriting what did not match"), sum(e.length for e in again)):
                self._wrote(write.write_extents(drive, again, watch))
            proof = proof.replaced(self._read_back(drive, again))
            troubles = find_troubles(drive, image, proof, watch)
        return reach_verdict(image, self._job.fingerprint, proof, troubles)

    def _proven_extents(self) -> list[Extent]:
        data = write.data_extents(self._image, zero_rest=self._job.wipe is Wipe.ZERO)
        return sorted([*data, *write.metadata_extents(self._image)], key=lambda e: e.offset)

    def _read_back(self, drive: Drive, extents: list[Extent]) -> Proof:
        with self._timer.phase(Phase.READ_BACK, _("reading back"), sum(e.length for e in extents)):
            self._say_reach(drive.leave_caches())
            proof = read_back(drive, extents, self._watch, self._begin_proof)
            self._read(proof.read)
            return proof

    def _tell_written(self, run: Run) -> None:
        if self._job.tags is not None:
            self._job.tags.wrote(run, self._digests)

    def _begin_proof(self, path: str) -> FileProof:
        """What proves the file at ``path``: the batch's tags where they are there, else SHA-256."""
        tags = self._job.tags
        return (tags.begin(self._digests[path]) if tags is not None else None) or Sha256Proof()

    def _finish(self, drive: Drive, log: JobLog) -> None:
        """The record goes, then the partition table comes: only now is this a drive that a computer takes for one."""
        table = write.table_extents(self._image)
        # A moment's work, and nothing between would be a good place to stop.
        watch = Watch(self._watch.advance, never_stop)
        with self._timer.phase(Phase.FINISH, _("finishing"), None):
            for extents in (write.closing_extents(log.record), write.record_wipe(log.record), table):
                self._wrote(write.write_extents(drive, extents, watch))
            drive.leave_caches()
            proof = read_back(drive, [*table, *write.gap_extents(self._image)], watch)
            self._read(proof.read)
            if not proof.is_clean:
                raise _unkept(drive.node, proof)
            if (remark := drive.reread_table()) is not None:
                self._remark(remark)
        self._timer.phase_now = Phase.DONE

    def _wrote(self, amount: int) -> None:
        self._figures = replace(self._figures, written=self._figures.written + amount)

    def _read(self, amount: int) -> None:
        self._figures = replace(self._figures, read=self._figures.read + amount)

    def _remark(self, what: Text) -> None:
        self._remarks.append(what)
        self._progress.remark(_("{drive}: {what}", drive=self._job.key, what=what), self._job.key)

    def _say_reach(self, reach: Reach) -> None:
        if reach is Reach.MEMORY:
            self._remark(_("this file is in memory: reading it back proves nothing about a disk"))
        elif reach is Reach.CACHE:
            self._remark(_("this file system cannot be read past its cache: the read-back may have come from memory"))


def _unkept(node: Path, proof: Proof) -> DriveIOError:
    what = _("the drive did not store its partition table: {places}", places="; ".join(proof.structure))
    todo = _("Unplug this drive and do not use it; write another.")
    return DriveIOError(Failure.WRITE_ERROR, node, None, what, todo)


def _not_ours(node: Path) -> RefusedError:
    what = _("there is nothing to refresh: this is not a finished drive of ours")
    return RefusedError(Finding("not-ours", what, Place(str(node)), _("Write it without --refresh.")))
