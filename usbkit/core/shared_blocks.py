"""Disks that share blocks between files (XFS, btrfs): cloning a file costs nothing.

A later change to the source gets new blocks; the clone keeps the old bytes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from usbkit.core.atomic import clear_leftovers, folder_beside, put_file
from usbkit.core.content import FileRange
from usbkit.core.file_lock import turn

# linux/fs.h: _IOW(0x94, 9, int)
_FICLONE = 0x40049409


def share_blocks(source: int, target: int) -> bool:
    """Make the open file ``target`` a clone of the open file ``source``; False if the disk cannot."""
    try:
        import fcntl

        fcntl.ioctl(target, _FICLONE, source)
    except (ImportError, OSError):
        return False
    return True


def can_share(folder: Path) -> bool:
    """Whether files in ``folder`` can share blocks, found by trying."""
    with tempfile.TemporaryFile(dir=folder) as one, tempfile.TemporaryFile(dir=folder) as other:
        one.write(bytes(4096))
        one.flush()
        return share_blocks(one.fileno(), other.fileno())


@dataclass(frozen=True, slots=True)
class Clones:
    """Clones of sources, each verified once, for all countries and processes of a run.

    ``folder`` is private, so a verified clone stays unchanged.
    """

    folder: Path

    def find(self, source: FileRange, sha256: str, prove: Callable[[int], None]) -> FileRange | None:
        """Return a clone of ``source`` with the digest ``sha256``, made on demand; None if it cannot be cloned.

        ``prove`` hashes a new clone (an open file) and raises on a mismatch: the clone is then discarded.
        """
        place = self.folder / sha256
        if source.offset == 0 and not place.exists():
            with turn(self.folder / f"{sha256}.turn"):
                if not place.exists():
                    self._make(source, place, prove)
        return replace(source, path=place, mtime_ns=0) if place.exists() else None

    def _make(self, source: FileRange, place: Path, prove: Callable[[int], None]) -> None:
        descriptor, name = tempfile.mkstemp(dir=self.folder)
        try:
            with suppress(OSError), source.path.open("rb") as reader:  # what cannot be cloned is copied, which says why
                if share_blocks(reader.fileno(), descriptor) and os.fstat(descriptor).st_size == source.length:
                    prove(descriptor)
                    put_file(Path(name), place)
        finally:
            os.close(descriptor)
            Path(name).unlink(missing_ok=True)


@contextmanager
def private_clones(target: Path, count: int) -> Iterator[Clones | None]:
    """Clones for ``count`` countries written to the folder ``target``, which need not exist; removed afterwards.

    None where they would save nothing: a single country, or a disk that does not share blocks.
    """
    place = target / "clones" if target.is_dir() else target
    parent = place.absolute().parent
    try:
        is_wanted = count > 1 and can_share(parent)
    except OSError:
        is_wanted = False  # whoever writes there says why that cannot be
    if not is_wanted:
        yield None
        return
    clear_leftovers(parent, place.name)
    with folder_beside(place) as folder:
        yield Clones(folder)
