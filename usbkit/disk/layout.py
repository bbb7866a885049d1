"""Lay out a tree of files as an image of a given capacity: the single entry point for all file systems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from usbkit.core.content import Made, Zeros
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import Text, _
from usbkit.core.nominal_size import shop_size
from usbkit.core.units import format_size
from usbkit.disk.dates import check_moment, encode_moment
from usbkit.disk.fat32 import Fat32
from usbkit.disk.image import (
    ALIGNMENT,
    JOB_RECORD_LENGTH,
    JOB_RECORD_OFFSET,
    ClusterWeight,
    Extent,
    ExtentKind,
    Image,
    PlacedFile,
    TreeFile,
)
from usbkit.disk.mbr import MOST_SECTORS, make_table
from usbkit.disk.names import check_label, check_paths
from usbkit.disk.placement import SMALLEST_CLASS, Placement, classify
from usbkit.disk.tree import PlacedTree, grow
from usbkit.disk.volume import FileSystem, VolumeSettings

#: Rises where the same tree, capacity and options come to give other bytes.
LAYOUT_VERSION = 1

SECTOR_SIZES = (512, 4096)
#: The largest drive that gets FAT32 by itself: the largest sticks sold as such. Beyond it each FAT passes 32 MiB, which
#: televisions and cars read through at every start, and exFAT's bitmap is a tenth of it.
LARGEST_AUTO_FAT32 = 256 * 10**9
_WEIGHED = 4  # cluster sizes, from the conventional one down
LARGEST_CLASS = 2**44  # 4,096-byte sectors at the partition table's limit


@dataclass(frozen=True, slots=True)
class LayoutOptions:
    """The inputs of a layout besides the tree. ``capacity`` in bytes; ``timestamp`` from the edition, with its UTC
    offset.
    """

    capacity: int
    label: str
    volume_id: int
    disk_id: int
    timestamp: dt.datetime
    sector_size: int = 512
    filesystem: Literal["auto", "fat32", "exfat"] = "auto"


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """A file system and why it was chosen."""

    filesystem: FileSystem
    why: Text


def filesystem_named(name: Literal["fat32", "exfat"]) -> FileSystem:
    """Return the file system called ``name``."""
    if name == "fat32":
        return Fat32()
    from usbkit.disk.exfat import ExFat  # most drives have no use for it

    return ExFat()


def lay_out(files: Sequence[TreeFile], options: LayoutOptions) -> Image:
    """Return the image of a drive of ``options.capacity`` bytes that holds exactly ``files``.

    Raises InputError if they do not fit (by how much, and the smallest size that does), if a file is too large for the
    requested file system, or if a name or the label cannot be stored.
    """
    choice = choose_filesystem(files, options)
    tree, sizes = _prepare(choice.filesystem, files, options)
    placement = _place(choice.filesystem, tree, sizes, options)
    if placement is None:
        raise _too_small(files, options)
    return _make_image(tree, placement, choice, options)


def smallest_capacity(files: Sequence[TreeFile], options: LayoutOptions) -> int:
    """Return the fewest bytes of a drive for which ``lay_out`` succeeds (``options.capacity`` is ignored)."""
    filesystem = choose_filesystem(files, replace(options, capacity=0)).filesystem
    smallest = _smallest(filesystem, files, options)
    if options.filesystem != "auto" or filesystem.name != "fat32" or smallest <= LARGEST_AUTO_FAT32:
        return smallest
    return max(LARGEST_AUTO_FAT32 + options.sector_size, _smallest(filesystem_named("exfat"), files, options))


def choose_filesystem(files: Sequence[TreeFile], options: LayoutOptions) -> ClusterChoice:
    """Choose the file system for ``files`` on a drive of ``options.capacity`` bytes, with the reason."""
    if options.filesystem != "auto":
        return ClusterChoice(filesystem_named(options.filesystem), _("{name}, as asked for", name=options.filesystem))
    largest = max(files, key=lambda f: (f.size, f.path), default=None)
    if largest is not None and largest.size > filesystem_named("fat32").largest_file:
        size = format_size(largest.size)
        why = _("exFAT, since {path} has {size} and FAT32 ends just below 4 GiB", path=largest.path, size=size)
        return ClusterChoice(filesystem_named("exfat"), why)
    limit = format_size(LARGEST_AUTO_FAT32)
    if options.capacity > LARGEST_AUTO_FAT32:
        size = format_size(options.capacity)
        why = _("exFAT, since the drive has {size} and FAT32 is taken up to {limit}", size=size, limit=limit)
        return ClusterChoice(filesystem_named("exfat"), why)
    why = _("FAT32, which everything reads: no file of 4 GiB, and a drive of at most {limit}", limit=limit)
    return ClusterChoice(filesystem_named("fat32"), why)


def _prepare(
    filesystem: FileSystem, files: Sequence[TreeFile], options: LayoutOptions
) -> tuple[PlacedTree, Mapping[str, int]]:
    """The tree and the bytes of its directories; InputError with all that cannot be held."""
    findings = check_paths([f.path for f in files])
    fault = check_label(options.label, filesystem.name)
    if fault is not None:
        findings.append(Finding("label-unfit", fault, todo=_("Choose a label such as FORUM2020.")))
    if options.sector_size not in SECTOR_SIZES:
        what = _("sectors of {size} bytes; 512 and 4096 are supported", size=options.sector_size)
        findings.append(Finding("sector-size", what))
    fault = check_moment(options.timestamp)
    if fault is not None:
        findings.append(Finding("edition-date", fault, todo=_("Correct the edition's date.")))
    if findings:
        raise InputError(*findings)
    tree = grow(files)
    sizes = filesystem.measure_directories(tree)
    if findings := filesystem.check(files, sizes):
        raise InputError(*findings)
    return tree, sizes


def _place(
    filesystem: FileSystem, tree: PlacedTree, sizes: Mapping[str, int], options: LayoutOptions
) -> Placement | None:
    """The first placement that fits: the drive's own class and conventional cluster size, then smaller clusters.

    Smaller classes come last. They matter just above a power of two, where the FAT for the larger class would take the
    room that a drive one sector smaller still had: so what fits a drive fits every larger one.
    """
    total = sum(f.size for f in (*tree.leading, *tree.following))
    for drive_class in _classes(classify(_usable(options)), total):
        for placement in _placements(filesystem, tree, sizes, drive_class, options.sector_size):
            if placement.needed <= placement.frame.count_clusters(_usable(options)):
                return placement
    return None


def _placements(
    filesystem: FileSystem, tree: PlacedTree, sizes: Mapping[str, int], drive_class: int, sector_size: int
) -> Iterator[Placement]:
    for cluster_size in filesystem.cluster_sizes(drive_class, sector_size):
        yield filesystem.place(filesystem.frame(drive_class, cluster_size, sector_size), tree, sizes)


def _classes(largest: int, total: int) -> Iterator[int]:
    """Classes from ``largest`` down that can hold ``total`` bytes."""
    while largest >= max(SMALLEST_CLASS, total):
        yield largest
        largest //= 2


def _usable(options: LayoutOptions) -> int:
    """Bytes that a partition may reach: whole sectors, within the partition table's 32 bits."""
    return min(options.capacity // options.sector_size, MOST_SECTORS) * options.sector_size


def _smallest(filesystem: FileSystem, files: Sequence[TreeFile], options: LayoutOptions) -> int:
    tree, sizes = _prepare(filesystem, files, options)
    total = sum(f.size for f in files)
    found: int | None = None
    for drive_class in reversed(list(_classes(LARGEST_CLASS, total))):
        least = drive_class // 2 + options.sector_size if drive_class > SMALLEST_CLASS else 0
        if found is not None and found < least:
            return found
        for placement in _placements(filesystem, tree, sizes, drive_class, options.sector_size):
            size = placement.smallest_drive
            if size is not None and size <= MOST_SECTORS * options.sector_size:
                found = min(found or LARGEST_CLASS, max(size, least))
    if found is None:
        raise InputError.of("no-drive-so-large", _("no drive with a partition table of this kind holds these files"))
    return found


def _too_small(files: Sequence[TreeFile], options: LayoutOptions) -> InputError:
    smallest = smallest_capacity(files, options)
    what = _(
        "the drive is too small: {capacity}; {needed} are needed, {missing} short",
        capacity=format_size(options.capacity),
        needed=format_size(smallest),
        missing=format_size(smallest - options.capacity),
    )
    size = format_size(shop_size(smallest))
    return InputError(Finding("drive-too-small", what, todo=_("Take a drive sold as {size} or more.", size=size)))


def _make_image(tree: PlacedTree, placement: Placement, choice: ClusterChoice, options: LayoutOptions) -> Image:
    frame, filesystem = placement.frame, choice.filesystem
    clusters = frame.count_clusters(_usable(options))
    start, end = ALIGNMENT // options.sector_size, _usable(options) // options.sector_size
    if clusters < (_usable(options) - frame.heap_offset) // frame.cluster_size:  # a smaller class: see _place
        end = (frame.heap_offset + clusters * frame.cluster_size) // options.sector_size
    settings = VolumeSettings(
        sector_size=options.sector_size,
        start=start,
        sectors=end - start,
        clusters=clusters,
        label=options.label,
        volume_id=options.volume_id,
        stamp=encode_moment(options.timestamp),
    )
    extents = [
        *_make_drive_extents(filesystem, settings, options),
        *filesystem.make_metadata(tree, placement, settings),
        *_make_data_extents(tree, placement),
    ]
    return Image(
        size=options.capacity - options.capacity % options.sector_size,
        sector_size=options.sector_size,
        filesystem=filesystem.name,
        cluster_size=frame.cluster_size,
        label=options.label,
        volume_id=options.volume_id,
        disk_id=options.disk_id,
        extents=tuple(sorted(extents, key=lambda e: e.offset)),
        files=tuple(_make_records(tree, placement)),
        heap_offset=frame.heap_offset,
        clusters=clusters,
        why=choice.why,
        weights=tuple(_weigh(tree, placement, filesystem, options.sector_size)),
    )


def _weigh(tree: PlacedTree, placement: Placement, filesystem: FileSystem, sector_size: int) -> Iterator[ClusterWeight]:
    """What each cluster size costs this very tree: FATs that must be written, slack that must be zeroed."""
    drive_class = placement.frame.largest
    sizes = [f.size for f in (*tree.leading, *tree.following)]
    for cluster_size in filesystem.cluster_sizes(drive_class, sector_size)[:_WEIGHED]:
        frame = filesystem.frame(drive_class, cluster_size, sector_size)
        slack = sum(-size % cluster_size for size in sizes)
        yield ClusterWeight(cluster_size, frame.heap_offset - frame.fat_offset, slack)


def _make_drive_extents(filesystem: FileSystem, settings: VolumeSettings, options: LayoutOptions) -> Iterator[Extent]:
    """The partition table, and zeros where leftovers of older tables and the job record would stand."""
    sector = options.sector_size
    table = make_table(options.disk_id, filesystem.partition_type, settings.start, settings.sectors, sector)
    yield Extent(0, Made(table), ExtentKind.TABLE, "partition table")
    yield Extent(sector, Zeros(JOB_RECORD_OFFSET - sector), ExtentKind.GAP, "gap")
    yield Extent(JOB_RECORD_OFFSET, Zeros(JOB_RECORD_LENGTH), ExtentKind.GAP, "job record")


def _make_data_extents(tree: PlacedTree, placement: Placement) -> Iterator[Extent]:
    frame = placement.frame
    for file in (*tree.leading, *tree.following):
        chain = placement.files[file.path]
        if chain.count == 0:
            continue
        offset = frame.offset_of(chain.first)
        yield Extent(offset, file.content, ExtentKind.DATA, file.path)
        slack = chain.count * frame.cluster_size - file.size
        if slack:
            yield Extent(offset + file.size, Zeros(slack), ExtentKind.SLACK, file.path)


def _make_records(tree: PlacedTree, placement: Placement) -> Iterator[PlacedFile]:
    for file in (*tree.leading, *tree.following):
        chain = placement.files[file.path]
        offset = placement.frame.offset_of(chain.first) if chain.count else 0
        yield PlacedFile(file.path, offset, file.size, file.sha256)
