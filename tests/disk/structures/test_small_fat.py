"""FAT12 and FAT16 by the number of their clusters (3.5), as mkfs.fat makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import run
from usbkit.disk.structures.record import RecordError
from usbkit.disk.structures.small_fat import SmallBootSector


@pytest.mark.needs("fat-tools")
@pytest.mark.parametrize(("bits", "mib"), [(12, 2), (16, 16), (16, 200)])
def test_bits_by_clusters(tmp_path: Path, bits: int, mib: int) -> None:
    disk = tmp_path / "disk"
    disk.write_bytes(bytes(mib * 2**20))
    run("mkfs.fat", "-F", str(bits), disk)
    boot = SmallBootSector.from_bytes(disk.read_bytes()[:512])
    assert boot.bits == bits
    assert boot.total_sectors * boot.bytes_per_sector == mib * 2**20


@pytest.mark.parametrize(
    "field", [(11, b"\0\3"), (13, b"\3"), (14, b"\0\0"), (16, b"\3"), (17, b"\0\0"), (22, b"\0\0")]
)
def test_what_is_none(field: tuple[int, bytes]) -> None:
    boot = bytearray(512)
    boot[11:24] = b"\0\2\4\1\0\2\0\2\0\x80\xf8\x20\0"
    SmallBootSector.from_bytes(bytes(boot))
    at, value = field
    boot[at : at + len(value)] = value
    with pytest.raises(RecordError):
        SmallBootSector.from_bytes(bytes(boot))


def test_numbers_that_contradict_each_other() -> None:
    boot = SmallBootSector(
        bytes_per_sector=512,
        sectors_per_cluster=1,
        reserved_sectors=1,
        fats=2,
        root_entries=512,
        total_sectors_16=64,
        media=0xF8,
        fat_sectors=32,
        total_sectors_32=0,
    )
    assert boot.bits is None
