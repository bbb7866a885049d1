"""The bundle: the planned tree of files with its pages and its seal, as values; written as a folder on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from usbkit.bundle.drive_ids import FileSystem, moment_of
from usbkit.bundle.folder_stamp import find_old_files, is_as_written, note_written
from usbkit.bundle.plan import Plan, PlannedFile, Role, made
from usbkit.bundle.sealed import SealedBundle, beside_seal
from usbkit.bundle.write_folder import fill_folder
from usbkit.core.cache import Cache
from usbkit.core.progress import Progress
from usbkit.core.shared_blocks import Clones
from usbkit.disk.image import TreeFile
from usbkit.trust.passport import DriveNumber, Passport
from usbkit.trust.sums import fingerprint, format_sums

#: The files that ``SHA256SUMS`` does not cover, so that one signature serves all drives of a country.
UNSEALED = ("SHA256SUMS", "SHA256SUMS.minisig", "passport.json", "drive.js")


@dataclass(frozen=True)
class Bundle:
    """The files of one country's drive.

    ``sealed`` are those listed in ``SHA256SUMS``, sorted by path; ``sums`` is its text and ``fingerprint`` the SHA-256
    of that text in hex. ``signature`` is the minisign file over ``sums``, None if unsigned.
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
        """Return the passport of a folder, an image or one drive of this bundle."""
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
        """Return the files beside the seal on the drive with ``passport``."""
        beside = beside_seal(self.sums, self.signature, passport)
        return tuple(made(name, Role.SEAL, data) for name, data in beside.items())

    def for_drives(self, filesystem: FileSystem | None = None) -> SealedBundle:
        """Return the bundle as images are made from it; ``filesystem`` overrides the manifest's."""
        country = self.plan.country
        return SealedBundle(
            stem=self.stem,
            sealed=tuple(TreeFile(f.path, f.content, f.sha256, leads=f.role is Role.VIDEO) for f in self.sealed),
            sums=self.sums,
            signature=self.signature,
            identity=self.passport(),
            label=country.label,
            filesystem=filesystem or country.filesystem,
        )


def assemble(plan: Plan, pages: Sequence[PlannedFile], signature: bytes | None = None) -> Bundle:
    """The bundle of ``plan`` and its rendered ``pages``, sealed."""
    sealed = tuple(sorted((*plan.files, *pages), key=lambda f: f.path))
    sums = format_sums({f.path: f.sha256 for f in sealed})
    return Bundle(plan, sealed, sums, fingerprint(sums), signature)


def files_of_folder(bundle: Bundle, *, with_passport: bool = True) -> tuple[PlannedFile, ...]:
    """Return all files of ``bundle`` as a folder. ``with_passport`` false leaves the passport out, for a website."""
    beside = bundle.unsealed(bundle.passport())
    kept = beside if with_passport else tuple(f for f in beside if f.path.startswith("SHA256SUMS"))
    return (*bundle.sealed, *kept)


def write_folder(
    bundle: Bundle, target: Path, progress: Progress, *, with_passport: bool = True, clones: Clones | None = None
) -> None:
    """Write ``bundle`` as a folder; see ``fill_folder`` for what may be at ``target``, ``clones`` and errors."""
    files = files_of_folder(bundle, with_passport=with_passport)
    fill_folder(files, target, _seconds_of(bundle), progress, key=bundle.stem, clones=clones)


def renew_folder(
    bundle: Bundle,
    target: Path,
    progress: Progress,
    cache: Cache,
    *,
    with_passport: bool = True,
    clones: Clones | None = None,
    again: bool = False,
) -> bool:
    """Write ``bundle`` to ``target`` unless it is already there, according to ``cache``; return whether it was written.

    Files already there are kept, unless ``again``. Raises what ``fill_folder`` raises.
    """
    files = files_of_folder(bundle, with_passport=with_passport)
    if not again and is_as_written(cache, target, files):
        return False
    old = {} if again else find_old_files(cache, target)
    fill_folder(files, target, _seconds_of(bundle), progress, key=bundle.stem, clones=clones, old=old)
    note_written(cache, target, files, _seconds_of(bundle))  # the old folder is gone, and with it second names
    return True


def _seconds_of(bundle: Bundle) -> int:
    """The time on all of its files, in Unix time."""
    return int(moment_of(bundle.plan.date).timestamp())
