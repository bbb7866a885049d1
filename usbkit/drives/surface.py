"""Write and read a whole drive: with position-dependent marks, or with zeros."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from usbkit.core.content import Zeros
from usbkit.disk.image import Extent, ExtentKind
from usbkit.drives.buffers import make_buffer
from usbkit.drives.flow import read_runs, write_runs
from usbkit.drives.runs import RUN_LIMIT, Run, cut_runs
from usbkit.drives.target import DriveIOError, Failure, Target
from usbkit.drives.write import Watch

#: What is told apart: a mark each.
_BLOCK = 4096
_MARK = struct.Struct("<16sQ")  # nonce of the test, place on the drive

#: Bad ranges that are told one by one.
_MOST_RANGES = 100


@dataclass
class Surface:
    """The result of a pass over a drive: ``bad`` are ranges (start, end) in bytes, merged where they touch."""

    read: int = 0
    bad_bytes: int = 0
    bad: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.bad_bytes

    def note(self, start: int, end: int) -> None:
        self.bad_bytes += end - start
        if self.bad and self.bad[-1][1] == start:
            self.bad[-1] = (self.bad[-1][0], end)
        elif len(self.bad) < _MOST_RANGES:
            self.bad.append((start, end))

    def true_size(self, size: int) -> int | None:
        """Return the drive's true size if only its end is bad; None if it is bad elsewhere."""
        only_end = len(self.bad) == 1 and self.bad[0][1] >= size // _BLOCK * _BLOCK
        return self.bad[0][0] if only_end else None


class Pattern:
    """Bytes that differ everywhere: noise with a mark of its place every 4096 bytes."""

    def __init__(self) -> None:
        self._nonce = os.urandom(16)
        self._noise = os.urandom(RUN_LIMIT)

    def fill(self, run: Run, buffer: memoryview) -> None:
        buffer[:] = self._noise[: run.length]
        for at in range(0, run.length, _BLOCK):
            if at + _MARK.size <= run.length:
                _MARK.pack_into(buffer, at, self._nonce, run.offset + at)


def fill_zeros(run: Run, buffer: memoryview) -> None:
    """Fill ``buffer`` with zeros."""
    buffer[:] = bytes(run.length)


Fill = Callable[[Run, memoryview], None]


def write_surface(target: Target, fill: Fill, watch: Watch) -> int:
    """Write the whole drive; return the bytes written. Raises DriveIOError, Stopped."""
    written = 0
    for run in write_runs(target, _all(target), fill):
        written += run.length
        watch.done(run.length)
    target.flush()
    return written


def read_surface(target: Target, fill: Fill, watch: Watch) -> Surface:
    """Read the whole drive and compare it with the output of ``fill``. Raises DriveIOError if it is gone, Stopped."""
    surface, wanted = Surface(), make_buffer(RUN_LIMIT)
    for run, answer in read_runs(target, _all(target)):
        if isinstance(answer, DriveIOError):
            if answer.failure is not Failure.READ_ERROR:
                raise answer
            surface.note(run.offset, run.end)
        else:
            surface.read += run.length
            fill(run, wanted[: run.length])
            _compare(answer, wanted[: run.length], run.offset, surface)
        watch.done(run.length)
    return surface


def _all(target: Target) -> list[Run]:
    size = target.size // target.sector_size * target.sector_size
    return list(cut_runs([Extent(0, Zeros(size), ExtentKind.GAP, "surface")], target.sector_size))


def _compare(found: memoryview, wanted: memoryview, offset: int, surface: Surface) -> None:
    if bytes(found) == bytes(wanted):
        return
    for at in range(0, len(found), _BLOCK):
        one, other = found[at : at + _BLOCK], wanted[at : at + _BLOCK]
        if bytes(one) != bytes(other):
            surface.note(offset + at, offset + at + len(one))
