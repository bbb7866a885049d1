"""Trees of files for layouts: shorthand for single files, and layout options."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from usbkit.core.content import FileRange, Made
from usbkit.core.progress import Silence
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.imagefile import write_image
from usbkit.disk.layout import LayoutOptions

EDITION = dt.datetime(2020, 11, 24, 10, 5, 33, tzinfo=dt.timezone(dt.timedelta(hours=9)))
SMALL = 64 * 10**6
MIB = 2**20


def file(path: str, data: bytes = b"", *, leads: bool = False) -> TreeFile:
    """A file whose bytes stand in memory."""
    return TreeFile(path, Made(data), hashlib.sha256(data).hexdigest(), leads)


def file_on_disk(path: str, source: Path, *, leads: bool = True) -> TreeFile:
    """A file whose bytes stand in ``source``."""
    stat = source.stat()
    with source.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return TreeFile(path, FileRange(source, 0, stat.st_size, stat.st_mtime_ns), digest, leads)


def options(capacity: int = SMALL, **changes: object) -> LayoutOptions:
    """Options of a small FAT32 drive, but for ``changes``."""
    values: dict[str, object] = {
        "label": "FORUM2020",
        "volume_id": 0x1234ABCD,
        "disk_id": 0xCAFEBABE,
        "timestamp": EDITION,
        "filesystem": "fat32",
    }
    return LayoutOptions(capacity, **{**values, **changes})  # type: ignore[arg-type]


def write(image: Image, folder: Path, name: str = "drive.img") -> Path:
    """The image as a file in ``folder``."""
    return write_image(image, folder / name, Silence()).path
