"""The master boot record: the drive's first sector (UEFI specification 2.10, section 5.2.1 Legacy MBR)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from usbkit.disk.structures.record import Record, at

BOOT_SIGNATURE = 0xAA55  # 5.2.1, bytes 55 AA at 510; also ends FAT and exFAT boot sectors
PARTITIONS = 4  # 5.2.1, PartitionRecord[4]
TABLE_OFFSET = 446

TYPE_EMPTY = 0x00
TYPE_NTFS_EXFAT = 0x07  # also what exFAT volumes carry (exFAT specification, note to 3.1.4)
TYPE_FAT32_CHS = 0x0B
TYPE_FAT32_LBA = 0x0C
TYPE_GPT_PROTECTIVE = 0xEE  # 5.2.3
#: A chain of further tables: DOS, Windows 95, Linux, and the first two hidden by boot managers.
TYPES_EXTENDED = (0x05, 0x0F, 0x85, 0x15, 0x1F)

#: What the code of a boot sector does when a PC is started with the drive plugged in: ``int 18h`` hands on to the next
#: boot device; a machine that comes back from it is halted.
BOOT_CODE = bytes.fromhex("cd18 f4 ebfd")


@dataclass(frozen=True, kw_only=True)
class PartitionRecord(Record):
    """5.2.1, table 5.2. CHS addresses are three bytes: head, sector with cylinder bits 8-9 above, cylinder."""

    SIZE: ClassVar[int] = 16

    boot_indicator: int = at(0, "B", "BootIndicator", 0, may=(0x00, 0x80))
    starting_chs: bytes = at(1, "3s", "StartingCHS", bytes(3))
    os_type: int = at(4, "B", "OSType", TYPE_EMPTY)
    ending_chs: bytes = at(5, "3s", "EndingCHS", bytes(3))
    starting_lba: int = at(8, "I", "StartingLBA", 0)
    size_in_lba: int = at(12, "I", "SizeInLBA", 0)


@dataclass(frozen=True, kw_only=True)
class MasterBootRecord(Record):
    """5.2.1, table 5.1. On drives with larger sectors the rest of the sector is zero."""

    SIZE: ClassVar[int] = 512

    boot_code: bytes = at(0, "440s", "BootCode", BOOT_CODE.ljust(440, b"\0"))
    disk_signature: int = at(440, "I", "UniqueMBRDiskSignature", 0)
    partitions: bytes = at(TABLE_OFFSET, "64s", "PartitionRecord", bytes(64))
    signature: int = at(510, "H", "Signature", BOOT_SIGNATURE, may=(BOOT_SIGNATURE,))
