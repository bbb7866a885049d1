"""exFAT's records. Sections are those of Microsoft's exFAT file system specification, revision 1.00."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from usbkit.disk.structures.mbr import BOOT_SIGNATURE
from usbkit.disk.structures.record import Record, at

FILESYSTEM_NAME = b"EXFAT   "  # 3.1.2
JUMP_BOOT = b"\xeb\x76\x90"  # 3.1.1
REVISION = 0x0100  # 3.1.12
SECTOR_SHIFTS = range(9, 13)  # 3.1.14
LARGEST_CLUSTER_SHIFT = 25  # 3.1.15: 32 MiB
BOOT_CODE = b"\xf4" * 390  # 3.1.19: halt instructions where there is no boot-strapping

# 3: the main boot region, in sectors; the backup boot region follows it at once.
BOOT_REGION_SECTORS = 12
EXTENDED_BOOT_SECTORS = range(1, 9)
CHECKSUM_SECTOR = 11
EXTENDED_SIGNATURE = 0xAA55_0000  # 3.2.2, at the end of each extended boot sector
#: 3.4: bytes of the boot sector that its checksum leaves out, since they change in use (VolumeFlags, PercentInUse).
UNCHECKED_BYTES = (106, 107, 112)

VOLUME_ACTIVE_FAT, VOLUME_DIRTY, VOLUME_MEDIA_FAILURE = 0x1, 0x2, 0x4  # 3.1.13
PERCENT_UNKNOWN = 0xFF  # 3.1.18

# 4.1: the FAT.
ENTRY_SIZE = 4
ENTRY_MASK = 0xFFFF_FFFF
FIRST_CLUSTER = 2
ENTRY_0 = 0xFFFF_FFF8
ENTRY_1 = 0xFFFF_FFFF
BAD_CLUSTER = 0xFFFF_FFF7
END_OF_CHAIN = 0xFFFF_FFFF
MOST_CLUSTERS = 2**32 - 11  # 3.1.9

DIRECTORY_ENTRY_SIZE = 32
DIRECTORY_LARGEST = 256 * 2**20  # 7: bytes of one directory
LARGEST_FILE = 2**63 - 1

# 6.2: EntryType. The highest bit says that the entry is in use.
IN_USE = 0x80
IMPORTANCE_BENIGN = 0x20
CATEGORY_SECONDARY = 0x40
TYPE_END = 0x00
TYPE_BITMAP, TYPE_UPCASE, TYPE_LABEL = 0x81, 0x82, 0x83
TYPE_FILE, TYPE_STREAM, TYPE_NAME = 0x85, 0xC0, 0xC1
TYPE_GUID, TYPE_PADDING = 0xA0, 0xA1
TYPE_VENDOR_EXTENSION, TYPE_VENDOR_ALLOCATION = 0xE0, 0xE1

ALLOCATION_POSSIBLE, NO_FAT_CHAIN = 0x1, 0x2  # 6.3.4, GeneralSecondaryFlags
LABEL_LARGEST = 11  # 7.3.1
NAME_UNITS = 15  # 7.7.3, units in one entry
NAME_LARGEST = 255  # 7.6.4
SECONDARY_COUNTS = range(2, 19)  # 7.4.1: one stream and up to 17 name entries

ATTR_READ_ONLY, ATTR_HIDDEN, ATTR_SYSTEM, ATTR_DIRECTORY, ATTR_ARCHIVE = 0x01, 0x02, 0x04, 0x10, 0x20  # 7.4.4
ATTR_ALL = ATTR_READ_ONLY | ATTR_HIDDEN | ATTR_SYSTEM | ATTR_DIRECTORY | ATTR_ARCHIVE  # every other bit is reserved


@dataclass(frozen=True, kw_only=True)
class BootSector(Record):
    """3.1: the volume's first sector. Offsets and lengths are in sectors, shifts are powers of two."""

    SIZE: ClassVar[int] = 512

    jump_boot: bytes = at(0, "3s", "JumpBoot", JUMP_BOOT, may=(JUMP_BOOT,))
    filesystem_name: bytes = at(3, "8s", "FileSystemName", FILESYSTEM_NAME, may=(FILESYSTEM_NAME,))
    must_be_zero: bytes = at(11, "53s", "MustBeZero", bytes(53), may=(bytes(53),))
    partition_offset: int = at(64, "Q", "PartitionOffset")
    volume_length: int = at(72, "Q", "VolumeLength", may=range(1, 2**64))
    fat_offset: int = at(80, "I", "FatOffset", may=range(24, 2**32))
    fat_length: int = at(84, "I", "FatLength", may=range(1, 2**32))
    cluster_heap_offset: int = at(88, "I", "ClusterHeapOffset", may=range(24, 2**32))
    cluster_count: int = at(92, "I", "ClusterCount", may=range(1, MOST_CLUSTERS + 1))
    root_cluster: int = at(96, "I", "FirstClusterOfRootDirectory", may=range(2, MOST_CLUSTERS + 2))
    volume_serial: int = at(100, "I", "VolumeSerialNumber")
    revision: int = at(104, "H", "FileSystemRevision", REVISION, may=range(0x0100, 0x0200))
    volume_flags: int = at(106, "H", "VolumeFlags", 0)
    bytes_per_sector_shift: int = at(108, "B", "BytesPerSectorShift", may=SECTOR_SHIFTS)
    sectors_per_cluster_shift: int = at(109, "B", "SectorsPerClusterShift", may=range(LARGEST_CLUSTER_SHIFT - 8))
    fats: int = at(110, "B", "NumberOfFats", 1, may=(1, 2))
    drive_select: int = at(111, "B", "DriveSelect", 0x80)
    percent_in_use: int = at(112, "B", "PercentInUse", may=(*range(101), PERCENT_UNKNOWN))
    boot_code: bytes = at(120, "390s", "BootCode", BOOT_CODE)
    signature: int = at(510, "H", "BootSignature", BOOT_SIGNATURE, may=(BOOT_SIGNATURE,))


@dataclass(frozen=True, kw_only=True)
class BitmapEntry(Record):
    """7.1: where the allocation bitmap is."""

    SIZE: ClassVar[int] = DIRECTORY_ENTRY_SIZE

    type: int = at(0, "B", "EntryType", TYPE_BITMAP, may=(TYPE_BITMAP,))
    flags: int = at(1, "B", "BitmapFlags", 0)
    first_cluster: int = at(20, "I", "FirstCluster")
    length: int = at(24, "Q", "DataLength")


@dataclass(frozen=True, kw_only=True)
class UpcaseEntry(Record):
    """7.2: where the up-case table is."""

    SIZE: ClassVar[int] = DIRECTORY_ENTRY_SIZE

    type: int = at(0, "B", "EntryType", TYPE_UPCASE, may=(TYPE_UPCASE,))
    checksum: int = at(4, "I", "TableChecksum")
    first_cluster: int = at(20, "I", "FirstCluster")
    length: int = at(24, "Q", "DataLength")


@dataclass(frozen=True, kw_only=True)
class LabelEntry(Record):
    """7.3: the volume's label, in UTF-16 units."""

    SIZE: ClassVar[int] = DIRECTORY_ENTRY_SIZE

    type: int = at(0, "B", "EntryType", TYPE_LABEL, may=(TYPE_LABEL,))
    units: int = at(1, "B", "CharacterCount", may=range(LABEL_LARGEST + 1))
    label: bytes = at(2, "22s", "VolumeLabel")


@dataclass(frozen=True, kw_only=True)
class FileEntry(Record):
    """7.4: the first entry of a file's set. The checksum (6.3.3) covers the whole set except itself."""

    SIZE: ClassVar[int] = DIRECTORY_ENTRY_SIZE

    type: int = at(0, "B", "EntryType", TYPE_FILE, may=(TYPE_FILE,))
    secondary_count: int = at(1, "B", "SecondaryCount", may=SECONDARY_COUNTS)
    set_checksum: int = at(2, "H", "SetChecksum", 0)
    attributes: int = at(4, "H", "FileAttributes")
    created_time: int = at(8, "H", "CreateTimestamp time", 0)
    created_date: int = at(10, "H", "CreateTimestamp date", 0)
    modified_time: int = at(12, "H", "LastModifiedTimestamp time", 0)
    modified_date: int = at(14, "H", "LastModifiedTimestamp date", 0)
    accessed_time: int = at(16, "H", "LastAccessedTimestamp time", 0)
    accessed_date: int = at(18, "H", "LastAccessedTimestamp date", 0)
    created_tens: int = at(20, "B", "Create10msIncrement", 0)
    modified_tens: int = at(21, "B", "LastModified10msIncrement", 0)
    created_zone: int = at(22, "B", "CreateUtcOffset", 0)
    modified_zone: int = at(23, "B", "LastModifiedUtcOffset", 0)
    accessed_zone: int = at(24, "B", "LastAccessedUtcOffset", 0)


@dataclass(frozen=True, kw_only=True)
class StreamEntry(Record):
    """7.6: where a file's bytes are."""

    SIZE: ClassVar[int] = DIRECTORY_ENTRY_SIZE

    type: int = at(0, "B", "EntryType", TYPE_STREAM, may=(TYPE_STREAM,))
    flags: int = at(1, "B", "GeneralSecondaryFlags", ALLOCATION_POSSIBLE)
    name_units: int = at(3, "B", "NameLength", may=range(1, NAME_LARGEST + 1))
    name_hash: int = at(4, "H", "NameHash")
    valid_length: int = at(8, "Q", "ValidDataLength")
    first_cluster: int = at(20, "I", "FirstCluster")
    length: int = at(24, "Q", "DataLength")


@dataclass(frozen=True, kw_only=True)
class NameEntry(Record):
    """7.7: fifteen UTF-16 units of the name."""

    SIZE: ClassVar[int] = DIRECTORY_ENTRY_SIZE

    type: int = at(0, "B", "EntryType", TYPE_NAME, may=(TYPE_NAME,))
    flags: int = at(1, "B", "GeneralSecondaryFlags", 0)
    name: bytes = at(2, "30s", "FileName")


def checksum_boot_region(sectors: bytes) -> int:
    """3.4: over the first eleven sectors of a boot region, without ``UNCHECKED_BYTES``."""
    total = 0
    for index, byte in enumerate(sectors):
        if index not in UNCHECKED_BYTES:
            total = ((total << 31 | total >> 1) + byte) & 0xFFFF_FFFF
    return total


def checksum_set(entries: bytes) -> int:
    """6.3.3: over all entries of a set, except SetChecksum itself at bytes 2 and 3."""
    total = 0
    for index, byte in enumerate(entries):
        if index not in (2, 3):
            total = ((total << 15 | total >> 1) + byte) & 0xFFFF
    return total


def hash_name(upcased: bytes) -> int:
    """7.6.5: over the up-cased name's bytes."""
    total = 0
    for byte in upcased:
        total = ((total << 15 | total >> 1) + byte) & 0xFFFF
    return total
