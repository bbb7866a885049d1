"""The claims of partition tables on a disk: every range that one of them names, and the sectors of the tables.

A table that cannot be read to its end is *unclear*: it counts as somebody's until a person decides otherwise. Bounded
reads; raises only what ``read_at`` raises.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from usbkit.disk.reader import ReadAt, Run
from usbkit.disk.structures import gpt, mbr

SECTOR = 512
#: Sizes of a disk's own sectors, which GPT counts in; a table may have come from a disk with others.
SECTOR_SIZES = (512, 4096)

#: Logical partitions that are followed; fdisk makes at most 60.
_MOST_LOGICAL = 256
_FLAGS = (0x00, 0x80)


@dataclass
class ClaimedRanges:
    """Filled while tables are read. ``names`` are those of util-linux: ``dos``, ``PMBR``, ``gpt``, ``mac``…"""

    size: int
    ranges: list[Run] = field(default_factory=list)
    own: list[Run] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)

    def claim(self, start: int, length: int, table: str) -> None:
        """Add a range, clipped to the disk; a range that begins beyond the disk's end makes the table unclear."""
        if not 0 <= start < self.size or length <= 0:
            self.unclear.append(table)
            return
        run = Run(start, min(length, self.size - start))
        if run not in self.ranges:
            self.ranges.append(run)


def read_claims(read_at: ReadAt, size: int) -> ClaimedRanges:
    """Return all claims of the tables of a disk of ``size`` bytes."""
    claims, read_at = ClaimedRanges(size), _within(read_at, size)
    has_gpt = _read_gpts(read_at, claims)
    _read_mbr(read_at, claims, has_gpt=has_gpt)
    _read_apple(read_at, claims)
    for start in [0, *(r.offset for r in list(claims.ranges))]:
        _read_bsd(read_at, claims, start)
    return claims


def _within(read_at: ReadAt, size: int) -> ReadAt:
    """``read_at`` for offsets that a table names: behind the disk's end there is nothing."""
    return lambda offset, length: read_at(offset, length) if 0 <= offset < size else b""


def _read_gpts(read_at: ReadAt, claims: ClaimedRanges) -> bool:
    """Headers at both ends, and where a header says that the other one is: a larger disk has it in the middle."""
    found = set[tuple[int, int]]()
    for sector in SECTOR_SIZES:
        waiting = [sector, (claims.size // sector - 1) * sector]
        while waiting:
            at = waiting.pop()
            if (at, sector) in found or not 0 < at <= claims.size - SECTOR:
                continue
            if read_at(at, len(gpt.SIGNATURE)) != gpt.SIGNATURE:
                continue
            found.add((at, sector))
            other = _read_gpt(read_at, claims, at, sector)
            if other is not None:
                waiting.append(other)
    return bool(found)


def _read_gpt(read_at: ReadAt, claims: ClaimedRanges, at: int, sector: int) -> int | None:
    """One header and its entries; where it says that the other header is, None where it cannot be believed."""
    claims.names.append("gpt")
    header = gpt.Header.from_bytes(read_at(at, gpt.Header.SIZE).ljust(gpt.Header.SIZE, b"\0"))
    length = header.entries * header.entry_size
    if not header.is_sane or header.checksum != _header_checksum(read_at, at, header):
        claims.unclear.append("gpt")
        return None
    table = read_at(header.entries_lba * sector, length)
    if len(table) != length or zlib.crc32(table) != header.entries_checksum:
        claims.unclear.append("gpt")
        return None
    claims.own += [Run(at, sector), Run(header.entries_lba * sector, -(-length // sector) * sector)]
    for start in range(0, length, header.entry_size):
        entry = gpt.PartitionEntry.from_bytes(table[start : start + gpt.PartitionEntry.SIZE])
        if any(entry.type):
            claims.claim(entry.first_lba * sector, (entry.last_lba - entry.first_lba + 1) * sector, "gpt")
    return header.other_lba * sector


def _header_checksum(read_at: ReadAt, at: int, header: gpt.Header) -> int:
    data = bytearray(read_at(at, header.size))
    data[gpt.CHECKSUM_AT : gpt.CHECKSUM_AT + 4] = bytes(4)
    return zlib.crc32(data)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One record of an MBR or EBR that names something. In sectors."""

    os_type: int
    start: int
    count: int


def read_entries(sector: bytes) -> list[_Entry] | None:
    """Return the partition records of a boot sector; None if it has no table, like a volume's boot sector.

    A volume has code where the table would be; the flags of all four records tell them apart.
    """
    if len(sector) < SECTOR or sector[510:512] != b"\x55\xaa":
        return None
    entries = list[_Entry]()
    for at in range(mbr.TABLE_OFFSET, 510, mbr.PartitionRecord.SIZE):
        start, count = struct.unpack_from("<II", sector, at + 8)
        if sector[at] not in _FLAGS:
            return None
        if sector[at + 4] or start or count:
            entries.append(_Entry(sector[at + 4], start, count))
    return entries


def _read_mbr(read_at: ReadAt, claims: ClaimedRanges, *, has_gpt: bool) -> None:
    first = read_at(0, SECTOR)
    entries = read_entries(first)
    if entries is None or (not entries and is_boot_sector(first)):
        return
    claims.own.append(Run(0, SECTOR))
    claims.names.append("dos")
    for entry in entries:
        if entry.os_type == mbr.TYPE_GPT_PROTECTIVE and has_gpt:
            claims.names.append("PMBR")
        elif entry.os_type in mbr.TYPES_EXTENDED:
            _read_extended(read_at, claims, entry)
        else:
            unit = _unit(read_at, entry)
            claims.claim(entry.start * unit, entry.count * unit, "dos")


def is_boot_sector(first: bytes) -> bool:
    """Whether a first sector begins with a jump, like volumes of the FAT family and NTFS."""
    return first[:1] == b"\xe9" or (first[:1] == b"\xeb" and first[2:3] == b"\x90")


def _unit(read_at: ReadAt, entry: _Entry) -> int:
    """The bytes of a sector that an entry counts in: those of the volume that says so of itself at that place."""
    for unit in SECTOR_SIZES:
        boot = read_at(entry.start * unit, SECTOR)
        if entry.start and is_boot_sector(boot) and said_sector_size(boot) == unit:
            return unit
    return SECTOR


def said_sector_size(boot: bytes) -> int:
    """Return the sector size in a boot sector: FAT in bytes at 11, exFAT as a power of two at 108."""
    if boot[3:11] == b"EXFAT   ":
        return 1 << min(boot[108], 16)
    return int.from_bytes(boot[11:13], "little")


def _read_extended(read_at: ReadAt, claims: ClaimedRanges, outer: _Entry) -> None:
    """The chain of extended boot records: each names a logical partition from itself on, and the next record."""
    seen, at = set[int](), outer.start
    while at not in seen and len(seen) < _MOST_LOGICAL and at * SECTOR < claims.size:
        seen.add(at)
        entries = read_entries(read_at(at * SECTOR, SECTOR))
        if entries is None:
            claims.unclear.append("dos")
            return
        claims.own.append(Run(at * SECTOR, SECTOR))
        following = [e for e in entries if e.os_type in mbr.TYPES_EXTENDED]
        for entry in entries:
            if entry not in following:
                claims.claim((at + entry.start) * SECTOR, entry.count * SECTOR, "dos")
        if not following:
            return
        if len(following) > 1:
            break
        at = outer.start + following[0].start
    claims.unclear.append("dos")


#: Inside Macintosh: Devices, 3-25: signature, entries of the map, first block, blocks. Big-endian.
_APPLE = struct.Struct(">2sxxIII")
_MOST_APPLE = 64


def _read_apple(read_at: ReadAt, claims: ClaimedRanges) -> None:
    for block in (512, 2048):
        for index in range(1, _MOST_APPLE):
            data = read_at(index * block, _APPLE.size)
            if len(data) < _APPLE.size or data[:4] != b"PM\0\0":
                break
            _signature, entries, start, count = _APPLE.unpack(data)
            claims.names.append("mac")
            claims.own.append(Run(index * block, block))
            claims.claim(start * block, count * block, "mac")
            if index >= entries:
                break


#: FreeBSD, sys/disklabel.h: bytes a sector at 40, partitions at 138, from 148 on each size, offset and four words more.
_BSD_MAGIC = bytes.fromhex("57455682")
_MOST_BSD = 22


def _read_bsd(read_at: ReadAt, claims: ClaimedRanges, start: int) -> None:
    for at in (64, 128, 512):
        label = read_at(start + at, 512)
        if len(label) < 512 or not label.startswith(_BSD_MAGIC):
            continue
        claims.names.append("bsd")
        claims.own.append(Run(start + at // 512 * 512, 512))
        (sector,), (count,) = struct.unpack_from("<I", label, 40), struct.unpack_from("<H", label, 138)
        for length, first in _bsd_partitions(label, min(count, _MOST_BSD)):
            claims.claim(first * sector, length * sector, "bsd")


def _bsd_partitions(label: bytes, count: int) -> Iterator[tuple[int, int]]:
    for index in range(count):
        length, first = struct.unpack_from("<II", label, 148 + 16 * index)
        if length:
            yield length, first
