"""Signatures of other systems on a disk or partition: what is where, and the source of each fact.

Facts are those of the formats' own documents and of the probers of util-linux 2.38 (``libblkid/src/superblocks``), with
which the tests compare this table. Signatures are searched in the disk and in every range that a table claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """``magic`` at ``offset`` bytes from a range's start or, if negative, from its end rounded down to ``grain``.

    It may be at ``repeats`` places, ``step`` bytes apart. ``is_backup``: a copy that survives formatting by another
    system, and so is ignored where a newer file system was found.
    """

    name: str
    offset: int
    magic: bytes
    source: str
    grain: int = 1
    repeats: int = 1
    step: int = 0
    is_backup: bool = False

    def places(self, length: int) -> Iterator[int]:
        """Yield where the mark may be in a range of ``length`` bytes, from the range's start."""
        base = self.offset if self.offset >= 0 else length // self.grain * self.grain + self.offset
        for index in range(self.repeats):
            at = base + index * self.step
            if 0 <= at <= length - len(self.magic):
                yield at

    @property
    def span(self) -> int:
        """Bytes from the first place to the end of the last."""
        return (self.repeats - 1) * self.step + len(self.magic)


_KIB, _MIB, _GIB = 2**10, 2**20, 2**30
_MD = b"\xfc\x4e\x2b\xa9"
_MD_TEXT = "Linux, include/uapi/linux/raid/md_p.h"
_ZFS_TEXT = "OpenZFS, vdev_impl.h: four labels of 256 KiB, each with a name-value list and a ring of uberblocks"
_BLKID = "util-linux, libblkid/src/superblocks/"
_LVM_TEXT = "LVM2, lib/format_text/layout.h: in one of the first four sectors"
_SWAP_TEXT = "Linux, include/linux/swap.h: the last ten bytes of the first page"
_BDE_TEXT = "libbde, BitLocker Drive Encryption format, volume header: identifier,"
_PAGES = (4096, 8192, 16384, 32768, 65536)

#: What stands in a ZFS label's name-value list from its first byte on: XDR, either byte order, version 0, unique names.
_NV_LISTS = tuple(bytes((1, order, 0, 0)) + bytes(7) + b"\1" for order in (0, 1))


def _zfs() -> Iterator[Mark]:
    label = 256 * _KIB
    for base in (0, label, -2 * label, -label):
        for magic in (bytes.fromhex("0cb1ba0000000000"), bytes.fromhex("0000000000bab10c")):
            yield Mark("zfs_member", base + 128 * _KIB, magic, _ZFS_TEXT, label, repeats=128, step=_KIB)
        for magic in _NV_LISTS:
            yield Mark("zfs_member", base + 16 * _KIB, magic, _ZFS_TEXT, label)


def _at_sectors_from_end(name: str, sectors: tuple[int, ...], magic: bytes, file: str, inner: int = 0) -> list[Mark]:
    return [Mark(name, inner - 512 * sector, magic, _BLKID + file, 512) for sector in sectors]


#: Members of volumes and arrays: what they hold is somebody's even where no file system shows, and more than this disk.
_MEMBER_MARKS = (
    *(Mark("LVM2_member", 512 * sector, b"LABELONE", _LVM_TEXT) for sector in range(4)),
    Mark("LVM1_member", 0, b"HM\x01\x00", _BLKID + "lvm.c"),
    Mark("LVM1_member", 0, b"HM\x02\x00", _BLKID + "lvm.c"),
    Mark("linux_raid_member", 0, _MD, _MD_TEXT + ", 1.1"),
    Mark("linux_raid_member", 4096, _MD, _MD_TEXT + ", 1.2"),
    Mark("linux_raid_member", -8192, _MD, _MD_TEXT + ", 1.0", grain=4096),
    Mark("linux_raid_member", -65536, _MD, _MD_TEXT + ", 0.90", grain=65536),
    Mark("linux_raid_member", -65536, _MD[::-1], _MD_TEXT + ", 0.90, big-endian", grain=65536),
    *_zfs(),
    Mark("bcache", 4096 + 24, bytes.fromhex("c68573f64e1a45ca8265f57f48ba6d81"), _BLKID + "bcache.c"),
    Mark("drbd", -4096 + 60, bytes.fromhex("8374026b"), _BLKID + "drbd.c"),
    Mark("drbd", -4096 + 60, bytes.fromhex("8374026c"), _BLKID + "drbd.c"),
    Mark("drbd", -4096 + 60, bytes.fromhex("8374026d"), _BLKID + "drbd.c"),
    Mark("drbdmanage_control_volume", 0, b"$DRBDmgr=q", _BLKID + "drbdmanage.c"),
    Mark("drbdproxy_datalog", 0, b"DRBDdlh*", _BLKID + "drbdproxy_datalog.c"),
    Mark("ceph_bluestore", 0, b"bluestore block device", _BLKID + "bluestore.c"),
    Mark("mpool", 0, b"mpoolDev", _BLKID + "mpool.c"),
    Mark("stratis", 512 + 4, b"!Stra0tis\x86\xff\x02^\x41rh", _BLKID + "stratis.c"),
    Mark("stratis", 9 * 512 + 4, b"!Stra0tis\x86\xff\x02^\x41rh", _BLKID + "stratis.c"),
    Mark("vdo", 0, b"dmvdo001", _BLKID + "vdo.c"),
    Mark("VMFS_volume_member", _MIB, bytes.fromhex("0dd001c0"), _BLKID + "vmfs.c"),
    Mark("DM_snapshot_cow", 0, b"SnAp", _BLKID + "lvm.c"),
    Mark("DM_verity_hash", 0, b"verity\0\0", _BLKID + "lvm.c"),
    Mark("DM_integrity", 0, b"integrt\0", _BLKID + "lvm.c"),
    *_at_sectors_from_end("ddf_raid_member", (1, 257), bytes.fromhex("de11de11"), "ddf_raid.c"),
    *_at_sectors_from_end("ddf_raid_member", (1, 257), bytes.fromhex("11de11de"), "ddf_raid.c"),
    *_at_sectors_from_end("isw_raid_member", (2,), b"Intel Raid ISM Cfg Sig. ", "isw_raid.c"),
    Mark("isw_raid_member", -2 * 4096, b"Intel Raid ISM Cfg Sig. ", _BLKID + "isw_raid.c", 4096),
    *_at_sectors_from_end("nvidia_raid_member", (2,), b"NVIDIA", "nvidia_raid.c"),
    *_at_sectors_from_end("lsi_mega_raid_member", (1,), b"$XIDE$", "lsi_raid.c"),
    *_at_sectors_from_end("adaptec_raid_member", (1,), bytes.fromhex("37fc4d1e"), "adaptec_raid.c"),
    *_at_sectors_from_end("silicon_medley_raid_member", (1,), bytes.fromhex("0000002f"), "silicon_raid.c", 0x60),
    *_at_sectors_from_end("jmicron_raid_member", (1,), b"JM", "jmicron_raid.c"),
    *_at_sectors_from_end("via_raid_member", (1,), b"\x55\xaa", "via_raid.c"),
    *_at_sectors_from_end("hpt45x_raid_member", (11,), bytes.fromhex("f316785a"), "highpoint_raid.c"),
    *_at_sectors_from_end("hpt45x_raid_member", (11,), bytes.fromhex("fd16785a"), "highpoint_raid.c"),
    Mark("hpt37x_raid_member", 9 * 512 + 32, bytes.fromhex("f016785a"), _BLKID + "highpoint_raid.c"),
    Mark("hpt37x_raid_member", 9 * 512 + 32, bytes.fromhex("fd16785a"), _BLKID + "highpoint_raid.c"),
    *_at_sectors_from_end(
        "promise_fasttrack_raid_member",
        (63, 255, 256, 16, 399, 591, 675, 735, 911, 974, 991, 951, 3087),
        b"Promise Technology, Inc.",
        "promise_raid.c",
    ),
)

#: A drive with one of these is refused whoever confirms it.
MEMBERS = frozenset(mark.name for mark in _MEMBER_MARKS)


def _descriptors(name: str, *names: bytes) -> list[Mark]:
    """Volume descriptors of ECMA-119 and ECMA-167: from 32 KiB on, every 2 KiB."""
    return [Mark(name, 32 * _KIB + 1, magic, "ECMA-167 2/9.1", repeats=32, step=2 * _KIB) for magic in names]


def _ufs() -> Iterator[Mark]:
    names = ("00011954", "19540119", "00195612", "00095014", "00612195", "05231994")
    for start in (0, 8 * _KIB, 64 * _KIB, 256 * _KIB):
        for magic in map(bytes.fromhex, names):
            for order in (magic, magic[::-1]):
                yield Mark("ufs", start + 1372, order, _BLKID + "ufs.c")


def _minix() -> Iterator[Mark]:
    for text, at in (("7f13", 16), ("8f13", 16), ("6824", 16), ("7824", 16), ("5a4d", 24)):
        for magic in (bytes.fromhex(text), bytes.fromhex(text)[::-1]):
            yield Mark("minix", _KIB + at, magic, "Linux, include/uapi/linux/minix_fs.h")


def _sysv() -> Iterator[Mark]:
    for block in (0, 9, 15, 18):
        for magic in ("207e18fd", "fd187e20"):
            yield Mark("sysv", block * _KIB + 512 + 504, bytes.fromhex(magic), _BLKID + "sysv.c")
    for magic in ("2b5544", "44552b"):
        yield Mark("xenix", _KIB + 1016, bytes.fromhex(magic), "Linux, fs/sysv/super.c")
        yield Mark("xenix", 2 * _KIB, bytes.fromhex(magic), _BLKID + "sysv.c")


_FILE_SYSTEM_MARKS = (
    Mark("crypto_LUKS", 0, b"LUKS\xba\xbe", "LUKS1 and LUKS2 on-disk formats"),
    *(
        Mark("crypto_LUKS", 2**power, b"SKUL\xba\xbe", "LUKS2 on-disk format: the second header")
        for power in range(14, 23)
    ),
    Mark("BitLocker", 3, b"-FVE-FS-", _BLKID + "bitlocker.c"),
    Mark("BitLocker", 424, bytes.fromhex("3bd66749292ed84a8399f6a339e3d001"), _BDE_TEXT + " To Go"),
    Mark("BitLocker", 424, bytes.fromhex("3b4da89280dd0e4d9e4eb1e3284eaed8"), _BDE_TEXT + " To Go, used space only"),
    Mark("ntfs", 3, b"NTFS    ", "Linux, fs/ntfs3/ntfs.h"),
    Mark("ReFS", 3, b"ReFS\0", _BLKID + "refs.c"),
    Mark("ext4", _KIB + 56, b"\x53\xef", "Linux, fs/ext4/ext4.h: ext2 to ext4 and their journals"),
    Mark("xfs", 0, b"XFSB", "Linux, fs/xfs/libxfs/xfs_format.h"),
    Mark("xfs_external_log", 0, b"\xfe\xed\xba\xbe", "Linux, fs/xfs/libxfs/xfs_log_format.h", repeats=512, step=512),
    Mark("btrfs", 64 * _KIB + 64, b"_BHRfS_M", "Linux, include/uapi/linux/btrfs_tree.h"),
    Mark(
        "bcachefs", 4096 + 24, bytes.fromhex("c68573f666ce90a9d96a60cf803df7ef"), "Linux, fs/bcachefs/bcachefs_format.h"
    ),
    Mark("bcachefs", -_MIB + 24, bytes.fromhex("c68573f666ce90a9d96a60cf803df7ef"), "the same: the last copy", 512),
    Mark("f2fs", _KIB, b"\x10\x20\xf5\xf2", "Linux, include/linux/f2fs_fs.h"),
    Mark("f2fs", 5 * _KIB, b"\x10\x20\xf5\xf2", "the same: the second superblock"),
    Mark("jfs", 32 * _KIB, b"JFS1", "Linux, fs/jfs/jfs_superblock.h"),
    Mark("jfs", 60 * _KIB, b"JFS1", "the same: the second superblock"),
    *(
        Mark("reiserfs", at, magic, "Linux, fs/reiserfs/reiserfs.h")
        for at in (8 * _KIB + 20, 8 * _KIB + 52, 64 * _KIB + 52)
        for magic in (b"ReIsErFs", b"ReIsEr2Fs", b"ReIsEr3Fs")
    ),
    Mark("reiser4", 64 * _KIB, b"ReIsEr4", _BLKID + "reiserfs.c"),
    Mark("nilfs2", _KIB + 6, b"\x34\x34", "Linux, include/uapi/linux/nilfs2_ondisk.h"),
    Mark("nilfs2", -8 * 512 + 6, b"\x34\x34", "the same: the second superblock", 512, is_backup=True),
    Mark("nilfs2", -4096 + 6, b"\x34\x34", "the same: the second superblock", 4096, is_backup=True),
    *_descriptors("udf", b"BEA01", b"BOOT2", b"CDW02", b"NSR02", b"NSR03", b"TEA01"),
    *_descriptors("iso9660", b"CD001"),
    Mark("iso9660", 32 * _KIB + 9, b"CDROM", "High Sierra Group format"),
    Mark("hfs", _KIB, b"BD", "Inside Macintosh: Files, 2-61"),
    Mark("hfsplus", _KIB, b"H+", "Apple TN1150"),
    Mark("hfsplus", _KIB, b"HX", "Apple TN1150"),
    Mark("hfsplus", -_KIB, b"H+", "Apple TN1150: the alternate volume header", 512, is_backup=True),
    Mark("apfs", 32, b"NXSB", "Apple File System Reference"),
    *(
        Mark("swap", page - 10, magic, _SWAP_TEXT)
        for page in _PAGES
        for magic in (b"SWAP-SPACE", b"SWAPSPACE2", b"S1SUSPEND", b"S2SUSPEND", b"ULSUSPEND", b"LINHIB0001")
    ),
    Mark("swsuspend", 0, bytes.fromhex("edc302e99856e50c"), _BLKID + "swap.c: TuxOnIce"),
    Mark("squashfs", 0, b"hsqs", "Linux, fs/squashfs/squashfs_fs.h"),
    Mark("squashfs", 0, b"sqsh", "the same, big-endian"),
    Mark("erofs", _KIB, bytes.fromhex("e2e1f5e0"), "Linux, fs/erofs/erofs_fs.h"),
    Mark("cramfs", 0, bytes.fromhex("453dcd28"), "Linux, include/uapi/linux/cramfs_fs.h"),
    Mark("cramfs", 0, bytes.fromhex("28cd3d45"), "the same, big-endian"),
    Mark("cramfs", 512, bytes.fromhex("453dcd28"), "the same: behind a boot sector"),
    Mark("romfs", 0, b"-rom1fs-", "Linux, include/uapi/linux/romfs_fs.h"),
    Mark("zonefs", 0, b"SFOZ", "Linux, include/uapi/linux/magic.h"),
    Mark("ubi", 0, b"UBI#", _BLKID + "ubi.c"),
    Mark("ubifs", 0, bytes.fromhex("31181006"), _BLKID + "ubifs.c"),
    Mark("jffs2", 0, b"\x85\x19", "Linux, include/uapi/linux/jffs2.h"),
    Mark("ocfs", 8 * _KIB, b"OracleCFS", _BLKID + "ocfs.c"),
    *(Mark("ocfs2", size, b"OCFSV2", "Linux, fs/ocfs2/ocfs2_fs.h") for size in (_KIB, 2 * _KIB, 4 * _KIB, 8 * _KIB)),
    Mark("oracleasm", 32, b"ORCLDISK", _BLKID + "ocfs.c"),
    Mark("gfs2", 64 * _KIB, bytes.fromhex("01161970"), "Linux, include/uapi/linux/gfs2_ondisk.h"),
    Mark("VMFS", 2 * _MIB, bytes.fromhex("5ef1ab2f"), _BLKID + "vmfs.c"),
    Mark("vxfs", _KIB, bytes.fromhex("f5fc01a5"), "Linux, fs/freevxfs/vxfs.h"),
    Mark("vxfs", 8 * _KIB, bytes.fromhex("a501fcf5"), "the same, big-endian"),
    Mark("hpfs", 8 * _KIB, bytes.fromhex("49e895f9"), "Linux, fs/hpfs/hpfs.h"),
    Mark("nss", 4 * _KIB, b"SPB5", _BLKID + "netware.c"),
    Mark("exfs", 0, b"EXFS", _BLKID + "exfs.c"),
    *(Mark("befs", at, magic, "Linux, fs/befs/befs.h") for at in (32, 544) for magic in (b"BFS1", b"1SFB")),
    Mark("bfs", 0, bytes.fromhex("cefaad1b"), "Linux, include/uapi/linux/bfs_fs.h"),
    Mark("hammer", 0, bytes.fromhex("313052c54d4d41c8"), "DragonFly BSD, sys/vfs/hammer/hammer_disk.h"),
    Mark("hammer2", 0, bytes.fromhex("1120172005324d48"), "DragonFly BSD, sys/vfs/hammer2/hammer2_disk.h"),
    Mark("amiga", 0, b"RDSK", "Amiga rigid disk block: in one of the first 16 sectors", repeats=16, step=512),
    Mark("amiga", 0, b"DOS\0", "Amiga file systems, by their boot block"),
    *(Mark("amiga", 0, b"DOS" + bytes((kind,)), "the same") for kind in range(1, 8)),
    *_ufs(),
    *_minix(),
    *_sysv(),
)

#: Tables that no stick has as it is sold or as a desktop formats it: one that has them is somebody's.
_TABLE_MARKS = (
    Mark("mac partition table", 512, b"PM\0\0", "Inside Macintosh: Devices, 3-25"),
    Mark("mac partition table", 2048, b"PM\0\0", "the same, blocks of 2048 bytes"),
    Mark("mac partition table", 512, b"TS\0\0", "the same, before 1987"),
    *(Mark("bsd disklabel", at, bytes.fromhex("57455682"), "FreeBSD, sys/disklabel.h") for at in (64, 128, 512)),
    Mark("sun disklabel", 508, b"\xda\xbe", "Linux, block/partitions/sun.c"),
    Mark("sgi disklabel", 0, bytes.fromhex("0be5a941"), "Linux, block/partitions/sgi.c"),
    Mark("ultrix disklabel", 16384 - 72, bytes.fromhex("57290300"), "Linux, block/partitions/ultrix.c"),
    Mark("solaris disklabel", 512 + 12, bytes.fromhex("eede0d60"), "Linux, block/partitions/msdos.c"),
    Mark("unixware disklabel", 29 * 512 + 4, bytes.fromhex("0deefeca"), "Linux, block/partitions/msdos.c"),
    Mark("unixware disklabel", 29 * 512 + 4, bytes.fromhex("eede0d60"), "Linux, block/partitions/msdos.c"),
    Mark("aix disk", 0, bytes.fromhex("c9c2d4c1"), "Linux, block/partitions/aix.c"),
    Mark("ldm disk", 3072, b"PRIVHEAD", "Linux, block/partitions/ldm.h: Windows dynamic disks"),
    Mark("ldm disk", -512, b"PRIVHEAD", "the same: its last copy", 512),
)

#: Copies that remain when another system formats a drive; what is sampled of a range that nothing else holds finds them
#: only by chance.
_BACKUP_MARKS = (
    Mark("ntfs", -512 + 3, b"NTFS    ", "the copy of the boot sector at a volume's end", 512, is_backup=True),
    Mark("btrfs", 64 * _MIB + 64, b"_BHRfS_M", "the second superblock", is_backup=True),
    Mark("btrfs", 256 * _GIB + 64, b"_BHRfS_M", "the third superblock", is_backup=True),
    Mark("ext4", 8193 * _KIB + 56, b"\x53\xef", "group 1, blocks of 1 KiB", is_backup=True),
    Mark("ext4", 16384 * 2 * _KIB + 56, b"\x53\xef", "group 1, blocks of 2 KiB", is_backup=True),
    Mark("ext4", 32768 * 4 * _KIB + 56, b"\x53\xef", "group 1, blocks of 4 KiB", is_backup=True),
)

#: In the order in which a drive is named by them: the first that is found.
MARKS = (*_MEMBER_MARKS, *_FILE_SYSTEM_MARKS, *_TABLE_MARKS, *_BACKUP_MARKS)
