"""Detect a drive with a false capacity in seconds, by writing a few sectors and looking for them.

Beyond their true size, fakes wrap (the sectors of the start appear again), drop writes, or return zeros or noise. Marks
spread over the drive reveal the last two. A wrapped mark can be read back at its place, so marks are placed a fixed
stride apart, and the first stride of the drive is read completely. Whatever the true size, some mark wraps into it and
tells where it was written.

The drive was emptied before, and the probed places are overwritten afterwards. What this misses (a fake that keeps
single sectors and loses streams) is found by the full read-back.
"""

from __future__ import annotations

import hashlib
import math
import os
from dataclasses import dataclass
from typing import Final

from usbkit.core.content import Zeros
from usbkit.core.errors import AnswerNoError, Finding, Place
from usbkit.core.messages import _
from usbkit.core.units import format_size
from usbkit.disk.image import Extent, ExtentKind
from usbkit.drives.buffers import make_buffer
from usbkit.drives.flow import read_runs
from usbkit.drives.runs import cut_runs
from usbkit.drives.target import DriveIOError, Failure, Target
from usbkit.drives.write import Watch

#: A mark is one sector of any size we know.
MARK: Final = 4096

#: To what a true size is told.
_GRAIN = 2**20

#: The least between two marks: beyond the gap before the partition, where nothing of ours would write over them.
_LEAST_STRIDE = 8 * 2**20

#: What a stick reads in a row while it writes one mark elsewhere, in bytes: with it the stride that probes in the
#: shortest time is the square root of their product with the size. 64 GB are probed with 357 marks and 179 MB read.
_READ_A_MARK = 500_000

_TAG: Final = b"usbkit capacity mark\n"


class FakeError(AnswerNoError):
    """A drive holds less than it reports. ``true_size`` is the size found, in bytes."""

    def __init__(self, target: Target, true_size: int, how: str) -> None:
        what = _(
            "this drive reports {claimed} but holds {true}: {how}",
            claimed=format_size(target.size),
            true=format_size(true_size),
            how=how,
        )
        todo = _("Do not use it. Return it to the shop, and test the others of its batch.")
        super().__init__(Finding("drive-fake", what, Place(str(target.node)), todo))
        self.true_size = true_size


@dataclass(frozen=True)
class _Marks:
    """Sectors that say where they were written, and in which probe."""

    nonce: bytes

    def at(self, place: int) -> bytes:
        head = _TAG + self.nonce + place.to_bytes(8, "little")
        noise = hashlib.shake_128(head).digest(MARK - len(head))
        return head + noise

    def place_of(self, sector: bytes) -> int | None:
        """Where ``sector`` was written, None for what is no mark of ours."""
        start = len(_TAG) + len(self.nonce)
        place = int.from_bytes(sector[start : start + 8], "little")
        return place if sector == self.at(place) else None


def probe_places(size: int) -> list[int]:
    """Return the offsets of marks on a drive of ``size`` bytes: a stride apart, and at its end."""
    return [*range(_stride(size), size - MARK, _stride(size)), (size - MARK) // MARK * MARK]


def _stride(size: int) -> int:
    return max(_LEAST_STRIDE, math.isqrt(size * _READ_A_MARK) // _GRAIN * _GRAIN)


def probe_capacity(target: Target, watch: Watch) -> list[Extent]:
    """Check that the drive holds what it reports; return zeros for the places of the marks.

    Raises FakeError if it holds less, DriveIOError if it fails, Stopped.
    """
    marks = _Marks(os.urandom(16))
    probe = _Probe(target, marks, watch)
    places = probe_places(target.size)
    # From the end towards the start: where several wrap to one place, the nearest is written last and stays.
    refused = [p for p in reversed(places) if not probe.write(p)]
    target.flush()
    if (wrapped := probe.find_wrap(_stride(target.size))) is not None:
        raise FakeError(target, wrapped, "it begins again from its start")
    held = [p for p in places if p not in refused and probe.holds(p)]
    end = max(held, default=0)
    # A bad place with good ones behind it is a worn drive, not a small one: the read-back will name it.
    if end != places[-1]:
        true_size = probe.narrow(end, min(p for p in places if p > end))
        raise FakeError(target, true_size, "what is written beyond is lost")
    return [Extent(p, Zeros(MARK), ExtentKind.GAP, "capacity mark") for p in places]


class _Probe:
    def __init__(self, target: Target, marks: _Marks, watch: Watch) -> None:
        self._target = target
        self._marks = marks
        self._watch = watch
        self._buffer = make_buffer(MARK)

    def write(self, place: int) -> bool:
        """Put a mark; False where the drive would not take it there."""
        self._watch.done(0)
        self._buffer[:] = self._marks.at(place)
        try:
            self._target.write_from(self._buffer, place)
        except DriveIOError as problem:
            if problem.failure not in (Failure.WRITE_ERROR, Failure.FULL):
                raise
            return False
        return True

    def holds(self, place: int) -> bool:
        """Whether the mark put at ``place`` is read there."""
        self._watch.done(0)
        try:
            self._target.read_into(self._buffer, place)
        except DriveIOError as problem:
            if problem.failure is not Failure.READ_ERROR:
                raise
            return False
        return self._marks.place_of(bytes(self._buffer)) == place

    def find_wrap(self, stride: int) -> int | None:
        """The size after which the drive begins again, from the marks that strayed into its first ``stride`` bytes."""
        distances = []
        extent = Extent(0, Zeros(stride), ExtentKind.GAP, "start")
        for run, answer in read_runs(self._target, cut_runs([extent], self._target.sector_size)):
            if isinstance(answer, DriveIOError):
                raise answer
            self._watch.done(0)
            for at in _find_tags(answer):
                place = self._marks.place_of(bytes(answer[at : at + MARK]))
                if place is not None:
                    distances.append(place - (run.offset + at))
        return math.gcd(*distances) if distances else None

    def narrow(self, good: int, bad: int) -> int:
        """The true end between a place that holds marks and one that does not, to `_GRAIN`."""
        while bad - good > _GRAIN:
            middle = (good + bad) // 2 // MARK * MARK
            if self.write(middle) and self._settled() and self.holds(middle):
                good = middle
            else:
                bad = middle
        return bad // _GRAIN * _GRAIN

    def _settled(self) -> bool:
        self._target.flush()
        return True


def _find_tags(data: memoryview) -> list[int]:
    """Where marks may begin in ``data``; they stand on whole sectors."""
    whole, found, at = bytes(data), [], -1
    while (at := whole.find(_TAG, at + 1)) >= 0:
        if at % 512 == 0 and at + MARK <= len(whole):
            found.append(at)
    return found
