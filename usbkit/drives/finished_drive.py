"""What a finished drive says of itself: its passport, its seal, and where its files stand. Claimed, never proof."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.core.content import Zeros
from usbkit.core.errors import InputError
from usbkit.disk.image import Extent, ExtentKind
from usbkit.disk.reader import Entry, ReadAt, UnreadableError, examine, stream
from usbkit.drives.volumes import LIMITS
from usbkit.trust.passport import MAX_BYTES, Passport
from usbkit.trust.sums import MAX_SUMS, PASSPORT_NAME, SUMS_NAME, parse_sums


@dataclass(frozen=True)
class FinishedDrive:
    """A drive of ours: ``files`` has (offset, size, SHA-256 in hex) of each sealed file that lies in one piece."""

    passport: Passport
    files: frozenset[tuple[int, int, str]]


def read_finished(read_at: ReadAt, size: int) -> FinishedDrive | None:
    """What the drive says of itself; None where it is not a finished drive of ours, or its file system is damaged."""
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
    return FinishedDrive(passport, files)


def find_structures(read_at: ReadAt, size: int) -> list[Extent]:
    """Zeros for all that a file system on the drive consists of: tables and directories, which would show old names.

    Nothing where there is none that we can read.
    """
    found = examine(read_at, size, LIMITS, with_digest=False)
    return [Extent(r.offset, Zeros(r.length), ExtentKind.GAP, "old structures") for r in found.metadata]


def _read(read_at: ReadAt, size: int, entry: Entry, most: int) -> bytes:
    if entry.is_dir or entry.size > most:
        raise ValueError(f"{entry.path} has {entry.size} bytes")
    return b"".join(stream(read_at, size, entry))
