"""Drive content, judged on file systems made by others."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from tests.drives.images import FINGERPRINT, MIB, make_image, noise
from tests.drives.layouts import BLANK, FOREIGN, partition_free, unfinished
from tests.support.cli import run
from usbkit.core.content import Made
from usbkit.disk.marks import MEMBERS
from usbkit.drives.device import OURS
from usbkit.drives.jobrecord import JobRecord
from usbkit.drives.linux import look_at
from usbkit.drives.signatures import UNKNOWN, name_content
from usbkit.drives.write import begun_wipe


def name(path: Path) -> str | None:
    data = path.read_bytes()
    return name_content(lambda offset, length: data[offset : offset + length], len(data))


def name_sparse(path: Path) -> str | None:
    """As `name`, without what is in memory being as large as the disk."""
    with path.open("rb") as file:
        return name_content(lambda offset, length: os.pread(file.fileno(), length, offset), path.stat().st_size)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    path = tmp_path / "disk"
    path.write_bytes(bytes(64 * MIB))
    return path


def test_blank(disk: Path) -> None:
    assert name(disk) is None
    disk.write_bytes(b"\xff" * 8 * MIB)
    assert name(disk) is None


def test_noise_is_not_blank(disk: Path) -> None:
    data = bytearray(64 * MIB)
    data[32 * MIB : 36 * MIB] = noise(4 * MIB)
    disk.write_bytes(data)
    assert name(disk) == UNKNOWN


#: Of a drive on which nothing is claimed: the whole beginning, the whole end, and places between.
BIG, HEAD, TAIL, PLACES, PLACE = 1024 * MIB, 64 * MIB, 4 * MIB, 256, 16 * 1024


@pytest.mark.parametrize(
    "at",
    [
        *(0, 61 * MIB, HEAD - 1, BIG - TAIL, BIG - 1),
        *(HEAD + (BIG - HEAD - TAIL) * index // PLACES for index in (0, 1, 100, 255)),
        HEAD + (BIG - HEAD - TAIL) * 255 // PLACES + PLACE - 1,
    ],
)
def test_a_note_is_seen_at_the_beginning_at_the_end_and_at_256_places_between(at: int) -> None:
    def read_at(offset: int, length: int) -> bytes:
        assert offset >= 0 and offset + length <= BIG, "nothing is read beyond the drive's end"
        data = bytearray(length)
        if offset <= at < offset + length:
            data[at - offset] = 1
        return bytes(data)

    assert name_content(read_at, BIG) == UNKNOWN


def test_no_more_is_read_of_what_nothing_claims_than_is_told() -> None:
    """`docs/writing.md` says what is sampled; a stick is judged in a second or two for it."""
    read = set[int]()

    def read_at(offset: int, length: int) -> bytes:
        read.update(range(offset // 512, (offset + length) // 512))
        return bytes(length)

    assert name_content(read_at, BIG) is None
    assert len(read) * 512 <= HEAD + TAIL + PLACES * PLACE + 8 * MIB


@pytest.mark.needs("fat-tools", "exfat-tools")
@pytest.mark.parametrize(
    ("tool", "found"),
    [
        (["mkfs.ext4", "-q", "-F"], "ext4"),
        (["mkswap", "-q"], "swap"),
        (["mkfs.minix"], "minix"),
    ],
)
def test_file_systems_of_others(disk: Path, tool: list[str], found: str) -> None:
    run(*tool, disk)
    assert name(disk) == found


@pytest.mark.needs("fat-tools", "exfat-tools", "partition-tools")
@pytest.mark.parametrize("layout", FOREIGN)
def test_what_somebody_keeps_files_on_is_never_blank_or_ours(tmp_path: Path, layout: str) -> None:
    FOREIGN[layout](tmp_path / "disk")
    assert name_sparse(tmp_path / "disk") not in (None, OURS)


def test_what_is_formatted_over_is_an_unfinished_drive_of_ours(tmp_path: Path) -> None:
    """Else the layouts "over an unfinished drive" would say nothing about our records."""
    unfinished(partition_free)(tmp_path / "disk")
    assert name_sparse(tmp_path / "disk") == OURS


@pytest.mark.needs("fat-tools", "exfat-tools", "partition-tools")
@pytest.mark.parametrize("layout", BLANK)
def test_sticks_as_sold_or_formatted_are_blank(tmp_path: Path, layout: str) -> None:
    BLANK[layout](tmp_path / "disk")
    assert look_at(tmp_path / "disk").content is None


@pytest.mark.needs("fat-tools", "exfat-tools")
@pytest.mark.parametrize("tool", [["mkfs.fat", "-F", "32", "-s", "1"], ["mkfs.exfat"]])
def test_an_empty_stick_from_the_shop_is_blank(disk: Path, tool: list[str]) -> None:
    run(*tool, disk)
    assert name(disk) is None


@pytest.mark.needs("fat-tools")
def test_a_stick_with_one_file_is_somebody_s(disk: Path, tmp_path: Path) -> None:
    run("mkfs.fat", "-F", "32", "-s", "1", disk)
    (tmp_path / "thesis.txt").write_text("precious")
    run("mcopy", "-i", disk, tmp_path / "thesis.txt", "::")
    assert name(disk) == "fat32"


@pytest.mark.needs("fat-tools")
def test_a_file_system_in_a_partition(tmp_path: Path, disk: Path) -> None:
    inner = tmp_path / "inner"
    inner.write_bytes(bytes(40 * MIB))
    run("mkfs.ext4", "-q", "-F", inner)
    table = bytearray(512)
    table[450] = 0x83
    table[454:458], table[458:462] = (2048).to_bytes(4, "little"), (81920).to_bytes(4, "little")
    table[510:] = b"\x55\xaa"
    disk.write_bytes(bytes(table) + bytes(MIB - 512) + inner.read_bytes())
    assert name(disk) == "ext4"


@pytest.mark.needs("fat-tools", "exfat-tools")
def test_of_two_volumes_with_files_the_first_names_the_drive(tmp_path: Path, disk: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    table, volumes = bytearray(512), []
    for number, start in enumerate((2048, 86016)):
        table[446 + 16 * number + 4] = 0x0C
        struct.pack_into("<II", table, 446 + 16 * number + 8, start, 81920)
        volumes.append(tmp_path / f"volume-{number}")
        volumes[-1].write_bytes(bytes(40 * MIB))
    table[510:] = b"\x55\xaa"
    run("mkfs.fat", "-F", "16", volumes[0])
    run("mkfs.fat", "-F", "32", "-s", "1", "-h", "86016", volumes[1])
    for volume in volumes:
        run("mcopy", "-i", volume, tmp_path / "thesis.txt", "::")
    disk.write_bytes(bytes(table) + bytes(MIB - 512) + b"".join(v.read_bytes() + bytes(MIB) for v in volumes))
    assert name(disk) == "fat16"


@pytest.mark.parametrize(
    ("found", "offset", "magic"),
    [
        ("LVM2_member", 512, b"LABELONE"),
        ("linux_raid_member", 4096, b"\xfc\x4e\x2b\xa9"),
        ("linux_raid_member", 64 * MIB - 65536, b"\xfc\x4e\x2b\xa9"),
        ("linux_raid_member", 64 * MIB - 8192, b"\xfc\x4e\x2b\xa9"),
        ("zfs_member", 128 * 1024, b"\x0c\xb1\xba\x00"),
    ],
)
def test_members_of_volumes(disk: Path, found: str, offset: int, magic: bytes) -> None:
    data = bytearray(64 * MIB)
    data[offset : offset + len(magic)] = magic
    disk.write_bytes(data)
    assert name(disk) == found
    assert found in MEMBERS


def test_an_unfinished_drive_is_ours(disk: Path, tmp_path: Path) -> None:
    record = JobRecord.for_job(make_image(tmp_path), FINGERPRINT, "guatemala")
    data = bytearray(64 * MIB)
    data[record.slot : record.slot + len(record.to_bytes())] = record.to_bytes()
    disk.write_bytes(data)
    assert name(disk) == "usbkit"


def test_gpt(disk: Path) -> None:
    header = b"EFI PART" + bytes(64) + struct.pack("<QII", 2, 128, 128) + bytes(4)
    entry = b"\x01" * 32 + struct.pack("<QQ", 2048, 100_000)
    disk.write_bytes(bytes(512) + header.ljust(512, b"\0") + entry.ljust(64 * MIB - 1024, b"\0"))
    assert name(disk) == "partition table"


def test_a_drive_that_was_begun_stays_ours_until_it_is_formatted(disk: Path) -> None:
    drive = bytearray(disk.read_bytes())
    for extent in begun_wipe(len(drive)):
        content = extent.content
        drive[extent.offset : extent.end] = content.data if isinstance(content, Made) else bytes(extent.length)
    drive[40 * MIB : 40 * MIB + 4096] = noise(4096)  # old contents, or a mark of the probe
    disk.write_bytes(drive)
    assert name(disk) == OURS
    drive[510:512] = b"\x55\xaa"
    disk.write_bytes(drive)
    assert name(disk) == UNKNOWN
