"""What an image derives from the seal and its drive's passport: the files' date, the passport itself.

It is separate from ``usbkit.pipeline``, since a bundle folder is written without manifests and pages.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Literal

from usbkit.core.content import Made
from usbkit.disk.image import Extent, ExtentKind, Image

FileSystem = Literal["auto", "fat32", "exfat"]


def moment_of(date: dt.date) -> dt.datetime:
    """Return the edition's date as the time of files: noon UTC, so that most of the world sees the same day."""
    return dt.datetime.combine(date, dt.time(12), dt.UTC)


def fill_passport(image: Image, data: bytes) -> Image:
    """Return ``image`` with its passport filled in, which has the length it was laid out with."""
    digest = hashlib.sha256(data).hexdigest()

    def filled(extent: Extent) -> Extent:
        is_passport = extent.kind is ExtentKind.DATA and extent.what == "passport.json"
        if is_passport and extent.length != len(data):
            raise ValueError(f"the passport grew from {extent.length} to {len(data)} bytes after layout")
        return replace(extent, content=Made(data)) if is_passport else extent

    return replace(
        image,
        extents=tuple(filled(e) for e in image.extents),
        files=tuple(replace(f, sha256=digest) if f.path == "passport.json" else f for f in image.files),
    )
