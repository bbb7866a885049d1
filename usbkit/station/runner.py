"""Carry out the station's decisions: listen to ports, workers, the operator and the clock, and update the screen."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from usbkit.core.errors import EXIT_SIGINT, EXIT_SIGTERM, Finding, Place
from usbkit.core.messages import Text, _
from usbkit.drives.inspection import Inspection
from usbkit.drives.record import DriveRecord, Outcome, Phase
from usbkit.station.messages import (
    Abandon,
    Action,
    Agreed,
    Checked,
    Clear,
    Ended,
    Event,
    Line,
    LookAt,
    Looked,
    PortState,
    Shared,
    Show,
    Slot,
    Tick,
    Verify,
    Working,
    Write,
)
from usbkit.station.slots import Slots
from usbkit.station.state_machine import Station
from usbkit.station.tasks import start_look, start_reading, start_writing
from usbkit.trust.verdict import Verdict
from usbkit.workers.interrupts import Interrupts
from usbkit.workers.pauses import Pause, Pauses
from usbkit.workers.process import Advanced, Answered, Begun, Crashed, Worker
from usbkit.workers.side_by_side import STALL_LIMIT
from usbkit.writing.job import DriveJob
from usbkit.writing.tagging import SealTags

#: Seconds between two looks at the ports when nothing rings, and between two ticks.
_BEAT = 1.0

#: Seconds without an answer to a read after which a stick that is looked at counts as hung.
_LOOK_LIMIT = 60.0

#: Seconds that workers have to end cleanly once they were asked to.
_GRACE = 10.0


class Screen(Protocol):
    """Shows the ports. Never raises, never decides."""

    def show(self, line: Line, *, is_news: bool) -> None:
        """Show a port's changed line; with ``is_news`` its state has changed."""

    def clear(self, line: Line) -> None:
        """The stick of this line was taken out."""

    def say(self, what: Text | Shared) -> None:
        """Show a message about the station as a whole."""

    def typed(self, lines: int) -> None:
        """The operator has typed ``lines`` lines, which the terminal has echoed below the screen."""


@dataclass
class _Task:
    """A worker on a slot. ``job`` is there while a drive is written."""

    worker: Worker[Any]
    limit: float
    job: DriveJob | None = None
    is_look: bool = False
    phase: Phase = Phase.OPEN
    done: int = 0
    total: int | None = None
    slept: bool = False

    @property
    def is_silent(self) -> bool:
        return time.monotonic() - self.worker.heard > self.limit


class Runner:
    """Runs a station until its orders are filled or it is interrupted; with ``once``, until no work is left."""

    def __init__(
        self,
        station: Station,
        slots: Slots,
        screen: Screen,
        *,
        once: bool = False,
        stall_limit: float = STALL_LIMIT,
        answers: int | None = None,
        beside: Callable[[int], Iterable[Text | Shared]] = lambda waiting: (),
    ) -> None:
        self._station = station
        self._slots = slots
        self._screen = screen
        self._once = once
        self._stall_limit = stall_limit
        self._answers = answers
        self._beside = beside
        self._typed = b""
        self._tasks: dict[Slot, _Task] = {}
        self._kill_at: float | None = None
        self._pauses = Pauses()
        self._tags = SealTags()

    def run(self) -> int | None:
        """Run; return the number of the signal that ended it, None if it ended by itself."""
        gc.freeze()  # what is there now is shared with the workers and stays so
        beat = 0.0
        with contextlib.closing(self._tags), Interrupts() as interrupts:
            while not self._is_over(interrupts):
                if time.monotonic() >= beat:
                    beat = time.monotonic() + _BEAT
                    self._look_around(interrupts)
                self._listen(interrupts, max(0.0, beat - time.monotonic()))
                self._excuse_silence(self._pauses.since_last_turn())
                self._give_up_silent()
                self._heed(interrupts)
            return interrupts.number

    def _is_over(self, interrupts: Interrupts) -> bool:
        if interrupts.count:
            return not self._tasks
        if self._tasks:
            return False
        if self._once:
            return self._station.now > 0 and not self._is_waiting_for_an_answer
        return self._station.is_done

    @property
    def _is_waiting_for_an_answer(self) -> bool:
        """Whether a stick asks a question, and somebody is there to answer it."""
        return self._answers is not None and any(line.state is PortState.ASKING for line in self._station.lines)

    def _look_around(self, interrupts: Interrupts) -> None:
        if interrupts.count:
            return
        for change in self._slots.changes():
            self._tell(change)
        for news in self._beside(self._station.waiting):
            self._screen.say(news)
        self._tell(Tick(time.monotonic()))

    def _listen(self, interrupts: Interrupts, timeout: float) -> None:
        by_connection: dict[object, Slot] = {task.worker.connection: slot for slot, task in self._tasks.items()}
        bell, answers = self._slots.fileno(), self._answers
        others = [fd for fd in (bell, answers) if fd is not None]
        connections: list[Connection | int] = [task.worker.connection for task in self._tasks.values()]
        ready = wait([*connections, *others, interrupts.fileno()], timeout=timeout)
        # What workers have said comes before what the ports say: a stick that is pulled when it is whole is whole.
        for one in ready:
            if one in by_connection and by_connection[one] in self._tasks:
                self._hear(by_connection[one])
        if interrupts.fileno() in ready:
            interrupts.clear()
        if bell is not None and bell in ready:
            self._look_around(interrupts)
        if answers is not None and answers in ready:
            self._read_answers(answers)

    def _tell(self, event: Event) -> None:
        for action in self._station.handle(event):
            self._carry_out(action)

    def _carry_out(self, action: Action) -> None:
        match action:
            case Show(line, is_news):
                self._screen.show(line, is_news=is_news)
            case Clear(line):
                self._screen.clear(line)
            case LookAt(slot, node):
                self._tasks[slot] = _Task(start_look(node), _LOOK_LIMIT, is_look=True)
            case Verify(slot, identity, metadata):
                self._tasks[slot] = _Task(start_reading(identity, metadata), self._stall_limit)
            case Write(slot, job):
                beside = sum(t.job is not None and t.job.fingerprint == job.fingerprint for t in self._tasks.values())
                self._tasks[slot] = _Task(start_writing(self._tags.equip(job, beside)), self._stall_limit, job)
            case Abandon(slot):
                self._drop(slot)

    def _hear(self, slot: Slot) -> None:
        task = self._tasks[slot]
        match task.worker.receive():
            case Begun(_key, phase, _what, total):
                task.phase = Phase(phase) if task.job else Phase.READ_BACK
                task.done, task.total = 0, total
                self._tell(Working(slot, task.phase, 0, total))
            case Advanced() if task.is_look:
                pass  # it answers: that is all it says
            case Advanced(_key, amount):
                task.done += amount
                self._tell(Working(slot, task.phase, task.done, task.total))
            case Answered(answer):
                self._close(slot)
                self._tell(_event_of(slot, task, _excused(answer) if task.slept else answer))
            case Crashed(reason):
                self._fail(slot, Outcome.CRASHED, _ours("own-mistake", reason))
            case None:
                self._fail(slot, Outcome.CRASHED, _ours("worker-ended", "its process ended without an answer"))
            case _:
                pass

    def _excuse_silence(self, pause: Pause | None) -> None:
        """We were stopped, or the computer slept: no stick is to blame for what we did not hear."""
        if pause is None:
            return
        for task in self._tasks.values():
            task.slept = task.slept or pause.slept
            task.worker.excuse(pause)

    def _give_up_silent(self) -> None:
        for slot, task in list(self._tasks.items()):
            if task.is_silent:
                task.worker.kill()
                what = _("it has not responded for {seconds} s and was abandoned", seconds=round(task.limit))
                self._fail(slot, Outcome.HUNG, Finding("drive-hung", what))

    def _fail(self, slot: Slot, outcome: Outcome, finding: Finding) -> None:
        """A worker ended without an answer of its own."""
        task = self._tasks[slot]
        self._close(slot)
        if task.job is not None:
            self._tell(Ended(slot, _record(task.job, outcome, task.phase, finding)))
        elif task.is_look:
            self._tell(Looked(slot, None, (finding,)))
        else:
            self._tell(Checked(slot, None, (finding,)))

    def _heed(self, interrupts: Interrupts) -> None:
        if not interrupts.count:
            return
        if self._kill_at is None:
            self._kill_at = time.monotonic() + _GRACE
            self._screen.say(_("Stopping. A second Ctrl-C stops at once."))
            for slot, task in list(self._tasks.items()):
                if task.job is None:
                    self._drop(slot)
                else:
                    task.worker.stop()
        if interrupts.count > 1 or time.monotonic() > self._kill_at:
            for slot, task in list(self._tasks.items()):
                task.worker.kill()
                self._fail(slot, Outcome.INTERRUPTED, Finding("interrupted", _("it was stopped")))

    def _read_answers(self, fd: int) -> None:
        """Each line that the operator types is the name of a port."""
        data = os.read(fd, 4096)
        if not data:
            self._answers = None
        self._typed += data
        *lines, self._typed = self._typed.split(b"\n")
        self._screen.typed(len(lines))
        for port in (line.decode(errors="replace").strip() for line in lines):
            if any(line.port == port and line.state is PortState.ASKING for line in self._station.lines):
                self._tell(Agreed(port))
            elif port:
                self._screen.say(_("no stick in port {port} is asking a question; nothing was done", port=port))

    def _drop(self, slot: Slot) -> None:
        if slot in self._tasks:
            self._tasks[slot].worker.kill()
            self._close(slot)

    def _close(self, slot: Slot) -> None:
        self._tasks.pop(slot).worker.close()


def exit_code_of(number: int | None) -> int | None:
    """Return the exit code of a run ended by a signal."""
    if number is None:
        return None
    return EXIT_SIGTERM if number == signal.SIGTERM else EXIT_SIGINT


def _excused(answer: Any) -> Any:
    """A drive's failure while the computer slept: its power was cut off, so that nothing is known of it."""
    if not isinstance(answer, DriveRecord) or answer.outcome is not Outcome.FAILED:
        return answer
    finding = Finding("computer-slept", _("this computer slept while it was written"))
    return replace(answer, outcome=Outcome.INTERRUPTED, findings=(finding, *answer.findings))


def _event_of(slot: Slot, task: _Task, answer: Any) -> Event:
    match answer:
        case DriveRecord():
            return Ended(slot, answer)
        case Verdict():
            return Checked(slot, answer)
        case Inspection():
            return Looked(slot, answer)
        case _:
            return Looked(slot, None, answer) if task.is_look else Checked(slot, None, answer)


def _ours(id: str, reason: str) -> Finding:
    what = _("writing this drive stopped because of an error in usbkit or on this computer: {reason}", reason=reason)
    return Finding(id, what, todo=_("Write it again; if it happens again, send us this message."))


def _record(job: DriveJob, outcome: Outcome, phase: Phase, finding: Finding) -> DriveRecord:
    digest = job.image.metadata_digest()
    findings = (Finding(finding.id, finding.what, Place(job.key), finding.todo),)
    return DriveRecord(job.identity, outcome, phase, job.stem, job.fingerprint, digest, findings=findings)
