"""Images made by hand: no file system, but every kind of extent at realistic places."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from usbkit.core.content import Content, FileRange, Made, Zeros
from usbkit.disk.image import Extent, ExtentKind, Image, PlacedFile

MIB = 2**20
GAP_END = 4 * MIB
FINGERPRINT = hashlib.sha256(b"a seal").hexdigest()


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that repeat nowhere and are the same each time."""
    chance = random.Random(seed)
    return b"".join(chance.randbytes(min(16 * MIB, size - at)) for at in range(0, size, 16 * MIB))


def make_image(
    folder: Path,
    *,
    size: int = 64 * MIB,
    video: int = 6 * MIB + 321,
    small: int = 5,
    sector_size: int = 512,
    seed: int = 1,
) -> Image:
    """An image with one video from a source file in ``folder``, ``small`` made files, metadata, gap and table."""
    source = folder / "video.mp4"
    source.write_bytes(noise(video, seed))
    files: list[tuple[str, Content]] = [("videos/01.mp4", _range(source))]
    files += [(f"subtitles/{i:02}.vtt", Made(noise(700 + 311 * i, 100 + i))) for i in range(small)]
    files.append(("empty.txt", Made(b"")))
    extents = [
        Extent(0, Made(noise(510, 7) + b"\x55\xaa" + bytes(sector_size - 512)), ExtentKind.TABLE, "MBR"),
        Extent(sector_size, Zeros(GAP_END - sector_size), ExtentKind.GAP, "gap"),
        Extent(GAP_END, Made(noise(sector_size * 3, 8)), ExtentKind.METADATA, "boot sector"),
        Extent(GAP_END + 64 * 1024, Made(noise(300 * 1024, 9)), ExtentKind.METADATA, "FAT 1"),
    ]
    placed, at = [], 2 * GAP_END
    for path, content in files:
        digest = hashlib.sha256(_bytes(content)).hexdigest()
        placed.append(PlacedFile(path, at if content.length else 0, content.length, digest))
        if content.length:
            extents.append(Extent(at, content, ExtentKind.DATA, path))
            end = -(-(at + content.length) // 4096) * 4096
            extents.append(Extent(at + content.length, Zeros(end - at - content.length), ExtentKind.SLACK, path))
            at = end
    extents.append(Extent(at, Made(noise(8192, 10)), ExtentKind.METADATA, "root directory"))
    filled = tuple(e for e in extents if e.length)
    return Image(size, sector_size, "fat32", 4096, "TEST", 1, 2, filled, tuple(placed))


def _range(path: Path) -> FileRange:
    found = path.stat()
    return FileRange(path, 0, found.st_size, found.st_mtime_ns)


def _bytes(content: Content) -> bytes:
    if isinstance(content, FileRange):
        return content.path.read_bytes()[content.offset : content.offset + content.length]
    return content.data if isinstance(content, Made) else bytes(content.length)


def content_of(image: Image, extent: Extent) -> bytes:
    """The bytes that must stand at an extent's place on a finished drive."""
    return _bytes(extent.content)
