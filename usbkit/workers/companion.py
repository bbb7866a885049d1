"""Run a module of ours beside this program, for as long as it runs, in a process that shares nothing with it.

It is a new process instead of a fork: a fork would inherit open databases, which two processes may not share. Its input
comes through standard input, so that no password appears in a process list; it ends when that closes.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys

#: Seconds that it has to end by itself.
_GRACE = 15.0


class Companion:
    """``module`` as a process. It reads one line, ``told``, and later ends when its input does."""

    def __init__(self, module: str, told: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is ours: we tell it
        )
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        self.tell(told)

    def tell(self, line: str) -> None:
        """Send one more line; a dead or unresponsive process misses it."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            os.write(self._process.stdin.fileno(), line.encode() + b"\n")

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def end(self, seconds: float = _GRACE) -> None:
        """Make it end; after ``seconds`` it is killed."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Instructions:
    """In the companion: the lines that it is sent, and when to end."""

    def __init__(self, fd: int) -> None:
        self._fd, self._data = fd, b""

    def first(self) -> str:
        """Return the first line."""
        while b"\n" not in self._data and (more := os.read(self._fd, 4096)):
            self._data += more
        line, _end, self._data = self._data.partition(b"\n")
        return line.decode()

    def wait(self, seconds: float) -> str | None:
        """Wait up to ``seconds`` for another line: the last one received, empty if there is none; None when it must
        end.
        """
        if b"\n" not in self._data and select.select([self._fd], [], [], seconds)[0]:
            more = os.read(self._fd, 4096)
            if not more:
                return None
            self._data += more
        *lines, self._data = self._data.split(b"\n")
        return lines[-1].decode() if lines else ""
