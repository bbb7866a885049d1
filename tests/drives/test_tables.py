"""The claims of partition tables: ranges, the tables' own sectors, and unclear tables."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import pytest

from tests.drives.sparse import Sparse
from usbkit.disk.reader import Run
from usbkit.disk.structures.gpt import MOST_ENTRIES, Header, PartitionEntry
from usbkit.drives.tables import ClaimedRanges, is_boot_sector, read_claims, read_entries, said_sector_size

MIB = 2**20
SIZE = 256 * MIB
LAST = SIZE - 512
Put = tuple[int, bytes]


def record(os_type: int, start: int, count: int, flag: int = 0) -> bytes:
    return struct.pack("<B3sB3sII", flag, bytes(3), os_type, bytes(3), start, count)


def table(*records: bytes) -> bytes:
    """A sector with a partition table."""
    return bytes(446) + b"".join(records).ljust(64, b"\0") + b"\x55\xaa"


def gpt(
    at: int, other: int, array: bytes, *, entries_at: int, sector: int = 512, size: int = 128, **wrong: int
) -> tuple[Put, Put]:
    """A header at ``at`` bytes and its entries at ``entries_at``; ``wrong`` replaces fields once sums are right."""
    header = Header(
        checksum=0,
        other_lba=other // sector,
        entries_lba=entries_at // sector,
        entries=len(array) // size,
        entry_size=size,
        entries_checksum=zlib.crc32(array),
    )
    sound = replace(header, checksum=zlib.crc32(header.to_bytes()))
    return (at, replace(sound, **wrong).to_bytes()), (entries_at, array)  # type: ignore[arg-type]


def entry(first: int, last: int, kind: bytes = b"t" * 16) -> bytes:
    return PartitionEntry(type=kind, first_lba=first, last_lba=last).to_bytes()


def claims(*puts: Put, size: int = SIZE) -> ClaimedRanges:
    return read_claims(Sparse(*puts).read_at, size)


def said(found: ClaimedRanges) -> tuple[list[Run], list[Run], list[str], list[str]]:
    return found.ranges, found.own, found.names, found.unclear


def test_nothing_claims_nothing() -> None:
    assert said(claims()) == ([], [], [], [])


def test_an_mbr() -> None:
    found = claims((0, table(record(0x0C, 2048, 100, 0x80), b"".ljust(16, b"\0"), record(0x83, 4096, 8))))
    assert said(found) == ([Run(2048 * 512, 51_200), Run(4096 * 512, 4096)], [Run(0, 512)], ["dos"], [])


def test_a_range_is_claimed_once_and_ends_with_the_disk() -> None:
    found = claims((0, table(record(0x0C, 2048, 100), record(7, 2048, 100), record(0x83, SIZE // 512 - 1, 2))))
    assert said(found) == ([Run(2048 * 512, 51_200), Run(LAST, 512)], [Run(0, 512)], ["dos"], [])


@pytest.mark.parametrize(
    ("one", "is_clear"),
    [
        (record(0x83, SIZE // 512 - 1, 1), True),
        (record(0x83, SIZE // 512, 1), False),
        (record(0x83, 2048, 0), False),
        (record(0, 2048, 1), True),
        (record(0x83, 0, 1), True),
        (record(0x83, 0, 0), False),
        (record(0, 0, 1), True),
    ],
)
def test_what_stands_nowhere_makes_a_table_unclear(one: bytes, is_clear: bool) -> None:
    found = claims((0, table(one)))
    assert found.unclear == ([] if is_clear else ["dos"])
    assert bool(found.ranges) is is_clear


@pytest.mark.parametrize("flag", [0x00, 0x80])
@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_flags_tell_a_table_from_code(at: int, flag: int) -> None:
    records = [record(0x0C, 2048, 100)] * 4
    assert len(read_entries(table(*records)) or ()) == 4
    records[at] = record(0x0C, 2048, 100, flag + 1)
    assert read_entries(table(*records)) is None
    assert read_entries(table(*records)[:511]) is None
    assert read_entries(table()[:510] + b"\x55\xab") is None
    assert read_entries(table()) == []


@pytest.mark.parametrize(
    ("first", "is_one"),
    [(b"\xe9\0\0", True), (b"\xeb\x3c\x90", True), (b"\xeb\x3c\x91", False), (b"\xec\x3c\x90", False), (b"", False)],
)
def test_a_boot_sector_begins_with_a_jump(first: bytes, is_one: bool) -> None:
    assert is_boot_sector(first) is is_one
    sector = first + table()[len(first) :]
    assert claims((0, sector)).names == ([] if is_one else ["dos"]), "an empty table beside a volume is the volume's"
    full = first + table(record(0x0C, 2048, 100))[len(first) :]
    assert claims((0, full)).names == ["dos"]


def test_an_entry_counts_in_the_sectors_of_the_volume_that_stands_there() -> None:
    boot = (b"\xeb\x58\x90" + bytes(8) + struct.pack("<H", 4096)).ljust(512, b"\0")
    disk = (0, table(record(0x0C, 256, 1000)))
    assert claims(disk, (MIB, boot)).ranges == [Run(MIB, 1000 * 4096)]
    assert claims(disk, (MIB, boot.replace(b"\0\x10", b"\0\2"))).ranges == [Run(256 * 512, 512_000)]
    assert claims(disk, (MIB, b"\0" + boot[1:])).ranges == [Run(256 * 512, 512_000)]
    small = boot.replace(b"\0\x10", b"\0\2")
    assert claims(disk, (MIB, boot), (256 * 512, small)).ranges == [Run(256 * 512, 512_000)], "512 is tried first"
    at_zero = (0, boot[:446] + table(record(0x0C, 0, 10))[446:])
    assert claims(at_zero).ranges == [Run(0, 5120)]


@pytest.mark.parametrize(("shift", "size"), [(9, 512), (12, 4096), (16, 65536), (17, 65536), (255, 65536)])
def test_exfat_says_its_sectors_as_a_power_of_two(shift: int, size: int) -> None:
    assert said_sector_size(b"\xeb\x76\x90EXFAT   ".ljust(108, b"\0") + bytes([shift]) + bytes(400)) == size


# Logical partitions

OUTER = 4096


def ebr(*records: bytes, at: int = OUTER) -> Put:
    return at * 512, table(*records)


@pytest.mark.parametrize("kind", [0x05, 0x0F, 0x85, 0x15, 0x1F])
def test_logical_partitions_are_followed(kind: int) -> None:
    found = claims(
        (0, table(record(0x0C, 2048, 100), record(kind, OUTER, 100_000))),
        ebr(record(0x83, 64, 10), record(kind, 1000, 500)),
        ebr(record(0x07, 32, 20), record(kind, 3000, 500), at=OUTER + 1000),
        ebr(record(0x0B, 16, 30), at=OUTER + 3000),
    )
    starts = [2048, OUTER + 64, OUTER + 1032, OUTER + 3016]
    assert [r.offset // 512 for r in found.ranges] == starts
    assert [r.length // 512 for r in found.ranges] == [100, 10, 20, 30]
    assert [r.offset // 512 for r in found.own] == [0, OUTER, OUTER + 1000, OUTER + 3000]
    assert (found.names, found.unclear) == (["dos"], [])


@pytest.mark.parametrize(
    "chain",
    [
        {"leads to itself": [ebr(record(0x83, 64, 10), record(5, 0, 500))]},
        {"no table there": []},
        {"leads to no table": [ebr(record(0x83, 64, 10), record(5, 1000, 500))]},
        {"leads behind the end": [ebr(record(0x83, 64, 10), record(5, SIZE // 512, 500))]},
        {
            "leads back": [
                ebr(record(5, 8, 9)),
                ebr(record(5, 16, 9), at=OUTER + 8),
                ebr(record(5, 8, 9), at=OUTER + 16),
            ]
        },
    ],
    ids=lambda chain: next(iter(chain)),
)
def test_a_chain_that_does_not_end_is_unclear(chain: dict[str, list[Put]]) -> None:
    (puts,) = chain.values()
    found = claims((0, table(record(5, OUTER, 100_000))), *puts)
    assert found.unclear == ["dos"]


@pytest.mark.parametrize(("length", "is_clear"), [(255, True), (256, True), (257, False)])
def test_how_many_logical_partitions_are_followed(length: int, is_clear: bool) -> None:
    links = [record(5, 8 * (n + 1), 8) for n in range(length - 1)]
    puts = [ebr(record(0x83, 1, 2), *links[n : n + 1], at=OUTER + 8 * n) for n in range(length)]
    found = claims((0, table(record(5, OUTER, 100_000))), *puts)
    assert found.unclear == ([] if is_clear else ["dos"])
    assert len(found.ranges) == min(length, 256)


# GPT

TWO = (entry(2048, 4095) + entry(8192, 8192)).ljust(128 * 128, b"\0")
RANGES = [Run(2048 * 512, MIB), Run(8192 * 512, 512)]
PROTECTIVE = (0, table(record(0xEE, 1, SIZE // 512 - 1)))
BACKUP_ENTRIES = SIZE - 33 * 512
PRIMARY = gpt(512, LAST, TWO, entries_at=1024)
BACKUP = gpt(LAST, 512, TWO, entries_at=BACKUP_ENTRIES)


def test_a_gpt_with_its_backup() -> None:
    found = claims(PROTECTIVE, *PRIMARY, *BACKUP)
    assert found.ranges == RANGES
    assert {(r.offset, r.length) for r in found.own} == {
        (0, 512), (512, 512), (1024, 16384), (LAST, 512), (BACKUP_ENTRIES, 16384),
    }  # fmt: skip
    assert sorted(found.names) == ["PMBR", "dos", "gpt", "gpt"]
    assert found.unclear == []


def test_either_copy_alone_claims_the_same() -> None:
    for copy in (PRIMARY, BACKUP):
        found = claims(*copy)
        assert (found.ranges, found.names, found.unclear) == (RANGES, ["gpt"], [])


def test_a_protective_entry_without_a_gpt_is_a_range() -> None:
    found = claims(PROTECTIVE)
    assert (found.ranges, found.names) == ([Run(512, SIZE - 512)], ["dos"])


def test_both_tables_of_a_hybrid_claim() -> None:
    hybrid = (0, table(record(0xEE, 1, 2047), record(0x0C, 20_000, 10)))
    assert claims(hybrid, *PRIMARY, *BACKUP).ranges == [*RANGES, Run(20_000 * 512, 5120)]


def test_sectors_of_4096_bytes() -> None:
    copies = gpt(4096, SIZE - 4096, entry(6, 9).ljust(4096, b"\0"), entries_at=8192, sector=4096)
    found = claims(*copies)
    assert said(found) == ([Run(6 * 4096, 4 * 4096)], [Run(4096, 4096), Run(8192, 4096)], ["gpt"], [])
    backup = gpt(SIZE - 4096, 4096, entry(6, 9).ljust(4096, b"\0"), entries_at=SIZE - 8192, sector=4096)
    assert claims(*backup).ranges == [Run(6 * 4096, 4 * 4096)]


def test_the_backup_is_sought_where_the_header_says() -> None:
    """The table of a smaller disk on a larger one: another one's entries stand in the middle."""
    middle = 100 * MIB
    copies = (
        *gpt(512, middle, TWO, entries_at=1024),
        *gpt(middle, 512, entry(50_000, 50_007).ljust(512, b"\0"), entries_at=middle - 512),
    )
    assert claims(*copies).ranges == [*RANGES, Run(50_000 * 512, 4096)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"checksum": 1},
        {"entries_checksum": 1},
        {"entries": 0},
        {"entries": MOST_ENTRIES + 1},
        {"entries": 0xFFFF_FFFF},
        {"entry_size": 0},
        {"entry_size": 64},
        {"entry_size": 0xFFFF_FFFF},
        {"size": 91},
        {"size": 0xFFFF_FFFF},
        {"entries_lba": 2**63},
        {"entries_lba": SIZE // 512 - 1},
    ],
    ids=str,
)
def test_a_header_that_cannot_be_believed_is_unclear(wrong: dict[str, int]) -> None:
    found = claims(*gpt(512, LAST, TWO, entries_at=1024, **wrong))
    assert (found.ranges, found.own, found.names) == ([], [], ["gpt"])
    assert found.unclear == ["gpt"]
    assert claims(*gpt(512, LAST, TWO, entries_at=1024, **wrong), *BACKUP).ranges == RANGES, "the other one is read"


def resummed(wrong: dict[str, int]) -> tuple[Put, Put]:
    """As `gpt`, with the header's sum made right again: a forger does that."""
    (at, header), entries = gpt(512, LAST, TWO, entries_at=1024, **{**wrong, "checksum": 0})
    return (at, header[:16] + struct.pack("<I", zlib.crc32(header)) + header[20:]), entries


@pytest.mark.parametrize("wrong", [{"entries_checksum": 1}, {"entries_lba": 2**63}, {"entries_lba": SIZE // 512 - 1}])
def test_entries_that_are_not_what_the_header_sums_are_unclear(wrong: dict[str, int]) -> None:
    assert claims(*resummed(wrong)).unclear == ["gpt"]


@pytest.mark.parametrize(("first", "last"), [(SIZE // 512, SIZE // 512 + 9), (2**63, 2**63 + 1), (2048, 2046)])
def test_an_entry_that_stands_nowhere_is_unclear(first: int, last: int) -> None:
    found = claims(*gpt(512, LAST, (entry(2048, 2055) + entry(first, last)).ljust(512, b"\0"), entries_at=1024))
    assert (found.ranges, found.unclear) == ([Run(MIB, 4096)], ["gpt"])


def test_larger_entries_are_read_at_their_own_distance() -> None:
    entries = entry(2048, 2055).ljust(256, b"\xff") + entry(4096, 4097).ljust(256, b"\0")
    assert claims(*gpt(512, LAST, entries, entries_at=1024, size=256)).ranges == [Run(MIB, 4096), Run(2 * MIB, 1024)]


def test_a_header_at_the_very_start_or_behind_the_end_is_none() -> None:
    assert claims((0, Header(checksum=0, other_lba=0, entries_lba=0, entries_checksum=0).to_bytes())).names == []
    far = gpt(512, 2**60, TWO, entries_at=1024)
    assert claims(*far).ranges == RANGES


@pytest.mark.parametrize("size", [0, 512, 1024, 4096])
def test_a_disk_too_small_for_a_table_is_read_to_its_end(size: int) -> None:
    assert claims((512, b"EFI PART"), size=size).ranges == []


# Apple and BSD


def apple(index: int, entries: int, start: int, count: int, block: int = 512) -> Put:
    return index * block, struct.pack(">2sxxIII", b"PM", entries, start, count)


@pytest.mark.parametrize("block", [512, 2048])
def test_an_apple_map(block: int) -> None:
    found = claims(apple(1, 2, 1, 63, block), apple(2, 2, 5000, 100, block), apple(3, 2, 9000, 1, block))
    assert found.ranges == [Run(block, 63 * block), Run(5000 * block, 100 * block)]
    assert found.own == [Run(block, block), Run(2 * block, block)]
    assert found.names == ["mac", "mac"]


def test_an_apple_map_that_never_ends_is_followed_so_far() -> None:
    puts = [apple(n, 0xFFFF_FFFF, 1000 + n, 1) for n in range(1, 100)]
    assert len(claims(*puts).ranges) == 63 + 24, "every fourth stands where blocks of 2048 bytes have theirs too"


def bsd(at: int, *parts: tuple[int, int], sector: int = 512, count: int | None = None) -> Put:
    label = bytearray(512)
    label[:4] = bytes.fromhex("57455682")
    struct.pack_into("<I", label, 40, sector)
    struct.pack_into("<H", label, 138, len(parts) if count is None else count)
    for index, (length, first) in enumerate(parts):
        struct.pack_into("<II", label, 148 + 16 * index, length, first)
    return at, bytes(label)


@pytest.mark.parametrize("at", [64, 128, 512])
def test_a_bsd_label(at: int) -> None:
    found = claims(bsd(at, (100, 4096), (0, 7), (8, 9000)))
    assert found.ranges == [Run(2 * MIB, 51_200), Run(9000 * 512, 4096)]
    assert (found.own, found.names) == ([Run(at // 512 * 512, 512)], ["bsd"])


def test_a_bsd_label_in_a_slice() -> None:
    found = claims((0, table(record(0xA5, 2048, 100_000))), bsd(MIB + 512, (100, 4096)))
    assert found.ranges == [Run(MIB, 100_000 * 512), Run(2 * MIB, 51_200)]
    assert found.own[-1] == Run(MIB + 512, 512)


def test_a_bsd_label_with_other_sectors_and_too_many_partitions() -> None:
    assert claims(bsd(512, (2, 100), sector=4096)).ranges == [Run(409_600, 8192)]
    many = bsd(512, *((1, 1000 + n) for n in range(22)), count=0xFFFF)
    assert len(claims(many).ranges) == 22
    assert claims(bsd(512, (1, SIZE // 512))).unclear == ["bsd"]
