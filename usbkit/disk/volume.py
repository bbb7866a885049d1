"""What every file system answers so that `layout` can treat them alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from usbkit.core.content import Made, Zeros
from usbkit.core.errors import Finding
from usbkit.disk.dates import Stamp
from usbkit.disk.image import Extent, ExtentKind, TreeFile
from usbkit.disk.placement import Frame, Placement
from usbkit.disk.tree import Tree


@dataclass(frozen=True, slots=True)
class VolumeSettings:
    """A volume's own properties. ``start`` and ``sectors`` of its partition, in sectors of ``sector_size`` bytes."""

    sector_size: int
    start: int
    sectors: int
    clusters: int
    label: str
    volume_id: int
    stamp: Stamp


#: Metadata is cut into data and zeros at multiples of this many bytes, the largest sector.
PAGE = 4096


class FileSystem(Protocol):
    """One file system's part of a layout."""

    @property
    def name(self) -> str: ...

    @property
    def partition_type(self) -> int: ...

    @property
    def largest_file(self) -> int: ...

    def cluster_sizes(self, drive_class: int, sector_size: int) -> Sequence[int]:
        """Those to try for drives of a class: the conventional one, then smaller ones."""

    def frame(self, drive_class: int, cluster_size: int, sector_size: int) -> Frame: ...

    def measure_directories(self, tree: Tree) -> Mapping[str, int]:
        """Bytes that each directory's entries take, by path."""

    def place(self, frame: Frame, tree: Tree, directory_sizes: Mapping[str, int]) -> Placement: ...

    def check(self, files: Sequence[TreeFile], directory_sizes: Mapping[str, int]) -> list[Finding]:
        """What of this tree the file system cannot hold."""

    def make_metadata(self, tree: Tree, placement: Placement, settings: VolumeSettings) -> Iterator[Extent]:
        """All that a reader of the volume interprets."""


def metadata(offset: int, data: bytes, what: str, length: int) -> Iterator[Extent]:
    """``length`` bytes: ``data``, and the zeros behind it, cut where a page ends so that writers need not patch."""
    data = data.ljust(min(-(-len(data) // PAGE) * PAGE, length), b"\0")
    yield Extent(offset, Made(data), ExtentKind.METADATA, what)
    if length > len(data):
        yield Extent(offset + len(data), Zeros(length - len(data)), ExtentKind.METADATA, what)
