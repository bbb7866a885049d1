"""Sources of a drive's image: a country's bundle, or a bundle folder."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Protocol

from usbkit.disk.image import Image
from usbkit.drives.device import DriveFacts
from usbkit.writing.job import DriveJob, Mode, Wipe


class ImageMaker(Protocol):
    """Makes the image of each drive of a batch, for that drive's size. Fingerprint in hex."""

    @property
    def stem(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def smallest(self, sector_size: int) -> int:
        """The fewest bytes a drive must have."""

    def make(self, capacity: int, sector_size: int) -> Image:
        """Return the image of a drive of ``capacity`` bytes."""


def make_jobs(
    maker: ImageMaker, drives: Iterable[DriveFacts], mode: Mode = Mode.FRESH, wipe: Wipe = Wipe.NONE
) -> list[DriveJob]:
    """Return the jobs of a batch. Drives of one size share their image, and its memory."""
    make = functools.cache(maker.make)
    images = ((drive.identity, make(drive.identity.size, drive.sector_size)) for drive in drives)
    return [DriveJob(identity, image, maker.stem, maker.fingerprint, mode, wipe) for identity, image in images]
