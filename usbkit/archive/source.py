"""The bundle that is packed: a folder, looked at before anything is written."""

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
    """A sealed bundle: ``seal`` are the files beside its seal, ``sealed`` those that it names."""

    folder: Path
    fingerprint: str
    passport: Passport
    seal: tuple[BundleFile, ...]
    sealed: tuple[BundleFile, ...]


def read_bundle(folder: Path) -> BundleFolder:
    """The bundle at ``folder``; its files are proven by their digests when they are packed.

    Raises InputError where it is none, or with all files that are missing or do not fit the seal.
    """
    found = read_sealed_folder(folder)
    if unfit := [finding for path in found.digests if (finding := _unfit(folder / path, path))]:
        raise InputError(*unfit)
    return BundleFolder(
        folder=folder,
        fingerprint=found.fingerprint,
        passport=found.passport,
        seal=tuple(BundleFile(name, len(data), fingerprint(data)) for name, data in sorted(found.beside.items())),
        sealed=tuple(BundleFile(p, (folder / p).stat().st_size, digest) for p, digest in found.digests.items()),
    )


def _unfit(place: Path, path: str) -> Finding | None:
    """What is wrong with the name of a sealed file, which the other side would refuse."""
    try:
        require_path(path)
    except UnfitError as problem:
        return Finding(problem.id, problem.what, Place(str(place)), _("Build the bundle again."))
    return None
