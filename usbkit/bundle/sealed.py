"""A sealed bundle from which drives are made: planned from manifests and a library, or a folder that came from
elsewhere. One type makes all images: the same seal, label and drive give the same bytes.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from usbkit.bundle.drive_ids import FileSystem, fill_passport, moment_of
from usbkit.core.content import Content, FileRange, Made
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.layout import LayoutOptions, lay_out, smallest_capacity
from usbkit.trust.passport import UNKNOWN_METADATA, DriveNumber, Passport, derive_serials, format_drive_js
from usbkit.trust.sums import DRIVE_SCRIPT_NAME, PASSPORT_NAME, SIGNATURE_NAME, SUMS_NAME, fingerprint

#: The page that checks a drive, and what stands in one that knows of drives in place of others.
CHECK_PAGE, _KNOWS_REPLACED = "verify.html", b"drive.replaces"

#: What stands beside the videos and is none.
_BESIDE_VIDEOS = (".srt", ".m3u8")


@dataclass(frozen=True)
class SealedBundle:
    """The files of a drive, and its volume label.

    ``stem`` is the country manifest's, or the folder's name; ``sealed`` are the files that ``sums`` lists, by path;
    ``identity`` is the passport without a drive. Digests are the seal's and are verified by each drive's read-back.
    """

    stem: str
    sealed: tuple[TreeFile, ...]
    sums: bytes
    signature: bytes | None
    identity: Passport
    label: str
    filesystem: FileSystem

    @functools.cached_property
    def fingerprint(self) -> str:
        """The seal's fingerprint, in hex."""
        return fingerprint(self.sums)

    def passport(
        self, metadata: str | None = None, drive: DriveNumber | None = None, nonce: str | None = None
    ) -> Passport:
        """Return the passport of a folder, an image or one drive."""
        return replace(self.identity, metadata=metadata, drive=drive, nonce=nonce)

    def beside(self, passport: Passport) -> Mapping[str, bytes]:
        """Return the files beside the seal on the drive with ``passport``, by name."""
        return beside_seal(self.sums, self.signature, passport)

    def smallest(self, sector_size: int) -> int:
        """Return the fewest bytes of a drive; cached, since a station asks for each stick again and again."""
        if sector_size not in self._smallest:
            files = self.tree(UNKNOWN_METADATA, None, None)
            self._smallest[sector_size] = smallest_capacity(files, self._options(0, sector_size, None))
        return self._smallest[sector_size]

    @functools.cached_property
    def _smallest(self) -> dict[int, int]:
        return {}

    def make(
        self, capacity: int, sector_size: int, drive: DriveNumber | None = None, nonce: str | None = None
    ) -> Image:
        """Return the image of a drive of ``capacity`` bytes; ``drive`` and ``nonce`` go into its passport.

        Raises InputError if it does not fit or the file system cannot hold it.
        """
        image = lay_out(self.tree(UNKNOWN_METADATA, drive, nonce), self._options(capacity, sector_size, drive))
        passport = self.passport(image.metadata_digest(), self._said_of(drive), nonce)
        return fill_passport(image, passport.to_json())

    def tree(self, metadata: str, drive: DriveNumber | None, nonce: str | None) -> list[TreeFile]:
        """Return all files of a drive in the order of their places; those that differ between drives come last, so that
        a refresh changes only the end.
        """
        beside = self.beside(self.passport(metadata, self._said_of(drive), nonce))
        return [*self.sealed, *(_made(name, beside[name]) for name in sorted(beside))]

    def _said_of(self, drive: DriveNumber | None) -> DriveNumber | None:
        """What the passport says of ``drive``: a check page of an older usbkit takes one that says what it replaces for
        one that was changed.
        """
        if drive is None or drive.replaces is None or self._knows_replaced:
            return drive
        return replace(drive, replaces=None)

    @functools.cached_property
    def _knows_replaced(self) -> bool:
        return any(file.path == CHECK_PAGE and _KNOWS_REPLACED in _read_all(file.content) for file in self.sealed)

    def _options(self, capacity: int, sector_size: int, drive: DriveNumber | None) -> LayoutOptions:
        volume, disk = derive_serials(self.fingerprint, drive)
        return LayoutOptions(
            capacity=capacity,
            label=self.label,
            volume_id=volume,
            disk_id=disk,
            timestamp=moment_of(self.identity.date),
            sector_size=sector_size,
            filesystem=self.filesystem,
        )


def beside_seal(sums: bytes, signature: bytes | None, passport: Passport) -> dict[str, bytes]:
    """Return ``SHA256SUMS`` and the files that it does not cover, for the drive with ``passport``."""
    files = {
        SUMS_NAME: sums,
        PASSPORT_NAME: passport.to_json(),
        DRIVE_SCRIPT_NAME: format_drive_js(passport, is_signed=signature is not None),
    }
    return files if signature is None else {**files, SIGNATURE_NAME: signature}


def is_video(path: str) -> bool:
    """Whether a sealed file is a video, which comes first on a drive; decided by its path."""
    return path.startswith("videos/") and not path.endswith(_BESIDE_VIDEOS)


def label_without_order(passport: Passport) -> str:
    """Return a volume label when neither manifest nor order sheet is available."""
    return f"{passport.country}-ED{passport.edition}"


def _read_all(content: Content) -> bytes:
    match content:
        case Made(data=data):
            return data
        case FileRange(path=path):
            return path.read_bytes()
    return b""


def _made(name: str, data: bytes) -> TreeFile:
    return TreeFile(name, Made(data), hashlib.sha256(data).hexdigest(), leads=False)
