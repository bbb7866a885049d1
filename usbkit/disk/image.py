"""An image: the bytes of a whole drive as a list of extents, produced on demand. Values only; no I/O.

A file system's layout (``fat32``, ``exfat``) makes an ``Image``; writers carry it out and decide nothing.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from usbkit.core.content import Content, FileRange, Made
from usbkit.core.messages import Text

#: The flash's erase unit by which partition, FATs, cluster heap and videos are aligned, in bytes.
ALIGNMENT = 4 * 2**20
#: Where the gap before the partition holds the record of an unfinished write: bytes from the drive's start.
JOB_RECORD_OFFSET = 2**20
JOB_RECORD_LENGTH = 4096

_ZEROS = bytes(2**20)


class ExtentKind(StrEnum):
    """Why bytes are written; it determines the order of writing (design section 8)."""

    TABLE = "table"  # the partition table's sector: written last, so that a half-written drive has none
    METADATA = "metadata"  # all that a reader of the file system interprets
    DATA = "data"  # a file's bytes
    SLACK = "slack"  # zeros from a file's end to its cluster's end, so that nothing old stays there
    GAP = "gap"  # zeros in the gap before the partition, where the job record stood while writing


@dataclass(frozen=True, slots=True)
class Extent:
    """``content`` at ``offset`` bytes from the drive's start. ``what`` is the file's path or the structure's name."""

    offset: int
    content: Content
    kind: ExtentKind
    what: str

    @property
    def length(self) -> int:
        return self.content.length

    @property
    def end(self) -> int:
        return self.offset + self.content.length


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A file to lay out. ``leads`` is true for videos, which are placed first, at multiples of 4 MiB."""

    path: str
    content: Content
    sha256: str
    leads: bool

    @property
    def size(self) -> int:
        return self.content.length


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """The place of a file's bytes: one contiguous run (offset in bytes from the drive's start; 0 for an empty file)."""

    path: str
    offset: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ClusterWeight:
    """The cost of a cluster size, in bytes to write: its FATs, and slack after the files."""

    cluster_size: int
    fats: int
    slack: int


@dataclass(frozen=True)
class Image:
    """A whole drive. ``extents`` are sorted and disjoint, and together begin and end on sector boundaries; bytes
    between them are not written, since no reader interprets them.

    ``size`` is whole sectors; ``heap_offset`` is the start of cluster 2, in bytes from the drive's start; ``why`` is
    the reason for the file system, ``weights`` the cost of each cluster size.
    """

    size: int
    sector_size: int
    filesystem: str
    cluster_size: int
    label: str
    volume_id: int
    disk_id: int
    extents: tuple[Extent, ...]
    files: tuple[PlacedFile, ...]
    partition_offset: int = ALIGNMENT
    heap_offset: int = 0
    clusters: int = 0
    why: Text | None = None
    weights: tuple[ClusterWeight, ...] = ()

    @property
    def written(self) -> int:
        """Bytes that writing this image writes."""
        return sum(e.length for e in self.extents)

    def metadata_digest(self) -> str:
        """Return the SHA-256 (hex) over the metadata and the partition table, which identifies an untouched drive."""
        return self._metadata_digest

    @functools.cached_property
    def _metadata_digest(self) -> str:
        return digest_metadata(e for e in self.extents if e.kind in (ExtentKind.TABLE, ExtentKind.METADATA))


def digest_metadata(extents: Iterable[Extent]) -> str:
    """Return the SHA-256 over metadata in order of offset: for each contiguous stretch its offset and length (8 bytes
    each, little-endian), then its bytes.

    The division into extents does not matter, so a reader, which knows only the structures, gets the same digest.
    """
    runs = [RunOfBytes(e.offset, e.length, _pieces(e.content)) for e in sorted(extents, key=lambda e: e.offset)]
    return digest_runs(runs)


@dataclass(frozen=True, slots=True)
class RunOfBytes:
    """``length`` bytes at ``offset``, produced by ``pieces``."""

    offset: int
    length: int
    pieces: Iterable[bytes | memoryview]


def digest_runs(runs: Iterable[RunOfBytes]) -> str:
    """Like ``digest_metadata``, for bytes instead of extents; ``runs`` sorted and disjoint."""
    ordered = list(runs)
    sha = hashlib.sha256()
    for stretch in _stretches(ordered):
        sha.update(stretch[0].offset.to_bytes(8, "little") + sum(r.length for r in stretch).to_bytes(8, "little"))
        for run in stretch:
            for piece in run.pieces:
                sha.update(piece)
    return sha.hexdigest()


def _stretches(runs: list[RunOfBytes]) -> Iterator[list[RunOfBytes]]:
    """``runs`` in groups without a gap."""
    starts = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(runs)) if a.offset + a.length != b.offset), len(runs)]
    return (runs[a:b] for a, b in pairwise(starts) if a < b)


def _pieces(content: Content) -> Iterator[bytes | memoryview]:
    if isinstance(content, FileRange):
        raise TypeError("metadata never comes from a file")
    if isinstance(content, Made):
        yield content.data
        return
    for start in range(0, content.length, len(_ZEROS)):
        yield memoryview(_ZEROS)[: content.length - start]
