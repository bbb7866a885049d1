"""Write bytes to a drive in the order of design section 8, and keep the job record for ``--resume``.

It decides nothing: the image says what goes where, the claims what may be kept. ``usbkit.drives.readback`` verifies it.
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
    """We were asked to stop; the drive has no fault."""


@dataclass(frozen=True)
class Watch:
    """Reports progress and asks whether to stop; ``check`` raises if the work has become pointless."""

    advance: Callable[[int], None]
    should_stop: Callable[[], bool]
    check: Callable[[], None] = lambda: None

    def done(self, amount: int) -> None:
        """Report ``amount`` more bytes as done. Raises Stopped, and what ``check`` raises."""
        self.advance(amount)
        self.check()
        if self.should_stop():
            raise Stopped


class JobLog:
    """Updates the job record of a drive while its data is written."""

    def __init__(self, target: Target, record: JobRecord) -> None:
        self._target = target
        self._record = record
        self._done = bytearray(record.done)
        self._saved = time.monotonic()

    @property
    def record(self) -> JobRecord:
        return self._record

    def has(self, run: Run) -> bool:
        """Whether the drive confirmed this run's bytes earlier."""
        return self._record.covers(run.offset, run.end)

    def mark(self, chunk: int) -> None:
        """Record that all file bytes of this chunk are written; the drive's record is updated from time to time."""
        self._done[chunk // 8] |= 1 << chunk % 8
        if time.monotonic() - self._saved >= CHECKPOINT_SECONDS:
            self.save()

    def save(self) -> None:
        """Make the drive confirm what was written, then write that to the record."""
        self._target.flush()
        self._record = self._record.advanced(bytes(self._done))
        data = self._record.to_bytes()
        buffer = make_buffer(len(data))
        buffer[:] = data
        self._target.write_from(buffer, self._record.slot)
        self._saved = time.monotonic()


def data_extents(image: Image, *, zero_rest: bool = False) -> list[Extent]:
    """Return what is written first: the files, zeros after them and, with ``zero_rest``, zeros everywhere else."""
    extents = [e for e in image.extents if e.kind in (ExtentKind.DATA, ExtentKind.SLACK)]
    if zero_rest:
        extents = sorted([*extents, *_rest(image)], key=lambda e: e.offset)
    return extents


def metadata_extents(image: Image) -> list[Extent]:
    """Return everything that a reader of the file system interprets."""
    return [e for e in image.extents if e.kind is ExtentKind.METADATA]


def _rest(image: Image) -> Iterator[Extent]:
    at = 0
    for extent in image.extents:
        if extent.offset > at:
            yield Extent(at, Zeros(extent.offset - at), ExtentKind.SLACK, "what lay there before")
        at = extent.end
    if image.size > at:
        yield Extent(at, Zeros(image.size - at), ExtentKind.SLACK, "what lay there before")


def write_data(
    target: Target, extents: Sequence[Extent], log: JobLog, watch: Watch, wrote: Callable[[Run], None] | None = None
) -> int:
    """Write what the drive does not hold yet, and pass each run to ``wrote``; return the bytes written.

    Raises DriveIOError, SourceError, Stopped.
    """
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
                if wrote is not None:
                    wrote(run)
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
    """Write ``extents`` and make the drive confirm them; return the bytes written."""
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
    """Like ``start_wipe``, for a drive about to be written: if we are interrupted soon, it stays known as ours."""
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
    """Return zeros for both ends of old partitions and of ours, outside what the image writes."""
    return uncovered(range_ends([_partition_of(image), *ranges], image.size), image)


def range_ends(ranges: Iterable[ReadRun], size: int) -> list[Extent]:
    """Return zeros for both ends of ``ranges``, except at the drive's start, which ``start_wipe`` covers."""
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
    """Return the parts of ``extents`` (zeros) that the image does not overwrite, in whole sectors."""
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
    """Return zeros from the partition table to the first structure of the file system, including the job record's
    places.
    """
    start = max(e.end for e in image.extents if e.kind is ExtentKind.TABLE)
    end = min(e.offset for e in image.extents if e.kind not in (ExtentKind.TABLE, ExtentKind.GAP))
    return [Extent(start, Zeros(end - start), ExtentKind.GAP, "gap before the partition")]


def table_extents(image: Image) -> list[Extent]:
    """The partition table."""
    return [e for e in image.extents if e.kind is ExtentKind.TABLE]


def table_wipe(image: Image, record: JobRecord) -> list[Extent]:
    """Return zeros for the partition table and the gap after it except ``record``: the drive then looks empty."""
    end = gap_extents(image)[0].end
    behind = record.slot + len(record.to_bytes())
    return [
        Extent(0, Zeros(record.slot), ExtentKind.GAP, "partition table"),
        Extent(behind, Zeros(end - behind), ExtentKind.GAP, "gap before the partition"),
    ]


def closing_extents(record: JobRecord) -> list[Extent]:
    """Return the last job record, in the place of the future partition table."""
    return [Extent(CLOSING_OFFSET, Made(record.closed().to_bytes()), ExtentKind.GAP, "last job record")]


def record_wipe(record: JobRecord) -> list[Extent]:
    """Return zeros for the places of the job record."""
    length = len(record.to_bytes())
    return [Extent(at, Zeros(length), ExtentKind.GAP, "job record") for at in SLOT_OFFSETS]
