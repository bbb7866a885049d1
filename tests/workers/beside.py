"""The module that ``tests.workers.test_companion`` runs as a companion."""

import sys
from pathlib import Path

from usbkit.workers.companion import Instructions

if __name__ == "__main__":
    told = Instructions(sys.stdin.fileno())
    first, lines = told.first(), list[str]()
    while (line := told.wait(0.1)) is not None or first == "stay":
        lines += [line] if line else []
    Path(first).write_text(" ".join([*lines, "ended"]))
