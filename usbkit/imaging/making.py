"""Where a drive's image comes from: a country's bundle, or one that stands as a folder already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from usbkit.bundle import Bundle
from usbkit.disk.image import Image
from usbkit.drives.device import DriveFacts
from usbkit.imaging.job import DriveJob, Mode, Wipe
from usbkit.pipeline import FileSystem, make_image, smallest_drive


class ImageMaker(Protocol):
    """Makes the image of each drive of a batch, for that drive's own size. Fingerprint in hex."""

    @property
    def stem(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def smallest(self, sector_size: int) -> int:
        """The fewest bytes a drive must have."""

    def make(self, capacity: int, sector_size: int) -> Image:
        """The image of a drive of ``capacity`` bytes."""


@dataclass(frozen=True)
class BundleMaker:
    """Images of a country's bundle, straight from the media library."""

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


def make_job(maker: ImageMaker, facts: DriveFacts, mode: Mode = Mode.FRESH, wipe: Wipe = Wipe.NONE) -> DriveJob:
    """The job of one drive."""
    image = maker.make(facts.identity.size, facts.sector_size)
    return DriveJob(facts.identity, image, maker.stem, maker.fingerprint, mode, wipe)
