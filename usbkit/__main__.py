"""The start of ``usbkit``: loads as little as possible before interrupts are handled."""

from __future__ import annotations

import gc
import os
import signal
from types import FrameType

#: New objects after which Python looks for garbage: more than a command loads, and little memory.
_OBJECTS = 100_000


def _leave(signum: int, frame: FrameType | None) -> None:
    # Nothing has begun: the libraries are still being loaded, and a traceback out of them helps nobody.
    os._exit(128 + signum)


def main() -> None:
    """The console script."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    # Whatever else is installed has no say in our models, and is not looked through at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What is loaded stays: to look through it for garbage took a tenth of a start, and as much again at the end.
    gc.set_threshold(_OBJECTS)
    from usbkit.cli.main import main as command_line

    try:
        command_line()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
