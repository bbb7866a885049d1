"""List an archive on disk, and check a passphrase against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from usbkit.archive.discovery import FoundPack
from usbkit.archive.errors import UnfitError
from usbkit.archive.index import PackedArchive
from usbkit.archive.parts import open_parts
from usbkit.archive.passphrase import Passphrase
from usbkit.archive.sevenzip import Listing, read_listing


def list_archive(parts: Sequence[Path], passphrase: Passphrase | None = None) -> Listing:
    """The listing of the archive that ``parts`` make. Raises UnfitError."""
    with open_parts(parts) as file:
        return read_listing(file, sum(part.stat().st_size for part in parts), passphrase)


@contextmanager
def about(archive: Path) -> Iterator[None]:
    """Turn an UnfitError raised inside into the user's error, which names ``archive``."""
    try:
        yield
    except UnfitError as problem:
        raise problem.about(archive) from None


def needs_passphrase(found: FoundPack) -> bool:
    """Whether ``found`` cannot be listed without a passphrase."""
    if found.index is not None:
        return found.index.wishes.encrypted
    return any(_is_encrypted(archive.parts) for archive in found.archives)


def _is_encrypted(parts: Sequence[Path]) -> bool:
    try:
        return list_archive(parts).is_encrypted
    except UnfitError as problem:
        return problem.id == "passphrase-needed"


def require_passphrase(folder: Path, archive: PackedArchive, passphrase: Passphrase) -> None:
    """Raise InputError unless ``passphrase`` opens ``archive``, which hides its names."""
    parts = [folder / part.name for part in archive.parts]
    with about(parts[0]):
        list_archive(parts, passphrase)
