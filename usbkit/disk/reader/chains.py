"""A whole FAT as the few fragments that its chains consist of.

Contiguous files reduce a FAT of millions of entries to a list of a few thousand fragments. One chain may enter each
fragment once; so crossing and circular chains are found when followed, and following all chains takes no more steps
than there are fragments.
"""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from usbkit.core.messages import Text, _
from usbkit.disk.reader.source import Run, Source

_PAGE = 2**18  # entries read at once: 1 MiB
_SOMETHING = re.compile(rb"[^\0]")
_FREE = 0


@dataclass(frozen=True, slots=True)
class ChainPiece:
    """Clusters ``first`` to ``last``, each linked to the next; ``next`` is the FAT entry of the last."""

    first: int
    last: int
    next: int


@dataclass(frozen=True, slots=True)
class Marks:
    """A file system's FAT encoding: entry bits, the least end mark, the mark of a bad cluster."""

    mask: int
    end_least: int
    bad: int


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as far as it can be followed, and the fault that ended it early."""

    pieces: tuple[ChainPiece, ...]
    fault: Text | None

    @property
    def count(self) -> int:
        return sum(p.last - p.first + 1 for p in self.pieces)


class TooFragmentedError(Exception):
    """The FAT has more fragments than any honest drive."""


@dataclass
class FatMap:
    """All chains of a FAT, for clusters 2 to ``clusters`` + 1."""

    clusters: int
    marks: Marks
    firsts: array[int] = field(default_factory=lambda: array("I"))
    lasts: array[int] = field(default_factory=lambda: array("I"))
    nexts: array[int] = field(default_factory=lambda: array("I"))
    entered: dict[int, int] = field(default_factory=dict)

    def follow(self, first: int) -> Chain:
        """Return the chain that begins with cluster ``first``, and mark it as taken."""
        pieces: list[ChainPiece] = []
        while True:
            fault, index = self._enter(first)
            if fault is not None:
                return Chain(tuple(pieces), fault)
            pieces.append(ChainPiece(first, self.lasts[index], self.nexts[index]))
            first = self.nexts[index]
            if first >= self.marks.end_least:
                return Chain(tuple(pieces), None)

    def _enter(self, cluster: int) -> tuple[Text | None, int]:
        if cluster == self.marks.bad:
            return _("the chain ends in a bad cluster"), 0
        if not 2 <= cluster < self.clusters + 2:
            return _("the chain leads to cluster {cluster}, outside the volume", cluster=cluster), 0
        index = bisect_right(self.firsts, cluster) - 1
        if index < 0 or cluster > self.lasts[index]:
            return _("the chain leads to cluster {cluster}, which is free", cluster=cluster), 0
        if index in self.entered:
            return _("the chain crosses itself or another at cluster {cluster}", cluster=cluster), 0
        self.entered[index] = cluster
        return None, index

    def find_lost(self) -> Iterator[ChainPiece]:
        """Yield allocated clusters that belong to no followed chain, without bad ones."""
        for index, (first, last, after) in enumerate(zip(self.firsts, self.lasts, self.nexts, strict=True)):
            entered = self.entered.get(index)
            if entered is None and not (first == last and after == self.marks.bad):
                yield ChainPiece(first, last, after)
            elif entered is not None and entered > first:
                yield ChainPiece(first, entered - 1, entered)

    def find_bad(self) -> Iterator[int]:
        """Yield clusters that are marked bad and that no chain leads to, in ascending order."""
        for index, (last, after) in enumerate(zip(self.lasts, self.nexts, strict=True)):
            if after == self.marks.bad and index not in self.entered:
                yield last

    def find_allocated(self) -> Iterator[ChainPiece]:
        for first, last, after in zip(self.firsts, self.lasts, self.nexts, strict=True):
            yield ChainPiece(first, last, after)


def read_fat(source: Source, offset: int, clusters: int, marks: Marks, most_fragments: int) -> FatMap:
    """Read the chains of the FAT at ``offset``. Raises UnreadableError or TooFragmentedError."""
    fat = FatMap(clusters, marks)
    pending: ChainPiece | None = None
    for piece in _read_pieces(source, offset, clusters + 2, marks.mask):
        if pending is not None and pending.next == piece.first == pending.last + 1:
            pending = ChainPiece(pending.first, piece.last, piece.next)
            continue
        if pending is not None:
            _keep(fat, pending, most_fragments)
        pending = piece
    if pending is not None:
        _keep(fat, pending, most_fragments)
    return fat


def _keep(fat: FatMap, piece: ChainPiece, most: int) -> None:
    if len(fat.firsts) >= most:
        raise TooFragmentedError
    fat.firsts.append(piece.first)
    fat.lasts.append(piece.last)
    fat.nexts.append(piece.next)


def _read_pieces(source: Source, offset: int, end: int, mask: int) -> Iterator[ChainPiece]:
    """The allocated pieces of each page in turn; entries 0 and 1 belong to no cluster."""
    for base in range(0, end, _PAGE):
        count = min(_PAGE, end - base)
        data = source.read(offset + base * 4, count * 4).rstrip(b"\0")
        if not data:
            continue
        data = data.ljust(-(-len(data) // 4) * 4, b"\0")
        values = array("I", data)
        if sys.byteorder == "big":
            values.byteswap()
        if max(values) > mask:
            values = array("I", (v & mask for v in values))
            data = values.tobytes()
        yield from _find_pieces(values, data, base, 2 if base == 0 else 0)


def _find_pieces(values: array[int], data: bytes, base: int, index: int) -> Iterator[ChainPiece]:
    while index < len(values):
        if values[index] == _FREE:
            found = _SOMETHING.search(data, index * 4)
            if found is None:
                return
            index = found.start() // 4
        stop = _find_stretch_end(values, base, index)
        if stop < len(values) and (values[stop] != _FREE or stop == index):
            yield ChainPiece(base + index, base + stop, values[stop])
            index = stop + 1
        else:  # runs on into the next page, or into a free cluster
            yield ChainPiece(base + index, base + stop - 1, base + stop)
            index = stop


def _find_stretch_end(values: array[int], base: int, index: int) -> int:
    """The first place from ``index`` on whose entry is not its number plus one: by steps that double, then halve."""
    step = 1
    while _is_stretch(values, base, index, step):
        index, step = index + step, step * 2
    while step:
        if _is_stretch(values, base, index, step):
            index += step
        step //= 2
    return index


def _is_stretch(values: array[int], base: int, index: int, length: int) -> bool:
    end = index + length
    return end <= len(values) and values[index:end] == array("I", range(base + index + 1, base + end + 1))


def to_runs(chain: Chain, heap_offset: int, cluster_size: int) -> list[Run]:
    """Return the places of a chain's bytes on the drive."""
    return [
        Run(heap_offset + (p.first - 2) * cluster_size, (p.last - p.first + 1) * cluster_size) for p in chain.pieces
    ]
