"""Drives in memory that a test can damage at known structures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tests.disk.trees import MIB, file, options
from usbkit.core.content import Made
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.layout import lay_out
from usbkit.disk.reader import Examination, examine
from usbkit.disk.structures import exfat, fat

START = 4 * MIB  # the partition's
TREE = [
    file("videos/01.mp4", b"v" * 40_000, leads=True),
    file("videos/02.mp4", b"w" * 30_000, leads=True),
    file("문서/안내 자료.pdf", b"p" * 9_000),
    file("문서/below/deep.txt", b"d" * 10),
    file("README.TXT", b"r" * 5_000),
    file("empty"),
]


@dataclass
class Drive:
    """A drive's bytes, and the image they were made from."""

    data: bytearray
    image: Image

    def read_at(self, offset: int, length: int) -> bytes:
        return bytes(self.data[offset : offset + length])

    def examine(self) -> Examination:
        return examine(self.read_at, len(self.data))

    def put(self, offset: int, data: bytes) -> None:
        self.data[offset : offset + len(data)] = data

    def get(self, offset: int, length: int = 4) -> int:
        return int.from_bytes(self.data[offset : offset + length], "little")

    def cluster_offset(self, cluster: int) -> int:
        return self.image.heap_offset + (cluster - 2) * self.image.cluster_size

    def cluster_of(self, path: str) -> int:
        offset = next(e.offset for e in self.image.extents if e.what == path)
        return (offset - self.image.heap_offset) // self.image.cluster_size + 2

    def fats(self) -> list[int]:
        """Offsets of the FATs."""
        return sorted({min(e.offset for e in self.image.extents if e.what == w) for w in self._fat_names()})

    def _fat_names(self) -> set[str]:
        return {e.what for e in self.image.extents if e.what.startswith("FAT")}

    def link(self, cluster: int, value: int, *, both: bool = True) -> None:
        """Set a FAT entry."""
        for at in self.fats() if both else self.fats()[1:]:
            self.put(at + 4 * cluster, value.to_bytes(4, "little"))

    def find_short(self, name: bytes, occurrence: int = 0) -> int:
        """Offset of the FAT32 directory entry with this short name."""
        at = -1
        for _n in range(occurrence + 1):
            at = self.data.index(name.ljust(11), at + 1 if at >= 0 else self.image.heap_offset)
        return at

    def change_entry(self, at: int, **fields: object) -> None:
        """Rewrite fields of a FAT32 directory entry."""
        from dataclasses import replace

        entry = fat.DirectoryEntry.from_bytes(bytes(self.data[at : at + 32]))
        self.put(at, replace(entry, **fields).to_bytes())  # type: ignore[arg-type]

    def find_set(self, name: str) -> int:
        """Offset of the exFAT file entry whose set holds ``name`` (of up to 15 units)."""
        return self.data.index(b"\xc1\x00" + name.encode("utf-16-le").ljust(30, b"\0"), self.image.heap_offset) - 64

    def change_stream(self, at: int, **fields: object) -> None:
        """Rewrite fields of an exFAT set's stream entry, and mend the set's checksum."""
        from dataclasses import replace

        stream = exfat.StreamEntry.from_bytes(bytes(self.data[at + 32 : at + 64]))
        self.put(at + 32, replace(stream, **fields).to_bytes())  # type: ignore[arg-type]
        self.mend_set(at)

    def mend_set(self, at: int) -> None:
        length = 32 * (1 + self.data[at + 1])
        checksum = exfat.checksum_set(bytes(self.data[at : at + length]))
        self.put(at + 2, checksum.to_bytes(2, "little"))

    def mend_boot_regions(self) -> None:
        """Checksum and backup of an exFAT boot region as they should be after a change to the boot sector."""
        sector = self.image.sector_size
        checked = bytes(self.data[START : START + 11 * sector])
        checksum = exfat.checksum_boot_region(checked).to_bytes(4, "little") * (sector // 4)
        self.put(START + 11 * sector, checksum)
        self.put(START + 12 * sector, checked + checksum)


def make_drive(filesystem: str, files: Sequence[TreeFile] = TREE, sector_size: int = 512) -> Drive:
    """A drive of 64 MB; its free space holds what a used stick may hold."""
    made = _make_once(filesystem, tuple(files), sector_size)
    return Drive(bytearray(made.data), made.image)


@lru_cache(maxsize=4)
def _make_once(filesystem: str, files: tuple[TreeFile, ...], sector_size: int) -> Drive:
    image = lay_out(files, options(filesystem=filesystem, sector_size=sector_size))
    data = bytearray(image.size)
    for extent in image.extents:
        content = extent.content
        if isinstance(content, Made):
            data[extent.offset : extent.end] = content.data
    return Drive(data, image)
