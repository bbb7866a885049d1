"""One table of damage and wear for FAT32 and exFAT: the same damage gets the same answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest

from tests.disk.reader.drives import START, Drive, make_drive
from usbkit.disk.reader import examine
from usbkit.disk.structures import exfat, fat
from usbkit.trust.verdict import Structure

OPENED, BROKEN = Structure.OPENED, Structure.BROKEN
Befall = Callable[[Drive], None]


@dataclass(frozen=True)
class Kind:
    """How the same thing is done to a drive of either format, and the answer to both."""

    answer: Structure
    fat32: Befall
    exfat: Befall


def _mark_bad(cluster: int, *, in_bitmap: bool) -> Befall:
    def befall(drive: Drive) -> None:
        drive.link(cluster, exfat.BAD_CLUSTER)
        if in_bitmap:
            _set_bit(drive, cluster)

    return befall


def _set_bit(drive: Drive, cluster: int, *, clear: bool = False) -> None:
    bitmap = next(e.offset for e in drive.image.extents if e.what == "allocation bitmap")
    bit = 1 << (cluster - 2) % 8
    at = bitmap + (cluster - 2) // 8
    drive.data[at] = drive.data[at] & ~bit if clear else drive.data[at] | bit


def _entry(name: str, **fields: object) -> Befall:
    return lambda drive: drive.change_entry(drive.find_short(name.encode()), **fields)


def _stream(name: str, **fields: object) -> Befall:
    return lambda drive: drive.change_stream(drive.find_set(name), **fields)


def _exfat_chain(*links: tuple[int, int]) -> Befall:
    """README.TXT by its FAT chain: for each link its place in the file and where it leads, from the first cluster."""

    def befall(drive: Drive) -> None:
        first = drive.cluster_of("README.TXT")
        drive.change_stream(drive.find_set("README.TXT"), flags=exfat.ALLOCATION_POSSIBLE)
        for at, to in links:
            drive.link(first + at, first + to if to < 1000 else to)

    return befall


def _fat_link(at: int, to: int) -> Befall:
    def befall(drive: Drive) -> None:
        first = drive.cluster_of("README.TXT")
        drive.link(first + at, first + to if to < 1000 else to)

    return befall


def _share_fat32(drive: Drive) -> None:
    first = drive.cluster_of("videos/01.mp4")
    drive.change_entry(drive.find_short(b"README  TXT"), cluster_low=first & 0xFFFF, cluster_high=first >> 16)


def _share_exfat(drive: Drive) -> None:
    drive.change_stream(drive.find_set("README.TXT"), first_cluster=drive.cluster_of("videos/01.mp4"))


def _same_name_fat32(drive: Drive) -> None:
    drive.put(drive.find_short(b"02      MP4"), b"01      MP4")


def _same_name_exfat(drive: Drive) -> None:
    at = drive.find_set("02.mp4")
    drive.put(at + 64 + 2, "01.mp4".encode("utf-16-le"))
    drive.change_stream(at, name_hash=exfat.hash_name("01.MP4".encode("utf-16-le")))


def _attributes(attributes: int) -> Befall:
    def befall(drive: Drive) -> None:
        at = drive.find_set("README.TXT")
        drive.put(at + 4, attributes.to_bytes(2, "little"))
        drive.mend_set(at)

    return befall


def _all(*befalls: Befall) -> Befall:
    def befall(drive: Drive) -> None:
        for one in befalls:
            one(drive)

    return befall


KINDS: dict[str, Kind] = {
    # Wear, and what a system does that opens a drive
    "marked as in use": Kind(OPENED, lambda d: d.put(START + 65, b"\1"), lambda d: d.put(START + 106, b"\2")),
    "marked: met with a bad sector": Kind(
        OPENED, lambda d: d.link(1, fat.ENTRY_1 & ~fat.NO_HARD_ERROR_MASK), lambda d: d.put(START + 106, b"\4")
    ),
    "a free cluster marked as bad": Kind(
        OPENED, _mark_bad(12_000, in_bitmap=False), _mark_bad(12_000, in_bitmap=True)
    ),
    "free clusters in a row marked as bad": Kind(
        OPENED,
        _all(*(_mark_bad(n, in_bitmap=False) for n in (12_000, 12_001, 12_002))),
        _all(*(_mark_bad(n, in_bitmap=True) for n in (12_000, 12_001, 12_002))),
    ),
    "a free cluster marked as bad in the FAT alone": Kind(
        OPENED, _mark_bad(12_000, in_bitmap=False), _mark_bad(12_000, in_bitmap=False)
    ),
    "counts that are stale": Kind(
        OPENED, lambda d: d.put(START + 512 + 488, b"\x10\0\0\0"), lambda d: d.put(START + 112, b"\x32")
    ),
    "another label": Kind(
        OPENED,
        lambda d: d.put(d.find_short(b"FORUM2020"), b"OUR STICK  "),
        lambda d: d.put(d.cluster_offset(d.cluster_of("/")) + 2, "OURSTICK!".encode("utf-16-le")),
    ),
    "a file's attributes": Kind(OPENED, _entry("README  TXT", attributes=0x21), _attributes(0x20)),
    # Damage
    "a reserved attribute": Kind(BROKEN, _entry("README  TXT", attributes=0x41), _attributes(0x41)),
    "another reserved attribute": Kind(BROKEN, _entry("README  TXT", attributes=0x81), _attributes(0x09)),
    "clusters of nobody": Kind(
        BROKEN, lambda d: d.link(12_000, fat.END_OF_CHAIN), lambda d: _set_bit(d, 12_000)
    ),
    "a file marked as free": Kind(
        BROKEN, _fat_link(0, 0x10000000), lambda d: _set_bit(d, d.cluster_of("README.TXT"), clear=True)
    ),
    "two files on the same clusters": Kind(BROKEN, _share_fat32, _share_exfat),
    "a chain in a circle": Kind(BROKEN, _fat_link(1, 0), _exfat_chain((0, 1), (1, 0))),
    "a chain out of the volume": Kind(BROKEN, _fat_link(0, 0x0FF00000), _exfat_chain((0, 0x0FF00000))),
    "a chain to a free cluster": Kind(BROKEN, _fat_link(0, 12_000), _exfat_chain((0, 12_000))),
    "a chain into a bad cluster": Kind(
        BROKEN, _fat_link(0, fat.BAD_CLUSTER), _exfat_chain((0, exfat.BAD_CLUSTER))
    ),
    "a chain cut short": Kind(BROKEN, _fat_link(0, fat.END_OF_CHAIN), _exfat_chain((0, exfat.END_OF_CHAIN))),
    "a size beyond its clusters": Kind(
        BROKEN, _entry("README  TXT", size=6_000), _stream("README.TXT", length=12_000, valid_length=12_000)
    ),
    "a size and no place": Kind(BROKEN, _entry("EMPTY", size=1), _stream("empty", length=1, valid_length=1)),
    "a file outside the volume": Kind(
        BROKEN, _entry("README  TXT", cluster_high=0x0FFF), _stream("README.TXT", first_cluster=20_000_000)
    ),
    "a name twice": Kind(BROKEN, _same_name_fat32, _same_name_exfat),
    "the backup of the boot sector": Kind(
        BROKEN, lambda d: d.put(START + 6 * 512 + 67, b"zzzz"), lambda d: d.put(START + 12 * 512 + 100, b"zzzz")
    ),
    "the FAT's first entries": Kind(BROKEN, lambda d: d.link(0, 0), lambda d: d.link(0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("filesystem", ["fat32", "exfat"])
@pytest.mark.parametrize("kind", KINDS)
def test_both_formats_are_answered_alike(kind: str, filesystem: str) -> None:
    drive = make_drive(filesystem)
    befall: Befall = getattr(KINDS[kind], filesystem)
    befall(drive)
    found = drive.examine()
    assert found.judge(drive.image.metadata_digest()) is KINDS[kind].answer, found.troubles
    assert found.foreign == ()


@pytest.mark.parametrize("filesystem", ["fat32", "exfat"])
def test_a_bad_cluster_is_not_free(filesystem: str) -> None:
    drive = make_drive(filesystem)
    before = sum(r.length for r in drive.examine().free)
    _mark_bad(12_000, in_bitmap=filesystem == "exfat")(drive)
    assert sum(r.length for r in drive.examine().free) == before - drive.image.cluster_size


@pytest.mark.parametrize("filesystem", ["fat32", "exfat"])
def test_no_more_is_read_for_files_than_the_drive_holds(filesystem: str) -> None:
    """Whatever the entries claim: every byte is some file's once."""
    for kind in KINDS.values():
        drive = make_drive(filesystem)
        befall: Befall = getattr(kind, filesystem)
        befall(drive)
        runs = sorted((r.offset, r.end) for e in examine(drive.read_at, len(drive.data)).entries for r in e.runs)
        assert all(one[1] <= other[0] for one, other in pairwise(runs))
