"""An image: the bytes of a whole drive as a list of extents, produced on demand. Values only; no I/O.

The layout of a file system (``fat32``, ``exfat``) makes an `Image`; writers carry it out and decide nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from usbkit.content import Content, Made


class ExtentKind(StrEnum):
    """Why bytes are written; the order in which a drive is written follows from it (design section 8)."""

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
    """A file to lay out. ``leads`` is true for videos, which come first on 4 MiB boundaries."""

    path: str
    content: Content
    sha256: str
    leads: bool

    @property
    def size(self) -> int:
        return self.content.length


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """Where a file's bytes are: one contiguous run (offset in bytes from the drive's start)."""

    path: str
    offset: int
    size: int
    sha256: str


@dataclass(frozen=True)
class Image:
    """A whole drive. ``extents`` are sorted, do not overlap, and begin and end on sector boundaries as a whole;

    bytes between them are not written: no reader interprets them.
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

    @property
    def written(self) -> int:
        """Bytes that writing this image writes."""
        return sum(e.length for e in self.extents)

    def metadata_digest(self) -> str:
        """SHA-256 (hex) over the metadata and the table, in order of offset: what tells an untouched drive."""
        return digest_metadata([e for e in self.extents if e.kind in (ExtentKind.TABLE, ExtentKind.METADATA)])


def digest_metadata(extents: Sequence[Extent]) -> str:
    """SHA-256 over each extent's offset (8 bytes, little-endian), length (8 bytes) and bytes, in order of offset."""
    sha = hashlib.sha256()
    for extent in sorted(extents, key=lambda e: e.offset):
        assert isinstance(extent.content, Made)
        sha.update(extent.offset.to_bytes(8, "little") + extent.length.to_bytes(8, "little"))
        sha.update(extent.content.data)
    return sha.hexdigest()
