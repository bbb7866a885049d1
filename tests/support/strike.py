"""Send a command a signal at one of its steps: the moment is counted, never timed.

A step is any operation of its first process on the file system: a file opened for writing, a write, a sync, a rename, a
folder made, a name removed. ``python -m tests.support.strike STEP SIGNAL WORD…`` runs ``usbkit WORD…`` and sends SIGNAL
just before that step; with step 0 it sends none, and writes the number of steps to a file.
"""

from __future__ import annotations

import atexit
import itertools
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.support.cli import TOP

#: Python's own words for what it does, see https://docs.python.org/3/library/audit_events.html; of files that are
#: opened, those to be written.
_EVENTS: Final = frozenset(
    f"os.{name}" for name in ("chmod", "link", "mkdir", "remove", "rename", "rmdir", "symlink", "truncate", "utime")
)
#: What goes unheard there. Whoever writes calls it by this name: ``os.write``.
_CALLS: Final = (
    "copy_file_range",
    "fdatasync",
    "fsync",
    "ftruncate",
    "pwrite",
    "pwritev",
    "sendfile",
    "write",
    "writev",
)
_WRITING: Final = os.O_WRONLY | os.O_RDWR


def count_steps(words: Sequence[object], cwd: Path | None = None) -> int:
    """Run ``usbkit`` with ``words`` to its end, which must be good; how many steps it took."""
    with tempfile.NamedTemporaryFile("r", prefix="steps-") as counted:
        done = _start(words, 0, signal.SIGKILL, cwd, {"USBKIT_STEPS": counted.name})
        _out, err = done.communicate()
        assert done.returncode == 0, err
        return int(counted.read())


def strike(
    words: Sequence[object], step: int, number: signal.Signals, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``usbkit`` with ``words`` and send ``number`` before that step; it ends well when it has none such."""
    child = _start(words, step, number, cwd, {})
    out, err = child.communicate()
    return subprocess.CompletedProcess(child.args, child.returncode, out, err)


def _start(
    words: Sequence[object], step: int, number: int, cwd: Path | None, environ: Mapping[str, str]
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.strike", str(step), str(int(number)), *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(TOP), **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _install(step: int, number: int) -> None:
    me, taken = os.getpid(), itertools.count(1)
    count = 0

    def take() -> None:
        nonlocal count
        if os.getpid() == me:
            count = next(taken)
            if count == step:
                os.kill(me, number)

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _EVENTS or (event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING):
            take()

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **named: Any) -> Any:
            take()
            return call(*arguments, **named)

        return stepped

    sys.addaudithook(hear)
    for name in _CALLS:
        setattr(os, name, counted(getattr(os, name)))
    if place := os.environ.get("USBKIT_STEPS"):
        atexit.register(lambda: os.getpid() == me and Path(place).write_text(str(count)))


def main() -> None:
    step, number, *words = sys.argv[1:]
    from usbkit.cli.main import main as command_line

    _install(int(step), int(number))
    sys.argv = ["usbkit", *words]
    command_line()


if __name__ == "__main__":
    main()
