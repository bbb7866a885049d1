"""What a finished drive states about itself: its passport, its seal, its files' places. Claimed, never proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from usbkit.core.content import Zeros
from usbkit.core.errors import InputError
from usbkit.disk.image import Extent, ExtentKind
from usbkit.disk.reader import FoundEntry, ReadAt, UnreadableError, examine, stream
from usbkit.disk.structures import fat
from usbkit.drives.volumes import LIMITS
from usbkit.trust.passport import MAX_BYTES, Passport
from usbkit.trust.strangers import is_debris
from usbkit.trust.sums import MAX_SUMS, PASSPORT_NAME, SUMS_NAME, UNSEALED_NAMES, parse_sums


@dataclass(frozen=True)
class FinishedDrive:
    """A drive of ours: ``files`` has (offset, size, SHA-256 in hex) of each sealed file that lies in one piece.

    ``strangers`` are the files that neither we nor an operating system put there, and those of ours that were changed.
    """

    passport: Passport
    files: frozenset[tuple[int, int, str]]
    strangers: tuple[str, ...] = ()


def read_finished(read_at: ReadAt, size: int) -> FinishedDrive | None:
    """Return what the drive states; None if it is no finished drive of ours, or its file system is damaged."""
    found = examine(read_at, size, LIMITS, with_digest=False)
    if found.troubles:
        return None
    entries = {e.path: e for e in found.entries}
    try:
        passport = Passport.from_json(_read(read_at, size, entries[PASSPORT_NAME], MAX_BYTES))
        sums = parse_sums(_read(read_at, size, entries[SUMS_NAME], MAX_SUMS))
    except (KeyError, ValueError, InputError, OSError, UnreadableError):
        return None
    placed = ((entries[path], digest) for path, digest in sums.items() if path in entries)
    files = frozenset((e.runs[0].offset, e.size, d) for e, d in placed if e.is_whole and len(e.runs) == 1)
    return FinishedDrive(passport, files, tuple(_find_strangers(found.entries, sums)))


def _find_strangers(entries: Iterable[FoundEntry], sums: Iterable[str]) -> Iterator[str]:
    """As `usbkit.verify.content` tells them, by name, size and attributes alone.

    A file of ours that was changed has the archive attribute: every system gives it to what it writes, and we do not.
    """
    files = {*sums, *UNSEALED_NAMES}
    ours = files | {str(folder) for path in files for folder in PurePosixPath(path).parents}
    for entry in entries:
        if entry.is_dir:
            continue
        is_changed = bool(entry.attributes & fat.ATTR_ARCHIVE)
        if is_changed if entry.path in files else not is_debris(entry.path, entry.size, ours):
            yield entry.path


def find_structures(read_at: ReadAt, size: int) -> list[Extent]:
    """Return zeros for all tables and directories of a file system on the drive, which would show old names.

    Empty if there is no file system that we can read.
    """
    found = examine(read_at, size, LIMITS, with_digest=False)
    return [Extent(r.offset, Zeros(r.length), ExtentKind.GAP, "old structures") for r in found.metadata]


def _read(read_at: ReadAt, size: int, entry: FoundEntry, most: int) -> bytes:
    if entry.is_dir or entry.size > most:
        raise ValueError(f"{entry.path} has {entry.size} bytes")
    return b"".join(stream(read_at, size, entry))
