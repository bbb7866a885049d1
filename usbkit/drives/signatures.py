"""What stands on a drive, by the marks that file systems, volume managers and partition tables leave. Bounded reads."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from usbkit.drives.device import OURS
from usbkit.drives.jobrecord import MAGIC, find_record, is_begun

ReadAt = Callable[[int, int], bytes]

UNKNOWN = "unknown data"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class _Mark:
    """``magic`` at ``offset`` from the start of a disk or partition, or where negative, from a disk's end
    rounded down to ``grain``.
    """

    name: str
    offset: int
    magic: bytes
    grain: int = 1


#: Volume managers and RAID come first: what they hold is somebody's even where no file system shows.
_MARKS = (
    *(_Mark("LVM2_member", 512 * sector, b"LABELONE") for sector in range(4)),
    _Mark("linux_raid_member", 0, b"\xfc\x4e\x2b\xa9"),
    _Mark("linux_raid_member", 4096, b"\xfc\x4e\x2b\xa9"),
    _Mark("linux_raid_member", -8192, b"\xfc\x4e\x2b\xa9", grain=4096),  # metadata 1.0
    _Mark("linux_raid_member", -65536, b"\xfc\x4e\x2b\xa9", grain=65536),  # metadata 0.90
    _Mark("zfs_member", 128 * 1024, b"\x0c\xb1\xba\x00"),
    _Mark("zfs_member", 128 * 1024 + 4, b"\x00\xba\xb1\x0c"),
    _Mark("bcache", 4096 + 24, b"\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81"),
    _Mark("crypto_LUKS", 0, b"LUKS\xba\xbe"),
    _Mark("BitLocker", 3, b"-FVE-FS-"),
    _Mark("ntfs", 3, b"NTFS    "),
    _Mark("exfat", 3, b"EXFAT   "),
    _Mark("fat32", 82, b"FAT32   "),
    _Mark("fat16", 54, b"FAT1"),
    _Mark("ext4", 1080, b"\x53\xef"),
    _Mark("xfs", 0, b"XFSB"),
    _Mark("btrfs", 65536 + 64, b"_BHRfS_M"),
    _Mark("f2fs", 1024, b"\x10\x20\xf5\xf2"),
    _Mark("hfsplus", 1024, b"H+"),
    _Mark("hfsplus", 1024, b"HX"),
    _Mark("apfs", 32, b"NXSB"),
    _Mark("iso9660", 32769, b"CD001"),
    _Mark("swap", 4086, b"SWAPSPACE2"),
)

#: The file systems that `usbkit.disk.reader` reads.
READABLE = frozenset(("fat32", "exfat"))

MEMBERS = frozenset(("LVM2_member", "linux_raid_member", "zfs_member", "bcache"))

_BOOT_MAGIC = b"\x55\xaa"
_GPT_MAGIC = b"EFI PART"
_SAMPLE = 4096
_SAMPLES = 16


def name_content(read_at: ReadAt, size: int) -> str | None:
    """None for a blank drive, ``usbkit`` for one of ours, else the name of what was found, worst first.

    ``read_at(offset, length)`` may return less at the drive's end.
    """
    # Somebody who formats an unfinished drive of ours may leave our marks standing, but never an empty
    # first sector or our last record in it.
    first = read_at(0, 512)
    is_unclaimed = first.startswith(MAGIC) or not any(first)
    if is_unclaimed and (find_record(read_at) is not None or is_begun(read_at)):
        return OURS
    starts = [0, *_partitions(read_at)]
    found = [m.name for m in _MARKS for start in starts if _has(read_at, size, start, m)]
    if found and found[0] in READABLE:
        return _name_volume(read_at, size, found[0])
    if found:
        return found[0]
    if len(starts) > 1:
        return "partition table"
    return None if _is_blank(read_at, size) else UNKNOWN


def _name_volume(read_at: ReadAt, size: int, name: str) -> str | None:
    """A file system that we read ourselves: ours, empty as from the shop (which is blank), or somebody's."""
    from usbkit.drives.finished_drive import is_empty, read_finished

    if read_finished(read_at, size) is not None:
        return OURS
    return None if is_empty(read_at, size) else name


def _has(read_at: ReadAt, size: int, start: int, mark: _Mark) -> bool:
    offset = start + mark.offset if mark.offset >= 0 else size // mark.grain * mark.grain + mark.offset
    if offset < 0 or (mark.offset < 0 and start):
        return False
    return read_at(offset, len(mark.magic)) == mark.magic


def _partitions(read_at: ReadAt) -> Iterator[int]:
    """Where partitions begin, in bytes: of an MBR or of a GPT; 512-byte and 4096-byte sectors."""
    for sector in (512, 4096):
        if read_at(sector, 8) == _GPT_MAGIC:
            yield from _gpt_partitions(read_at, sector)
            return
    table = read_at(0, 512)
    if len(table) < 512 or table[510:] != _BOOT_MAGIC:
        return
    for at in range(446, 510, 16):
        kind, (first, count) = table[at + 4], struct.unpack_from("<II", table, at + 8)
        # The boot sector of an unpartitioned volume has code where the table would be; flags tell them apart.
        if kind and count and table[at] in (0x00, 0x80):
            yield first * 512


def _gpt_partitions(read_at: ReadAt, sector: int) -> Iterator[int]:
    header = read_at(sector, 92)
    if len(header) < 92:
        return
    first, count, size = struct.unpack_from("<QII", header, 72)
    if not 128 <= size <= 4096:
        return
    for index in range(min(count, 128)):
        entry = read_at(first * sector + index * size, 48)
        if len(entry) == 48 and any(entry[:16]):
            yield int(struct.unpack_from("<Q", entry, 32)[0]) * sector


def _is_blank(read_at: ReadAt, size: int) -> bool:
    """Whether start, end and places between are all zeros, or all ``0xFF`` as an erased flash reads."""
    span = max(size - _SAMPLE, 0)
    places = [0, 4096, 65536, 2**20, 4 * 2**20, *(span * i // _SAMPLES for i in range(1, _SAMPLES + 1))]
    samples = [data for at in places if at < size and (data := read_at(at // 512 * 512, _SAMPLE))]
    return any(all(s.count(byte) == len(s) for s in samples) for byte in (b"\0", b"\xff"))
