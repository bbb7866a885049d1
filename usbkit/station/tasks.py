"""The station's worker processes: examining a stick, reading a finished one, writing a drive.

They die with the station: a survivor could finish a drive that the next station takes for unfinished.
"""

from __future__ import annotations

import ctypes
import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from usbkit.core.progress import Progress
from usbkit.drives.device import Identity
from usbkit.drives.inspection import inspect_drive
from usbkit.drives.record import DriveRecord
from usbkit.station.full_read import read_all
from usbkit.workers.process import Worker
from usbkit.writing.job import DriveJob, write_drive

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def start_look(node: Path) -> Worker[Any]:
    """Start a worker that answers with an ``Inspection``, or with findings."""
    return Worker.start(functools.partial(_look, node, os.getpid()))


def start_reading(identity: Identity, metadata: str | None) -> Worker[Any]:
    """Start a worker that answers with a ``Verdict``, or with findings."""
    return Worker.start(functools.partial(_read, identity, metadata, os.getpid()))


def start_writing(job: DriveJob) -> Worker[Any]:
    """Start a worker that answers with a ``DriveRecord``."""
    return Worker.start(functools.partial(_write, job, os.getpid()))


def _look(node: Path, parent: int, progress: Progress, should_stop: Callable[[], bool]) -> Any:
    _die_with(parent)
    return inspect_drive(node, heard=lambda: progress.advance("", 0))


def _read(
    identity: Identity, metadata: str | None, parent: int, progress: Progress, should_stop: Callable[[], bool]
) -> Any:
    _die_with(parent)
    return read_all(identity, metadata, progress)


def _write(job: DriveJob, parent: int, progress: Progress, should_stop: Callable[[], bool]) -> DriveRecord:
    _die_with(parent)
    return write_drive(job, progress, should_stop)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies (prctl(2))."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)
