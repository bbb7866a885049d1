"""The file systems with which util-linux tests its probers: made by other people's systems, none by us."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from tests.support.capabilities import util_linux_images
from usbkit.drives.device import OURS
from usbkit.drives.signatures import UNKNOWN, judge_content

#: Empty, as their makers say: a FAT without a file, and a GPT over zeros.
_EMPTY = (
    "fat.img",
    "fat16_noheads.img",
    "gpt.img",
    "fat32_cp850_O_tilde.img",
    "fat32_label_",
    "fat32_mkdosfs_",
    "fat32_xp_",
)

#: Some of them by the name that we give; one of a kind.
_NAMES = {
    "bcache-B": "bcache", "befs": "befs", "ext2": "ext4", "f2fs": "f2fs", "gfs2": "gfs2", "hfs": "hfs",
    "hfsplus": "hfsplus", "iso": "iso9660", "jbd": "ext4", "jfs": "jfs", "luks1": "crypto_LUKS", "luks2": "crypto_LUKS",
    "lvm2": "LVM2_member", "mdraid": "linux_raid_member", "minix-BE": "minix", "nilfs2": "nilfs2", "ntfs": "ntfs",
    "ocfs2": "ocfs2", "reiser3": "reiserfs", "swap1": "swap", "udf-hdd-win7": "udf", "ufs": "ufs", "vmfs": "VMFS",
    "xfs-v5": "xfs", "zfs": "zfs_member", "drbd-v09": "drbd", "isw-raid": "isw_raid_member", "sun": "sun disklabel",
    "bsd": "bsd disklabel", "atari-primary": UNKNOWN,
}  # fmt: skip


@pytest.mark.needs("util-linux-images")
def test_the_images_of_others_are_theirs() -> None:
    images = util_linux_images()
    assert len(images) >= 100
    names = {path.name.removesuffix(".xz"): _name(path) for path in images}
    blank = {name for name, found in names.items() if found is None}
    assert blank == {name for name in names if name.startswith(_EMPTY)}
    assert OURS not in names.values()


@pytest.mark.needs("util-linux-images")
def test_each_is_called_by_its_name() -> None:
    images = {path.name.removesuffix(".img.xz"): path for path in util_linux_images()}
    assert {stem: _name(images[stem]) for stem in _NAMES} == _NAMES


def _name(path: Path) -> str | None:
    with lzma.open(path) as file:
        data = file.read()
    return judge_content(lambda offset, length: data[offset : offset + length], len(data)).name
