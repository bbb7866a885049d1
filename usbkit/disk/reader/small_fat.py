"""Read an untrusted FAT12 or FAT16 volume, as on small sticks and cameras. The number of clusters tells them apart.

FAT entries are widened to 32 bits, so that chains and directories are read like those of FAT32.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from usbkit.core.messages import _
from usbkit.disk.reader.chains import FatMap, Marks, TooFragmentedError, read_fat
from usbkit.disk.reader.fat32 import Walk, check_allocation
from usbkit.disk.reader.source import Run, Source, UnreadableError
from usbkit.disk.reader.volume import ClusterHeap, Folder, Survey, walk
from usbkit.disk.structures import fat
from usbkit.disk.structures.record import RecordError
from usbkit.disk.structures.small_fat import SmallBootSector

_MARKS = Marks(fat.ENTRY_MASK, fat.END_OF_CHAIN_LEAST, fat.BAD_CLUSTER)


def read_volume(survey: Survey, start: int, length: int) -> None:
    """Survey the FAT12 or FAT16 volume in ``length`` bytes from ``start`` on. Raises nothing."""
    try:
        boot = SmallBootSector.from_bytes(survey.source.read(start, SmallBootSector.SIZE))
    except (RecordError, UnreadableError) as error:
        survey.trouble(_("the boot sector is broken: {reason}", reason=error), start)
        return
    bits, sector = boot.bits, boot.bytes_per_sector
    if bits is None or boot.total_sectors * sector > length:
        survey.trouble(_("the boot sector's numbers contradict each other"), start)
        return
    survey.filesystem, survey.sector_size = f"fat{bits}", sector
    survey.cluster_size = boot.sectors_per_cluster * sector
    place = ClusterHeap(start + boot.heap_sector * sector, survey.cluster_size, boot.clusters)
    fat_map = _read_fat(survey, boot, start, bits)
    if fat_map is None:
        return
    root = Run(place.heap_offset - boot.root_sectors * sector, boot.root_entries * fat.DIRECTORY_ENTRY_SIZE)
    walk(Folder("", 0, 0, 0), _Walk(survey, place, fat_map, root).read_folder)
    check_allocation(survey, place, fat_map)


class _Walk(Walk):
    """As FAT32, but for the root directory, which is no chain."""

    def __init__(self, survey: Survey, place: ClusterHeap, fat_map: FatMap, root: Run) -> None:
        super().__init__(survey, place, fat_map)
        self._root = root

    def find_directory(self, folder: Folder) -> list[Run]:
        return super().find_directory(folder) if folder.depth else [self._root]


def _read_fat(survey: Survey, boot: SmallBootSector, start: int, bits: int) -> FatMap | None:
    """The first FAT, after comparing the second with it."""
    sector, entries = boot.bytes_per_sector, boot.clusters + fat.FIRST_CLUSTER
    first, length = start + boot.reserved_sectors * sector, boot.fat_sectors * sector
    survey.metadata.append(Run(start, boot.heap_sector * sector))
    if length * 8 < entries * bits:
        survey.trouble(_("the FAT has no room for {count} clusters", count=boot.clusters), start)
        return None
    try:
        tables = [survey.source.read(first + n * length, -(-entries * bits // 8)) for n in range(boot.fats)]
        data = struct.pack(f"<{entries}I", *_widen(tables[0], entries, bits))
        if tables[0] != tables[-1]:
            survey.trouble(_("the FATs differ"), first)
        source = Source(lambda offset, size: data[offset : offset + size], len(data))
        return read_fat(source, 0, boot.clusters, _MARKS, survey.limits.fragments)
    except UnreadableError as error:
        survey.trouble(_("the FAT cannot be read: {reason}", reason=error), error.offset)
    except TooFragmentedError:
        survey.trouble(_("the FAT is in more than {most} pieces", most=survey.limits.fragments), first)
    return None


def _widen(table: bytes, entries: int, bits: int) -> Iterator[int]:
    """Each entry as FAT32 spells it: its highest nine values, which are marks, get the upper bits."""
    least = (1 << bits) - 9
    for index in range(entries):
        at, odd = divmod(index * bits, 8)
        value = int.from_bytes(table[at : at + 2], "little") >> odd & ((1 << bits) - 1)
        yield value | (fat.ENTRY_MASK & ~((1 << bits) - 1)) if value >= least else value
