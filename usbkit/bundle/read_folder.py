"""A bundle that stands as a folder: what its seal names, and the files beside the seal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
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
    """``digests`` are the seal's, by path; the files themselves were only seen to be there. ``beside`` are the bytes of
    the seal and its companions, by name.
    """

    folder: Path
    digests: Mapping[str, str]
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


def read_sealed_folder(folder: Path) -> SealedFolder:
    """The bundle at ``folder``. Raises InputError where it is none, or with all files that are missing or wrong."""
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
    findings += [_missing(folder / path) for path in digests if not (folder / path).is_file()]
    if findings:
        raise InputError(*findings)
    return SealedFolder(folder, digests, passport, beside)


def read_seal(path: Path) -> bytes:
    """The bytes of a ``SHA256SUMS``, given itself or the bundle's folder that holds it. Raises InputError."""
    folder, name = (path, SUMS_NAME) if path.is_dir() else (path.parent, path.name)
    data = _read(folder, name, MAX_SUMS)
    parse_sums(data)
    return data


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
