"""The bundle: the planned tree of files with its pages and its seal, as values; written as a directory when asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from usbkit.bundle.drive_ids import moment_of
from usbkit.bundle.plan import Plan, PlannedFile, Role, made
from usbkit.bundle.write_folder import fill_folder
from usbkit.core.progress import Progress
from usbkit.core.shared_blocks import Clones
from usbkit.trust.passport import DriveNumber, Passport, format_drive_js
from usbkit.trust.sums import fingerprint, format_sums

#: The files that ``SHA256SUMS`` does not cover, so that one signature serves all drives of a country.
UNSEALED = ("SHA256SUMS", "SHA256SUMS.minisig", "passport.json", "drive.js")


@dataclass(frozen=True)
class Bundle:
    """The files of one country's drive.

    ``sealed`` are those that ``SHA256SUMS`` names, sorted by path; ``sums`` is its text and ``fingerprint`` the
    SHA-256 of that text in hex. ``signature`` is the minisign file over ``sums``, None while nobody has signed.
    """

    plan: Plan
    sealed: tuple[PlannedFile, ...]
    sums: bytes
    fingerprint: str
    signature: bytes | None = None

    @property
    def stem(self) -> str:
        """The country manifest's stem."""
        return self.plan.stem

    @property
    def size(self) -> int:
        """Bytes of all sealed files."""
        return sum(f.size for f in self.sealed)

    def passport(
        self, metadata: str | None = None, drive: DriveNumber | None = None, nonce: str | None = None
    ) -> Passport:
        """The passport of a folder, an image or one drive of this bundle."""
        programme, country = self.plan.programme, self.plan.country
        return Passport(
            programme=programme.id,
            country=country.code,
            edition=programme.edition,
            date=programme.date,
            route=country.route,
            fingerprint=self.fingerprint,
            metadata=metadata,
            drive=drive,
            nonce=nonce,
        )

    def unsealed(self, passport: Passport) -> tuple[PlannedFile, ...]:
        """The files beside the seal as they stand on the drive that ``passport`` is of."""
        files = [
            made("SHA256SUMS", Role.SEAL, self.sums),
            made("passport.json", Role.SEAL, passport.to_json()),
            made("drive.js", Role.SEAL, format_drive_js(passport, is_signed=self.signature is not None)),
        ]
        if self.signature is not None:
            files.append(made("SHA256SUMS.minisig", Role.SEAL, self.signature))
        return tuple(files)


def assemble(plan: Plan, pages: Sequence[PlannedFile], signature: bytes | None = None) -> Bundle:
    """The bundle of ``plan`` and its rendered ``pages``, sealed."""
    sealed = tuple(sorted((*plan.files, *pages), key=lambda f: f.path))
    sums = format_sums({f.path: f.sha256 for f in sealed})
    return Bundle(plan, sealed, sums, fingerprint(sums), signature)


def files_of_folder(bundle: Bundle, *, with_passport: bool = True) -> tuple[PlannedFile, ...]:
    """All files of ``bundle`` as a folder. A website has no passport: ``with_passport`` false leaves it out."""
    beside = bundle.unsealed(bundle.passport())
    kept = beside if with_passport else tuple(f for f in beside if f.path.startswith("SHA256SUMS"))
    return (*bundle.sealed, *kept)


def write_folder(
    bundle: Bundle, target: Path, progress: Progress, *, with_passport: bool = True, clones: Clones | None = None
) -> None:
    """Write ``bundle`` as a folder; see `fill_folder` for what may stand there, ``clones`` and what is raised."""
    when = int(moment_of(bundle.plan.date).timestamp())
    files = files_of_folder(bundle, with_passport=with_passport)
    fill_folder(files, target, when, progress, key=bundle.stem, clones=clones)
