"""JSON, one message per line, over a Unix socket: the protocol of QMP and the guest's agent."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]


class LineError(Exception):
    """The other side is gone or does not answer."""


class Lines:
    """A conversation. Messages that arrive are kept until somebody takes those that he waits for."""

    def __init__(self, path: Path, seconds: float = 20) -> None:
        self._socket = _connect(path, seconds)
        self._arrived: list[Message] = []
        self._news = threading.Condition()
        self.is_open = True
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, message: Message) -> None:
        try:
            self._socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError as problem:
            raise LineError(f"could not send {message}: {problem}") from None

    def take(self, fits: Callable[[Message], bool], seconds: float, what: str) -> Message:
        """The first message that ``fits``, waited for. Raises LineError, saying ``what`` was waited for."""

        def find() -> Message | None:
            return next((m for m in self._arrived if fits(m)), None)

        with self._news:
            self._news.wait_for(lambda: find() is not None or not self.is_open, seconds)
            found = find()
            if found is None:
                state = f"no answer in {seconds} s" if self.is_open else "the connection ended"
                raise LineError(f"{what}: {state}")
            self._arrived.remove(found)
            return found

    def forget(self, fits: Callable[[Message], bool]) -> None:
        """Drop what has arrived and ``fits``."""
        with self._news:
            self._arrived = [m for m in self._arrived if not fits(m)]

    def close(self) -> None:
        self._socket.close()

    def _listen(self) -> None:
        try:
            with self._socket.makefile("rb") as incoming:
                for line in incoming:
                    with self._news:
                        self._arrived.append(json.loads(line))
                        self._news.notify_all()
        except (OSError, ValueError):
            pass  # the other side was killed in the middle of a line, or we closed
        with self._news:
            self.is_open = False
            self._news.notify_all()


def _connect(path: Path, seconds: float) -> socket.socket:
    until = time.monotonic() + seconds
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError as problem:
            connection.close()
            if time.monotonic() > until:
                raise LineError(f"{path}: {problem}") from None
            time.sleep(0.05)
        else:
            return connection
