"""Puts bytes on a drive in the order of design section 8, and keeps the job record that lets ``--resume`` go on.

Decides nothing: what goes where is the image's, what may be kept is the claims'. `usbkit.drives.readback` proves it.
"""

from __future__ import annotations

import bisect
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from usbkit.core.content import Made, Zeros
from usbkit.disk.image import Extent, ExtentKind, Image
from usbkit.disk.reader import Run as ReadRun
from usbkit.drives.buffers import make_buffer
from usbkit.drives.flow import write_runs
from usbkit.drives.jobrecord import BEGUN, CLOSING_OFFSET, SLOT_OFFSETS, JobRecord
from usbkit.drives.runs import Run, cut_runs
from usbkit.drives.source import Sources
from usbkit.drives.tables import read_entries
from usbkit.drives.target import Target

#: Bytes wiped at both ends of a drive, of its old partitions and of ours before anything is written: all places where
#: probers look for tables, their copies and marks of volumes; a ZFS label pair takes half of it.
WIPED_END = 2**20
#: The gap before our partition, and the partition's beginning.
WIPED_START = 4 * 2**20 + WIPED_END

#: Old partitions whose ends are wiped; `usbkit.drives.signatures` asks a person about a drive with more than 64.
_MOST_OLD = 128

#: Extents are rounded to this, which is whole sectors of any size.
_ALIGN = 4096

#: Seconds between two job records: what a pull costs at most.
CHECKPOINT_SECONDS = 5.0


class Stopped(Exception):
    """Somebody asked us to stop; nothing is wrong with the drive."""


@dataclass(frozen=True)
class Watch:
    """How the work tells what it does and learns that it should stop."""

    advance: Callable[[int], None]
    should_stop: Callable[[], bool]

    def done(self, amount: int) -> None:
        """``amount`` bytes more are done. Raises Stopped."""
        self.advance(amount)
        if self.should_stop():
            raise Stopped


class JobLog:
    """Keeps the job record of a drive up to date while its data is written."""

    def __init__(self, target: Target, record: JobRecord) -> None:
        self._target = target
        self._record = record
        self._done = bytearray(record.done)
        self._saved = time.monotonic()

    @property
    def record(self) -> JobRecord:
        return self._record

    def has(self, run: Run) -> bool:
        """Whether the drive has confirmed this run's bytes before."""
        return self._record.covers(run.offset, run.end)

    def mark(self, chunk: int) -> None:
        """All file bytes of this chunk are written; said on the drive when it is time."""
        self._done[chunk // 8] |= 1 << chunk % 8
        if time.monotonic() - self._saved >= CHECKPOINT_SECONDS:
            self.save()

    def save(self) -> None:
        """Have the drive confirm what it was given, then say so in the record."""
        self._target.flush()
        self._record = self._record.advanced(bytes(self._done))
        data = self._record.to_bytes()
        buffer = make_buffer(len(data))
        buffer[:] = data
        self._target.write_from(buffer, self._record.slot)
        self._saved = time.monotonic()


def data_extents(image: Image, *, zero_rest: bool = False) -> list[Extent]:
    """What is written first: the files with the zeros behind their ends, and on wish zeros wherever nothing else is."""
    extents = [e for e in image.extents if e.kind in (ExtentKind.DATA, ExtentKind.SLACK)]
    if zero_rest:
        extents = sorted([*extents, *_rest(image)], key=lambda e: e.offset)
    return extents


def metadata_extents(image: Image) -> list[Extent]:
    """All that a reader of the file system interprets."""
    return [e for e in image.extents if e.kind is ExtentKind.METADATA]


def _rest(image: Image) -> Iterator[Extent]:
    at = 0
    for extent in image.extents:
        if extent.offset > at:
            yield Extent(at, Zeros(extent.offset - at), ExtentKind.SLACK, "what lay there before")
        at = extent.end
    if image.size > at:
        yield Extent(at, Zeros(image.size - at), ExtentKind.SLACK, "what lay there before")


def write_data(target: Target, extents: Sequence[Extent], log: JobLog, watch: Watch) -> int:
    """Write what the drive does not hold yet; returns the bytes written. Raises DriveIOError, SourceError, Stopped."""
    missing = (r for r in cut_runs(extents, target.sector_size) if not log.has(r))
    written, chunk = 0, -1
    try:
        with Sources() as sources:
            for run in write_runs(target, missing, sources.fill):
                written += run.length
                now = run.offset // log.record.chunk
                if chunk not in (-1, now):
                    log.mark(chunk)
                chunk = now
                watch.done(run.length)
            sources.finish()
        if chunk >= 0:
            log.mark(chunk)
    except Stopped:
        log.save()
        raise
    log.save()
    return written


def write_extents(target: Target, extents: Iterable[Extent], watch: Watch) -> int:
    """Write ``extents`` and have the drive confirm them; returns the bytes written."""
    written = 0
    with Sources() as sources:
        for run in write_runs(target, cut_runs(extents, target.sector_size), sources.fill):
            written += run.length
            watch.done(run.length)
        sources.finish()
    target.flush()
    return written


def start_wipe(size: int) -> list[Extent]:
    """Zeros for a drive's start."""
    return [Extent(0, Zeros(min(WIPED_START, size)), ExtentKind.GAP, "start")]


def begun_wipe(size: int) -> list[Extent]:
    """`start_wipe` for a drive that is about to be written: should we break off soon, it stays known as ours."""
    zeros = start_wipe(size)[0]
    mark = Extent(SLOT_OFFSETS[0], Made(BEGUN), ExtentKind.GAP, "begun")
    if zeros.end < mark.end:
        return [zeros]
    before = Extent(0, Zeros(mark.offset), ExtentKind.GAP, "start")
    return [before, mark, Extent(mark.end, Zeros(zeros.end - mark.end), ExtentKind.GAP, "start")]


def end_wipe(size: int) -> list[Extent]:
    """Zeros for a drive's end."""
    start = max(min(WIPED_START, size), size - WIPED_END)
    return [Extent(start, Zeros(size - start), ExtentKind.GAP, "end")] if start < size else []


def partition_ends(ranges: Iterable[ReadRun], image: Image) -> list[Extent]:
    """Zeros for both ends of old partitions and of ours, where the image does not write."""
    return uncovered(range_ends([_partition_of(image), *ranges], image.size), image)


def range_ends(ranges: Iterable[ReadRun], size: int) -> list[Extent]:
    """Zeros for both ends of ``ranges``, but for a drive's start, which `start_wipe` has."""
    ends = list[Extent]()
    for run in list(ranges)[:_MOST_OLD]:
        for start, end in ((run.offset, run.offset + WIPED_END), (run.end - WIPED_END, run.end)):
            first = max(start, run.offset, WIPED_START) // _ALIGN * _ALIGN
            last = min(-(-min(end, run.end) // _ALIGN) * _ALIGN, size // _ALIGN * _ALIGN)
            if first < last:
                ends.append(Extent(first, Zeros(last - first), ExtentKind.GAP, "a partition's end"))
    return ends


def _partition_of(image: Image) -> ReadRun:
    """Where the image's own partition is, by its table; nothing where it has none."""
    first = next((e.content.data for e in table_extents(image) if isinstance(e.content, Made)), b"")
    for entry in read_entries(first[:512]) or []:
        return ReadRun(entry.start * image.sector_size, entry.count * image.sector_size)
    return ReadRun(0, 0)


def uncovered(extents: Iterable[Extent], image: Image) -> list[Extent]:
    """The parts of ``extents`` (of zeros) that the image does not write over, in whole sectors."""
    starts = [e.offset for e in image.extents]
    parts = []
    for extent in extents:
        at = extent.offset
        while at < extent.end:
            index = bisect.bisect_right(starts, at) - 1
            if index >= 0 and image.extents[index].end > at:
                at = image.extents[index].end
                continue
            end = min(extent.end, starts[index + 1]) if index + 1 < len(starts) else extent.end
            parts.append(Extent(at, Zeros(end - at), extent.kind, extent.what))
            at = end
    return sorted(parts, key=lambda e: e.offset)


def gap_extents(image: Image) -> list[Extent]:
    """Zeros from the partition table to the first structure of the file system, the job record's places included."""
    start = max(e.end for e in image.extents if e.kind is ExtentKind.TABLE)
    end = min(e.offset for e in image.extents if e.kind not in (ExtentKind.TABLE, ExtentKind.GAP))
    return [Extent(start, Zeros(end - start), ExtentKind.GAP, "gap before the partition")]


def table_extents(image: Image) -> list[Extent]:
    """The partition table."""
    return [e for e in image.extents if e.kind is ExtentKind.TABLE]


def table_wipe(image: Image, record: JobRecord) -> list[Extent]:
    """Zeros for the partition table and the gap behind it but for ``record``: what makes a drive show as empty."""
    end = gap_extents(image)[0].end
    behind = record.slot + len(record.to_bytes())
    return [
        Extent(0, Zeros(record.slot), ExtentKind.GAP, "partition table"),
        Extent(behind, Zeros(end - behind), ExtentKind.GAP, "gap before the partition"),
    ]


def closing_extents(record: JobRecord) -> list[Extent]:
    """The last job record, where the partition table will be."""
    return [Extent(CLOSING_OFFSET, Made(record.closed().to_bytes()), ExtentKind.GAP, "last job record")]


def record_wipe(record: JobRecord) -> list[Extent]:
    """Zeros for the places of the job record."""
    length = len(record.to_bytes())
    return [Extent(at, Zeros(length), ExtentKind.GAP, "job record") for at in SLOT_OFFSETS]
