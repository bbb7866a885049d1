"""The bundle to pack: a folder, checked before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from usbkit.archive.errors import UnfitError
from usbkit.archive.paths import require_path
from usbkit.archive.plan import BundleFile
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.trust.passport import Passport
from usbkit.trust.sums import fingerprint


@dataclass(frozen=True)
class BundleFolder:
    """A sealed bundle: ``seal`` are the files beside its seal, ``sealed`` those that the seal lists."""

    folder: Path
    fingerprint: str
    passport: Passport
    seal: tuple[BundleFile, ...]
    sealed: tuple[BundleFile, ...]


def read_bundle(folder: Path) -> BundleFolder:
    """Read the bundle at ``folder``; the digests of its files are checked later, during packing.

    Raises InputError if it is no bundle, or with all files that are missing or do not match the seal.
    """
    found = read_sealed_folder(folder)
    if unfit := [finding for file in found.sealed if (finding := _unfit(folder / file.path, file.path))]:
        raise InputError(*unfit)
    return BundleFolder(
        folder=folder,
        fingerprint=found.fingerprint,
        passport=found.passport,
        seal=tuple(BundleFile(name, len(data), fingerprint(data)) for name, data in sorted(found.beside.items())),
        sealed=tuple(BundleFile(file.path, file.size, file.sha256) for file in found.sealed),
    )


def _unfit(place: Path, path: str) -> Finding | None:
    """What is wrong with the name of a sealed file, which the other side would refuse."""
    try:
        require_path(path)
    except UnfitError as problem:
        return Finding(problem.id, problem.what, Place(str(place)), _("Build the bundle again."))
    return None
