"""Place files and directories among a volume's clusters, for any file system. Pure arithmetic.

Videos come first, each at an erase unit's boundary that depends only on the videos before it; directories and small
files follow. Everything is contiguous.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from usbkit.disk.image import ALIGNMENT, TreeFile
from usbkit.disk.tree import PlacedTree

FIRST_CLUSTER = 2  # FAT 4 and exFAT 4.1: the cluster heap begins with number 2
SMALLEST_CLASS = 2**26


@dataclass(frozen=True, slots=True)
class Frame:
    """The space that one cluster size leaves for files. Sizes and offsets in bytes, from the drive's start.

    A frame is valid for all drives of a class (capacities up to a power of two), so that sticks that differ by a few
    sectors get the same places. ``front`` clusters at the heap's start belong to the file system; a volume has between
    ``least`` and ``most`` clusters, none beyond ``largest``, the class's largest capacity.
    """

    cluster_size: int
    fat_offset: int
    fat_length: int
    heap_offset: int
    front: int
    least: int
    most: int
    largest: int

    def count_clusters(self, capacity: int) -> int:
        """Return the clusters of a volume on a drive of ``capacity`` bytes; may be too few."""
        return max(0, min((min(capacity, self.largest) - self.heap_offset) // self.cluster_size, self.most))

    def offset_of(self, cluster: int) -> int:
        return self.heap_offset + (cluster - FIRST_CLUSTER) * self.cluster_size

    def clusters_for(self, size: int) -> int:
        return -(-size // self.cluster_size)


@dataclass(frozen=True, slots=True)
class ClusterRange:
    """``count`` clusters from ``first`` on; both are 0 for an empty file."""

    first: int
    count: int

    @property
    def end(self) -> int:
        return self.first + self.count


@dataclass(frozen=True)
class Placement:
    """The clusters of each directory and file by path, and the first cluster after them."""

    frame: Frame
    directories: Mapping[str, ClusterRange]
    files: Mapping[str, ClusterRange]
    end: int

    @property
    def needed(self) -> int:
        """The fewest clusters of a volume that holds this placement."""
        return max(self.end - FIRST_CLUSTER, self.frame.least)

    @property
    def smallest_drive(self) -> int | None:
        """The fewest bytes of a drive that holds this placement, None if no drive of the frame's class does."""
        size = self.frame.heap_offset + self.needed * self.frame.cluster_size
        return size if self.needed <= self.frame.count_clusters(size) else None


def classify(capacity: int) -> int:
    """Return the class of a drive: the smallest power of two, from 64 MiB, that is at least ``capacity``."""
    return max(SMALLEST_CLASS, 1 << (capacity - 1).bit_length())


def align(value: int, unit: int) -> int:
    """Return ``value`` rounded up to a multiple of ``unit``."""
    return -(-value // unit) * unit


def place(
    frame: Frame, tree: PlacedTree, directory_sizes: Mapping[str, int], front: Mapping[str, ClusterRange]
) -> Placement:
    """Place all of ``tree``. ``directory_sizes`` in bytes by path; directories in ``front`` are already placed."""
    unit = max(1, ALIGNMENT // frame.cluster_size)
    cursor = FIRST_CLUSTER + frame.front
    files: dict[str, ClusterRange] = {}
    for file in tree.leading:
        cursor = FIRST_CLUSTER + align(cursor - FIRST_CLUSTER, unit)
        cursor = _put(files, file, cursor, frame)
    directories = dict(front)
    for directory in tree.directories:
        if directory.path not in directories:
            chain = ClusterRange(cursor, frame.clusters_for(directory_sizes[directory.path]))
            directories[directory.path], cursor = chain, chain.end
    for file in tree.following:
        cursor = _put(files, file, cursor, frame)
    return Placement(frame, directories, files, cursor)


def _put(files: dict[str, ClusterRange], file: TreeFile, cursor: int, frame: Frame) -> int:
    count = frame.clusters_for(file.size)
    files[file.path] = ClusterRange(cursor, count) if count else ClusterRange(0, 0)
    return cursor + count


def walk_chains(placement: Placement) -> Iterator[ClusterRange]:
    """Yield all cluster ranges in use, in order of place."""
    chains = [c for c in (*placement.directories.values(), *placement.files.values()) if c.count]
    return iter(sorted(chains, key=lambda c: c.first))
