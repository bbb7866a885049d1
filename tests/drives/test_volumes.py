"""Which volume begins at a place, and whether it is empty."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.drives.layouts import EXFAT, FAT16, FAT32, partition_free, put, volume
from usbkit.disk.reader import Run
from usbkit.drives.volumes import LIMITS, Volume, find_volume, is_empty

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


@pytest.mark.parametrize(
    ("files", "is_nobodys"),
    [
        (("DCIM/",), True),
        (("DCIM/", "DCIM/100MSDCF/"), True),
        (("System Volume Information/", "System Volume Information/WPSettings.dat:12"), True),
        (("autorun.inf:0",), False),
        (("DCIM/", "DCIM/thesis.txt"), False),
        (("thesis.txt:0",), False),
        (("WPSettings.dat:12",), False),
    ],
    ids=str,
)
def test_what_systems_and_cameras_leave_is_nobody_s(tmp_path: Path, files: tuple[str, ...], is_nobodys: bool) -> None:
    partition_free(tmp_path / "disk", 48 * MIB)
    volume(tmp_path / "disk", MIB, 40 * MIB, *FAT32, files=files)
    data = (tmp_path / "disk").read_bytes()
    found = find_volume(lambda offset, length: data[offset : offset + length], MIB)
    assert found is not None
    assert is_empty(lambda offset, length: data[offset : offset + length], len(data), found) is is_nobodys


def test_folders_in_folders_without_end_are_somebody_s(tmp_path: Path) -> None:
    """What is beyond the bounds was not looked at, and so is not empty."""
    for depth, is_nobodys in ((LIMITS.depth, True), (LIMITS.depth + 1, False)):
        disk = tmp_path / str(depth)
        partition_free(disk, 48 * MIB)
        volume(disk, MIB, 40 * MIB, *FAT32, files=tuple("/".join(["x"] * n) + "/" for n in range(1, depth + 1)))
        data = disk.read_bytes()
        found = find_volume(lambda offset, length, data=data: data[offset : offset + length], MIB)  # type: ignore[misc]
        assert found is not None
        assert is_empty(lambda o, n, data=data: data[o : o + n], len(data), found) is is_nobodys  # type: ignore[misc]


def test_the_bounds_of_a_look() -> None:
    assert (LIMITS.depth, LIMITS.entries, LIMITS.directory_bytes, LIMITS.fragments) == (16, 20_000, 16 * MIB, 65_536)


def test_what_util_linux_calls_each() -> None:
    run = Run(0, MIB)
    assert Volume("exfat", run).probed_as == {"exfat", "dos"}
    for kind in ("fat12", "fat16", "fat32"):
        assert Volume(kind, run).probed_as == {"vfat"}


@pytest.mark.parametrize("tool", [FAT32, FAT16, EXFAT])
@pytest.mark.parametrize("first", [b"\0\0\0", b"\xeb\x58\x91", b"\xe8\x58\x90"])
def test_without_a_jump_no_volume_begins(tmp_path: Path, tool: tuple[str, ...], first: bytes) -> None:
    data = bytearray(make(tmp_path / "disk", *tool))
    data[MIB : MIB + 3] = first
    assert find_volume(lambda offset, length: bytes(data[offset : offset + length]), MIB) is None
    assert find_volume(lambda offset, length: bytes(data[offset : offset + min(length, 511)]), MIB) is None
