"""Lay out a tree as a FAT32 volume: frames, directories, metadata. Pure.

The root directory is at cluster 2, where simple firmware expects it; ``placement`` places everything else. Both FATs
and all directory clusters are written completely.
"""

from __future__ import annotations

import functools
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.disk.dates import Stamp
from usbkit.disk.image import ALIGNMENT, Extent, TreeFile
from usbkit.disk.names import ShortNames, encode
from usbkit.disk.placement import ClusterRange, Frame, Placement, align, place, walk_chains
from usbkit.disk.structures import fat
from usbkit.disk.structures.mbr import TYPE_FAT32_LBA
from usbkit.disk.tree import Directory, PlacedTree
from usbkit.disk.volume import PAGE, VolumeSettings, metadata

#: Cluster size by the volume's largest size, as Microsoft's table has it (FAT 3.5, DskTableFAT32).
_CONVENTION = ((256 * 2**20, 512), (8 * 2**30, 4096), (16 * 2**30, 8192), (32 * 2**30, 16384))
_LARGEST_CLUSTER = 32768  # FAT 3.1, BPB_SecPerClus: larger ones are read by some and not by others
#: The largest file, in bytes. DIR_FileSize reaches to 4 GiB less one byte, but fsck.fat (4.2) counts the bytes of a
#: file's clusters in 32 bits: it takes one whose clusters hold 4 GiB for empty, and cuts it when it is let.
LARGEST_FILE = 2**32 - _LARGEST_CLUSTER
_DOT, _DOT_DOT = b".".ljust(11), b"..".ljust(11)


@dataclass(frozen=True, slots=True)
class Fat32:
    """The ``FileSystem`` for FAT32."""

    name: str = "fat32"
    partition_type: int = TYPE_FAT32_LBA
    largest_file: int = LARGEST_FILE

    def cluster_sizes(self, drive_class: int, sector_size: int) -> Sequence[int]:
        conventional = next((c for most, c in _CONVENTION if drive_class <= most), _LARGEST_CLUSTER)
        size = max(conventional, sector_size)
        return [size >> n for n in range(size.bit_length()) if size >> n >= sector_size]

    def frame(self, drive_class: int, cluster_size: int, sector_size: int) -> Frame:
        reserved = ALIGNMENT  # so that the first FAT begins on an erase unit too
        fat_length = align(drive_class // cluster_size * fat.ENTRY_SIZE, ALIGNMENT // 2)
        return Frame(
            cluster_size=cluster_size,
            fat_offset=ALIGNMENT + reserved,
            fat_length=fat_length,
            heap_offset=ALIGNMENT + reserved + 2 * fat_length,
            front=fat.DIRECTORY_LARGEST // cluster_size,
            least=fat.LEAST_CLUSTERS + fat.CLUSTERS_MARGIN,
            most=min(fat.MOST_CLUSTERS, fat_length // fat.ENTRY_SIZE - fat.FIRST_CLUSTER),
            largest=drive_class,
        )

    def measure_directories(self, tree: PlacedTree) -> Mapping[str, int]:
        return {d.path: _count_entries(d) * fat.DIRECTORY_ENTRY_SIZE for d in tree.directories}

    def place(self, frame: Frame, tree: PlacedTree, directory_sizes: Mapping[str, int]) -> Placement:
        root = ClusterRange(fat.FIRST_CLUSTER, frame.clusters_for(directory_sizes[""]))
        return place(frame, tree, directory_sizes, {"": root})

    def check(self, files: Sequence[TreeFile], directory_sizes: Mapping[str, int]) -> list[Finding]:
        return [*_check_files(files), *_check_directories(directory_sizes)]

    def make_metadata(self, tree: PlacedTree, placement: Placement, settings: VolumeSettings) -> Iterator[Extent]:
        frame = placement.frame
        boot = _make_boot_region(placement, settings)
        yield from metadata(settings.start * settings.sector_size, boot, "boot region", len(boot))
        entries = _make_fat(placement)
        for number in (1, 2):
            offset = frame.fat_offset + (number - 1) * frame.fat_length
            yield from metadata(offset, entries, f"FAT {number}", frame.fat_length)
        for directory in tree.directories:
            chain = placement.directories[directory.path]
            data = _make_directory(directory, placement, settings)
            yield from metadata(
                frame.offset_of(chain.first), data, f"{directory.path}/", chain.count * frame.cluster_size
            )


def _check_files(files: Sequence[TreeFile]) -> Iterator[Finding]:
    for file in files:
        if file.size > LARGEST_FILE:
            what = _("{size} bytes, and FAT32 holds files of at most {most}", size=file.size, most=LARGEST_FILE)
            todo = _('Set filesystem = "exfat" or "auto", or use a smaller video.')
            yield Finding("file-too-large", what, Place(file.path), todo)


def _check_directories(sizes: Mapping[str, int]) -> Iterator[Finding]:
    for path, size in sizes.items():
        if size > fat.DIRECTORY_LARGEST:
            what = _(
                "the folder needs {count} directory entries, and FAT32 holds at most 65,536 in one",
                count=size // fat.DIRECTORY_ENTRY_SIZE,
            )
            yield Finding("folder-too-full", what, Place(path or "/"), _("Split it into several folders."))


def _count_entries(directory: Directory) -> int:
    short = ShortNames(directory.names())
    own = 1 if directory.path == "" else 2  # the label, or dot and dot-dot
    return own + sum(1 if short.is_short(n) else 1 + _count_long(n) for n in directory.names())


def _count_long(name: str) -> int:
    return -(-len(encode(name)) // (2 * fat.LONG_NAME_UNITS))


def _make_boot_region(placement: Placement, settings: VolumeSettings) -> bytes:
    """The first 32 sectors: boot sector, FSInfo and their backups (FAT 3.1, 5)."""
    sector, frame = settings.sector_size, placement.frame
    used = sum(c.count for c in walk_chains(placement))
    boot = fat.BootSector(
        bytes_per_sector=sector,
        sectors_per_cluster=frame.cluster_size // sector,
        reserved_sectors=frame.fat_offset // sector - settings.start,
        hidden_sectors=settings.start,
        total_sectors=settings.sectors,
        fat_sectors=frame.fat_length // sector,
        volume_id=settings.volume_id,
        label=_encode_label(settings.label),
    )
    info = fat.FSInfo(free_clusters=settings.clusters - used, next_free=placement.end)
    sectors = [r.to_bytes().ljust(sector, b"\0") for r in (boot, info, fat.BootTail())]
    half = b"".join(sectors).ljust(fat.BACKUP_SECTOR * sector, b"\0")
    return (half + half).ljust(fat.BOOT_REGION_SECTORS * sector, b"\0")


def _make_fat(placement: Placement) -> bytes:
    """The used part of a FAT to a page's end, so that both FATs share these bytes (FAT 4)."""
    return _fat_of(tuple(walk_chains(placement)))


@functools.lru_cache(maxsize=4)
def _fat_of(chains: tuple[ClusterRange, ...]) -> bytes:
    """Drives of one order and one class have the same FAT, and share its bytes."""
    entries = array("I", (fat.ENTRY_0, fat.ENTRY_1))
    assert entries.itemsize == fat.ENTRY_SIZE
    for chain in chains:
        entries.frombytes(bytes((chain.first - len(entries)) * fat.ENTRY_SIZE))
        entries.extend(range(chain.first + 1, chain.end))
        entries.append(fat.END_OF_CHAIN)
    if sys.byteorder == "big":
        entries.byteswap()
    entries.frombytes(bytes(-len(entries) * fat.ENTRY_SIZE % PAGE))
    return entries.tobytes()


def _encode_label(label: str) -> bytes:
    """FAT 6.1: upper case, in a code page that `usbkit.disk.names.check_label` has kept to ASCII."""
    return label.upper().encode("ascii").ljust(11)


def _make_directory(directory: Directory, placement: Placement, settings: VolumeSettings) -> bytes:
    """The entries of one directory, in order of name (FAT 6 and 7)."""
    stamp, short_names = settings.stamp, ShortNames(directory.names())
    entries = [*_own_entries(directory, placement, settings)]
    for name in directory.names():
        child = directory.directories.get(name)
        if child is not None:
            chain, attributes, size = placement.directories[child.path], fat.ATTR_DIRECTORY, 0
        else:
            file = directory.files[name]
            chain, attributes, size = placement.files[file.path], fat.ATTR_READ_ONLY, file.size
        short, is_whole = short_names.give(name)
        if not is_whole:
            entries += _make_long_entries(name, fat.checksum_short_name(short))
        entries.append(_make_entry(short, attributes, chain.first, size, stamp))
    return b"".join(entries)


def _own_entries(directory: Directory, placement: Placement, settings: VolumeSettings) -> Iterator[bytes]:
    """The volume label in the root; dot and dot-dot elsewhere (FAT 6.5). A parent that is the root has number 0."""
    if directory.path == "":
        yield _make_entry(_encode_label(settings.label), fat.ATTR_VOLUME_ID, 0, 0, settings.stamp)
        return
    parent = directory.path.rpartition("/")[0]
    above = placement.directories[parent].first if parent else 0
    for name, cluster in ((_DOT, placement.directories[directory.path].first), (_DOT_DOT, above)):
        yield _make_entry(name, fat.ATTR_DIRECTORY, cluster, 0, settings.stamp)


def _make_entry(name: bytes, attributes: int, cluster: int, size: int, stamp: Stamp) -> bytes:
    return fat.DirectoryEntry(
        name=name,
        attributes=attributes,
        created_tenths=stamp.tens,
        created_time=stamp.time,
        created_date=stamp.date,
        accessed_date=stamp.date,
        cluster_high=cluster >> 16,
        written_time=stamp.time,
        written_date=stamp.date,
        cluster_low=cluster & 0xFFFF,
        size=size,
    ).to_bytes()


def _make_long_entries(name: str, checksum: int) -> list[bytes]:
    """FAT 7: NUL-terminated unless it fills its entries, padded with FFFFh, the last part first."""
    units, room = encode(name), 2 * fat.LONG_NAME_UNITS
    count = _count_long(name)
    if len(units) < count * room:
        units = (units + b"\0\0").ljust(count * room, b"\xff")
    parts = [units[i * room : (i + 1) * room] for i in range(count)]
    entries = [
        fat.LongNameEntry(order=i + 1, checksum=checksum, name_1=p[:10], name_2=p[10:22], name_3=p[22:]).to_bytes()
        for i, p in enumerate(parts)
    ]
    entries[-1] = bytes((entries[-1][0] | fat.LAST_LONG_ENTRY,)) + entries[-1][1:]
    return entries[::-1]
