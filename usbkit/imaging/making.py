"""Where a drive's image comes from, whatever makes it: a country's bundle, or one that stands as a folder already."""

from __future__ import annotations

from typing import Protocol

from usbkit.disk.image import Image
from usbkit.drives.device import DriveFacts
from usbkit.imaging.job import DriveJob, Mode, Wipe


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


def make_job(maker: ImageMaker, facts: DriveFacts, mode: Mode = Mode.FRESH, wipe: Wipe = Wipe.NONE) -> DriveJob:
    """The job of one drive."""
    image = maker.make(facts.identity.size, facts.sector_size)
    return DriveJob(facts.identity, image, maker.stem, maker.fingerprint, mode, wipe)
