"""Each kind of real damage to an exFAT drive is reported as broken, with its place; undamaged files stay readable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.disk.reader.drives import START, TREE, Drive, make_drive
from tests.disk.reader.test_examine import digest_entries
from tests.disk.trees import file
from usbkit.disk import upcase
from usbkit.disk.reader import examine, stream
from usbkit.disk.structures import exfat
from usbkit.trust.verdict import Structure


def _boot(offset: int, data: bytes) -> Callable[[Drive], None]:
    """A boot sector that lies, with all checksums right."""

    def damage(drive: Drive) -> None:
        drive.put(START + offset, data)
        drive.mend_boot_regions()

    return damage


def _stream(name: str, **fields: Callable[[Drive], int] | int) -> Callable[[Drive], None]:
    """A stream entry that lies, with the set's checksum right."""

    def damage(drive: Drive) -> None:
        values = {k: v(drive) if callable(v) else v for k, v in fields.items()}
        drive.change_stream(drive.find_set(name), **values)

    return damage


def _bitmap(drive: Drive) -> int:
    return next(e.offset for e in drive.image.extents if e.what == "allocation bitmap")


def _flip_bit(drive: Drive, cluster: int) -> None:
    at = _bitmap(drive) + (cluster - 2) // 8
    drive.data[at] ^= 1 << (cluster - 2) % 8


def _root(drive: Drive) -> int:
    return drive.cluster_offset(drive.cluster_of("/"))


def _rename(old: str, new: str) -> Callable[[Drive], None]:
    """Another name of as many units, with hash and checksum right."""

    def damage(drive: Drive) -> None:
        at = drive.find_set(old)
        drive.put(at + 66, new.encode("utf-16-le"))
        upcased = new.upper().encode("utf-16-le")
        drive.change_stream(at, name_hash=exfat.hash_name(upcased))

    return damage


def _broken_set(offset: int, data: bytes) -> Callable[[Drive], None]:
    def damage(drive: Drive) -> None:
        at = drive.find_set("README.TXT")
        drive.put(at + offset, data)
        drive.mend_set(at)

    return damage


def _le(value: int, size: int = 4) -> bytes:
    return value.to_bytes(size, "little")


def _chained(drive: Drive, target: int) -> None:
    """README.TXT by a FAT chain instead of NoFatChain, whose second entry leads to ``target``."""
    first = drive.cluster_of("README.TXT")
    drive.change_stream(drive.find_set("README.TXT"), flags=exfat.ALLOCATION_POSSIBLE)
    drive.link(first, target)


DAMAGE: dict[str, tuple[Callable[[Drive], None], str]] = {
    "boot signature": (lambda d: d.put(START + 510, b"\0\0"), "BootSignature"),
    "bytes where FAT has its parameters": (lambda d: d.put(START + 20, b"x"), "MustBeZero"),
    "sector size": (lambda d: d.put(START + 108, b"\x08"), "no FAT32 or exFAT volume"),
    "boot code changed": (lambda d: d.put(START + 200, b"virus"), "checksum is wrong"),
    "extended boot sector changed": (lambda d: d.put(START + 1030, b"x"), "checksum is wrong"),
    "checksum sector changed": (lambda d: d.put(START + 11 * 512 + 100, b"x"), "checksum is wrong"),
    "backup changed": (lambda d: d.put(START + 13 * 512, b"x"), "backup boot region differs"),
    "clusters of more than any": (_boot(109, b"\x11"), "SectorsPerClusterShift"),
    "two FATs": (_boot(110, b"\x02"), "two FATs"),
    "FAT too short": (_boot(84, _le(1)), "no room for"),
    "FAT reaches into the clusters": (_boot(84, _le(2**31)), "reaches into the clusters"),
    "clusters beyond the volume": (_boot(92, _le(100_000)), "reach beyond the volume"),
    "more clusters than entries": (_boot(92, _le(2**32 - 11)), "no room for"),
    "volume beyond the partition": (_boot(72, _le(2**40, 8)), "bytes in"),
    "volume that says it is elsewhere": (_boot(64, _le(63, 8)), "it begins at sector 63"),
    "root outside the volume": (_boot(96, _le(0x00FFFFFF)), "outside the volume"),
    "root of no cluster": (_boot(96, _le(1)), "FirstClusterOfRootDirectory"),
    "root at a free cluster": (_boot(96, _le(12_000)), "which is free"),
    "FAT's first entries": (lambda d: d.link(0, 0), "the FAT begins with"),
    "root in a circle": (lambda d: d.link(d.cluster_of("/"), d.cluster_of("/")), "crosses itself"),
    "root out of the volume": (lambda d: d.link(d.cluster_of("/"), 0x00FFFFFF), "outside the volume"),
    "bitmap without a chain": (lambda d: d.link(2, 0), "which is free"),
    "file marked as free": (lambda d: _flip_bit(d, d.cluster_of("README.TXT")), "is marked as free and a file has it"),
    "clusters of nobody": (lambda d: _flip_bit(d, 10_000), "cluster 10000 is marked as taken and no file has it"),
    "no bitmap": (lambda d: d.put(_root(d) + 32, b"\x01"), "the allocation bitmap is missing"),
    "bitmap too short": (lambda d: d.put(_root(d) + 32 + 24, _le(100)), "bitmap has 100 bytes"),
    "bitmap twice": (lambda d: d.put(_root(d), bytes(d.data[_root(d) + 32 : _root(d) + 64])), "stands twice"),
    "no up-case table": (lambda d: d.put(_root(d) + 64, b"\x02"), "the up-case table is missing"),
    "up-case table changed": (lambda d: d.put(d.cluster_offset(3) + 100, b"zz"), "the up-case table"),
    "label too long": (lambda d: d.put(_root(d) + 1, b"\x0c"), "CharacterCount"),
    "unknown critical entry": (lambda d: d.put(_root(d), b"\x9f"), "an entry of type 9Fh"),
    "set's checksum": (lambda d: d.put(d.find_set("README.TXT") + 4, b"\x21"), "the entries' checksum is"),
    "name's hash": (_stream("README.TXT", name_hash=1), "the name's hash is wrong"),
    "no secondary entries": (_broken_set(1, b"\x01"), "SecondaryCount"),
    "name entries too few": (_stream("README.TXT", name_units=200), "SecondaryCount"),
    "no stream entry": (_broken_set(32, b"\x40"), "EntryType"),
    "no name entry": (_broken_set(64, b"\x41"), "EntryType"),
    "outside the volume": (_stream("README.TXT", first_cluster=20_000), "lies outside the volume"),
    "first cluster 1": (_stream("README.TXT", first_cluster=1), "lies outside the volume"),
    "larger than the volume": (_stream("README.TXT", length=2**62, valid_length=2**62), "more than the volume"),
    "beyond the last cluster": (_stream("README.TXT", first_cluster=12_554), "lies outside the volume"),
    "place not valid": (_stream("README.TXT", flags=exfat.NO_FAT_CHAIN), "its place is not valid"),
    "more valid than there is": (_stream("README.TXT", valid_length=6_000), "6000 valid bytes of 5000"),
    "two files on the same clusters": (
        _stream("02.mp4", first_cluster=lambda d: d.cluster_of("videos/01.mp4") + 3),
        "share clusters",
    ),
    "the second FAT in use": (lambda d: d.put(START + 106, b"\1"), "marked as in use"),
    "empty with clusters": (_stream("empty", first_cluster=12_000), "is empty and has clusters"),
    "chain to a free cluster": (lambda d: _chained(d, 12_000), "which is free"),
    "chain out of the volume": (lambda d: _chained(d, 0x0FFFFFFF), "outside the volume"),
    "chain too short": (lambda d: _chained(d, exfat.END_OF_CHAIN), "1 cluster, and 2 by its size"),
    "chain into a bad cluster": (lambda d: _chained(d, exfat.BAD_CLUSTER), "ends in a bad cluster"),
    "folder that is its own parent": (
        _stream("below", first_cluster=lambda d: d.cluster_of("문서/")),
        "is another one too",
    ),
    "folder that is the root": (_stream("below", first_cluster=lambda d: d.cluster_of("/")), "is another one too"),
    "folder without a size": (_stream("below", length=0, valid_length=0, first_cluster=0), "has 0 bytes"),
    "folder of half a cluster": (_stream("below", length=100, valid_length=100), "has 100 bytes"),
    "slash in a name": (_rename("README.TXT", "READ/E.TXT"), "a name with / in /"),
    "name longer than it says": (_stream("below", name_units=1), "NameLength"),
    "name shorter than it says": (_stream("below", name_units=9), "NameLength"),
    "control character in a name": (_rename("README.TXT", "README\n.TX"), "a name with"),
    "name twice": (_rename("02.mp4", "01.mp4"), "videos/01.mp4 stands twice"),
    "name twice but for case": (_rename("02.mp4", "01.MP4"), "videos/01.MP4 stands twice"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_called_broken(kind: str) -> None:
    damage, expected = DAMAGE[kind]
    drive = make_drive("exfat")
    damage(drive)
    found = drive.examine()
    assert found.judge(None) is Structure.BROKEN
    assert found.judge(drive.image.metadata_digest()) is Structure.BROKEN
    assert expected in " | ".join(map(str, found.troubles))


def test_the_helpers_damage_nothing_by_themselves() -> None:
    drive = make_drive("exfat")
    drive.mend_boot_regions()
    drive.mend_set(drive.find_set("README.TXT"))
    _rename("README.TXT", "README.TXT")(drive)
    assert drive.examine().judge(drive.image.metadata_digest()) is Structure.UNTOUCHED


def test_clusters_of_more_than_32_mib() -> None:
    drive = make_drive("exfat", sector_size=4096)
    _boot(109, b"\x0e")(drive)
    assert "clusters of more than 32 MiB" in str(drive.examine().troubles[0])


def test_a_cut_image_is_broken() -> None:
    for size in (START + 512, 9 * 2**20, 17 * 2**20, 63 * 10**6):
        drive = make_drive("exfat")
        del drive.data[size:]
        assert drive.examine().judge(None) is Structure.BROKEN


def test_files_that_the_damage_spares_stay_whole() -> None:
    drive = make_drive("exfat")
    _stream("README.TXT", first_cluster=20_000)(drive)
    found = drive.examine()
    digests = digest_entries(drive.read_at, len(drive.data), found)
    assert {f.path: f.sha256 for f in TREE if f.path != "README.TXT"}.items() <= digests.items()
    assert next(e for e in found.entries if e.path == "README.TXT").is_whole is False


def test_bytes_that_were_never_written_are_shown_as_zeros() -> None:
    """Whatever stands behind ValidDataLength, to the last byte that the entry counts."""
    drive = make_drive("exfat")
    for length in (5_000, 8_192):
        _stream("README.TXT", valid_length=100, length=length)(drive)
        found = drive.examine()
        assert found.troubles == ()
        readme = next(e for e in found.entries if e.path == "README.TXT")
        assert (sum(r.length for r in readme.runs), readme.zeros) == (100, length - 100)
        shown = b"".join(stream(drive.read_at, len(drive.data), readme))
        assert readme.is_whole and shown == b"r" * 100 + bytes(length - 100)
    assert "only 100 bytes were ever written" in str(found.signs[0])


def test_clusters_that_several_files_claim_are_read_for_none_of_them() -> None:
    """All files on the clusters of the largest, also those that only meet in the middle of it."""
    drive = make_drive("exfat")
    first = drive.cluster_of("videos/01.mp4")
    for name, within in (("02.mp4", 1), ("README.TXT", 7)):
        _stream(name, first_cluster=first + within, length=4_096, valid_length=4_096)(drive)
    found = drive.examine()
    assert found.judge(None) is Structure.BROKEN
    entries = {e.path: e for e in found.entries}
    for path in ("videos/01.mp4", "videos/02.mp4", "README.TXT"):
        assert entries[path].runs == () and not entries[path].is_whole
    assert entries["문서/안내 자료.pdf"].is_whole
    read = sum(sum(r.length for r in e.runs) + e.zeros for e in found.entries)
    assert read <= len(drive.data)


def test_unreadable_bitmap_is_named() -> None:
    drive = make_drive("exfat")
    bitmap = _bitmap(drive)

    def read_at(offset: int, length: int) -> bytes:
        if offset <= bitmap < offset + length:
            raise OSError(5, "Input/output error")
        return drive.read_at(offset, length)

    found = examine(read_at, len(drive.data))
    assert any(n.offset == bitmap and "Input/output error" in str(n) for n in found.troubles)


def test_names_are_hashed_by_the_drives_own_table() -> None:
    """A drive with another up-case table than ours, as the specification allows, is consistent."""
    drive = make_drive("exfat", [file("name.txt", b"n")])
    identity = b"\xff\xff\xff\xff"  # 65,535 units that map to themselves
    table = drive.cluster_offset(3)
    drive.put(table, identity.ljust(5836, b"\0"))
    drive.put(_root(drive) + 64 + 4, _le(upcase.checksum(identity)))
    drive.put(_root(drive) + 64 + 24, _le(len(identity), 8))
    drive.link(3, exfat.END_OF_CHAIN)
    _flip_bit(drive, 4)
    assert ["the name's hash" in str(n) for n in drive.examine().troubles] == [True]
    drive.change_stream(drive.find_set("name.txt"), name_hash=exfat.hash_name("name.txt".encode("utf-16-le")))
    assert drive.examine().troubles == ()


@pytest.mark.parametrize("more", [0, 1, 8])
def test_a_volume_longer_than_its_partition_is_said_with_both_sizes(more: int) -> None:
    drive = make_drive("exfat")
    count = int.from_bytes(drive.data[458:462], "little")
    drive.put(START + 72, (count + more).to_bytes(8, "little"))
    drive.mend_boot_regions()
    found = [str(note.what) for note in drive.examine().troubles if note.offset == START]
    assert found == ([f"the volume has {(count + more) * 512} bytes in {count * 512}"] if more else [])


@pytest.mark.parametrize("said", [0, START // 512, 1])
def test_a_volume_that_says_another_place_is_said_with_both(said: int) -> None:
    drive = make_drive("exfat")
    drive.put(START + 64, said.to_bytes(8, "little"))
    drive.mend_boot_regions()
    found = [str(note.what) for note in drive.examine().troubles if note.offset == START + 64]
    wanted = f"the volume says that it begins at sector {said}, and it does at {START // 512}"
    assert found == ([wanted] if said == 1 else [])


@pytest.mark.parametrize("length", [1, 2])
def test_the_smallest_file_on_another_s_clusters_is_not_read_either(length: int) -> None:
    drive = make_drive("exfat")
    first = drive.cluster_of("videos/01.mp4")
    _stream("README.TXT", first_cluster=first, length=length, valid_length=length)(drive)
    entries = {e.path: e for e in drive.examine().entries}
    for path in ("videos/01.mp4", "README.TXT"):
        assert entries[path].runs == () and not entries[path].is_whole
