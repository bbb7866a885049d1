"""The GUID partition table (UEFI specification 2.10, section 5.3). We never write one; we read those of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from usbkit.disk.structures.record import Record, at

SIGNATURE = b"EFI PART"  # 5.3.2
CHECKSUM_AT = 16  # 5.3.2, HeaderCRC32, counted with itself as zero
#: Entries that are read: 128 are usual, and no tool makes more than 1,024.
MOST_ENTRIES = 1024


@dataclass(frozen=True, kw_only=True)
class Header(Record):
    """5.3.2, table 5.5."""

    SIZE: ClassVar[int] = 92

    signature: bytes = at(0, "8s", "Signature", SIGNATURE)
    size: int = at(12, "I", "HeaderSize", 92)
    checksum: int = at(16, "I", "HeaderCRC32")
    other_lba: int = at(32, "Q", "AlternateLBA")
    entries_lba: int = at(72, "Q", "PartitionEntryLBA")
    entries: int = at(80, "I", "NumberOfPartitionEntries", 128)
    entry_size: int = at(84, "I", "SizeOfPartitionEntry", 128)
    entries_checksum: int = at(88, "I", "PartitionEntryArrayCRC32")

    @property
    def is_sane(self) -> bool:
        """Whether its sizes are allowed by the specification and used by some tool."""
        sizes = 92 <= self.size <= 512 and self.entry_size % 128 == 0 and 128 <= self.entry_size <= 4096
        return sizes and 0 < self.entries <= MOST_ENTRIES


@dataclass(frozen=True, kw_only=True)
class PartitionEntry(Record):
    """5.3.3, table 5.6. A type of zeros is an unused entry."""

    SIZE: ClassVar[int] = 128

    type: bytes = at(0, "16s", "PartitionTypeGUID")
    first_lba: int = at(32, "Q", "StartingLBA")
    last_lba: int = at(40, "Q", "EndingLBA")
