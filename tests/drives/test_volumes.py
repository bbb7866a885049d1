"""Which volume begins at a place, and whether it is empty."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.drives.layouts import EXFAT, FAT16, FAT32, partition_free, put, volume
from usbkit.drives.volumes import find_volume, is_empty

MIB = 2**20
pytestmark = pytest.mark.needs("fat-tools", "exfat-tools")


def make(disk: Path, *tool: str, start: int = MIB, length: int = 40 * MIB) -> bytes:
    partition_free(disk, 48 * MIB)
    volume(disk, start, length, *tool)
    return disk.read_bytes()


@pytest.mark.parametrize(("tool", "kind"), [(FAT32, "fat32"), (FAT16, "fat16"), (EXFAT, "exfat")])
def test_an_empty_one(tmp_path: Path, tool: tuple[str, ...], kind: str) -> None:
    data = make(tmp_path / "disk", *tool)

    def read_at(offset: int, length: int) -> bytes:
        return data[offset : offset + length]

    found = find_volume(read_at, MIB)
    assert found is not None
    assert (found.kind, found.run.offset, found.run.length) == (kind, MIB, 40 * MIB)
    assert is_empty(read_at, len(data), found)
    assert find_volume(read_at, 0) is None
    assert find_volume(read_at, MIB + 512) is None


@pytest.mark.parametrize("tool", [FAT32, FAT16, EXFAT])
def test_one_whose_fat_cannot_be_read_is_not_empty(tmp_path: Path, tool: tuple[str, ...]) -> None:
    data = make(tmp_path / "disk", *tool)
    found = find_volume(lambda offset, length: data[offset : offset + length], MIB)
    assert found is not None

    def read_at(offset: int, length: int) -> bytes:
        if offset > MIB + 512:
            raise OSError(errno.EIO, "worn")
        return data[offset : offset + length]

    assert not is_empty(read_at, len(data), found)


@pytest.mark.parametrize("tool", [FAT32, FAT16])
def test_a_damaged_one_is_not_empty(tmp_path: Path, tool: tuple[str, ...]) -> None:
    disk = tmp_path / "disk"
    make(disk, *tool)
    with disk.open("rb") as file:
        file.seek(MIB + 14)
        reserved = int.from_bytes(file.read(2), "little")
    put(disk, MIB + reserved * 512 + 400, b"\x03\x04\x05\x06")
    data = disk.read_bytes()
    found = find_volume(lambda offset, length: data[offset : offset + length], MIB)
    assert found is not None
    assert not is_empty(lambda offset, length: data[offset : offset + length], len(data), found)
