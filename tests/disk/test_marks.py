"""Signatures of other systems: each is found wherever it may be, and the table is compared with libblkid's own."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drives.sparse import Sparse
from usbkit.disk.marks import MARKS, MEMBERS, Mark
from usbkit.drives.signatures import judge_content

KIB, MIB, GIB = 2**10, 2**20, 2**30
SIZE = 300 * GIB


def name(size: int, *puts: tuple[int, bytes]) -> str | None:
    return judge_content(Sparse(*puts).read_at, size).name


@pytest.mark.parametrize(
    ("mark", "length", "places"),
    [
        (Mark("x", 8, b"ab", ""), 10, [8]),
        (Mark("x", 8, b"ab", ""), 9, []),
        (Mark("x", 0, b"ab", ""), 2, [0]),
        (Mark("x", -4, b"ab", ""), 10, [6]),
        (Mark("x", -4, b"ab", ""), 3, []),
        (Mark("x", -4, b"abcde", ""), 10, []),
        (Mark("x", -4, b"ab", "", grain=4), 11, [4]),
        (Mark("x", 1, b"ab", "", repeats=3, step=4), 100, [1, 5, 9]),
        (Mark("x", 1, b"ab", "", repeats=3, step=4), 10, [1, 5]),
        (Mark("x", -10, b"ab", "", repeats=3, step=4), 100, [90, 94, 98]),
    ],
)
def test_places(mark: Mark, length: int, places: list[int]) -> None:
    assert list(mark.places(length)) == places


def test_the_span_is_from_the_first_place_to_the_end_of_the_last() -> None:
    assert Mark("x", 8, b"abc", "").span == 3
    assert Mark("x", 8, b"abc", "", repeats=4, step=10).span == 33


#: What a person keeps files on, with its place in a disk of 300 GiB as its own documents give it. Typed anew.
PLACES: list[tuple[str, int, str]] = [
    ("LVM2_member", 1536, "4c4142454c4f4e45"),
    ("linux_raid_member", 0, "fc4e2ba9"),
    ("linux_raid_member", 4096, "fc4e2ba9"),
    ("linux_raid_member", SIZE - 8192, "fc4e2ba9"),
    ("linux_raid_member", SIZE - 65536, "fc4e2ba9"),
    ("linux_raid_member", SIZE - 65536, "a92b4efc"),
    ("zfs_member", 128 * KIB, "0cb1ba0000000000"),
    ("zfs_member", 255 * KIB, "0000000000bab10c"),
    ("zfs_member", 256 * KIB + 128 * KIB, "0cb1ba0000000000"),
    ("zfs_member", SIZE - 512 * KIB + 128 * KIB, "0cb1ba0000000000"),
    ("zfs_member", SIZE - KIB, "0000000000bab10c"),
    ("zfs_member", 16 * KIB, "010000000000000000000001"),
    ("zfs_member", SIZE - 240 * KIB, "010100000000000000000001"),
    ("drbd", SIZE - 4096 + 60, "8374026d"),
    ("isw_raid_member", SIZE - 1024, "496e74656c20526169642049534d20436667205369672e20"),
    ("ddf_raid_member", SIZE - 512, "de11de11"),
    ("ddf_raid_member", SIZE - 257 * 512, "11de11de"),
    ("nvidia_raid_member", SIZE - 1024, "4e5649444941"),
    ("silicon_medley_raid_member", SIZE - 512 + 96, "0000002f"),
    ("hpt45x_raid_member", SIZE - 11 * 512, "f316785a"),
    ("promise_fasttrack_raid_member", SIZE - 3087 * 512, "50726f6d69736520546563686e6f6c6f67792c20496e632e"),
    ("crypto_LUKS", 0, "4c554b53babe"),
    ("crypto_LUKS", 16384, "534b554cbabe"),
    ("crypto_LUKS", 4 * MIB, "534b554cbabe"),
    ("BitLocker", 3, "2d4656452d46532d"),
    ("BitLocker", 424, "3bd66749292ed84a8399f6a339e3d001"),
    ("BitLocker", 424, "3b4da89280dd0e4d9e4eb1e3284eaed8"),
    ("ReFS", 3, "5265465300"),
    ("xfs_external_log", 0, "feedbabe"),
    ("xfs_external_log", 511 * 512, "feedbabe"),
    ("bcachefs", SIZE - MIB + 24, "c68573f666ce90a9d96a60cf803df7ef"),
    ("nilfs2", SIZE - 4096 + 6, "3434"),
    ("hfsplus", SIZE - KIB, "482b"),
    ("udf", 32 * KIB + 1 + 31 * 2048, "4e53523033"),
    ("iso9660", 32 * KIB + 1, "4344303031"),
    ("swap", 65526, "53574150535041434532"),
    ("ntfs", SIZE - 512 + 3, "4e54465320202020"),
    ("btrfs", 64 * MIB + 64, "5f42485266535f4d"),
    ("btrfs", 256 * GIB + 64, "5f42485266535f4d"),
    ("ext4", 8193 * KIB + 56, "53ef"),
    ("ext4", 32 * MIB + 56, "53ef"),
    ("ext4", 128 * MIB + 56, "53ef"),
    ("ufs", 256 * KIB + 1372, "19540119"),
    ("ufs", 1372, "54190100"),
    ("minix", KIB + 24, "5a4d"),
    ("minix", KIB + 16, "137f"),
    ("sysv", 18 * KIB + 1016, "207e18fd"),
    ("xenix", 2 * KIB, "2b5544"),
    ("amiga", 0, "5244534b"),
    ("amiga", 15 * 512, "5244534b"),
    ("amiga", 0, "444f5307"),
    ("ldm disk", SIZE - 512, "5052495648454144"),
    ("ultrix disklabel", 16384 - 72, "57290300"),
]


_UFS = ("00011954", "19540119", "00195612", "00095014", "00612195", "05231994")
_SKUL, _PROMISE = "534b554cbabe", "50726f6d69736520546563686e6f6c6f67792c20496e632e"
_PROMISE_SECTORS = (63, 255, 256, 16, 399, 591, 675, 735, 911, 974, 991, 951, 3087)

#: The same for what has several places or several magics: name, places, magics. In a disk of 300 GiB too.
MORE: list[tuple[str, tuple[int, ...], tuple[str, ...]]] = [
    ("LVM2_member", (0, 512, 1024, 1536), ("4c4142454c4f4e45",)),
    ("LVM1_member", (0,), ("484d0100", "484d0200")),
    ("zfs_member", (16384, 278528, SIZE - 507904, SIZE - 245760), ("0100" + "00" * 9 + "01", "0101" + "00" * 9 + "01")),
    ("zfs_member", (393216, 523264, SIZE - 131072, SIZE - 1024), ("0000000000bab10c", "0cb1ba0000000000")),
    ("zfs_member", (131072, 261120, SIZE - 393216, SIZE - 263168), ("0000000000bab10c", "0cb1ba0000000000")),
    ("bcache", (4120,), ("c68573f64e1a45ca8265f57f48ba6d81",)),
    ("drbd", (SIZE - 4036,), ("8374026b", "8374026c", "8374026d")),
    ("stratis", (516, 4612), ("21537472613074697386ff025e417268",)),
    ("ddf_raid_member", (SIZE - 512, SIZE - 131584), ("de11de11", "11de11de")),
    ("isw_raid_member", (SIZE - 1024, SIZE - 8192), ("496e74656c20526169642049534d20436667205369672e20",)),
    ("lsi_mega_raid_member", (SIZE - 512,), ("245849444524",)),
    ("adaptec_raid_member", (SIZE - 512,), ("37fc4d1e",)),
    ("jmicron_raid_member", (SIZE - 512,), ("4a4d",)),
    ("via_raid_member", (SIZE - 512,), ("55aa",)),
    ("hpt45x_raid_member", (SIZE - 5632,), ("f316785a", "fd16785a")),
    ("promise_fasttrack_raid_member", tuple(SIZE - 512 * n for n in _PROMISE_SECTORS), (_PROMISE,)),
    ("crypto_LUKS", tuple(2**n for n in range(14, 23)), (_SKUL,)),
    ("ext4", (1080,), ("53ef",)),
    ("bcachefs", (4120,), ("c68573f666ce90a9d96a60cf803df7ef",)),
    ("f2fs", (1024, 5120), ("1020f5f2",)),
    ("jfs", (32768, 61440), ("4a465331",)),
    ("reiserfs", (8212, 8244, 65588), ("526549734572324673", "526549734572334673", "5265497345724673")),
    ("nilfs2", (1030, SIZE - 4090), ("3434",)),
    ("swsuspend", (0,), ("edc302e99856e50c",)),
    ("erofs", (1024,), ("e2e1f5e0",)),
    ("cramfs", (0, 512), ("453dcd28",)),
    ("zonefs", (0,), ("53464f5a",)),
    ("jffs2", (0,), ("8519",)),
    ("hpfs", (8192,), ("49e895f9",)),
    ("befs", (32, 544), ("42465331", "31534642")),
    ("hammer", (0,), ("313052c54d4d41c8",)),
    ("hammer2", (0,), ("1120172005324d48",)),
    ("amiga", (0,), tuple(f"444f530{kind}" for kind in range(8))),
    ("ufs", tuple(at * 1024 + 1372 for at in (0, 8, 64, 256)), (*_UFS, *(bytes.fromhex(m)[::-1].hex() for m in _UFS))),
    ("sysv", (1016, 10232, 16376, 19448), ("207e18fd", "fd187e20")),
    ("xenix", (2040, 2048), ("2b5544", "44552b")),
    ("mac partition table", (512, 2048), ("504d0000",)),
    ("mac partition table", (512,), ("54530000",)),
    ("bsd disklabel", (64, 128, 512), ("57455682",)),
    ("sun disklabel", (508,), ("dabe",)),
    ("sgi disklabel", (0,), ("0be5a941",)),
    ("solaris disklabel", (524,), ("eede0d60",)),
    ("unixware disklabel", (14852,), ("0deefeca", "eede0d60")),
    ("aix disk", (0,), ("c9c2d4c1",)),
    ("ldm disk", (3072,), ("5052495648454144",)),
]
TYPED = {
    *((called, at, bytes.fromhex(magic)) for called, at, magic in PLACES),
    *((called, at, bytes.fromhex(m)) for called, places, magics in MORE for at in places for m in magics),
}


@pytest.mark.parametrize(("called", "places", "magics"), MORE, ids=str)
def test_each_of_several_is_found_alone(called: str, places: tuple[int, ...], magics: tuple[str, ...]) -> None:
    for at in places:
        for magic in magics:
            assert name(SIZE, (at, bytes.fromhex(magic))) == called, (at, magic)


def test_copies_at_the_end_of_a_disk_of_no_whole_pages() -> None:
    """Some count back from the end itself, some from the last whole block of theirs."""
    odd = SIZE + 3 * 512
    assert name(odd, (odd - 4096 + 6, b"\x34\x34")) == "nilfs2", "in sectors"
    assert name(odd, (SIZE - 4096 + 6, b"\x34\x34")) == "nilfs2", "in pages"
    assert (
        name(odd, (odd - 2 * 512, bytes.fromhex("496e74656c20526169642049534d20436667205369672e20")))
        == "isw_raid_member"
    )
    assert name(odd, (SIZE - 8192, bytes.fromhex("fc4e2ba9"))) == "linux_raid_member"
    assert name(odd, (SIZE - 1024, bytes.fromhex("0000000000bab10c"))) == "zfs_member"


def test_copies_that_outlive_a_formatting() -> None:
    """Alone they make a drive somebody's; where a FAT or exFAT was made since, they say nothing."""
    assert {(m.name, m.offset) for m in MARKS if m.is_backup} == {
        ("nilfs2", -4090), ("hfsplus", -1024), ("ntfs", -509), ("btrfs", 64 * MIB + 64), ("btrfs", 256 * GIB + 64),
        ("ext4", 8193 * KIB + 56), ("ext4", 32 * MIB + 56), ("ext4", 128 * MIB + 56),
    }  # fmt: skip


@pytest.mark.parametrize(("called", "at", "magic"), PLACES)
def test_found_alone_on_a_disk(called: str, at: int, magic: str) -> None:
    assert name(SIZE, (at, bytes.fromhex(magic))) == called


def test_each_of_the_table_is_found_at_each_of_its_places() -> None:
    for mark in MARKS:
        places = list(mark.places(SIZE))
        assert len(places) == mark.repeats
        for at in {places[0], places[-1]}:
            assert name(SIZE, (at, mark.magic)) not in (None, "usbkit"), mark


def test_members_are_those_of_volumes_and_arrays() -> None:
    assert {
        "LVM2_member",
        "LVM1_member",
        "linux_raid_member",
        "zfs_member",
        "bcache",
        "drbd",
        "VMFS_volume_member",
    } <= (MEMBERS)
    assert not MEMBERS & {"ext4", "ntfs", "btrfs", "crypto_LUKS", "swap", "mac partition table"}


#: Entries of libblkid that stand under none of our marks, and why that is right.
_ELSEWHERE = {
    ("vfat", 82): "read as a volume: usbkit.drives.volumes",
    ("vfat", 54): "the same",
    ("vfat", 0): "the same",
    ("vfat", 510): "the same",
    ("exfat", 3): "the same",
    ("LVM2_member", 24): "behind LABELONE, which we look for",
    ("LVM2_member", 536): "the same",
    ("LVM2_member", 1048): "the same",
    ("LVM2_member", 1560): "the same",
    ("LVM2_member", 0): "HM, of LVM1: with the two versions that there were",
    ("BitLocker", 0): "its jump may be another: the name or identifier behind it is looked for",
    ("ReFS", 0): "the same",
}


def _sources() -> Path | None:
    top = os.environ.get("USBKIT_UTIL_LINUX")
    found = sorted(Path(top).glob("**/libblkid/src/superblocks")) if top else []
    return found[0] if found else None


def _bytes(literal: str) -> bytes:
    """A C string's bytes; its escapes are Python's."""
    return bytes(ast.literal_eval(f'b"{literal}"'))


def _magics(text: str) -> Iterator[tuple[bytes, int]]:
    """The signatures of a prober and their places, as far as they are written as numbers or simple names."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    known = dict(re.findall(r'#define\s+(\w+)\s+("[^"\n]*"|0x[0-9a-fA-F]+|\d+)\s', text))

    def number(word: str | None) -> int:
        return int(known.get(word.strip(), word), 0) if word else 0

    for entry in re.findall(r"\{([^{}]*\.magic\s*=[^{}]*)\}", text):
        fields = dict(re.findall(r"\.(\w+)\s*=\s*(\"[^\"]*\"|[^,\n}]+)", entry))
        literal = known.get(fields["magic"].strip(), fields["magic"].strip())
        if not literal.startswith('"') or "is_zoned" in fields:
            continue
        try:
            at = number(fields.get("kboff")) * KIB + number(fields.get("sboff"))
            length = number(fields.get("len"))
        except ValueError:
            continue
        yield _bytes(literal[1:-1])[: length or None], at


@pytest.mark.needs("util-linux-images")
def test_what_libblkid_looks_for_is_looked_for_here() -> None:
    folder = _sources()
    assert folder is not None
    missing, confirmed, count = set(), set(), 0
    for path in sorted(folder.glob("*.c")):
        for magic, at in _magics(path.read_text(encoding="utf-8", errors="replace")):
            count += 1
            confirmed |= {(mark.offset, mark.magic) for mark in MARKS if _covers(mark, magic, at) and at == mark.offset}
            if not any(_covers(mark, magic, at) for mark in MARKS):
                missing.add((_CALLED.get(path.stem, path.stem), at))
    assert count >= 110
    assert missing == _ELSEWHERE.keys()
    # What it does not say in numbers stands typed above: no mark goes unconfirmed by somebody else than its own line.
    assert [m for m in MARKS if not _is_typed(m) and (m.offset, m.magic) not in confirmed] == []


_CALLED = {"lvm": "LVM2_member", "bitlocker": "BitLocker", "refs": "ReFS"}


def _is_typed(mark: Mark) -> bool:
    places = list(mark.places(SIZE))
    return all((mark.name, at, mark.magic) in TYPED for at in {places[0], places[-1]})


def _covers(mark: Mark, magic: bytes, at: int) -> bool:
    """Whether whatever libblkid finds by ``magic`` is found by ``mark``: ours is the same or the beginning of it."""
    return magic.startswith(mark.magic) and at in mark.places(SIZE)


@pytest.mark.parametrize(
    ("called", "at", "magic"),
    [
        ("hpt37x_raid_member", 9 * 512 + 32, b"\xf0\x16\x78\x5a"),
        ("hpt37x_raid_member", 9 * 512 + 32, b"\xfd\x16\x78\x5a"),
        ("iso9660", 32_777, b"CDROM"),
    ],
)
def test_found_by_each_of_its_values(called: str, at: int, magic: bytes) -> None:
    assert name(64 * MIB, (at, magic)) == called


def test_all_copies_at_the_end_that_outlive_a_formatting_are_called_copies() -> None:
    assert [m.is_backup for m in MARKS if m.name == "nilfs2"] == [False, True, True]
