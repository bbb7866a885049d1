"""The start of ``usbkit``: loads as little as possible before interrupts are handled."""

from __future__ import annotations

import gc
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
    # Whatever else is installed has no say in our models, and is not looked through at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()
    from usbkit.cli.main import main as command_line

    # What is loaded stays: to look through it for garbage, now and once more at the end, took a tenth of a short run.
    gc.freeze()
    gc.enable()
    try:
        command_line()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
