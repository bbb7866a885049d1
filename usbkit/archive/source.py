"""The bundle that is packed: a folder, looked at before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from usbkit.archive.plan import BundleFile
from usbkit.errors import Finding, InputError, Place
from usbkit.passport import MAX_BYTES, Passport
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
from usbkit.verify.companions import Companions, check_companions
from usbkit.verify.content import MAX_COMPANION


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
    report = check_companions(
        Companions(beside.get(SIGNATURE_NAME), beside[PASSPORT_NAME], beside[DRIVE_SCRIPT_NAME]), sums
    )
    if report.troubles:
        raise InputError(*(_unfit(folder / t.path, t.detail) for t in report.troubles))
    missing = [_missing(folder / path) for path in digests if not (folder / path).is_file()]
    if missing:
        raise InputError(*missing)
    return BundleFolder(
        folder=folder,
        fingerprint=fingerprint(sums),
        passport=passport,
        seal=tuple(BundleFile(name, len(data), fingerprint(data)) for name, data in sorted(beside.items())),
        sealed=tuple(_sealed(folder, digests)),
    )


def read_seal(path: Path) -> bytes:
    """The bytes of a ``SHA256SUMS``, given itself or the bundle's folder that holds it. Raises InputError."""
    folder, name = (path, SUMS_NAME) if path.is_dir() else (path.parent, path.name)
    data = _read(folder, name, MAX_SUMS)
    parse_sums(data)
    return data


def _sealed(folder: Path, digests: dict[str, str]) -> Iterator[BundleFile]:
    for path, digest in digests.items():
        yield BundleFile(path, (folder / path).stat().st_size, digest)


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


def _unfit(path: Path, reason: Text | str) -> Finding:
    what = _("this file beside the seal does not fit it: {reason}", reason=reason)
    return Finding("bundle-damaged", what, Place(str(path)), _("Build the bundle again."))
