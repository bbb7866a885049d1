"""Declared records: each reads what it writes, refuses each field out of range, and agrees with what mkfs writes."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from tests.disk.judges import run
from usbkit.disk import upcase
from usbkit.disk.structures import exfat, fat, mbr
from usbkit.disk.structures.record import FieldPlace, Record, RecordError, at

SAMPLES: list[Record] = [
    mbr.PartitionRecord(os_type=0x0C, starting_lba=8192, size_in_lba=1000, starting_chs=b"\x82\x03\x00"),
    mbr.MasterBootRecord(disk_signature=0xCAFEBABE),
    fat.BootSector(
        bytes_per_sector=512,
        sectors_per_cluster=8,
        reserved_sectors=32,
        hidden_sectors=8192,
        total_sectors=10**6,
        fat_sectors=1000,
        volume_id=0x1234ABCD,
        label=b"FORUM2020  ",
    ),
    fat.FSInfo(free_clusters=5, next_free=7),
    fat.BootTail(),
    fat.DirectoryEntry(name=b"README  TXT", attributes=1, cluster_high=1, cluster_low=2, size=3),
    fat.LongNameEntry(order=0x41, checksum=9, name_1=b"a" * 10, name_2=b"b" * 12, name_3=b"c" * 4),
    exfat.BootSector(
        partition_offset=8192,
        volume_length=10**6,
        fat_offset=24,
        fat_length=100,
        cluster_heap_offset=200,
        cluster_count=1000,
        root_cluster=5,
        volume_serial=0x1234ABCD,
        bytes_per_sector_shift=9,
        sectors_per_cluster_shift=3,
        percent_in_use=50,
    ),
    exfat.BitmapEntry(first_cluster=2, length=125),
    exfat.UpcaseEntry(checksum=upcase.CHECKSUM, first_cluster=3, length=5836),
    exfat.LabelEntry(units=9, label="FORUM2020".encode("utf-16-le").ljust(22, b"\0")),
    exfat.FileEntry(secondary_count=2, attributes=1),
    exfat.StreamEntry(name_units=9, name_hash=1, valid_length=10, first_cluster=7, length=10),
    exfat.NameEntry(name="a name".encode("utf-16-le").ljust(30, b"\0")),
]
OUT_OF_RANGE = {"B": [0, 1, 2, 3, 5, 7, 11, 50, 127, 200, 255], "H": [0, 7, 0xFFFF], "I": [0, 2**32 - 1], "Q": [0]}


def name_of(record: object) -> str:
    return f"{type(record).__module__.rpartition('.')[2]}.{type(record).__name__}"


@pytest.mark.parametrize("record", SAMPLES, ids=name_of)
def test_record_goes_both_ways(record: Record) -> None:
    data = record.to_bytes()
    assert len(data) == record.SIZE
    assert type(record).from_bytes(data) == record
    assert type(record).from_bytes(data + b"more") == record


@pytest.mark.parametrize("record", SAMPLES, ids=name_of)
def test_record_cut_short_is_refused(record: Record) -> None:
    with pytest.raises(RecordError, match="length"):
        type(record).from_bytes(record.to_bytes()[:-1])


def broken_fields() -> list[tuple[Record, str, Any]]:
    """Each checked field of each record with a value that it may not have."""
    broken = []
    for record in SAMPLES:
        for attribute, place in type(record).places().items():
            if place.may is not None:
                broken.append((record, attribute, value_outside(place)))
    return broken


def value_outside(place: FieldPlace) -> Any:
    assert place.may is not None
    if place.form.endswith("s"):
        return b"?" * place.size
    return next(v for v in OUT_OF_RANGE[place.form] if v not in place.may)


@pytest.mark.parametrize(("record", "attribute", "value"), broken_fields(), ids=lambda v: str(v)[:30])
def test_each_checked_field_is_refused_when_broken(record: Record, attribute: str, value: Any) -> None:
    place = type(record).places()[attribute]
    data = dataclasses.replace(record, **{attribute: value}).to_bytes()
    with pytest.raises(RecordError) as caught:
        type(record).from_bytes(data)
    assert (caught.value.field, caught.value.offset, caught.value.found) == (place.name, place.offset, value)


def test_every_record_is_sampled() -> None:
    declared = {c for m in (mbr, fat, exfat) for c in vars(m).values() if isinstance(c, type) and issubclass(c, Record)}
    assert {type(s) for s in SAMPLES} == declared - {Record}


def test_overlapping_fields_are_a_mistake() -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Wrong(Record):
        SIZE = 8
        one: int = at(0, "I", "One", 0)
        two: int = at(2, "H", "Two", 0)

    with pytest.raises(TypeError, match="two"):
        Wrong().to_bytes()


def test_upcase_table_is_the_specifications() -> None:
    assert len(upcase.table_bytes()) == 5836
    assert upcase.checksum(upcase.table_bytes()) == upcase.CHECKSUM
    assert upcase.upcase("straße и ā".encode("utf-16-le")).decode("utf-16-le") == "STRAßE И Ā"


@pytest.mark.parametrize("data", [b"odd", b"\0" * 131_074, b"\xff\xff\xff\xff" * 2])
def test_broken_upcase_table_is_refused_or_bounded(data: bytes) -> None:
    try:
        assert len(upcase.expand(data)) == upcase.UNITS
    except ValueError:
        return


@pytest.mark.needs("fat-tools")
@pytest.mark.parametrize("sector_size", [512, 4096])
def test_fat32_records_of_mkfs_read_as_declared(tmp_path: Path, sector_size: int) -> None:
    volume = tmp_path / "volume"
    volume.touch()
    os.truncate(volume, 2 * 10**9)
    run("mkfs.fat", "-F", "32", "-S", str(sector_size), "-i", "1234abcd", "-n", "FORUM2020", "-h", "8192", volume)
    data = volume.open("rb").read(32 * sector_size)
    boot = fat.BootSector.from_bytes(data)
    assert (boot.bytes_per_sector, boot.hidden_sectors, boot.volume_id) == (sector_size, 8192, 0x1234ABCD)
    assert (boot.label, boot.backup_sector, boot.fsinfo_sector) == (b"FORUM2020  ", 6, 1)
    info = fat.FSInfo.from_bytes(data[sector_size:])
    clusters = (boot.total_sectors - boot.reserved_sectors - 2 * boot.fat_sectors) // boot.sectors_per_cluster
    assert info.free_clusters == clusters - 1


@pytest.mark.needs("exfat-tools")
def test_exfat_records_of_mkfs_read_as_declared(tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    volume.touch()
    os.truncate(volume, 64 * 10**6)
    run("mkfs.exfat", "-L", "FORUM2020", volume)
    data = volume.read_bytes()
    boot = exfat.BootSector.from_bytes(data)
    region = data[: 12 * 512]
    assert exfat.checksum_boot_region(region[: 11 * 512]) == int.from_bytes(region[11 * 512 : 11 * 512 + 4], "little")
    root = boot.cluster_heap_offset * 512 + (boot.root_cluster - 2 << boot.sectors_per_cluster_shift) * 512
    label = exfat.LabelEntry.from_bytes(data[root:])
    bitmap = exfat.BitmapEntry.from_bytes(data[root + 32 :])
    table = exfat.UpcaseEntry.from_bytes(data[root + 64 :])
    assert label.label[: 2 * label.units].decode("utf-16-le") == "FORUM2020"
    assert bitmap.length == -(-boot.cluster_count // 8)
    assert (table.checksum, table.length) == (upcase.CHECKSUM, len(upcase.table_bytes()))
    at_table = boot.cluster_heap_offset * 512 + (table.first_cluster - 2 << boot.sectors_per_cluster_shift) * 512
    assert data[at_table : at_table + table.length] == upcase.table_bytes()
