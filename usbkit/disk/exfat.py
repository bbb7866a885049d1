"""Lay out a tree as an exFAT volume: frames, directories, metadata. Pure.

Allocation bitmap and up-case table come first in the cluster heap, in a space of the same size for all drives of a
class; ``placement`` places files and directories, which need no FAT chain (NoFatChain).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.disk.image import ALIGNMENT, Extent, TreeFile
from usbkit.disk.names import encode
from usbkit.disk.placement import ClusterRange, Frame, Placement, align, place, walk_chains
from usbkit.disk.structures import exfat
from usbkit.disk.structures.mbr import TYPE_NTFS_EXFAT
from usbkit.disk.tree import Directory, PlacedTree
from usbkit.disk.upcase import checksum as checksum_table
from usbkit.disk.upcase import table_bytes, upcase
from usbkit.disk.volume import PAGE, VolumeSettings, metadata

#: Cluster size by the volume's largest size, as Windows formats.
_CONVENTION = ((256 * 2**20, 4096), (32 * 2**30, 32768))
_LARGEST_CLUSTER = 131_072
_ROOT_ENTRIES = 3  # label, bitmap, up-case table


@dataclass(frozen=True, slots=True)
class ExFat:
    """The ``FileSystem`` for exFAT."""

    name: str = "exfat"
    partition_type: int = TYPE_NTFS_EXFAT
    largest_file: int = exfat.LARGEST_FILE

    def cluster_sizes(self, drive_class: int, sector_size: int) -> Sequence[int]:
        conventional = next((c for most, c in _CONVENTION if drive_class <= most), _LARGEST_CLUSTER)
        return [conventional >> n for n in range(conventional.bit_length()) if conventional >> n >= sector_size]

    def frame(self, drive_class: int, cluster_size: int, sector_size: int) -> Frame:
        fat_length = align(drive_class // cluster_size * exfat.ENTRY_SIZE, ALIGNMENT)
        return Frame(
            cluster_size=cluster_size,
            fat_offset=2 * ALIGNMENT,  # the boot regions have the partition's first erase unit to themselves
            fat_length=fat_length,
            heap_offset=2 * ALIGNMENT + fat_length,
            front=_table_chain(drive_class, cluster_size).end - exfat.FIRST_CLUSTER,
            least=1,
            most=min(exfat.MOST_CLUSTERS, drive_class // cluster_size),
            largest=drive_class,
        )

    def measure_directories(self, tree: PlacedTree) -> Mapping[str, int]:
        return {
            d.path: (sum(map(_count_entries, d.names())) + (0 if d.path else _ROOT_ENTRIES))
            * exfat.DIRECTORY_ENTRY_SIZE
            for d in tree.directories
        }

    def place(self, frame: Frame, tree: PlacedTree, directory_sizes: Mapping[str, int]) -> Placement:
        return place(frame, tree, directory_sizes, {})

    def check(self, files: Sequence[TreeFile], directory_sizes: Mapping[str, int]) -> list[Finding]:
        return [_too_full(path) for path, size in directory_sizes.items() if size > exfat.DIRECTORY_LARGEST]

    def make_metadata(self, tree: PlacedTree, placement: Placement, settings: VolumeSettings) -> Iterator[Extent]:
        volume = _Volume.plan(placement, settings)
        boot = _make_boot_region(volume) * 2
        yield from metadata(settings.start * settings.sector_size, boot, "boot regions", len(boot))
        yield from _make_fat(volume)
        yield from _make_bitmap(volume)
        yield from volume.fill(volume.table, table_bytes(), "up-case table")
        for directory in tree.directories:
            chain = placement.directories[directory.path]
            yield from volume.fill(chain, _make_directory(directory, volume), f"{directory.path}/")


@dataclass(frozen=True, slots=True)
class _Volume:
    """A placement with the two structures that exFAT keeps in the heap."""

    placement: Placement
    settings: VolumeSettings
    bitmap: ClusterRange
    table: ClusterRange

    @classmethod
    def plan(cls, placement: Placement, settings: VolumeSettings) -> _Volume:
        frame = placement.frame
        bitmap = ClusterRange(exfat.FIRST_CLUSTER, frame.clusters_for(-(-settings.clusters // 8)))
        return cls(placement, settings, bitmap, _table_chain(frame.largest, frame.cluster_size))

    @property
    def root(self) -> ClusterRange:
        return self.placement.directories[""]

    def chains(self) -> list[ClusterRange]:
        """All that is allocated, by place."""
        return [self.bitmap, self.table, *walk_chains(self.placement)]

    def fill(self, chain: ClusterRange, data: bytes, what: str) -> Iterator[Extent]:
        """``data`` in the clusters of ``chain``, with zeros to their end."""
        frame = self.placement.frame
        return metadata(frame.offset_of(chain.first), data, what, chain.count * frame.cluster_size)


def _table_chain(drive_class: int, cluster_size: int) -> ClusterRange:
    """The up-case table stands behind the room that the bitmap of the class's largest drive takes."""
    bitmap_room = align(drive_class // cluster_size // 8, cluster_size) // cluster_size
    return ClusterRange(exfat.FIRST_CLUSTER + bitmap_room, align(len(table_bytes()), cluster_size) // cluster_size)


def _too_full(path: str) -> Finding:
    what = _("the folder needs more than the 256 MiB of entries that exFAT holds in one")
    return Finding("folder-too-full", what, Place(path or "/"), _("Split it into several folders."))


def _count_entries(name: str) -> int:
    return 2 + _count_names(name)


def _count_names(name: str) -> int:
    return -(-len(encode(name)) // (2 * exfat.NAME_UNITS))


def _make_boot_region(volume: _Volume) -> bytes:
    """One boot region of twelve sectors (3): boot sector, eight extended ones, parameters, reserved, checksum."""
    settings, frame = volume.settings, volume.placement.frame
    sector = settings.sector_size
    used = sum(c.count for c in volume.chains())
    boot = exfat.BootSector(
        partition_offset=settings.start,
        volume_length=settings.sectors,
        fat_offset=frame.fat_offset // sector - settings.start,
        fat_length=frame.fat_length // sector,
        cluster_heap_offset=frame.heap_offset // sector - settings.start,
        cluster_count=settings.clusters,
        root_cluster=volume.root.first,
        volume_serial=settings.volume_id,
        bytes_per_sector_shift=sector.bit_length() - 1,
        sectors_per_cluster_shift=(frame.cluster_size // sector).bit_length() - 1,
        percent_in_use=used * 100 // settings.clusters,
    )
    extended = exfat.EXTENDED_SIGNATURE.to_bytes(4, "little").rjust(sector, b"\0")
    checked = boot.to_bytes().ljust(sector, b"\0") + extended * len(exfat.EXTENDED_BOOT_SECTORS) + bytes(2 * sector)
    checksum = exfat.checksum_boot_region(checked).to_bytes(4, "little")
    return checked + checksum * (sector // len(checksum))


def _make_fat(volume: _Volume) -> Iterator[Extent]:
    """Chains for the bitmap, the table and the root alone: all else is marked NoFatChain (4.1)."""
    frame = volume.placement.frame
    pages: dict[int, bytearray] = {}
    for first, entries in (
        (0, [exfat.ENTRY_0, exfat.ENTRY_1]),
        *((c.first, _link(c)) for c in (volume.bitmap, volume.table, volume.root)),
    ):
        for number, entry in enumerate(entries, first):
            page, at = divmod(number * exfat.ENTRY_SIZE, PAGE)
            pages.setdefault(page, bytearray(PAGE))[at : at + exfat.ENTRY_SIZE] = entry.to_bytes(4, "little")
    ends = [*sorted(pages)[1:], frame.fat_length // PAGE]
    for page, end in zip(sorted(pages), ends, strict=True):
        yield from metadata(frame.fat_offset + page * PAGE, bytes(pages[page]), "FAT", (end - page) * PAGE)


def _link(chain: ClusterRange) -> list[int]:
    return [*range(chain.first + 1, chain.end), exfat.END_OF_CHAIN]


def _make_bitmap(volume: _Volume) -> Iterator[Extent]:
    """7.1.5: one bit a cluster, the lowest first, set where it is allocated."""
    chains = volume.chains()
    last = max(c.end for c in chains) - exfat.FIRST_CLUSTER
    bits = bytearray(-(-last // 8))
    for chain in chains:
        _set_bits(bits, chain.first - exfat.FIRST_CLUSTER, chain.end - exfat.FIRST_CLUSTER)
    return volume.fill(volume.bitmap, bytes(bits), "allocation bitmap")


def _set_bits(bits: bytearray, start: int, end: int) -> None:
    whole_start, whole_end = -(-start // 8), end // 8
    if whole_start < whole_end:
        bits[whole_start:whole_end] = b"\xff" * (whole_end - whole_start)
        edges = (*range(start, whole_start * 8), *range(whole_end * 8, end))
    else:
        edges = (*range(start, end),)
    for bit in edges:
        bits[bit // 8] |= 1 << bit % 8


def _make_directory(directory: Directory, volume: _Volume) -> bytes:
    """The entry sets of one directory, in order of name (7)."""
    placement = volume.placement
    sets = [] if directory.path else [_make_root_entries(volume)]
    for name in directory.names():
        child = directory.directories.get(name)
        if child is not None:
            chain = placement.directories[child.path]
            size, attributes = chain.count * placement.frame.cluster_size, exfat.ATTR_DIRECTORY
        else:
            file = directory.files[name]
            chain, size, attributes = placement.files[file.path], file.size, exfat.ATTR_READ_ONLY
        sets.append(_make_set(name, chain, size, attributes, volume.settings))
    return b"".join(sets)


def _make_root_entries(volume: _Volume) -> bytes:
    label = encode(volume.settings.label)
    table = table_bytes()
    entries = (
        exfat.LabelEntry(units=len(label) // 2, label=label),
        exfat.BitmapEntry(first_cluster=volume.bitmap.first, length=-(-volume.settings.clusters // 8)),
        exfat.UpcaseEntry(checksum=checksum_table(table), first_cluster=volume.table.first, length=len(table)),
    )
    return b"".join(e.to_bytes() for e in entries)


def _make_set(name: str, chain: ClusterRange, size: int, attributes: int, settings: VolumeSettings) -> bytes:
    """File, stream and name entries with their checksum (6.3, 7.4, 7.6, 7.7)."""
    units, stamp = encode(name), settings.stamp
    file = exfat.FileEntry(
        secondary_count=1 + _count_names(name),
        attributes=attributes,
        created_time=stamp.time,
        created_date=stamp.date,
        modified_time=stamp.time,
        modified_date=stamp.date,
        accessed_time=stamp.time,
        accessed_date=stamp.date,
        created_tens=stamp.tens,
        modified_tens=stamp.tens,
        created_zone=stamp.zone,
        modified_zone=stamp.zone,
        accessed_zone=stamp.zone,
    )
    stream = exfat.StreamEntry(
        flags=exfat.ALLOCATION_POSSIBLE | (exfat.NO_FAT_CHAIN if chain.count else 0),
        name_units=len(units) // 2,
        name_hash=exfat.hash_name(upcase(units)),
        valid_length=size,
        first_cluster=chain.first,
        length=size,
    )
    room = 2 * exfat.NAME_UNITS
    names = [exfat.NameEntry(name=units[i : i + room]).to_bytes() for i in range(0, len(units), room)]
    entries = b"".join((file.to_bytes(), stream.to_bytes(), *names))
    return entries[:2] + exfat.checksum_set(entries).to_bytes(2, "little") + entries[4:]
