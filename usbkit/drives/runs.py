"""From an image's extents to runs: the bytes of one write or read of the device. Pure; no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from usbkit.core.content import Content
from usbkit.disk.image import Extent, ExtentKind

#: Bytes a run has at most. Runs never cross a multiple of it, so runs of every pass over a drive begin at the same
#: places. Measured on a loop device: from 1 MiB on, larger runs are no faster, and four buffers of 2 MiB a drive keep
#: within the memory that a drive may take.
RUN_LIMIT = 2 * 2**20


@dataclass(frozen=True, slots=True)
class RunPiece:
    """``length`` bytes from ``start`` of an extent's content, at ``at`` bytes from the run's start."""

    at: int
    start: int
    length: int
    content: Content
    kind: ExtentKind
    what: str


@dataclass(frozen=True, slots=True)
class Run:
    """``length`` contiguous bytes at ``offset`` of the drive, both multiples of its sector size."""

    offset: int
    length: int
    pieces: tuple[RunPiece, ...]

    @property
    def end(self) -> int:
        return self.offset + self.length


def cut_runs(extents: Iterable[Extent], sector_size: int, limit: int = RUN_LIMIT) -> Iterator[Run]:
    """Yield the bytes of ``extents`` (sorted, disjoint) as the fewest runs of at most ``limit`` bytes."""
    offset, end, pieces = 0, 0, list[RunPiece]()
    for extent in extents:
        start = 0
        while start < extent.length:
            place = extent.offset + start
            if pieces and (place != end or place % limit == 0):
                yield _finish(offset, end, pieces, sector_size)
                pieces = []
            if not pieces:
                offset = place
            length = min(extent.length - start, limit - place % limit)
            pieces.append(RunPiece(place - offset, start, length, extent.content, extent.kind, extent.what))
            start += length
            end = place + length
    if pieces:
        yield _finish(offset, end, pieces, sector_size)


def divide(run: Run, limit: int) -> Iterator[Run]:
    """Yield ``run`` cut at the multiples of ``limit``, a multiple of the sector size."""
    start = 0
    while start < run.length:
        end = min(run.length, start + limit - (run.offset + start) % limit)
        yield Run(run.offset + start, end - start, tuple(_pieces_within(run, start, end)))
        start = end


def _pieces_within(run: Run, start: int, end: int) -> Iterator[RunPiece]:
    for piece in run.pieces:
        first, last = max(piece.at, start), min(piece.at + piece.length, end)
        if first < last:
            skipped = first - piece.at
            yield replace(piece, at=first - start, start=piece.start + skipped, length=last - first)


def _finish(offset: int, end: int, pieces: list[RunPiece], sector_size: int) -> Run:
    if offset % sector_size or end % sector_size:
        raise ValueError(f"{pieces[0].what} … {pieces[-1].what}: {offset}–{end} is not whole sectors of {sector_size}")
    return Run(offset, end - offset, tuple(pieces))
