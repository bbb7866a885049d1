"""Read a bundle folder: the files in its seal, and those beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from usbkit.bundle.drive_ids import FileSystem
from usbkit.bundle.sealed import SealedBundle, is_video, label_without_order
from usbkit.core.content import FileRange
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.core.real_paths import real_path
from usbkit.core.small_files import read_file
from usbkit.disk.image import TreeFile
from usbkit.trust.companions import MAX_COMPANION, Companions, check_companions
from usbkit.trust.passport import MAX_BYTES, Passport
from usbkit.trust.sums import (
    DRIVE_SCRIPT_NAME,
    MAX_SUMS,
    PASSPORT_NAME,
    SIGNATURE_NAME,
    SUMS_NAME,
    fingerprint,
    parse_sums,
)


@dataclass(frozen=True)
class SealedFolder:
    """``sealed`` are the files that the seal lists, by path, with its digests: they exist, and are verified when read.
    ``beside`` are the bytes of the seal and its companions, by name.
    """

    folder: Path
    sealed: tuple[TreeFile, ...]
    passport: Passport
    beside: Mapping[str, bytes]

    @property
    def sums(self) -> bytes:
        return self.beside[SUMS_NAME]

    @property
    def signature(self) -> bytes | None:
        return self.beside.get(SIGNATURE_NAME)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.sums)

    def unsealed(self) -> list[str]:
        """The paths of what lies in the folder and belongs to no bundle: it goes on no drive."""
        known = {file.path for file in self.sealed} | self.beside.keys()
        lying = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if not _is_folder(path))
        return sorted(set(lying) - known)

    def for_drives(self, filesystem: FileSystem | None = None, label: str | None = None) -> SealedBundle:
        """Return the bundle as images are made from it. ``label`` is the volume's, from the order sheet."""
        return SealedBundle(
            stem=real_path(self.folder).name,
            sealed=self.sealed,
            sums=self.sums,
            signature=self.signature,
            identity=replace(self.passport, metadata=None, drive=None, nonce=None),
            label=label or label_without_order(self.passport),
            filesystem=filesystem or "auto",
        )


def read_sealed_folder(folder: Path) -> SealedFolder:
    """Read the bundle at ``folder``. Raises InputError if it is none, or with all files that are missing or wrong."""
    sums = _read(folder, SUMS_NAME, MAX_SUMS)
    digests = parse_sums(sums)
    beside = {
        SUMS_NAME: sums,
        PASSPORT_NAME: _read(folder, PASSPORT_NAME, MAX_BYTES),
        DRIVE_SCRIPT_NAME: _read(folder, DRIVE_SCRIPT_NAME, MAX_COMPANION),
    }
    passport = Passport.from_json(beside[PASSPORT_NAME], str(folder / PASSPORT_NAME))
    if (folder / SIGNATURE_NAME).is_file():
        beside[SIGNATURE_NAME] = _read(folder, SIGNATURE_NAME, MAX_COMPANION)
    companions = Companions(beside.get(SIGNATURE_NAME), beside[PASSPORT_NAME], beside[DRIVE_SCRIPT_NAME])
    findings = [_unfit(folder / t.path, t.detail) for t in check_companions(companions, sums).troubles]
    findings += [found for path in (*beside, *digests) if (found := _find_fault(folder, path)) is not None]
    if findings:
        raise InputError(*findings)
    return SealedFolder(folder, tuple(_sealed(folder, *named) for named in digests.items()), passport, beside)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _sealed(folder: Path, path: str, digest: str) -> TreeFile:
    found = (folder / path).stat()
    content = FileRange(folder / path, 0, found.st_size, found.st_mtime_ns)
    return TreeFile(path, content, digest, leads=is_video(path))


def read_seal(path: Path) -> bytes:
    """Return the bytes of a ``SHA256SUMS``, given as the file or the bundle folder. Raises InputError."""
    folder, name = (path, SUMS_NAME) if path.is_dir() else (path.parent, path.name)
    data = _read(folder, name, MAX_SUMS)
    parse_sums(data)
    return data


def _read(folder: Path, name: str, most: int) -> bytes:
    path = folder / name
    try:
        data = read_file(path, most)
    except OSError as problem:
        reason = _("{name} cannot be read: {reason}", name=name, reason=problem.strerror)
        raise InputError(_not_a_bundle(folder, reason)) from None
    if len(data) > most:
        raise InputError(_not_a_bundle(path, _("{name} is far too large", name=name)))
    return data


def _not_a_bundle(place: Path, reason: Text) -> Finding:
    what = _("this is not a bundle: {reason}", reason=reason)
    return Finding("not-a-bundle", what, Place(str(place)), _("Make one with `usbkit build COUNTRY`."))


def _find_fault(folder: Path, path: str) -> Finding | None:
    """What keeps a file of the bundle from being read: it is not there, or a link leads out to another."""
    place = folder / path
    if not place.is_file():
        what, id = _("the seal names this file, and it is not there"), "bundle-incomplete"
    elif real_path(place) != real_path(folder) / path:
        what, id = _("this is a link, or lies behind one; a bundle has none"), "bundle-damaged"
    else:
        return None
    return Finding(id, what, Place(str(place)), _("Build the bundle again."))


def _unfit(path: Path, reason: Text | str) -> Finding:
    what = _("this file beside the seal does not fit it: {reason}", reason=reason)
    return Finding("bundle-damaged", what, Place(str(path)), _("Build the bundle again."))
