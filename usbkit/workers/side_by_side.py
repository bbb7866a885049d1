"""Strands of work side by side, one worker each: progress relayed, hung workers abandoned, interruptions passed on."""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import wait
from typing import Generic

from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.workers.interrupts import Interrupts
from usbkit.workers.pauses import Pauses
from usbkit.workers.process import Answer, Answered, Begun, Crashed, Message, Task, Worker, relay

#: Seconds without a word from a drive's worker after which the drive is abandoned. A stick that tidies up its flash
#: may take ten, the kernel's own patience with a command is thirty.
STALL_LIMIT = 60.0

#: Seconds that workers have to finish cleanly once they were asked to.
_GRACE = 10.0


class LossKind(StrEnum):
    """Why a strand ended without an answer."""

    HUNG = "hung"
    INTERRUPTED = "interrupted"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Loss:
    """A strand without an answer: its last phase, for how many seconds it was silent, and why."""

    kind: LossKind
    phase: str | None
    seconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Strand(Generic[Answer]):
    """One piece of work. ``key`` is its name in progress; ``lost`` makes the answer if the work gave none."""

    key: str
    task: Task[Answer]
    lost: Callable[[Loss], Answer]


@dataclass(frozen=True)
class Answers(Generic[Answer]):
    """The strands' answers in order. ``signal`` is the number of the signal that interrupted them, None if there was
    none.
    """

    answers: tuple[Answer, ...]
    seconds: float
    signal: int | None


def run_side_by_side(
    strands: Sequence[Strand[Answer]],
    progress: Progress,
    stall_limit: float = STALL_LIMIT,
    *,
    at_once: int | None = None,
    on_answer: Callable[[int, Answer], None] | None = None,
) -> Answers[Answer]:
    """Do all ``strands`` at once, or ``at_once`` at a time in their order.

    ``on_answer`` receives each answer as it comes, with the number of its strand.

    The first SIGINT or SIGTERM asks each to stop where it can be resumed; the second ends them at once.
    """
    began = time.monotonic()
    with Interrupts() as interrupts:
        loom = _Loom(strands, progress, stall_limit, interrupts, at_once or len(strands), on_answer)
        answers = loom.run()
        return Answers(answers, time.monotonic() - began, interrupts.number)


class _Loom(Generic[Answer]):
    def __init__(
        self,
        strands: Sequence[Strand[Answer]],
        progress: Progress,
        stall_limit: float,
        interrupts: Interrupts,
        at_once: int,
        on_answer: Callable[[int, Answer], None] | None,
    ) -> None:
        self._strands = strands
        self._progress = progress
        self._stall_limit = stall_limit
        self._interrupts = interrupts
        self._at_once = at_once
        self._on_answer = on_answer
        self._waiting = deque(range(len(strands)))
        self._workers: dict[int, Worker[Answer]] = {}
        self._phases = dict[int, str]()
        self._answers: dict[int, Answer] = {}
        self._kill_at: float | None = None
        self._pauses = Pauses()

    def run(self) -> tuple[Answer, ...]:
        gc.freeze()  # what is there now is shared with the workers and stays so
        try:
            self._start_some()
            while self._workers or self._waiting:
                self._listen()
                self._heed_interrupts()
                self._excuse_silence()
                self._abandon_silent()
                self._start_some()
        finally:
            for worker in self._workers.values():
                worker.kill()
        return tuple(self._answers[i] for i in range(len(self._strands)))

    def _start_some(self) -> None:
        while self._waiting and len(self._workers) < self._at_once:
            index = self._waiting.popleft()
            self._workers[index] = Worker.start(self._strands[index].task)

    def _listen(self) -> None:
        by_connection: dict[object, int] = {w.connection: i for i, w in self._workers.items()}
        connections = [w.connection for w in self._workers.values()]
        for ready in wait([*connections, self._interrupts.fileno()], timeout=0.5):
            if ready in by_connection:
                index = by_connection[ready]
                self._take(index, self._workers[index].receive())
            else:
                self._interrupts.clear()

    def _take(self, index: int, message: Message[Answer] | None) -> None:
        match message:
            case Answered(answer):
                self._settle(index, answer, is_done=True)
            case Crashed(reason):
                self._lose(index, LossKind.CRASHED, reason=reason)
            case None:
                self._lose(index, LossKind.CRASHED, reason="its process ended without an answer")
            case _:
                if isinstance(message, Begun):
                    self._phases[index] = message.phase
                relay(message, self._progress)

    def _heed_interrupts(self) -> None:
        if self._interrupts.count and self._kill_at is None:
            self._kill_at = time.monotonic() + _GRACE
            self._progress.remark(_("Stopping. A second Ctrl-C stops at once."))
            for worker in self._workers.values():
                worker.stop()
            while self._waiting:
                index = self._waiting.popleft()
                self._answer(index, self._strands[index].lost(Loss(LossKind.INTERRUPTED, None)))
        if self._kill_at is not None and (self._interrupts.count > 1 or time.monotonic() > self._kill_at):
            for index in list(self._workers):
                self._lose(index, LossKind.INTERRUPTED)

    def _excuse_silence(self) -> None:
        if (pause := self._pauses.since_last_turn()) is not None:
            for worker in self._workers.values():
                worker.excuse(pause)

    def _abandon_silent(self) -> None:
        now = time.monotonic()
        for index, worker in list(self._workers.items()):
            if (silent := now - worker.heard) > self._stall_limit:
                self._lose(index, LossKind.HUNG, silent)

    def _lose(self, index: int, kind: LossKind, seconds: float = 0.0, reason: str = "") -> None:
        self._workers[index].kill()
        answer = self._strands[index].lost(Loss(kind, self._phases.get(index), seconds, reason))
        self._progress.end(self._strands[index].key, kind)
        self._settle(index, answer)

    def _settle(self, index: int, answer: Answer, *, is_done: bool = False) -> None:
        self._workers.pop(index).close(is_done=is_done)
        self._answer(index, answer)

    def _answer(self, index: int, answer: Answer) -> None:
        self._answers[index] = answer
        if self._on_answer is not None:
            self._on_answer(index, answer)
