"""A sound file system of ours on a drive with foreign content: broken, with the place."""

from __future__ import annotations

import lzma
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.disk.reader.drives import START, Drive, make_drive
from tests.support.capabilities import util_linux_images
from tests.support.cli import run
from usbkit.disk.reader import Run, examine, others
from usbkit.disk.reader.source import Source
from usbkit.disk.structures import mbr
from usbkit.trust.verdict import Structure

Befall = Callable[[Drive], None]
BOTH = ("fat32", "exfat")


def _entry(number: int, os_type: int, start: int = 60_000, count: int = 1_000) -> Befall:
    record = struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", os_type, b"\xfe\xff\xff", start, count)
    return lambda drive: drive.put(mbr.TABLE_OFFSET + 16 * (number - 1), record)


def _put(offset: int, data: bytes) -> Befall:
    return lambda drive: drive.put(offset, data)


def _from_end(distance: int, data: bytes) -> Befall:
    return lambda drive: drive.put(len(drive.data) - distance, data)


def _boot_code_of_volume(drive: Drive) -> None:
    """In the boot sector and its backup, and where there are checksums, right ones."""
    at = 90 if drive.image.filesystem == "fat32" else 120
    for sector in (0, 6) if drive.image.filesystem == "fat32" else (0,):
        drive.put(START + sector * 512 + at, b"\xeb\xfeEVIL BOOT CODE")
    if drive.image.filesystem == "exfat":
        drive.mend_boot_regions()


def _behind_the_boot_sector(drive: Drive) -> None:
    drive.put(START + 3 * 512 + 100, b"second stage")
    if drive.image.filesystem == "exfat":
        drive.mend_boot_regions()


def _longer_partition(drive: Drive) -> None:
    drive.data += bytes(4096)
    drive.put(458, struct.pack("<I", drive.get(458) + 8))


FOREIGN: dict[str, tuple[Befall, int]] = {
    "a second partition": (_entry(2, 0x0E), 446 + 16),
    "a third, hidden one": (_entry(3, 0x1C), 446 + 32),
    "a fourth, extended": (_entry(4, 0x0F), 446 + 48),
    "an entry of no type that says something": (_entry(2, 0), 446 + 16),
    "our own partition hidden": (lambda d: d.put(450, bytes([d.data[450] | 0x10])), 446),
    "our own partition as another type": (_put(450, b"\x83"), 446),
    "our own partition active": (_put(446, b"\x80"), 446),
    "addresses in cylinders that lead elsewhere": (_put(447, b"\0\1\0"), 446),
    "a partition longer than its volume": (_longer_partition, 446),
    "boot code before the table": (_put(0, b"\xeb\xfe" + b"\x90" * 438), 0),
    "one byte of boot code": (_put(439, b"\1"), 0),
    "a copy protection mark": (_put(444, b"\x5a\x5a"), 444),
    "boot code in the volume": (_boot_code_of_volume, START),
    "a second stage in the boot region": (_behind_the_boot_sector, START + 3 * 512),
    "GPT at the start": (_put(512, b"EFI PART"), 512),
    "GPT at the start of 4096-byte sectors": (_put(4096, b"EFI PART"), 4096),
    "GPT at the end": (_from_end(512, b"EFI PART"), -512),
    "GPT at the end of 4096-byte sectors": (_from_end(4096, b"EFI PART"), -4096),
    "Apple partition map": (_put(512, b"PM\0\0"), 512),
    "BSD disklabel": (_put(512, b"\x57\x45\x56\x82"), 512),
    "ISO 9660 beside it": (_put(32769, b"CD001"), 32769),
    "UDF beside it": (_put(32769 + 2048, b"NSR03"), 32769 + 2048),
    "ext on the disk": (_put(1080, b"\x53\xef"), 1080),
    "btrfs on the disk": (_put(65536 + 64, b"_BHRfS_M"), 65536 + 64),
    "btrfs in the partition": (_put(START + 65536 + 64, b"_BHRfS_M"), START + 65536 + 64),
    "ISO 9660 in the partition": (_put(START + 32769, b"CD001"), START + 32769),
    "LVM on the disk": (_put(512, b"LABELONE"), 512),
    "RAID at the end": (lambda d: d.put((len(d.data) // 4096 - 2) * 4096, b"\xfc\x4e\x2b\xa9"), -1),
    "ZFS in any slot": (_put(128 * 1024 + 17 * 1024, b"\x0c\xb1\xba\0\0\0\0\0"), 145 * 1024),
    "ZFS at the end": (lambda d: d.put(len(d.data) // 2**18 * 2**18 - 2**18 + 2**17, b"\0\0\0\0\0\xba\xb1\x0c"), -1),
    "swap on the disk": (_put(4086, b"SWAPSPACE2"), 4086),
    "a spare LUKS header": (_put(16384, b"SKUL\xba\xbe"), 16384),
}


@pytest.mark.parametrize("filesystem", BOTH)
@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_beside_our_volume_breaks_the_structure(kind: str, filesystem: str) -> None:
    befall, place = FOREIGN[kind]
    drive = make_drive(filesystem)
    befall(drive)
    found = drive.examine()
    assert found.troubles == (), "the volume itself is sound"
    assert found.judge(None, found.metadata_digest) is Structure.BROKEN
    places = [note.offset for note in found.foreign]
    assert place == -1 or (place if place >= 0 else len(drive.data) + place) in places


@pytest.mark.parametrize(("filesystem", "sector_size"), [("fat32", 512), ("exfat", 512), ("exfat", 4096)])
def test_nothing_is_foreign_on_ours(filesystem: str, sector_size: int) -> None:
    drive = make_drive(filesystem, sector_size=sector_size)
    found = drive.examine()
    assert (found.foreign, found.troubles) == ((), ())
    assert found.judge(drive.image.metadata_digest()) is Structure.UNTOUCHED


@pytest.mark.parametrize(("sector", "at"), [(0, 0), (0, 14), (0, 67), (0, 200), (1, 0), (1, 300)])
def test_a_third_copy_with_something_else_in_it_is_foreign(sector: int, at: int) -> None:
    drive = make_drive("fat32")
    source, copy = START + sector * 512, START + (12 + sector) * 512
    drive.put(copy, drive.read_at(source, 512))
    assert drive.examine().foreign == ()
    drive.data[copy + at] ^= 1
    assert [note.offset for note in drive.examine().foreign] == [copy]


@pytest.mark.parametrize("filesystem", BOTH)
def test_no_boot_code_at_all_is_fine(filesystem: str) -> None:
    drive = make_drive(filesystem)
    drive.put(0, bytes(440))
    assert drive.examine().judge(None) is Structure.OPENED


@pytest.mark.parametrize("filesystem", BOTH)
def test_a_volume_without_a_table_is_broken(filesystem: str) -> None:
    """Moved to the first sector, where every system finds it, and its place is somebody else's to say."""
    drive = make_drive(filesystem)
    data = drive.data[START:]
    found = examine(lambda offset, length: bytes(data[offset : offset + length]), len(data))
    assert found.entries and found.judge(None, found.metadata_digest) is Structure.BROKEN
    assert found.foreign[0].offset == 0


def test_an_image_on_a_larger_stick_is_ours() -> None:
    drive = make_drive("fat32")
    drive.data += bytes(2**20)
    assert drive.examine().judge(drive.image.metadata_digest()) is Structure.UNTOUCHED
    drive.put(len(drive.data) - 512, b"EFI PART")
    assert drive.examine().judge(drive.image.metadata_digest()) is Structure.BROKEN


def test_what_cannot_be_read_is_not_taken_for_nothing() -> None:
    drive = make_drive("fat32")

    def read_at(offset: int, length: int) -> bytes:
        if offset <= 65536 + 64 < offset + length:
            raise OSError(5, "Input/output error")
        return drive.read_at(offset, length)

    found = examine(read_at, len(drive.data))
    assert found.judge(drive.image.metadata_digest()) is Structure.BROKEN
    assert "something else may be there" in str(found.foreign[0])


def test_who_only_looks_is_told_nothing_foreign() -> None:
    drive = make_drive("fat32")
    _entry(2, 0x83)(drive)
    assert examine(drive.read_at, len(drive.data), with_digest=False).foreign == ()


MAKERS: dict[str, tuple[str, ...]] = {
    "ext4": ("mkfs.ext4", "-q", "-F"),
    "btrfs": ("mkfs.btrfs", "-q", "-f"),
    "swap": ("mkswap",),
    "f2fs": ("mkfs.f2fs", "-q", "-f"),
    "iso9660": ("xorriso", "-as", "mkisofs", "-quiet", "-o"),
    "udf": ("mkfs.udf",),
    "nilfs2": ("mkfs.nilfs2", "-q", "-f"),
    "jfs": ("mkfs.jfs", "-q"),
    "reiserfs": ("mkfs.reiserfs", "-q", "-f"),
    "minix": ("mkfs.minix",),
}


@pytest.mark.needs("file-systems")
@pytest.mark.parametrize("name", MAKERS)
def test_what_other_tools_make_is_found_behind_our_first_sectors(name: str, tmp_path: Path) -> None:
    """Made by their own tools over the whole disk, then our table and volume put over it."""
    tool, *rest = MAKERS[name]
    made = tmp_path / "made"
    with made.open("wb") as file:
        file.truncate(512 * 2**20)
    more = [str(tmp_path)] if name == "iso9660" else []
    if more:
        made.unlink()
        (tmp_path / "note").write_bytes(b"note")
    run(tool, *rest, made, *more)
    with made.open("rb") as file:
        assert _is_named(name, file.read(START))


@pytest.mark.needs("util-linux-images")
def test_what_no_tool_of_debian_makes() -> None:
    (image,) = (path for path in util_linux_images() if path.name == "hfsplus.img.xz")
    with lzma.open(image) as file:
        assert _is_named("hfsplus", file.read(START))


def _is_named(name: str, head: bytes) -> bool:
    """Whether a sound drive of ours is told to be ``name`` too, when that one's first bytes stand behind our table."""
    drive = make_drive("fat32")
    drive.put(512, head[512:])
    return any(name in str(note) for note in drive.examine().foreign)


def test_every_mark_is_found_where_the_table_says() -> None:
    """Alone on an otherwise empty disk, by the table's own places: none hides behind another of the same name."""
    drive = make_drive("exfat")
    size = len(drive.data)
    for mark in others.SOUGHT:
        places = list(mark.places(size))
        for at in {places[0], places[-1]} if places else ():
            if mark.offset >= 0 and at >= START:
                continue
            before = bytes(drive.data[at : at + len(mark.magic)])
            drive.put(at, mark.magic)
            found = [n for n in others.find_others(_source(drive), *_ranges(drive)) if n.offset == at]
            assert any(mark.name in str(n) for n in found), mark
            drive.put(at, before)


def test_every_mark_of_a_partition_is_found_in_ours() -> None:
    """Alone in zeros of a partition's size: our own boot sector stands where some of them would."""
    size = 64 * 2**20
    for mark in others.SOUGHT:
        for at in {*list(mark.places(size - START))[:1], *list(mark.places(size - START))[-1:]}:

            def read_at(offset: int, length: int, at: int = START + at, magic: bytes = mark.magic) -> bytes:
                data = bytearray(length)
                first, last = max(at, offset), min(at + len(magic), offset + length)
                if first < last:
                    data[first - offset : last - offset] = magic[first - at : last - at]
                return bytes(data)

            found = list(others.find_others(Source(read_at, size), Run(0, size), Run(START, size - START)))
            assert (mark.name, START + at) in {(mark.name if mark.name in str(n) else "", n.offset) for n in found}, (
                mark
            )


def test_what_would_be_a_mark_of_the_disk_in_our_volume_is_a_file_s() -> None:
    drive = make_drive("fat32")
    size, at = len(drive.data), 2 * 2**20
    drive.put(at, b"\x5e\xf1\xab/")  # VMFS
    for start, is_foreign in ((START, True), (at - 2**19, False)):
        found = others.find_others(_source(drive), Run(0, size), Run(start, size - start))
        assert any(note.offset == at for note in found) is is_foreign


def test_two_bytes_at_the_end_are_no_mark() -> None:
    """A file of ours may end there: of 65,536 images one would be called somebody's array."""
    drive = make_drive("fat32")
    drive.put(len(drive.data) - 512, b"\x55\xaa")
    assert drive.examine().foreign == ()


def _source(drive: Drive) -> Source:
    return Source(drive.read_at, len(drive.data))


def _ranges(drive: Drive) -> tuple[Run, Run]:
    size = len(drive.data)
    return Run(0, size), Run(START, size - START)
