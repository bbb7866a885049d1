"""The room for short questions to other people's programs: bounded in time, no shell, no input, a plain environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

#: Where an administrator's programs are that a user's PATH may leave out.
MORE_PLACES = ("/usr/sbin", "/sbin", "/usr/local/sbin")


def find_program(name: str, path: str | None = None, more: Sequence[str] = MORE_PLACES) -> Path | None:
    """Where a program is, on ``path`` (this process's own) or in ``more``; None where it is not installed."""
    path = os.environ.get("PATH", os.defpath) if path is None else path
    found = shutil.which(name, path=os.pathsep.join(filter(None, (path, *more))))
    return None if found is None else Path(found)


def ask_program(command: Sequence[str | Path], seconds: float) -> bytes | None:
    """What ``command`` prints; None where it cannot be started, fails, or has not ended after ``seconds``."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env={"LC_ALL": "C", "PATH": os.defpath},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
