"""Tasks in processes of their own, which go on while this one does something else, and are waited for later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Generic

from usbkit.core.progress import Silence
from usbkit.workers.process import Advanced, Answer, Answered, Crashed, Task, Worker


class Background(Generic[Answer]):
    """``tasks``, which begin at once. Close it: what nobody waits for any more ends then."""

    def __init__(self, tasks: Sequence[Task[Answer]]) -> None:
        self._begun = [_Begun(task) for task in tasks]

    def wait(self, advance: Callable[[int], None]) -> list[Answer]:
        """The answers of all tasks, in their order; ``advance`` receives the bytes that they tell of, none twice.

        A task whose process dies is begun again, and the next time done in this process, so that it raises what is
        wrong.
        """
        while waiting := [one for one in self._begun if not one.answers]:
            ready = wait([one.connection for one in waiting])
            for one in waiting:
                if one.connection in ready:
                    one.hear(advance)
        return [answer for one in self._begun for answer in one.answers]

    def close(self) -> None:
        """End what goes on."""
        for one in self._begun:
            one.end()
        self._begun = []


class _Begun(Generic[Answer]):
    def __init__(self, task: Task[Answer]) -> None:
        self._task = task
        self._worker = Worker.start(task)
        self._is_second = self._has_ended = False
        self._told = self._most_told = 0
        self.answers: list[Answer] = []

    @property
    def connection(self) -> Connection:
        return self._worker.connection

    def hear(self, advance: Callable[[int], None]) -> None:
        """Take the next message, which may be the answer."""
        message = self._worker.receive()
        if isinstance(message, Answered):
            self.answers.append(message.answer)
        elif isinstance(message, Advanced):
            self._told += message.amount
            advance(max(0, self._told - self._most_told))
            self._most_told = max(self._most_told, self._told)
        elif message is None or isinstance(message, Crashed):
            self.end()
            if self._is_second:
                self.answers.append(self._task(Silence(), lambda: False))
            else:
                self._is_second, self._has_ended, self._told = True, False, 0
                self._worker = Worker.start(self._task)

    def end(self) -> None:
        """Once: what has ended left its number to others."""
        if not self._has_ended:
            self._has_ended = True
            self._worker.kill()
            self._worker.close(is_done=True)
