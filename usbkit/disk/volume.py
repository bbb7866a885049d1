"""The interface of all file systems to ``layout``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from usbkit.core.content import Made, Zeros
from usbkit.core.errors import Finding
from usbkit.disk.dates import Stamp
from usbkit.disk.image import Extent, ExtentKind, TreeFile
from usbkit.disk.placement import Frame, Placement
from usbkit.disk.tree import PlacedTree


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
        """Return the sizes to try for drives of a class: the conventional one, then smaller ones."""

    def frame(self, drive_class: int, cluster_size: int, sector_size: int) -> Frame: ...

    def measure_directories(self, tree: PlacedTree) -> Mapping[str, int]:
        """Return the bytes of each directory's entries, by path."""

    def place(self, frame: Frame, tree: PlacedTree, directory_sizes: Mapping[str, int]) -> Placement: ...

    def check(self, files: Sequence[TreeFile], directory_sizes: Mapping[str, int]) -> list[Finding]:
        """Return why the file system cannot hold parts of this tree."""

    def make_metadata(self, tree: PlacedTree, placement: Placement, settings: VolumeSettings) -> Iterator[Extent]:
        """Yield everything that a reader of the volume interprets."""


def metadata(offset: int, data: bytes, what: str, length: int) -> Iterator[Extent]:
    """Yield ``length`` bytes: ``data``, then zeros, cut at page boundaries so that writers need no patching."""
    data = data.ljust(min(-(-len(data) // PAGE) * PAGE, length), b"\0")
    yield Extent(offset, Made(data), ExtentKind.METADATA, what)
    if length > len(data):
        yield Extent(offset + len(data), Zeros(length - len(data)), ExtentKind.METADATA, what)
