"""A positive list of what a drive of ours contains besides a sound file system; everything else is foreign.

One partition entry of our type, start and length and three empty ones; boot code that is ours or none; nothing that
firmware or a system could take for another table or file system. A drive with a sound volume may still show something
else to another system.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from usbkit.core.messages import _
from usbkit.disk.image import ALIGNMENT
from usbkit.disk.mbr import encode_chs
from usbkit.disk.reader.others import find_others
from usbkit.disk.reader.source import Run, Source, UnreadableError
from usbkit.disk.reader.volume import FoundVolume, Note
from usbkit.disk.structures import exfat, fat, mbr
from usbkit.disk.structures.record import RecordError

_TYPES = {"fat32": mbr.TYPE_FAT32_LBA, "exfat": mbr.TYPE_NTFS_EXFAT}


def find_foreign(source: Source, volume: FoundVolume) -> Iterator[Note]:
    """Yield what is on the drive and on no drive of ours, each with its place."""
    if volume.start == 0:
        yield Note(_("a file system begins at the drive's first sector: there is no partition table"), 0)
        return
    try:
        yield from _check_table(source, volume)
        yield from (_check_fat32 if volume.filesystem == "fat32" else _check_exfat)(source, volume)
    except (UnreadableError, RecordError) as error:
        yield Note(_("cannot be read: {reason}", reason=error), volume.start)
    yield from find_others(
        source, Run(0, source.size), Run(volume.start, min(volume.length, source.size - volume.start))
    )


def _check_table(source: Source, volume: FoundVolume) -> Iterator[Note]:
    sector = source.read(0, volume.sector_size)
    record = mbr.MasterBootRecord.from_bytes(sector[: mbr.MasterBootRecord.SIZE])
    if record.boot_code not in _ours_or_none(mbr.MasterBootRecord(), "boot_code"):
        yield Note(_("the boot code in the partition table's sector is not ours"), 0)
    behind = mbr.TABLE_OFFSET - 2
    if any(sector[behind : mbr.TABLE_OFFSET]) or any(sector[mbr.MasterBootRecord.SIZE :]):
        yield Note(_("there is more in the partition table's sector than we write"), behind)
    size = mbr.PartitionRecord.SIZE
    entries = [record.partitions[at : at + size] for at in range(0, mbr.PARTITIONS * size, size)]
    expected, found = _expect_partition(volume), mbr.PartitionRecord.from_bytes(entries[0])
    for field in fields(expected):
        said, wanted = getattr(found, field.name), getattr(expected, field.name)
        if said != wanted:
            what = _(
                "the partition's {field} is {found}, not {expected}",
                field=field.name,
                found=_show(said),
                expected=_show(wanted),
            )
            yield Note(what, mbr.TABLE_OFFSET)
    for number, entry in enumerate(entries[1:], start=2):
        if any(entry):
            yield Note(_("partition {n} is not empty", n=number), mbr.TABLE_OFFSET + (number - 1) * size)


def _expect_partition(volume: FoundVolume) -> mbr.PartitionRecord:
    start, sectors = ALIGNMENT // volume.sector_size, volume.length // volume.sector_size
    return mbr.PartitionRecord(
        starting_chs=encode_chs(start),
        os_type=_TYPES[volume.filesystem],
        ending_chs=encode_chs(start + sectors - 1),
        starting_lba=start,
        size_in_lba=sectors,
    )


def _show(value: object) -> str:
    return value.hex(" ") if isinstance(value, bytes) else str(value)


def _check_fat32(source: Source, volume: FoundVolume) -> Iterator[Note]:
    """The 32 sectors of the boot region (FAT 3.1, 3.3, 5): all but counts, marks and numbers as we write them."""
    sector, start = volume.sector_size, volume.start
    region = source.read(start, fat.BOOT_REGION_SECTORS * sector)
    boot = fat.BootSector.from_bytes(region[: fat.BootSector.SIZE])
    if boot.boot_code not in _ours_or_none(boot, "boot_code") or boot.jump != _default(boot, "jump"):
        yield Note(_("the boot code in the boot sector is not ours"), start)
    if (boot.fsinfo_sector, boot.backup_sector) != (fat.FSINFO_SECTOR, fat.BACKUP_SECTOR):
        yield Note(_("FSInfo or the backup of the boot sector is elsewhere than we write it"), start)
        return
    tail = fat.BootTail().to_bytes()
    for number in range(fat.BOOT_REGION_SECTORS):
        data = region[number * sector : (number + 1) * sector]
        if number >= 2 * fat.BACKUP_SECTOR and _is_copy(data, region, sector):
            continue
        kind = number % fat.BACKUP_SECTOR if number < 2 * fat.BACKUP_SECTOR else -1
        if kind == 0:
            rest = data[fat.BootSector.SIZE :]
        elif kind == fat.FSINFO_SECTOR:
            rest = data[4:484] + data[496:508] + data[fat.FSInfo.SIZE :]
        else:
            rest = b"" if data == tail.ljust(sector, b"\0") and kind == 2 else data
        if any(rest):
            yield Note(_("there is more in the boot region than we write"), start + number * sector)
            return


def _is_copy(data: bytes, region: bytes, sector: int) -> bool:
    """Whether ``data`` is a third copy of the boot sector or of FSInfo: mtools leaves them, with the label and the
    counts of before, where it sets a label.
    """
    info = region[fat.FSINFO_SECTOR * sector :][:sector]
    is_boot = data[:65] + data[66:71] + data[82:] == region[:65] + region[66:71] + region[82:sector]
    return is_boot or data[:488] + data[496:] == info[:488] + info[496:]


def _check_exfat(source: Source, volume: FoundVolume) -> Iterator[Note]:
    """The boot region (3.1 to 3.3); its backup was compared with it already."""
    sector, start = volume.sector_size, volume.start
    region = source.read(start, exfat.CHECKSUM_SECTOR * sector)
    boot = exfat.BootSector.from_bytes(region[: exfat.BootSector.SIZE])
    if boot.boot_code not in _ours_or_none(boot, "boot_code"):
        yield Note(_("the boot code in the boot sector is not ours"), start)
    extended = exfat.EXTENDED_SIGNATURE.to_bytes(4, "little").rjust(sector, b"\0")
    for number in range(exfat.CHECKSUM_SECTOR):
        data = region[number * sector : (number + 1) * sector]
        if number == 0:
            rest = data[113:120] + data[exfat.BootSector.SIZE :]
        else:
            rest = b"" if number in exfat.EXTENDED_BOOT_SECTORS and data == extended else data
        if any(rest):
            yield Note(_("there is more in the boot region than we write"), start + number * sector)
            return


def _default(record: object, name: str) -> bytes:
    """What a record's field holds when we write it."""
    (value,) = (f.default for f in fields(record) if f.name == name)  # type: ignore[arg-type]
    assert isinstance(value, bytes)
    return value


def _ours_or_none(record: object, name: str) -> tuple[bytes, bytes]:
    ours = _default(record, name)
    return ours, bytes(len(ours))
