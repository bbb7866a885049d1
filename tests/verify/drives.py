"""A small sealed drive as an image file, and what can befall it below the file system."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.verify.folders import FILES, KEY, make_companions
from usbkit.content import Made
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.imagefile import write_image
from usbkit.disk.layout import LayoutOptions, lay_out
from usbkit.passport import UNKNOWN_METADATA
from usbkit.progress import Silence
from usbkit.seal.secret import SecretKey

CAPACITY = 512 * 10**6
_OPTIONS = LayoutOptions(
    capacity=CAPACITY,
    label="FORUM2020",
    volume_id=0x20201102,
    disk_id=0x20201103,
    timestamp=dt.datetime(2020, 11, 2, 12, tzinfo=dt.UTC),
    filesystem="fat32",
)


def make_drive(
    path: Path, files: Mapping[str, bytes] = FILES, *, key: SecretKey | None = KEY, sector_size: int = 512
) -> Image:
    """Write the image of a drive that holds ``files`` and its seal to ``path``."""
    options = replace(_OPTIONS, sector_size=sector_size)
    digest = lay_out(_tree(files, key, UNKNOWN_METADATA), options).metadata_digest()
    image = lay_out(_tree(files, key, digest), options)
    assert image.metadata_digest() == digest
    write_image(image, path, Silence())
    return image


def _tree(files: Mapping[str, bytes], key: SecretKey | None, metadata: str) -> list[TreeFile]:
    whole = {**files, **make_companions(files, key=key, metadata=metadata)}
    return [
        TreeFile(path, Made(data), hashlib.sha256(data).hexdigest(), leads=path.endswith(".mp4"))
        for path, data in sorted(whole.items())
    ]
