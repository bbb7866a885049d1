"""Images of a country's bundle, straight from the media library. Apart, since it takes all that makes bundles along."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.bundle.assembly import Bundle
from usbkit.bundle.drive_ids import FileSystem
from usbkit.disk.image import Image
from usbkit.pipeline import make_image, smallest_drive


@dataclass(frozen=True)
class BundleMaker:
    """Makes the images of a bundle."""

    bundle: Bundle
    filesystem: FileSystem | None = None

    @property
    def stem(self) -> str:
        return self.bundle.stem

    @property
    def fingerprint(self) -> str:
        return self.bundle.fingerprint

    def smallest(self, sector_size: int) -> int:
        return smallest_drive(self.bundle, sector_size, self.filesystem)

    def make(self, capacity: int, sector_size: int) -> Image:
        return make_image(self.bundle, capacity, sector_size=sector_size, filesystem=self.filesystem)
