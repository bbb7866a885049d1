"""FAT12 and FAT16 as mkfs.fat and mtools make them, whole and damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import run
from usbkit.disk.reader import Limits
from usbkit.disk.reader.small_fat import read_volume
from usbkit.disk.reader.source import Source
from usbkit.disk.reader.volume import Survey
from usbkit.disk.structures.small_fat import SmallBootSector

pytestmark = pytest.mark.needs("fat-tools")


@pytest.fixture(params=[(12, 2), (16, 16)])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a file of three clusters and a half, and one beside it."""
    bits, mib = request.param
    path, file = tmp_path / "disk", tmp_path / "file"
    path.write_bytes(bytes(mib * 2**20))
    run("mkfs.fat", "-F", str(bits), "-s", "4", path)
    file.write_bytes(b"words" * 1434)
    run("mmd", "-i", path, "::folder")
    run("mcopy", "-i", path, file, "::folder/a long name.txt")
    run("mcopy", "-i", path, file, "::short.txt")
    return path


def survey_of(data: bytes) -> Survey:
    survey = Survey(Source(lambda offset, length: data[offset : offset + length], len(data)), Limits())
    read_volume(survey, 0, len(data))
    return survey


def test_files_are_found_where_they_are(disk: Path) -> None:
    data = disk.read_bytes()
    survey = survey_of(data)
    assert survey.troubles == []
    assert {e.path: e.size for e in survey.entries if not e.is_dir} == {
        "folder/a long name.txt": 7170,
        "short.txt": 7170,
    }
    for entry in survey.entries:
        if not entry.is_dir:
            assert b"".join(data[r.offset : r.end] for r in entry.runs) == b"words" * 1434


@pytest.mark.parametrize("harm", ["second fat", "lost chain", "root", "boot"])
def test_damage_is_noticed(disk: Path, harm: str) -> None:
    data = bytearray(disk.read_bytes())
    boot = SmallBootSector.from_bytes(bytes(data[:512]))
    fat, length = boot.reserved_sectors * 512, boot.fat_sectors * 512
    if harm == "second fat":
        data[fat + length + 6] ^= 1
    elif harm == "lost chain":
        for copy in (fat, fat + length):
            data[copy + 300 : copy + 303] = b"\xff\xff\xff"
    elif harm == "root":
        data[fat + 2 * length : fat + 2 * length + 512] = bytes(512)
    else:
        data[22:24] = b"\x01\0" if boot.fat_sectors > 1 else b"\xff\xff"
    assert survey_of(bytes(data)).troubles


def test_a_part_that_cannot_be_read(disk: Path) -> None:
    data = disk.read_bytes()
    assert survey_of(data[:600]).troubles
