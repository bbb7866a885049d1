"""Images of a bundle that stands as a folder, made by ``usbkit build`` here or on another computer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from usbkit.content import FileRange, Made
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.layout import LayoutOptions, lay_out, smallest_capacity
from usbkit.drive_marks import FileSystem, derive_serials, fill_passport, moment_of
from usbkit.errors import Finding, InputError, Place
from usbkit.passport import MAX_BYTES, UNKNOWN_METADATA, Passport, format_drive_js
from usbkit.seal.sums import (
    DRIVE_SCRIPT_NAME,
    MAX_SUMS,
    PASSPORT_NAME,
    SIGNATURE_NAME,
    SUMS_NAME,
    fingerprint,
    parse_sums,
)
from usbkit.text import Text, _


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


def read_folder(folder: Path, filesystem: FileSystem | None) -> FolderMaker:
    """The bundle at ``folder``. Raises InputError where it is none, with all sealed files that are not there."""
    sums = _read(folder, SUMS_NAME, MAX_SUMS)
    passport = Passport.from_json(_read(folder, PASSPORT_NAME, MAX_BYTES), str(folder / PASSPORT_NAME))
    digests = parse_sums(sums)
    missing = [_missing(folder / path) for path in digests if not (folder / path).is_file()]
    if missing:
        raise InputError(*missing)
    signature = (folder / SIGNATURE_NAME).read_bytes() if (folder / SIGNATURE_NAME).is_file() else None
    return FolderMaker(
        folder=folder,
        stem=folder.resolve().name,
        fingerprint=fingerprint(sums),
        passport=passport,
        sealed=tuple(_sealed(folder, digests)),
        sums=sums,
        signature=signature,
        filesystem=filesystem,
    )


def _made(name: str, data: bytes) -> TreeFile:
    return TreeFile(name, Made(data), hashlib.sha256(data).hexdigest(), leads=False)


def _sealed(folder: Path, digests: dict[str, str]) -> Iterator[TreeFile]:
    for path, digest in digests.items():
        found = (folder / path).stat()
        content = FileRange(folder / path, 0, found.st_size, found.st_mtime_ns)
        yield TreeFile(path, content, digest, leads=path.endswith(".mp4"))


def _read(folder: Path, name: str, most: int) -> bytes:
    path = folder / name
    try:
        if path.stat().st_size > most:
            raise InputError(_not_a_bundle(path, _("{name} is far too large", name=name)))
        return path.read_bytes()
    except OSError as problem:
        reason = _("{name} cannot be read: {reason}", name=name, reason=problem.strerror)
        raise InputError(_not_a_bundle(folder, reason)) from None


def _not_a_bundle(place: Path, reason: Text) -> Finding:
    what = _("this is not a bundle: {reason}", reason=reason)
    return Finding("not-a-bundle", what, Place(str(place)), _("Make one with `usbkit build COUNTRY`."))


def _missing(path: Path) -> Finding:
    what = _("the seal names this file, and it is not there")
    return Finding("bundle-incomplete", what, Place(str(path)), _("Build the bundle again."))
