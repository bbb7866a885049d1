"""Marks by which firmware or a system would find something else beside our volume: other file systems and tables.

Offsets and magic values are those of util-linux 2.41 (libblkid/src), each within the first mebibyte of what it
describes, or counted from its end. Only marks that can stand beside an intact partition table and boot region of ours
are here; what begins in a first sector, as XFS or LUKS do, cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from usbkit.core.messages import _
from usbkit.disk.reader.source import Run, Source, UnreadableError
from usbkit.disk.reader.volume import Note


@dataclass(frozen=True, slots=True)
class Mark:
    """``magic`` at ``offset`` from a range's start; where negative, from its end rounded down to ``grain`` bytes."""

    name: str
    offset: int
    magic: bytes
    grain: int = 1


_KIB = 1024
_MD = b"\xfc\x4e\x2b\xa9"
_ZFS = (b"\x0c\xb1\xba\x00\x00\x00\x00\x00", b"\x00\x00\x00\x00\x00\xba\xb1\x0c")
_ZFS_UBERBLOCKS = tuple(range(128 * _KIB, 256 * _KIB, _KIB))  # of one label of 256 KiB
_SWAP = (b"SWAPSPACE2", b"SWAP-SPACE", b"S1SUSPEND\0", b"S2SUSPEND\0", b"ULSUSPEND\0", b"LINHIB0001")
_MINIX = (b"\x7f\x13", b"\x8f\x13", b"\x68\x24", b"\x78\x24", b"\x5a\x4d")
_UFS = (b"\x54\x19\x01\x00", b"\x19\x01\x54\x19")
_UDF = (b"BEA01", b"BOOT2", b"NSR02", b"NSR03", b"TEA01", b"CDW02")

#: A table or file system that stands on a whole disk alone.
_OF_DISKS = (
    *(Mark("GPT", at, b"EFI PART") for at in (512, 4096, -512, -4096)),
    *(Mark("Apple partition map", at, b"PM\0\0") for at in (512, 2048, 4096)),
    Mark("BSD disklabel", 512, b"\x57\x45\x56\x82"),
    Mark("BSD disklabel", 64, b"\x57\x45\x56\x82"),
)

#: What may stand on a disk or in a partition.
_ANYWHERE = (
    *(Mark("LVM2", 512 * sector, b"LABELONE") for sector in range(1, 4)),
    Mark("Linux RAID", 4096, _MD),
    Mark("Linux RAID", -8192, _MD, grain=4096),
    Mark("Linux RAID", -65536, _MD, grain=65536),
    Mark("bcache", 4096 + 24, b"\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81"),
    Mark("bcachefs", 4096 + 24, b"\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef"),
    Mark("stratis", 512 + 4, b"!Stra0tis\x86\xff\x02^\x41rh"),
    Mark("stratis", 9 * 512 + 4, b"!Stra0tis\x86\xff\x02^\x41rh"),
    *(Mark("LUKS", at * _KIB, b"SKUL\xba\xbe") for at in (16, 32, 64, 128, 256, 512)),
    Mark("ext", 1080, b"\x53\xef"),
    Mark("btrfs", 65536 + 64, b"_BHRfS_M"),
    Mark("f2fs", 1024, b"\x10\x20\xf5\xf2"),
    Mark("f2fs", 4096 + 1024, b"\x10\x20\xf5\xf2"),
    Mark("nilfs2", 1030, b"\x34\x34"),
    Mark("HFS", 1024, b"BD"),
    Mark("HFS+", 1024, b"H+"),
    Mark("HFS+", 1024, b"HX"),
    Mark("erofs", 1024, b"\xe2\xe1\xf5\xe0"),
    Mark("ocfs2", 1024, b"OCFSV2"),
    Mark("ocfs2", 2048, b"OCFSV2"),
    Mark("ocfs2", 4096, b"OCFSV2"),
    *(Mark("minix", 1024 + at, magic) for at in (16, 24) for magic in _MINIX),
    *(Mark("ufs", at * _KIB + 1372, magic) for at in (0, 8, 64, 256) for magic in _UFS),
    Mark("hpfs", 8192, b"\x49\xe8\x95\xf9"),
    Mark("jfs", 32768, b"JFS1"),
    Mark("reiserfs", 8192 + 52, b"ReIsEr"),
    Mark("reiserfs", 65536 + 52, b"ReIsEr"),
    Mark("reiser4", 65536, b"ReIsEr4"),
    Mark("gfs2", 65536, b"\x01\x16\x19\x70"),
    Mark("cramfs", 512, b"\x45\x3d\xcd\x28"),
    Mark("BeFS", 512 + 32, b"1SFB"),
    Mark("BeFS", 512 + 32, b"BFS1"),
    *(Mark("ISO 9660", 32769 + 2048 * n, b"CD001") for n in range(4)),
    Mark("ISO 9660", 32777, b"CDROM"),
    *(Mark("UDF", 32769 + 2048 * n, magic) for n in range(16) for magic in _UDF),
    *(Mark("UDF", 32769 + 4096 * n, magic) for n in range(1, 16) for magic in _UDF),
    *(Mark("swap", page * _KIB - 10, magic) for page in (4, 8, 16, 64) for magic in _SWAP),
    *(Mark("ZFS", label + at, magic) for label in (0, 256 * _KIB) for at in _ZFS_UBERBLOCKS for magic in _ZFS),
    *(
        Mark("ZFS", label + at, magic, grain=256 * _KIB)
        for label in (-512 * _KIB, -256 * _KIB)
        for at in _ZFS_UBERBLOCKS
        for magic in _ZFS
    ),
)  # fmt: skip

_BLOCK = 64 * _KIB


def find_others(source: Source, disk: Run, partition: Run) -> Iterator[Note]:
    """Each mark of something else on the disk and in the partition, with its place; and where one cannot be sought."""
    window = _Window(source)
    for run, marks in ((disk, (*_OF_DISKS, *_ANYWHERE)), (partition, _ANYWHERE)):
        told: set[str] = set()
        for mark in marks:
            at = run.offset + mark.offset if mark.offset >= 0 else _from_end(run, mark)
            if at < run.offset or at + len(mark.magic) > run.end or mark.name in told:
                continue
            try:
                is_there = window.read(at, len(mark.magic)) == mark.magic
            except UnreadableError as error:
                yield Note(_("cannot be read, and something else may be there: {reason}", reason=error), error.offset)
                return
            if is_there:
                told.add(mark.name)
                yield Note(_("the drive can be read as {name} too", name=mark.name), at)


def _from_end(run: Run, mark: Mark) -> int:
    return run.offset + run.length // mark.grain * mark.grain + mark.offset


class _Window:
    """Reads whole blocks and keeps them: marks stand close together."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._blocks: dict[int, bytes] = {}

    def read(self, at: int, length: int) -> bytes:
        """A few bytes. Raises UnreadableError."""
        numbers = range(at // _BLOCK, (at + length - 1) // _BLOCK + 1)
        data = b"".join(self._block(number) for number in numbers)
        return data[at % _BLOCK :][:length]

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            start = number * _BLOCK
            self._blocks[number] = self._source.read(start, min(_BLOCK, self._source.size - start))
        return self._blocks[number]
