"""Many drives side by side: a worker each, their messages relayed, the hung abandoned, an interruption passed on."""

from __future__ import annotations

import functools
import gc
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait

from usbkit.drives.opening import open_drive
from usbkit.drives.record import DriveRecord, Outcome, Phase, worst_exit
from usbkit.errors import EXIT_SIGINT, EXIT_SIGTERM, Finding, Place
from usbkit.imaging.interrupts import Interrupts
from usbkit.imaging.job import DriveJob, Opener, write_drive
from usbkit.imaging.worker import Answered, Begun, Crashed, Message, Worker, relay
from usbkit.progress import Progress
from usbkit.text import _

#: Seconds without a word from a drive's worker after which the drive is abandoned. A stick that tidies up its flash
#: may take ten, the kernel's own patience with a command is thirty.
STALL_LIMIT = 60.0

#: Seconds that workers have to finish cleanly once they were asked to.
_GRACE = 10.0


@dataclass(frozen=True)
class BatchRecord:
    """What became of a batch. ``signal`` is the number of what interrupted it, None when nothing did."""

    drives: tuple[DriveRecord, ...]
    seconds: float
    signal: int | None = None

    @property
    def exit_code(self) -> int:
        if self.signal is not None:
            return EXIT_SIGTERM if self.signal == signal.SIGTERM else EXIT_SIGINT
        return worst_exit(self.drives)


def write_drives(
    jobs: Sequence[DriveJob], progress: Progress, *, stall_limit: float = STALL_LIMIT, opener: Opener = open_drive
) -> BatchRecord:
    """Write all ``jobs`` at once, each at its own pace, and return what became of each, in their order.

    SIGINT or SIGTERM once asks every drive to stop where it can be gone on from; twice ends them at once.
    """
    began = time.monotonic()
    with Interrupts() as interrupts:
        batch = _Batch(jobs, progress, stall_limit, interrupts, opener)
        records = batch.run()
        return BatchRecord(records, time.monotonic() - began, interrupts.number)


class _Batch:
    def __init__(
        self,
        jobs: Sequence[DriveJob],
        progress: Progress,
        stall_limit: float,
        interrupts: Interrupts,
        opener: Opener,
    ) -> None:
        self._jobs = jobs
        self._progress = progress
        self._stall_limit = stall_limit
        self._interrupts = interrupts
        self._opener = opener
        self._workers: dict[int, Worker[DriveRecord]] = {}
        self._phases = dict.fromkeys(range(len(jobs)), Phase.OPEN)
        self._records: dict[int, DriveRecord] = {}
        self._kill_at: float | None = None

    def run(self) -> tuple[DriveRecord, ...]:
        gc.freeze()  # what is there now is shared with the workers and stays so
        for index, job in enumerate(self._jobs):
            self._workers[index] = Worker.start(functools.partial(_write, job, self._opener))
        while self._workers:
            self._listen()
            self._heed_interrupts()
            self._abandon_silent()
        return tuple(self._records[i] for i in range(len(self._jobs)))

    def _listen(self) -> None:
        by_connection: dict[object, int] = {w.connection: i for i, w in self._workers.items()}
        for ready in wait([*_connections(self._workers), self._interrupts.fileno()], timeout=0.5):
            if ready in by_connection:
                index = by_connection[ready]
                self._take(index, self._workers[index].receive())
            else:
                self._interrupts.clear()

    def _take(self, index: int, message: Message[DriveRecord] | None) -> None:
        match message:
            case Answered(record):
                self._settle(index, record)
            case Crashed(reason):
                self._settle(index, self._broken(index, "own-mistake", reason))
            case None:
                self._settle(index, self._broken(index, "worker-ended", "its process ended without an answer"))
            case _:
                if isinstance(message, Begun):
                    self._phases[index] = Phase(message.phase)
                relay(message, self._progress)

    def _heed_interrupts(self) -> None:
        if self._interrupts.count and self._kill_at is None:
            self._kill_at = time.monotonic() + _GRACE
            self._progress.remark(_("Stopping. A second Ctrl-C stops at once."))
            for worker in self._workers.values():
                worker.stop()
        if self._kill_at is not None and (self._interrupts.count > 1 or time.monotonic() > self._kill_at):
            for index in list(self._workers):
                self._give_up(index, self._record(index, Outcome.INTERRUPTED))

    def _abandon_silent(self) -> None:
        now = time.monotonic()
        for index, worker in list(self._workers.items()):
            silent = now - worker.heard
            if silent > self._stall_limit:
                self._give_up(index, self._hung(index, silent))

    def _give_up(self, index: int, record: DriveRecord) -> None:
        self._workers[index].kill()
        self._progress.end(self._jobs[index].key, record.outcome, record.summary)
        self._settle(index, record)

    def _settle(self, index: int, record: DriveRecord) -> None:
        self._records[index] = record
        self._workers.pop(index).close()

    def _hung(self, index: int, silent: float) -> DriveRecord:
        what = _("the drive has not answered for {seconds} s; it was abandoned", seconds=round(silent))
        todo = _("Pull it out. If it does the same in another port, do not use it.")
        return self._record(index, Outcome.HUNG, Finding("drive-hung", what, self._place(index), todo))

    def _broken(self, index: int, id: str, reason: str) -> DriveRecord:
        what = _("writing this drive broke off by a mistake of ours or of this computer: {reason}", reason=reason)
        todo = _("Write it again; if it happens again, tell us what was said here.")
        record = self._record(index, Outcome.CRASHED, Finding(id, what, self._place(index), todo))
        self._progress.end(self._jobs[index].key, record.outcome, record.summary)
        return record

    def _place(self, index: int) -> Place:
        return Place(self._jobs[index].key)

    def _record(self, index: int, outcome: Outcome, *findings: Finding) -> DriveRecord:
        job, phase = self._jobs[index], self._phases[index]
        digest = job.image.metadata_digest()
        return DriveRecord(job.identity, outcome, phase, job.stem, job.fingerprint, digest, findings=findings)


def _write(job: DriveJob, opener: Opener, progress: Progress, should_stop: Callable[[], bool]) -> DriveRecord:
    return write_drive(job, progress, should_stop, opener)


def _connections(workers: dict[int, Worker[DriveRecord]]) -> list[Connection]:
    return [w.connection for w in workers.values()]
