"""A terminal as a person has it before them: its size, and what stands on it after a command (`pyte`)."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import termios
import threading
from pathlib import Path

import pyte

from tests.support.cli import TOP
from tests.support.ready_process import ready_processes

_ROWS = 2000  # so that nothing is scrolled away


class Screen(pyte.Screen):
    """``wrapped`` are the rows that the terminal itself broke, since what was printed is wider than it; ``code`` is
    what the command ended with."""

    code = 0

    def __init__(self, columns: int) -> None:
        self.wrapped: list[int] = []
        self._is_drawing = False
        super().__init__(columns, _ROWS)

    def draw(self, data: str) -> None:
        self._is_drawing = True
        super().draw(data)
        self._is_drawing = False

    def linefeed(self) -> None:
        if self._is_drawing:
            self.wrapped.append(self.cursor.y)
        super().linefeed()

    @property
    def rows(self) -> list[str]:
        """What stands there, without the empty rows at the end."""
        return "\n".join(row.rstrip() for row in self.display).rstrip().split("\n")


def on_terminal(*arguments: object, columns: int, cwd: Path, language: str = "en") -> Screen:
    """``usbkit`` with ``arguments`` on a terminal of ``columns`` cells; both of its streams are seen, nobody types."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    said: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # EIO: nobody holds the other end any more
            while data := os.read(ours, 1 << 16):
                said.append(data)

    reader = threading.Thread(target=read)
    reader.start()
    environ = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with os.fdopen(its, "r+b", buffering=0) as stream, Path(os.devnull).open("rb") as nobody:
        environ |= {"PYTHONPATH": str(TOP), "TERM": "xterm", "USBKIT_LANG": language}
        code = ready_processes().run([str(a) for a in arguments], cwd, environ, [nobody, stream, stream])
    reader.join()
    os.close(ours)
    screen = Screen(columns)
    screen.code = code
    pyte.ByteStream(screen).feed(b"".join(said))
    return screen
