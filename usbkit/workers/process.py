"""One drive's worker process, and its messages to the parent.

Each drive has a process, since a drive can hang in the kernel where no signal reaches: that process is then abandoned,
and the program continues. It is forked, so that it shares what the parent has read and laid out.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from typing import Generic, TypeVar, cast

from usbkit.core.messages import Text
from usbkit.core.progress import Progress
from usbkit.workers.interrupts import Interrupts
from usbkit.workers.pauses import Pause

#: Seconds between two messages about bytes: often enough for a line that moves, seldom enough to cost nothing.
_TELL_EVERY = 0.2

#: Seconds that a worker which has given its answer may take to end.
_LAST_BREATH = 1.0

#: Signals that a worker has ways of its own with.
_NOTED = (signal.SIGINT, signal.SIGTERM)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Begun:
    """A phase began."""

    key: str
    phase: str
    what: Text
    total: int | None


@dataclass(frozen=True, slots=True)
class Advanced:
    """Bytes were done; zero only says that the worker lives."""

    key: str
    amount: int


@dataclass(frozen=True, slots=True)
class Remarked:
    """Something worth a line."""

    what: Text
    key: str | None


@dataclass(frozen=True, slots=True)
class ProcessEnded:
    """A strand of work has ended."""

    key: str
    outcome: str
    what: Text | None


@dataclass(frozen=True, slots=True)
class Answered(Generic[Answer]):
    """The work's answer; the last message."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Crashed:
    """The work failed by a bug of ours; the last message."""

    reason: str


Message = Begun | Advanced | Remarked | ProcessEnded | Answered[Answer] | Crashed
Task = Callable[[Progress, Callable[[], bool]], Answer]


class Worker(Generic[Answer]):
    """The parent's handle on a worker process. ``heard`` is when its last message came (monotonic seconds)."""

    def __init__(self, pid: int, connection: Connection) -> None:
        self._pid = pid
        self.connection = connection
        self.heard = time.monotonic()

    def excuse(self, pause: Pause) -> None:
        """Exclude a pause of our own from its silence."""
        self.heard += pause.seconds

    @classmethod
    def start(cls, task: Task[Answer]) -> Worker[Answer]:
        """Run ``task(progress, should_stop)`` in a separate process."""
        mine, its = Pipe(duplex=False)
        # A Ctrl-C in the middle of a fork would be thrown into Python's own hooks, which swallow it: it is held back,
        # and noted where another thread takes it, whose mask is not ours.
        with Interrupts() as noted:
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, _NOTED)
            try:
                pid = os.fork()
                if pid == 0:
                    _live(task, its, mask)
                its.close()
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        worker = cls(pid, mine)
        if noted.number is not None:
            os.kill(os.getpid(), noted.number)
        return worker

    def receive(self) -> Message[Answer] | None:
        """Return the next message; None if the process has ended without an answer."""
        self.heard = time.monotonic()
        try:
            message: Message[Answer] = self.connection.recv()
        except (EOFError, OSError):
            return None
        return message

    def stop(self) -> None:
        """Ask it to end at the next safe moment."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it without waiting for its end, which the kernel may delay."""
        self._signal(signal.SIGKILL)

    def close(self, *, is_done: bool = False) -> None:
        """Release it. A finished one is waited for; one that hangs in the kernel is abandoned."""
        self.connection.close()
        until = time.monotonic() + (_LAST_BREATH if is_done else 0.0)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(self._pid, os.WNOHANG)[0] == 0 and time.monotonic() < until:
                time.sleep(0.005)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, number)


def _live(task: Task[Answer], connection: Connection, mask: set[signal.Signals] | set[int]) -> None:
    """The worker's whole life. Never returns: what the parent would do on its way out is not ours to do.

    ``mask`` is the signal mask to live with once the handlers are set.
    """
    _leave_parent(connection)
    stop = _Stop()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all of us; the parent decides
    signal.signal(signal.SIGTERM, stop.on_signal)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    progress = _Teller(connection, stop)
    try:
        progress.send(Answered(task(progress, stop.is_set)))
    except BaseException as problem:  # noqa: BLE001 - the boundary around one drive: the others go on
        progress.send(Crashed(f"{type(problem).__name__}: {problem}"))
    finally:
        os._exit(0)


def _leave_parent(connection: Connection) -> None:
    """Close all that was open in the parent, so that nobody waits for a hung worker to close it."""
    own = connection.fileno()
    os.closerange(3, own)
    os.closerange(own + 1, os.sysconf("SC_OPEN_MAX"))
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)


class _Stop:
    def __init__(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True

    def on_signal(self, number: int, frame: object) -> None:
        self._is_set = True


class _Teller:
    """A `Progress` that tells the parent. A parent that is gone means: stop."""

    def __init__(self, connection: Connection, stop: _Stop) -> None:
        self._connection = connection
        self._stop = stop
        self._amount = 0
        self._told = 0.0

    def begin(self, key: str, phase: str, what: Text, total: int | None) -> None:
        self._settle(key)
        self.send(Begun(key, phase, what, total))

    def advance(self, key: str, amount: int) -> None:
        self._amount += amount
        if time.monotonic() - self._told >= _TELL_EVERY:
            self._settle(key)

    def end(self, key: str, outcome: str, what: Text | None = None) -> None:
        self._settle(key)
        self.send(ProcessEnded(key, outcome, what))

    def remark(self, what: Text, key: str | None = None) -> None:
        self.send(Remarked(what, key))

    def send(self, message: Message[Answer]) -> None:
        try:
            self._connection.send(message)
        except OSError:
            self._stop.set()

    def _settle(self, key: str) -> None:
        self.send(Advanced(key, self._amount))
        self._amount, self._told = 0, time.monotonic()


def ask_each(tasks: Sequence[Callable[[Callable[[], None]], Answer]], limit: float) -> list[Answer | None]:
    """Return each task's answer, all asked at once in workers; None for one that was silent for ``limit`` seconds or
    died.

    A task calls its argument whenever the drive has answered. A request may hang as long as the drive does; it is not
    waited for. A slow one that still reports is.
    """
    workers = [Worker.start(functools.partial(_call, task)) for task in tasks]
    answers: list[Answer | None] = [None] * len(tasks)
    waiting = {w.connection: i for i, w in enumerate(workers)}
    try:
        while waiting:
            until = min(workers[i].heard for i in waiting.values()) + limit
            for ready in wait(list(waiting), timeout=max(0.0, until - time.monotonic())):
                index = waiting[cast(Connection, ready)]
                message = workers[index].receive()
                if not isinstance(message, Advanced):
                    del waiting[cast(Connection, ready)]
                    answers[index] = message.answer if isinstance(message, Answered) else None
            now = time.monotonic()
            waiting = {c: i for c, i in waiting.items() if now - workers[i].heard < limit}
    finally:
        for worker in workers:
            worker.kill()
            worker.close()
    return answers


def _call(task: Callable[[Callable[[], None]], Answer], progress: Progress, should_stop: Callable[[], bool]) -> Answer:
    return task(lambda: progress.advance("", 0))


def relay(message: Message[Answer], progress: Progress) -> None:
    """Pass a worker's message on to ``progress``."""
    match message:
        case Begun(key, phase, what, total):
            progress.begin(key, phase, what, total)
        case Advanced(key, amount):
            progress.advance(key, amount)
        case Remarked(what, on):
            progress.remark(what, on)
        case ProcessEnded(key, outcome, end):
            progress.end(key, outcome, end)
        case _:
            raise ValueError(f"{message} is an answer, not progress")
