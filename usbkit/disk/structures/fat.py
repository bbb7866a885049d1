"""FAT32's records. "FAT" is Microsoft's FAT File System Specification of August 30, 2005; sections are its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from usbkit.disk.structures.mbr import BOOT_CODE, BOOT_SIGNATURE
from usbkit.disk.structures.record import Record, at

SECTOR_SIZES = (512, 1024, 2048, 4096)  # 3.1, BPB_BytsPerSec
MEDIA_FIXED = 0xF8  # 3.1, BPB_Media
#: CHS geometry that BIOSes assume for drives of this size; partition table and BPB must agree.
HEADS, SECTORS_PER_TRACK = 255, 63
LARGEST_FILE = 0xFFFF_FFFF  # 6.1, DIR_FileSize

FSINFO_SECTOR = 1  # 3.3, BPB_FSInfo
BACKUP_SECTOR = 6  # 3.3, BPB_BkBootSec: "no value other than 6 is recommended"
#: Boot sectors, FSInfo, their backups and what lies between; other formatters reserve as many.
BOOT_REGION_SECTORS = 32

# 4: FAT entries have 28 bits; the upper four are kept.
ENTRY_SIZE = 4
ENTRY_MASK = 0x0FFF_FFFF
FREE = 0
FIRST_CLUSTER = 2
BAD_CLUSTER = 0x0FFF_FFF7
END_OF_CHAIN = 0x0FFF_FFFF
END_OF_CHAIN_LEAST = 0x0FFF_FFF8
ENTRY_0 = 0x0FFF_FF00 | MEDIA_FIXED  # 4.1, FAT[0]
ENTRY_1 = 0x0FFF_FFFF  # 4.1, FAT[1]: clean shutdown and no hard errors are set bits
CLEAN_SHUTDOWN_MASK = 0x0800_0000  # 4.1
NO_HARD_ERROR_MASK = 0x0400_0000  # 4.1

LEAST_CLUSTERS = 65_525  # 3.5: fewer, and the volume is FAT16 whatever its fields say
#: 3.5 warns of drivers that are off by up to 16 there; we stay this far away.
CLUSTERS_MARGIN = 16
MOST_CLUSTERS = 0x0FFF_FFF5  # entries 0x0FFFFFF7 and above are marks

ATTR_READ_ONLY, ATTR_HIDDEN, ATTR_SYSTEM = 0x01, 0x02, 0x04  # 6.1, DIR_Attr
ATTR_VOLUME_ID, ATTR_DIRECTORY, ATTR_ARCHIVE = 0x08, 0x10, 0x20
ATTR_RESERVED = 0xC0  # 6: set to zero, and never used
ATTR_LONG_NAME = 0x0F  # 7: READ_ONLY | HIDDEN | SYSTEM | VOLUME_ID
ATTR_LONG_NAME_MASK = 0x3F

DIRECTORY_ENTRY_SIZE = 32
DIRECTORY_LARGEST = 65_536 * DIRECTORY_ENTRY_SIZE  # 6: the most a driver must follow
NAME_END, NAME_FREE = 0x00, 0xE5  # 6.1, DIR_Name[0]
NAME_KANJI_E5 = 0x05  # 6.1: stands for a real 0xE5
LAST_LONG_ENTRY = 0x40  # 7, LDIR_Ord
LONG_NAME_UNITS = 13  # 7, units in one entry
LONG_NAME_LARGEST = 255  # 7, units in all


@dataclass(frozen=True, kw_only=True)
class BootSector(Record):
    """3.1 and 3.3: BPB and extended BPB of FAT32, sector 0 of the volume."""

    SIZE: ClassVar[int] = 512

    jump: bytes = at(0, "3s", "BS_jmpBoot", b"\xeb\x58\x90")
    oem_name: bytes = at(3, "8s", "BS_OEMName", b"MSWIN4.1")  # 3.1: what older drivers expect
    bytes_per_sector: int = at(11, "H", "BPB_BytsPerSec", may=SECTOR_SIZES)
    sectors_per_cluster: int = at(13, "B", "BPB_SecPerClus", may=(1, 2, 4, 8, 16, 32, 64, 128))
    reserved_sectors: int = at(14, "H", "BPB_RsvdSecCnt", may=range(1, 65536))
    fats: int = at(16, "B", "BPB_NumFATs", 2, may=(1, 2))
    root_entries: int = at(17, "H", "BPB_RootEntCnt", 0, may=(0,))
    total_sectors_16: int = at(19, "H", "BPB_TotSec16", 0, may=(0,))
    media: int = at(21, "B", "BPB_Media", MEDIA_FIXED, may=(0xF0, *range(0xF8, 0x100)))
    fat_sectors_16: int = at(22, "H", "BPB_FATSz16", 0, may=(0,))
    sectors_per_track: int = at(24, "H", "BPB_SecPerTrk", SECTORS_PER_TRACK)
    heads: int = at(26, "H", "BPB_NumHeads", HEADS)
    hidden_sectors: int = at(28, "I", "BPB_HiddSec")
    total_sectors: int = at(32, "I", "BPB_TotSec32", may=range(1, 2**32))
    fat_sectors: int = at(36, "I", "BPB_FATSz32", may=range(1, 2**32))
    extended_flags: int = at(40, "H", "BPB_ExtFlags", 0)
    version: int = at(42, "H", "BPB_FSVer", 0, may=(0,))
    root_cluster: int = at(44, "I", "BPB_RootClus", FIRST_CLUSTER, may=range(2, MOST_CLUSTERS + 2))
    fsinfo_sector: int = at(48, "H", "BPB_FSInfo", FSINFO_SECTOR)
    backup_sector: int = at(50, "H", "BPB_BkBootSec", BACKUP_SECTOR)
    drive_number: int = at(64, "B", "BS_DrvNum", 0x80)
    reserved_1: int = at(65, "B", "BS_Reserved1", 0)  # bit 0: Windows and Linux keep a dirty mark here
    boot_signature: int = at(66, "B", "BS_BootSig", 0x29)
    volume_id: int = at(67, "I", "BS_VolID")
    label: bytes = at(71, "11s", "BS_VolLab")
    filesystem_type: bytes = at(82, "8s", "BS_FilSysType", b"FAT32   ")
    boot_code: bytes = at(90, "420s", "BootCode32", BOOT_CODE.ljust(420, b"\0"))
    signature: int = at(510, "H", "Signature_word", BOOT_SIGNATURE, may=(BOOT_SIGNATURE,))


@dataclass(frozen=True, kw_only=True)
class FSInfo(Record):
    """5: counts that save a driver from scanning the FAT; only hints."""

    SIZE: ClassVar[int] = 512

    lead_signature: int = at(0, "I", "FSI_LeadSig", 0x41615252, may=(0x41615252,))
    structure_signature: int = at(484, "I", "FSI_StrucSig", 0x61417272, may=(0x61417272,))
    free_clusters: int = at(488, "I", "FSI_Free_Count")
    next_free: int = at(492, "I", "FSI_Nxt_Free")
    trail_signature: int = at(508, "I", "FSI_TrailSig", 0xAA550000, may=(0xAA550000,))


#: 5: no count is known.
FSINFO_UNKNOWN = 0xFFFF_FFFF


@dataclass(frozen=True, kw_only=True)
class BootTail(Record):
    """The third boot sector (and its backup) of FAT32 volumes, which has only a signature."""

    SIZE: ClassVar[int] = 512

    signature: int = at(508, "I", "TrailSig", 0xAA550000)


@dataclass(frozen=True, kw_only=True)
class DirectoryEntry(Record):
    """6.1: the short entry."""

    SIZE: ClassVar[int] = DIRECTORY_ENTRY_SIZE

    name: bytes = at(0, "11s", "DIR_Name")
    attributes: int = at(11, "B", "DIR_Attr", 0)
    case_flags: int = at(12, "B", "DIR_NTRes", 0)
    created_tenths: int = at(13, "B", "DIR_CrtTimeTenth", 0)  # in units of 10 ms, 0 to 199
    created_time: int = at(14, "H", "DIR_CrtTime", 0)
    created_date: int = at(16, "H", "DIR_CrtDate", 0)
    accessed_date: int = at(18, "H", "DIR_LstAccDate", 0)
    cluster_high: int = at(20, "H", "DIR_FstClusHI", 0)
    written_time: int = at(22, "H", "DIR_WrtTime", 0)
    written_date: int = at(24, "H", "DIR_WrtDate", 0)
    cluster_low: int = at(26, "H", "DIR_FstClusLO", 0)
    size: int = at(28, "I", "DIR_FileSize", 0)

    @property
    def first_cluster(self) -> int:
        return (self.cluster_high << 16 | self.cluster_low) & ENTRY_MASK


@dataclass(frozen=True, kw_only=True)
class LongNameEntry(Record):
    """7: thirteen UTF-16 units of a long name; these entries precede the short one, last part first."""

    SIZE: ClassVar[int] = DIRECTORY_ENTRY_SIZE

    order: int = at(0, "B", "LDIR_Ord")
    name_1: bytes = at(1, "10s", "LDIR_Name1")
    attributes: int = at(11, "B", "LDIR_Attr", ATTR_LONG_NAME)
    type: int = at(12, "B", "LDIR_Type", 0)
    checksum: int = at(13, "B", "LDIR_Chksum")
    name_2: bytes = at(14, "12s", "LDIR_Name2")
    name_3: bytes = at(28, "4s", "LDIR_Name3")

    @property
    def name(self) -> bytes:
        return self.name_1 + self.name_2 + self.name_3


def checksum_short_name(name: bytes) -> int:
    """7.2: the checksum of the short name, which ties long entries to it."""
    total = 0
    for byte in name:
        total = ((total << 7 | total >> 1) + byte) & 0xFF
    return total
