"""The start of ``usbkit``: as little as possible until an interrupt can be answered in our own words."""

from __future__ import annotations

import os
import signal
from types import FrameType


def _leave(signum: int, frame: FrameType | None) -> None:
    # Nothing has begun: the libraries are still being loaded, and a traceback out of them helps nobody.
    os._exit(128 + signum)


def main() -> None:
    """The console script."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    from usbkit.cli.main import main as command_line

    command_line()


if __name__ == "__main__":
    main()
