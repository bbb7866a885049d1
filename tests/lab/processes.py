"""Programs that never outlive us: killed with us, after a time, or on request."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path


class Leashed:
    """A program that the kernel kills when we die, and a timer when it runs longer than ``seconds``.

    ``SIGKILL`` only: a QEMU that hangs ignores anything milder. Started from the main thread, since the kernel means
    the thread that started it when it says parent (prctl(2), PR_SET_PDEATHSIG).
    """

    def __init__(self, command: Sequence[object], log: Path, seconds: float) -> None:
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "nice", "-n", "10", *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        self.log = log
        self._timer = threading.Timer(seconds, self._process.kill)
        self._timer.daemon = True
        self._timer.start()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End it; it is gone when this returns."""
        self._timer.cancel()
        self._process.kill()
        self._process.wait()

    def said(self) -> str:
        """What it wrote, its last part."""
        return self.log.read_text(errors="replace")[-4000:]
