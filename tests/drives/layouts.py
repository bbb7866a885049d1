"""Drives laid out by other tools: in use, as sold, or formatted.

Each function makes an image file. Signatures of systems whose tools are not among the tests' packages are written by
hand.
"""

from __future__ import annotations

import struct
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.drives.images import noise
from tests.support.cli import run
from usbkit.drives.jobrecord import JobRecord

MIB = 2**20
SIZE = 128 * MIB
Maker = Callable[[Path], None]

#: Where the first and the second partition stand, in sectors of 512 bytes.
FIRST, SECOND = 2048, 83_968
_FIRST_LENGTH = 81_920
THESIS = b"three years of work\n" * 500


def put(disk: Path, offset: int, data: bytes) -> None:
    """Write bytes into an image."""
    with disk.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def partition(disk: Path, *lines: str, label: str = "dos", size: int = SIZE) -> None:
    """Make ``disk`` with a table, written as sfdisk reads it."""
    with disk.open("wb") as file:
        file.truncate(size)
    script = "\n".join((f"label: {label}", *lines, ""))
    subprocess.run(["sfdisk", "--quiet", disk], input=script, text=True, check=True, capture_output=True)


def volume(disk: Path, offset: int, length: int, *tool: str, files: tuple[str, ...] = ()) -> None:
    """Have ``tool`` make a file system of ``length`` bytes, and put it at ``offset``. ``files`` go into a FAT."""
    with tempfile.TemporaryDirectory() as folder:
        inner, thesis = Path(folder, "inner"), Path(folder, "files", "thesis.txt")
        thesis.parent.mkdir()
        thesis.write_bytes(THESIS)
        inner.touch()
        with inner.open("r+b") as file:
            file.truncate(length)
        run(*(f"{folder}/files" if word == "{folder}" else word for word in tool), inner)
        for path in files:
            _copy_in(inner, path, thesis)
        _copy_sparse(inner, disk, offset)


def _copy_in(inner: Path, path: str, thesis: Path) -> None:
    """A file of the wanted size at ``path`` (``name:size``), or a folder (``name/``)."""
    name, _, size = path.partition(":")
    if name.endswith("/"):
        run("mmd", "-i", inner, f"::{name.rstrip('/')}")
        return
    if size:
        thesis.write_bytes(bytes(int(size)) or b"")
    run("mcopy", "-o", "-i", inner, thesis, f"::{name}")


def _copy_sparse(source: Path, disk: Path, offset: int) -> None:
    with source.open("rb") as reader, disk.open("r+b") as writer:
        for at in range(0, source.stat().st_size, MIB):
            data = reader.read(MIB)
            if data.count(0) < len(data):
                writer.seek(offset + at)
                writer.write(data)


FAT32 = ("mkfs.fat", "-F", "32", "-s", "1")
FAT16 = ("mkfs.fat", "-F", "16")
EXFAT = ("mkfs.exfat",)
EXT4 = ("mkfs.ext4", "-q", "-F", "-E", "nodiscard", "-d", "{folder}")
_TWO = (f"{FIRST},{_FIRST_LENGTH},c", f"{SECOND},,83")
_SECOND_LENGTH = SIZE - SECOND * 512


def _first_empty(disk: Path, *lines: str, first: tuple[str, ...] = FAT32, label: str = "dos") -> None:
    partition(disk, *(lines or _TWO), label=label)
    volume(disk, FIRST * 512, _FIRST_LENGTH * 512, *first)


def second(*tool: str, first: tuple[str, ...] = FAT32, files: tuple[str, ...] = ()) -> Maker:
    """Somebody's file system behind an empty one."""

    def make(disk: Path) -> None:
        _first_empty(disk, first=first)
        volume(disk, SECOND * 512, 64 * MIB, *tool, files=files)

    return make


def second_bytes(offset: int, data: bytes) -> Maker:
    """Bytes in the second partition, from its start or (negative) its end, behind an empty FAT32."""

    def make(disk: Path) -> None:
        _first_empty(disk)
        start = SECOND * 512
        put(disk, start + offset if offset >= 0 else SIZE + offset, data)

    return make


def whole(offset: int, data: bytes) -> Maker:
    """Bytes on a disk without a table; negative offsets from its end."""

    def make(disk: Path) -> None:
        partition_free(disk)
        put(disk, offset if offset >= 0 else SIZE + offset, data)

    return make


def partition_free(disk: Path, size: int = SIZE) -> None:
    """Zeros."""
    with disk.open("wb") as file:
        file.truncate(size)


def unfinished(maker: Maker) -> Maker:
    """What ``maker`` put on an unfinished drive of ours, whose records still stand."""

    def make(disk: Path) -> None:
        maker(disk)
        for sequence in (4, 5):
            record = JobRecord(sequence, SIZE, b"\1" * 32, b"\2" * 32, "guatemala", b"\xff" * 4)
            put(disk, record.slot, record.to_bytes())

    return make


def ext4_whole(disk: Path) -> None:
    """The disk itself is an ext4."""
    partition_free(disk)
    volume(disk, 0, SIZE, *EXT4)


def logical_ext4(disk: Path) -> None:
    """An ext4 in a logical partition."""
    _first_empty(disk, f"{FIRST},{_FIRST_LENGTH},c", f"{SECOND},,5", f"{SECOND + 4096},,83")
    volume(disk, (SECOND + 4096) * 512, 64 * MIB, *EXT4)


def extended_loop(disk: Path) -> None:
    """An extended partition whose chain leads back to itself."""
    _first_empty(disk, f"{FIRST},{_FIRST_LENGTH},c", f"{SECOND},,5", f"{SECOND + 4096},,83")
    with disk.open("r+b") as file:
        file.seek(SECOND * 512 + 446 + 16)
        file.write(struct.pack("<B3sB3sII", 0, bytes(3), 5, bytes(3), 0, 4096))


_GPT_TWO = (f"{FIRST},{_FIRST_LENGTH},U", f"{SECOND},170000,L")


def gpt_ext4(disk: Path) -> None:
    """GPT, an empty FAT32 and an ext4."""
    _first_empty(disk, *_GPT_TWO, label="gpt")
    volume(disk, SECOND * 512, 64 * MIB, *EXT4)


def gpt_random(disk: Path) -> None:
    """GPT, an empty FAT32 and what nobody can read."""
    _first_empty(disk, *_GPT_TWO, label="gpt")
    put(disk, SECOND * 512 + 40 * MIB, noise(4096))


def lone_backup(disk: Path) -> None:
    """The primary GPT was wiped; an ext4 stands where the backup says."""
    gpt_ext4(disk)
    put(disk, 0, bytes(34 * 512))


def hybrid(disk: Path) -> None:
    """The MBR names only the empty FAT32 beside the protective entry; the GPT also the ext4."""
    gpt_ext4(disk)
    first = struct.pack("<B3sB3sII", 0, bytes(3), 0x0C, bytes(3), FIRST, _FIRST_LENGTH)
    put(disk, 446, struct.pack("<B3sB3sII", 0, bytes(3), 0xEE, bytes(3), 1, FIRST - 1) + first)


def odd_mbr(disk: Path) -> None:
    """A GPT under an MBR that knows nothing of it."""
    gpt_ext4(disk)
    put(disk, 446, struct.pack("<B3sB3sII", 0x80, bytes(3), 0x0C, bytes(3), FIRST, _FIRST_LENGTH).ljust(64, b"\0"))


def no_mbr(disk: Path) -> None:
    """A GPT whose protective MBR was zeroed."""
    gpt_ext4(disk)
    put(disk, 0, bytes(512))


def gpt_4096(disk: Path) -> None:
    """A GPT made for sectors of 4096 bytes, with an ext4."""
    partition_free(disk)
    entry = b"\x0f" * 32 + struct.pack("<QQ", 512, 20_000)
    table = entry.ljust(128 * 128, b"\0")
    fields = struct.pack(
        "<8sIIIIQQQQ16sQII", b"EFI PART", 0x10000, 92, 0, 0, 1, 32_767, 6, 30_000, b"g" * 16, 2, 128, 128
    )
    head = bytearray(fields + struct.pack("<I", zlib.crc32(table)))
    head[16:20] = struct.pack("<I", zlib.crc32(head))
    put(disk, 4096, bytes(head))
    put(disk, 2 * 4096, table)
    volume(disk, 512 * 4096, 64 * MIB, *EXT4)


def gpt_hostile(at: int, value: int) -> Maker:
    """A GPT with an empty FAT32 alone, and one field of both headers that cannot be believed."""

    def make(disk: Path) -> None:
        _first_empty(disk, _GPT_TWO[0], label="gpt")
        for offset in (512, SIZE - 512):
            put(disk, offset + at, struct.pack("<I", value))

    return make


def apple_map(disk: Path) -> None:
    """An Apple partition map with an HFS+ that lost its header."""
    partition_free(disk)
    put(disk, 0, b"ER\x02\0")
    for index, (start, count) in enumerate(((1, 63), (4096, 100_000)), 1):
        put(disk, index * 512, struct.pack(">2sxxIII", b"PM", 2, start, count))
    put(disk, 4096 * 512 + 20 * MIB, noise(4096))


def bsd_label(disk: Path) -> None:
    """A BSD disklabel."""
    partition_free(disk)
    label = bytearray(512)
    label[:4] = bytes.fromhex("57455682")
    struct.pack_into("<I", label, 40, 512)
    struct.pack_into("<H", label, 138, 1)
    struct.pack_into("<II", label, 148, 100_000, 4096)
    put(disk, 512, bytes(label))


def superfloppy_behind(disk: Path) -> None:
    """A volume without a table that ends long before the drive does, and somebody's bytes behind it."""
    partition_free(disk)
    volume(disk, 0, 64 * MIB, *FAT32)
    put(disk, 90 * MIB, noise(4096))


def superfloppy_table(disk: Path) -> None:
    """A boot sector that is a volume and a partition table at once, which leads to files."""
    partition_free(disk)
    volume(disk, 0, 40 * MIB, *FAT32)
    volume(disk, 64 * MIB, 40 * MIB, *FAT32, files=("thesis.txt",))
    put(disk, 446, struct.pack("<B3sB3sII", 0x80, bytes(3), 0x0C, bytes(3), 64 * 2048, 40 * 2048))


def lost_clusters(disk: Path) -> None:
    """A FAT32 whose directory was lost: clusters are taken that no file has."""
    partition(disk, f"{FIRST},,c")
    volume(disk, FIRST * 512, SIZE - FIRST * 512, *FAT32, files=("thesis.txt",))
    start, sector = FIRST * 512, 512
    with disk.open("rb") as file:
        file.seek(start)
        boot = file.read(512)
    reserved, fats, length = struct.unpack_from("<H", boot, 14)[0], boot[16], struct.unpack_from("<I", boot, 36)[0]
    put(disk, start + (reserved + fats * length) * sector, bytes(512))


def fats_differ(disk: Path) -> None:
    """An exFAT whose FAT's first entries are gone."""
    partition(disk, f"{FIRST},,7")
    volume(disk, FIRST * 512, SIZE - FIRST * 512, *EXFAT)
    with disk.open("rb") as file:
        file.seek(FIRST * 512 + 80)
        (offset,) = struct.unpack("<I", file.read(4))
    put(disk, FIRST * 512 + offset * 512, bytes(8))


def beyond_the_end(disk: Path) -> None:
    """A table made for a larger drive: its second partition begins behind this one's end."""
    partition(disk, *_TWO)
    volume(disk, FIRST * 512, _FIRST_LENGTH * 512, *FAT32)
    put(disk, 446 + 16 + 8, struct.pack("<II", SIZE // 512 + 4096, 4096))


_MD = b"\xfc\x4e\x2b\xa9"
_ZFS = bytes.fromhex("0cb1ba0000000000")
_KIB = 1024

#: Somebody's: none may be called blank or ours.
FOREIGN: dict[str, Maker] = {
    "fat32 then ext4": second(*EXT4),
    "exfat then ext4": second(*EXT4, first=EXFAT),
    "fat32 then fat16 with files": second(*FAT16, files=("thesis.txt",)),
    "fat32 then fat32 with files": second(*FAT32, files=("thesis.txt",)),
    "exfat then fat32 with files": second(*FAT32, first=EXFAT, files=("thesis.txt",)),
    "fat16 then ext4": second(*EXT4, first=FAT16),
    "fat32 then minix": second("mkfs.minix"),
    "fat32 then swap": second("mkswap", "-q"),
    "fat32 then btrfs": second_bytes(64 * _KIB + 64, b"_BHRfS_M"),
    "fat32 then xfs": second_bytes(0, b"XFSB"),
    "fat32 then ntfs": second_bytes(0, b"\xeb\x52\x90NTFS    "),
    "fat32 then random": second_bytes(33 * MIB, noise(4096)),
    "fat32 then a note": second_bytes(17 * MIB + 512, b"my note"),
    "fat32 then mdraid 1.0": second_bytes(-8192, _MD),
    "fat32 then mdraid 0.90": second_bytes(-65536, _MD),
    "fat32 then zfs label 2": second_bytes(-512 * _KIB + 128 * _KIB, _ZFS),
    "fat32 then zfs label 3": second_bytes(-256 * _KIB + 253 * _KIB, _ZFS),
    "fat32 then zfs names alone": second_bytes(-256 * _KIB + 16 * _KIB, b"\1\1\0\0" + bytes(7) + b"\1\0\0\0\x24"),
    "fat32 then drbd": second_bytes(-4096 + 60, bytes.fromhex("8374026d")),
    "fat32 then bcachefs": second_bytes(4096 + 24, bytes.fromhex("c68573f666ce90a9d96a60cf803df7ef")),
    "fat32 then luks2, its second header": second_bytes(16 * _KIB, b"SKUL\xba\xbe"),
    "logical ext4": logical_ext4,
    "extended that leads to itself": extended_loop,
    "partition behind the end": beyond_the_end,
    "gpt with ext4": gpt_ext4,
    "gpt with random data": gpt_random,
    "gpt, backup alone": lone_backup,
    "gpt under a hybrid mbr": hybrid,
    "gpt under an odd mbr": odd_mbr,
    "gpt without an mbr": no_mbr,
    "gpt of 4096-byte sectors": gpt_4096,
    "gpt whose count is hostile": gpt_hostile(80, 0xFFFF_FFFF),
    "gpt whose entries are too small": gpt_hostile(84, 16),
    "gpt whose sum is wrong": gpt_hostile(56, 7),
    "apple map": apple_map,
    "bsd disklabel": bsd_label,
    "superfloppy with data behind it": superfloppy_behind,
    "superfloppy that is a table": superfloppy_table,
    "lost clusters": lost_clusters,
    "exfat without its fat": fats_differ,
    "ext4 whole": ext4_whole,
    "a note at 61 MB": whole(61_000_000, b"my note"),
    "a note in the first gap": whole(63 * 512, b"my note"),
    "a note at the very end": whole(-7, b"my note"),
    "ntfs, its last sector alone": whole(-512 + 3, b"NTFS    "),
    "ext4 over an unfinished drive": unfinished(ext4_whole),
    "btrfs over an unfinished drive": unfinished(whole(64 * _KIB + 64, b"_BHRfS_M")),
    "f2fs over an unfinished drive": unfinished(whole(1024, b"\x10\x20\xf5\xf2")),
    "udf over an unfinished drive": unfinished(whole(32 * _KIB + 1 + 2048, b"NSR02")),
    "zfs over an unfinished drive": unfinished(whole(-256 * _KIB + 130 * _KIB, _ZFS)),
    "gpt over an unfinished drive": unfinished(gpt_ext4),
    "a note over an unfinished drive": unfinished(whole(0, b"my note")),
    "udf whole": whole(32 * _KIB + 1 + 2048, b"NSR02"),
}


def alone(start: int, kind: str, *tool: str, files: tuple[str, ...] = (), flags: str = "", size: int = SIZE) -> Maker:
    """One partition with one volume."""

    def make(disk: Path) -> None:
        partition(disk, f"start={start},type={kind}{flags}", size=size)
        volume(disk, start * 512, size - start * 512, *tool, files=files)

    return make


def superfloppy(*tool: str, files: tuple[str, ...] = (), size: int = SIZE) -> Maker:
    """A volume without a table."""

    def make(disk: Path) -> None:
        partition_free(disk, size)
        volume(disk, 0, size, *tool, files=files)

    return make


def gpt_pair(first: tuple[str, ...], last: tuple[str, ...], *, files: tuple[str, ...] = ()) -> Maker:
    """A small partition that a system makes for itself, and the one for files; an empty tool makes no volume."""

    def make(disk: Path) -> None:
        partition(disk, f"{FIRST},{_FIRST_LENGTH},U", f"{SECOND},170000,L", label="gpt")
        for start, length, tool in ((FIRST, _FIRST_LENGTH, first), (SECOND, 170_000, last)):
            if tool:
                volume(disk, start * 512, length * 512, *tool, files=files if tool[:3] == FAT32[:3] else ())

    return make


def erased(disk: Path) -> None:
    """Flash as it reads when it is erased."""
    disk.write_bytes(b"\xff" * 80 * MIB)


def boot_code(disk: Path) -> None:
    """Boot code in the table's sector, as Windows writes it, and an active partition."""
    alone(FIRST, "c", *FAT32, flags=",bootable")(disk)
    put(disk, 0, bytes.fromhex("33c08ed0bc007c8ec08ed8be007cbf0006b90002fcf3a4"))


def dirty(disk: Path) -> None:
    """Pulled out without being ejected: Linux marks the boot sector."""
    alone(FIRST, "c", *FAT32)(disk)
    put(disk, FIRST * 512 + 65, b"\1")


_WINDOWS = (
    "System Volume Information/",
    "System Volume Information/WPSettings.dat:12",
    "System Volume Information/IndexerVolumeGuid:76",
)
_MACOS = (".fseventsd/", ".fseventsd/fseventsd-uuid:36", ".Trashes/", "._.Trashes:4096", ".Spotlight-V100/")
_CAMERA = ("DCIM/", "DCIM/100CANON/", "MISC/")
_EFI = ("mkfs.fat", "-F", "32", "-s", "1", "-n", "EFI")

#: As they are sold, or as Windows, macOS, Linux and cameras format them: all blank.
BLANK: dict[str, Maker] = {
    "zeros": partition_free,
    "erased flash": erased,
    "sold: fat32 at 32 KiB": alone(64, "c", *FAT32),
    "sold: fat32 at 16 KiB, old geometry": alone(32, "b", "mkfs.fat", "-F", "32", "-s", "1", "-g", "16/32"),
    "sold: exfat at 16 MiB": alone(32_768, "7", *EXFAT),
    "sold: fat32 without a table": superfloppy(*FAT32),
    "sold: exfat without a table": superfloppy(*EXFAT),
    "sold: fat16 at sector 63": alone(63, "6", *FAT16),
    "sold: fat12, 16 MB": superfloppy("mkfs.fat", "-F", "12", size=16 * MIB),
    "windows: fat32 at 1 MiB": alone(FIRST, "c", *FAT32, files=_WINDOWS),
    "windows: fat16": alone(FIRST, "e", *FAT16, files=_WINDOWS),
    "windows: exfat at 1 MiB": alone(FIRST, "7", *EXFAT),
    "windows: exfat, clusters of 128 KiB": alone(FIRST, "7", "mkfs.exfat", "-c", "128K"),
    "windows: gpt, reserved partition and exfat": gpt_pair((), EXFAT),
    "windows: active, with boot code": boot_code,
    "macos: fat32": alone(2, "b", *FAT32, files=_MACOS),
    "macos: gpt, efi and fat32": gpt_pair(_EFI, FAT32, files=_MACOS),
    "macos: gpt, efi and exfat": gpt_pair(_EFI, EXFAT),
    "linux: fat32, clusters of 16 KiB": alone(FIRST, "c", "mkfs.fat", "-F", "32", "-s", "2", files=("lost+found/",)),
    "linux: fat32, one fat": alone(FIRST, "c", "mkfs.fat", "-F", "32", "-s", "1", "-f", "1"),
    "linux: fat32, many reserved sectors": alone(FIRST, "c", "mkfs.fat", "-F", "32", "-s", "1", "-R", "2048"),
    "linux: gpt and fat32": gpt_pair((), FAT32),
    "linux: an empty table": partition,
    "linux: an empty gpt": lambda disk: partition(disk, label="gpt"),
    "linux: marked dirty": dirty,
    "camera: fat32 at 4 MiB": alone(8192, "c", *FAT32, files=_CAMERA),
    "camera: fat16": alone(249, "6", *FAT16, files=_CAMERA),
    "camera: exfat at 16 MiB": alone(32_768, "7", *EXFAT),
}
