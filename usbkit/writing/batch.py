"""Many drives written side by side, each at its own pace."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress
from usbkit.drives.automount import automount_held_off
from usbkit.drives.opening import open_drive
from usbkit.drives.record import DriveRecord, Outcome, Phase, worst_exit
from usbkit.workers.interrupts import exit_for_signal
from usbkit.workers.side_by_side import STALL_LIMIT, Loss, LossKind, Strand, run_side_by_side
from usbkit.writing.job import DriveJob, Opener, write_drive
from usbkit.writing.tagging import proven_together

if TYPE_CHECKING:
    from usbkit.drives.tag_table import TagTable


@dataclass(frozen=True)
class BatchRecord:
    """The result of a batch. ``signal`` is the number of the signal that interrupted it, None if there was none."""

    drives: tuple[DriveRecord, ...]
    seconds: float
    signal: int | None = None

    @property
    def exit_code(self) -> int:
        return exit_for_signal(self.signal) or worst_exit(self.drives)


def write_drives(
    jobs: Sequence[DriveJob],
    progress: Progress,
    *,
    stall_limit: float = STALL_LIMIT,
    opener: Opener = open_drive,
    tags: TagTable | None = None,
) -> BatchRecord:
    """Write all ``jobs`` at once, each in a separate process; return their results in order.

    ``tags`` are those of the sources, where they have been taken already.
    """
    watched = BatchTotal(progress, sum(2 * job.image.written for job in jobs)) if len(jobs) > 1 else progress
    for job in jobs:  # so that they stand in the order in which they were named
        watched.begin(job.key, Phase.OPEN, _("{drive}: {what}", drive=job.key, what=_("opening")), None)
    with automount_held_off([job.identity for job in jobs]), proven_together(jobs, tags) as jobs_tagged:
        strands = [
            Strand(job.key, functools.partial(_write, job, opener), functools.partial(_record_loss, job))
            for job in jobs_tagged
        ]
        done = run_side_by_side(strands, watched, stall_limit)
    if watched is not progress:
        progress.end(BatchTotal.KEY, "done")
    return BatchRecord(done.answers, done.seconds, done.signal)


class BatchTotal:
    """A ``Progress`` that adds a strand for the whole batch: bytes to write and to read back on all drives."""

    KEY = "batch"
    _COUNTED = (Phase.DATA, Phase.METADATA, Phase.READ_BACK)

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._phases: dict[str, str] = {}
        progress.begin(self.KEY, "batch", _("all drives"), total)

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        self._phases[key] = phase
        self._progress.begin(key, phase, what, total)

    def advance(self, key: str, amount: int) -> None:
        self._progress.advance(key, amount)
        if self._phases.get(key) in self._COUNTED:
            self._progress.advance(self.KEY, amount)

    def end(self, key: str, outcome: str, what: Text | None = None) -> None:
        self._progress.end(key, outcome, what)

    def remark(self, what: Text, key: str | None = None) -> None:
        self._progress.remark(what, key)


def _write(job: DriveJob, opener: Opener, progress: Progress, should_stop: Callable[[], bool]) -> DriveRecord:
    return write_drive(job, progress, should_stop, opener)


def _record_loss(job: DriveJob, loss: Loss) -> DriveRecord:
    """The record of a drive whose worker gave none."""
    phase = Phase(loss.phase) if loss.phase else Phase.OPEN
    outcome, findings = explain_loss(job.key, loss)
    digest = job.image.metadata_digest()
    return DriveRecord(job.identity, outcome, phase, job.stem, job.fingerprint, digest, findings=findings)


def explain_loss(key: str, loss: Loss) -> tuple[Outcome, tuple[Finding, ...]]:
    """Return the outcome and findings for a drive whose worker gave no answer."""
    if loss.kind is LossKind.INTERRUPTED:
        return Outcome.INTERRUPTED, ()
    if loss.kind is LossKind.HUNG:
        what = _("the drive has not responded for {seconds} s and was abandoned", seconds=round(loss.seconds))
        todo = _("Unplug it. If it does the same in another port, do not use it.")
        return Outcome.HUNG, (Finding("drive-hung", what, Place(key), todo),)
    what = _(
        "writing this drive stopped because of an error in usbkit or on this computer: {reason}", reason=loss.reason
    )
    todo = _("Write it again; if it happens again, send us this message.")
    return Outcome.CRASHED, (Finding("worker-crashed", what, Place(key), todo),)
