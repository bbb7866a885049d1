"""Run other programs: bounded in time, no shell, no input, a plain environment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

#: Where an administrator's programs are that a user's PATH may leave out.
MORE_PLACES = ("/usr/sbin", "/sbin", "/usr/local/sbin")


def find_program(name: str, path: str | None = None, more: Sequence[str] = MORE_PLACES) -> Path | None:
    """Return a program's path, from ``path`` (default: this process's own) or ``more``; None if it is not installed."""
    path = os.environ.get("PATH", os.defpath) if path is None else path
    found = shutil.which(name, path=os.pathsep.join(filter(None, (path, *more))))
    return None if found is None else Path(found)


def ask_program(command: Sequence[str | Path], seconds: float) -> bytes | None:
    """Return the output of ``command``; None if it cannot be started, fails, or takes longer than ``seconds``."""
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


def run_program(
    command: Sequence[str | Path], seconds: float, folder: Path, more: Mapping[str, str] | None = None
) -> int | None:
    """Run ``command`` in ``folder``, with ``more`` in its environment; return its exit code and discard its output.

    None if it cannot be started or takes longer than ``seconds``: then it is ended with everything it started.
    """
    environment = {"LC_ALL": "C.UTF-8", "PATH": os.defpath, **(more or {})}
    quiet = subprocess.DEVNULL
    try:
        child = subprocess.Popen(
            command, cwd=folder, stdin=quiet, stdout=quiet, stderr=quiet, env=environment, start_new_session=True
        )
    except OSError:
        return None
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end_all(child)


def _end_all(child: subprocess.Popen[bytes]) -> None:
    """End ``child`` and all of its session that are still there."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    child.wait()
