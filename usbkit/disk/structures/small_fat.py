"""The boot sector of FAT12 and FAT16 (Microsoft's FAT specification of 2005, 3.1 and 3.2). We never write one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from usbkit.disk.structures.fat import DIRECTORY_ENTRY_SIZE, LEAST_CLUSTERS, SECTOR_SIZES
from usbkit.disk.structures.record import Record, at

#: 3.5: fewer clusters, and the volume is FAT12 whatever its fields say.
LEAST_CLUSTERS_16 = 4_085


@dataclass(frozen=True, kw_only=True)
class SmallBootSector(Record):
    """The fields that FAT12 and FAT16 share; a fixed-size root directory distinguishes them from FAT32."""

    SIZE: ClassVar[int] = 512

    bytes_per_sector: int = at(11, "H", "BPB_BytsPerSec", may=SECTOR_SIZES)
    sectors_per_cluster: int = at(13, "B", "BPB_SecPerClus", may=(1, 2, 4, 8, 16, 32, 64, 128))
    reserved_sectors: int = at(14, "H", "BPB_RsvdSecCnt", may=range(1, 65536))
    fats: int = at(16, "B", "BPB_NumFATs", may=(1, 2))
    root_entries: int = at(17, "H", "BPB_RootEntCnt", may=range(1, 65536))
    total_sectors_16: int = at(19, "H", "BPB_TotSec16")
    media: int = at(21, "B", "BPB_Media", may=(0xF0, *range(0xF8, 0x100)))
    fat_sectors: int = at(22, "H", "BPB_FATSz16", may=range(1, 65536))
    total_sectors_32: int = at(32, "I", "BPB_TotSec32")

    @property
    def total_sectors(self) -> int:
        """3.1: the one of the two that is not zero."""
        return self.total_sectors_16 or self.total_sectors_32

    @property
    def root_sectors(self) -> int:
        """3.5, RootDirSectors."""
        return -(-self.root_entries * DIRECTORY_ENTRY_SIZE // self.bytes_per_sector)

    @property
    def heap_sector(self) -> int:
        """3.5, FirstDataSector."""
        return self.reserved_sectors + self.fats * self.fat_sectors + self.root_sectors

    @property
    def clusters(self) -> int:
        """3.5, CountofClusters; negative if the fields contradict each other."""
        return (self.total_sectors - self.heap_sector) // self.sectors_per_cluster

    @property
    def bits(self) -> int | None:
        """Bits of a FAT entry, from the number of clusters; None if it is invalid or only FAT32 may have it."""
        if not 0 < self.clusters < LEAST_CLUSTERS:
            return None
        return 12 if self.clusters < LEAST_CLUSTERS_16 else 16
