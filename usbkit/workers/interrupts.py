"""SIGINT and SIGTERM while drives are written: recorded, never raised in the middle of work."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from types import TracebackType
from typing import Any

from usbkit.core.errors import EXIT_SIGINT, EXIT_SIGTERM

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def exit_for_signal(number: int | None) -> int:
    """Return the exit code after a signal, 0 if there was none."""
    if number is None:
        return 0
    return EXIT_SIGTERM if number == signal.SIGTERM else EXIT_SIGINT


class Interrupts:
    """Records the signals that arrive while it is entered. ``fileno`` becomes readable with each, to wake a wait."""

    def __init__(self) -> None:
        self.count = 0
        self.number: int | None = None
        self._previous: dict[signal.Signals, Any] = {}
        self._read, self._write = -1, -1

    def __enter__(self) -> Interrupts:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._previous[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        os.close(self._read)
        os.close(self._write)

    def fileno(self) -> int:
        return self._read

    def clear(self) -> None:
        """Reset ``fileno``."""
        while True:
            try:
                if not os.read(self._read, 64):
                    return
            except BlockingIOError:
                return

    def _note(self, number: int, frame: object) -> None:
        self.count += 1
        self.number = self.number or number
        with contextlib.suppress(BlockingIOError):  # the pipe is full: we are awake already
            os.write(self._write, b"!")
