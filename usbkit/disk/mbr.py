"""The partition table: one partition from the first erase unit to the drive's end."""

from __future__ import annotations

from usbkit.disk.structures.fat import HEADS, SECTORS_PER_TRACK
from usbkit.disk.structures.mbr import PARTITIONS, MasterBootRecord, PartitionRecord

#: Sectors that the table's 32-bit fields reach.
MOST_SECTORS = 2**32 - 1
_LAST_CYLINDER = 1023


def encode_chs(lba: int) -> bytes:
    """Return a sector's cylinder-head-sector address; sectors beyond its range get the highest one, FE FF FF, which
    fdisk writes and old firmware expects.
    """
    cylinder, rest = divmod(lba, HEADS * SECTORS_PER_TRACK)
    head, sector = divmod(rest, SECTORS_PER_TRACK)
    if cylinder > _LAST_CYLINDER:
        cylinder, head, sector = _LAST_CYLINDER, HEADS - 1, SECTORS_PER_TRACK - 1
    return bytes((head, (sector + 1) | cylinder >> 2 & 0xC0, cylinder & 0xFF))


def make_table(disk_id: int, os_type: int, start: int, sectors: int, sector_size: int) -> bytes:
    """Return the drive's first sector; the partition's ``start`` and ``sectors`` are in sectors of ``sector_size``
    bytes.
    """
    partition = PartitionRecord(
        starting_chs=encode_chs(start),
        os_type=os_type,
        ending_chs=encode_chs(start + sectors - 1),
        starting_lba=start,
        size_in_lba=sectors,
    )
    table = partition.to_bytes() + PartitionRecord().to_bytes() * (PARTITIONS - 1)
    return MasterBootRecord(disk_signature=disk_id, partitions=table).to_bytes().ljust(sector_size, b"\0")
