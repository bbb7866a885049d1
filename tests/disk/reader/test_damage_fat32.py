"""Each kind of real damage to a FAT32 drive is reported as broken, with its place; undamaged files stay readable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.disk.reader.drives import START, TREE, Drive, make_drive
from tests.disk.reader.test_examine import digest_entries
from tests.disk.trees import file
from usbkit.disk.reader import examine
from usbkit.disk.structures import fat, mbr
from usbkit.trust.verdict import Structure

END = fat.END_OF_CHAIN


def _cross(drive: Drive) -> None:
    drive.link(drive.cluster_of("videos/02.mp4") + 1, drive.cluster_of("videos/01.mp4") + 3)


def _circle(drive: Drive) -> None:
    drive.link(drive.cluster_of("videos/01.mp4") + 5, drive.cluster_of("videos/01.mp4"))


def _same_start(drive: Drive) -> None:
    drive.change_entry(drive.find_short(b"02      MP4"), cluster_low=drive.cluster_of("videos/01.mp4"), cluster_high=0)


def _folder_circle(drive: Drive) -> None:
    at = drive.find_short(b"BELOW")
    drive.change_entry(at, cluster_low=drive.cluster_of("문서/"), cluster_high=0)


def _long_name(drive: Drive, old: str, new: str) -> None:
    drive.put(drive.data.index(old.encode("utf-16-le"), drive.image.heap_offset), new.encode("utf-16-le"))


def _fewer_clusters(drive: Drive) -> None:
    """As many as FAT16 may have at most, in both boot sectors."""
    heap = (drive.image.heap_offset - START) // 512
    for sector in (0, 6):
        drive.put(START + sector * 512 + 32, (heap + fat.LEAST_CLUSTERS - 1).to_bytes(4, "little"))


def _root_outside(drive: Drive) -> None:
    for sector in (0, 6):
        drive.put(START + sector * 512 + 44, (0xFF0000).to_bytes(4, "little"))


def _bad_in_chain(drive: Drive) -> None:
    drive.link(drive.cluster_of("videos/01.mp4") + 2, fat.BAD_CLUSTER)


DAMAGE: dict[str, tuple[Callable[[Drive], None], str]] = {
    "no partition signature": (lambda d: d.put(510, b"\0\0"), "no partition table"),
    "no partition": (lambda d: d.put(446, bytes(64)), "partition table is empty"),
    "boot indicator": (lambda d: d.put(446, b"\x07"), "partition 1 is broken"),
    "GUID partition table": (lambda d: d.put(450, bytes([mbr.TYPE_GPT_PROTECTIVE])), "GUID partition table"),
    "partition elsewhere": (lambda d: d.put(454, (2**32 - 1).to_bytes(4, "little")), "no FAT32 or exFAT volume"),
    "partition beyond the drive": (lambda d: d.put(458, (2**31).to_bytes(4, "little")), "the partition ends at"),
    "boot signature": (lambda d: d.put(START + 510, b"\0\0"), "Signature_word"),
    "sectors per cluster": (lambda d: d.put(START + 13, b"\x03"), "BPB_SecPerClus"),
    "no reserved sectors": (lambda d: d.put(START + 14, b"\0\0"), "BPB_RsvdSecCnt"),
    "FAT too short": (lambda d: d.put(START + 36, b"\x10\0\0\0"), "no room for"),
    "FAT length beyond everything": (lambda d: d.put(START + 36, b"\xff\xff\xff\xff"), "clusters"),
    "volume larger than its partition": (lambda d: d.put(START + 32, (2**31).to_bytes(4, "little")), "bytes in"),
    "FAT16's number of clusters": (_fewer_clusters, "65524 clusters, and FAT32 has at least 65525"),
    "backup boot sector differs": (lambda d: d.put(START + 6 * 512 + 67, b"zzzz"), "backup boot sector differs"),
    "backup boot sector broken": (lambda d: d.put(START + 6 * 512 + 510, b"zz"), "backup boot sector is broken"),
    "no backup boot sector": (lambda d: d.put(START + 50, b"\0\0"), "no backup"),
    "FSInfo broken": (lambda d: d.put(START + 512 + 484, b"zzzz"), "FSInfo is broken"),
    "media byte in the FAT": (lambda d: d.put(d.fats()[0], b"\xf0"), "the FAT begins with"),
    "FAT's second entry": (lambda d: d.link(1, 0x12345), "second entry"),
    "FATs differ": (lambda d: d.link(d.cluster_of("README.TXT"), END, both=False), "the FATs differ for cluster"),
    "crossed chains": (_cross, "crosses itself or another"),
    "chain in a circle": (_circle, "crosses itself or another"),
    "two files on one chain": (_same_start, "crosses itself or another"),
    "chain out of the volume": (lambda d: d.link(d.cluster_of("README.TXT"), 0x0FFF0000), "outside the volume"),
    "chain into cluster 1": (lambda d: d.link(d.cluster_of("README.TXT"), 1), "outside the volume"),
    "chain into free clusters": (lambda d: d.link(d.cluster_of("README.TXT"), 100_000), "which is free"),
    "chain into a bad cluster": (_bad_in_chain, "ends in a bad cluster"),
    "chain cut short": (lambda d: d.link(d.cluster_of("videos/01.mp4") + 2, END), "3 clusters, and 79 by its size"),
    "clusters of nobody": (lambda d: d.link(90_000, END), "1 cluster is taken by no file"),
    "size too large": (lambda d: d.change_entry(d.find_short(b"README  TXT"), size=6_000), "10 clusters, and 12"),
    "size too small": (lambda d: d.change_entry(d.find_short(b"README  TXT"), size=100), "10 clusters, and 1"),
    "size without a place": (lambda d: d.change_entry(d.find_short(b"EMPTY"), size=1), "1 byte and no place"),
    "file outside the volume": (
        lambda d: d.change_entry(d.find_short(b"README  TXT"), cluster_high=0x0FFF),
        "outside the volume",
    ),
    "folder in a circle": (_folder_circle, "crosses itself or another"),
    "wrong dot": (lambda d: d.change_entry(d.find_short(b"."), cluster_low=9), "wrong . or .."),
    "wrong dot-dot": (lambda d: d.change_entry(d.find_short(b".."), cluster_low=9), "wrong . or .."),
    "no dot": (lambda d: d.put(d.find_short(b"."), b"DOT"), "does not begin with . and .."),
    "root outside the volume": (_root_outside, "/: the chain leads to"),
    "slash in a long name": (lambda d: _long_name(d, "안내", "a/"), "a name with / in 문서"),
    "backslash in a long name": (lambda d: _long_name(d, "안내", "a\\"), "a name with \\ in 문서"),
    "control character in a long name": (lambda d: _long_name(d, "안내", "a\x07"), "a name with"),
    "slash in a short name": (lambda d: d.put(d.find_short(b"README  TXT"), b"REA/ME"), "a name with / in /"),
    "long name torn": (lambda d: d.put(d.find_short(b"BELOW") - 32 + 13, b"\0"), "a long name without its file"),
    "long name alone": (lambda d: d.put(d.find_short(b"BELOW"), b"\xe5"), "a long name without its file"),
    "name twice": (lambda d: d.put(d.find_short(b"02      MP4"), b"01      MP4"), "stands twice"),
    "volume label below the root": (
        lambda d: d.change_entry(d.find_short(b"02      MP4"), attributes=fat.ATTR_VOLUME_ID),
        "a volume label in videos",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_called_broken(kind: str) -> None:
    damage, expected = DAMAGE[kind]
    drive = make_drive("fat32")
    damage(drive)
    found = drive.examine()
    assert found.judge(None) is Structure.BROKEN
    assert found.judge(drive.image.metadata_digest()) is Structure.BROKEN
    assert expected in " | ".join(map(str, found.troubles))


def test_a_cut_image_is_broken() -> None:
    drive = make_drive("fat32")
    for size in (0, 100, 512, START, START + 512, 9 * 2**20, 17 * 2**20, len(drive.data) - 512):
        del drive.data[size:]
        drive = Drive(drive.data, drive.image)
        assert drive.examine().judge(None) is Structure.BROKEN
        drive = make_drive("fat32")


def test_files_that_the_damage_spares_stay_whole() -> None:
    drive = make_drive("fat32")
    _circle(drive)
    found = drive.examine()
    digests = digest_entries(drive.read_at, len(drive.data), found)
    assert {f.path: f.sha256 for f in TREE if f.path != "videos/01.mp4"}.items() <= digests.items()
    assert next(e for e in found.entries if e.path == "videos/01.mp4").is_whole is False


def test_unreadable_sectors_are_named() -> None:
    drive = make_drive("fat32")
    directory = drive.cluster_offset(drive.cluster_of("문서/"))

    def read_at(offset: int, length: int) -> bytes:
        if offset <= directory < offset + length:
            raise OSError(5, "Input/output error")
        return drive.read_at(offset, length)

    found = examine(read_at, len(drive.data))
    assert found.judge(None) is Structure.BROKEN
    assert any(n.offset == directory and "문서" in str(n) and "Input/output error" in str(n) for n in found.troubles)
    assert {e.path for e in found.entries} >= {"README.TXT", "videos/01.mp4"}


def test_troubles_are_told_up_to_a_bound() -> None:
    drive = make_drive("fat32", [*TREE, *(file(f"f{n}", b"content") for n in range(300))])
    for n in range(300):
        at = drive.find_short(f"F{n}".encode())
        drive.change_entry(at, size=600)
    assert len(drive.examine().troubles) == 101
