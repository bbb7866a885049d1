"""Images of a bundle that stands as a folder, made by ``usbkit build`` here or on another computer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from usbkit.bundle.drive_ids import FileSystem, derive_serials, fill_passport, moment_of
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.core.content import FileRange, Made
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.layout import LayoutOptions, lay_out, smallest_capacity
from usbkit.trust.passport import UNKNOWN_METADATA, DriveNumber, Passport, format_drive_js
from usbkit.trust.sums import DRIVE_SCRIPT_NAME, PASSPORT_NAME, SIGNATURE_NAME, SUMS_NAME


@dataclass(frozen=True)
class FolderMaker:
    """A folder's files by their seal. Their digests are taken from it and proven by each drive's read-back."""

    folder: Path
    stem: str
    fingerprint: str
    passport: Passport
    sealed: tuple[TreeFile, ...]
    sums: bytes
    signature: bytes | None
    filesystem: FileSystem | None

    def smallest(self, sector_size: int) -> int:
        return smallest_capacity(self._tree(), self._options(0, sector_size))

    def make(self, capacity: int, sector_size: int) -> Image:
        image = lay_out(self._tree(), self._options(capacity, sector_size))
        return fill_passport(image, replace(self.passport, metadata=image.metadata_digest()).to_json())

    def numbered(self, drive: DriveNumber, nonce: str) -> FolderMaker:
        """The same for one numbered drive: only its passport, serials and ``drive.js`` are others."""
        return replace(self, passport=replace(self.passport, drive=drive, nonce=nonce))

    def _tree(self) -> list[TreeFile]:
        passport = replace(self.passport, metadata=UNKNOWN_METADATA)
        beside = {
            SUMS_NAME: self.sums,
            PASSPORT_NAME: passport.to_json(),
            DRIVE_SCRIPT_NAME: format_drive_js(passport, is_signed=self.signature is not None),
        }
        if self.signature is not None:
            beside[SIGNATURE_NAME] = self.signature
        return [*self.sealed, *(_made(name, beside[name]) for name in sorted(beside))]

    def _options(self, capacity: int, sector_size: int) -> LayoutOptions:
        volume, disk = derive_serials(self.fingerprint, self.passport.drive)
        return LayoutOptions(
            capacity=capacity,
            label=f"{self.passport.country}-ED{self.passport.edition}"[:11].upper(),
            volume_id=volume,
            disk_id=disk,
            timestamp=moment_of(self.passport.date),
            sector_size=sector_size,
            filesystem=self.filesystem or "auto",
        )


@dataclass(frozen=True)
class FolderImages:
    """The images of a folder's numbered drives, for a station without manifests or library."""

    maker: FolderMaker

    def smallest(self, sector_size: int) -> int:
        return self.maker.smallest(sector_size)

    def make(self, capacity: int, sector_size: int, drive: DriveNumber, nonce: str) -> Image:
        return self.maker.numbered(drive, nonce).make(capacity, sector_size)


def read_folder(folder: Path, filesystem: FileSystem | None) -> FolderMaker:
    """The bundle at ``folder``. Raises InputError where it is none, or with all files that are missing or wrong."""
    found = read_sealed_folder(folder)
    return FolderMaker(
        folder=folder,
        stem=folder.resolve().name,
        fingerprint=found.fingerprint,
        passport=found.passport,
        sealed=tuple(_sealed(folder / path, path, digest) for path, digest in found.digests.items()),
        sums=found.sums,
        signature=found.signature,
        filesystem=filesystem,
    )


def _sealed(source: Path, path: str, digest: str) -> TreeFile:
    found = source.stat()
    content = FileRange(source, 0, found.st_size, found.st_mtime_ns)
    return TreeFile(path, content, digest, leads=path.endswith(".mp4"))


def _made(name: str, data: bytes) -> TreeFile:
    return TreeFile(name, Made(data), hashlib.sha256(data).hexdigest(), leads=False)
