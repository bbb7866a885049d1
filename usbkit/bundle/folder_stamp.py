"""Whether a folder is unchanged since we wrote it, determined without reading it; and which of its files are.

Like git's index: it compares names, sizes, modification and change times and inodes of all files. Nobody can set the
change time, so an edit shows; damage that the disk itself did not notice does not. ``usbkit verify`` reads; this only
saves writing the same bytes again. Where a file system does not keep all of this, a folder always counts as changed.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from usbkit.bundle.plan import PlannedFile
from usbkit.core.cache import TICK, Cache
from usbkit.core.filesystems import keeps_changes


@dataclass(frozen=True, slots=True)
class FileState:
    """What tells one state of a file from another."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileState:
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


@dataclass(frozen=True, slots=True)
class OldFile:
    """An existing file of the folder, with its state when its bytes were verified."""

    path: Path
    state: FileState

    def is_as_written(self, seconds: int) -> bool:
        """Whether it is still in that state, dated ``seconds``, with our mode, and without other names."""
        try:
            status = self.path.lstat()
        except OSError:
            return False
        is_ours = stat.S_ISREG(status.st_mode) and status.st_mode & 0o7777 == 0o644 and status.st_nlink == 1
        return is_ours and status.st_mtime_ns == seconds * 10**9 and FileState.of(status) == self.state

    def is_linked_as(self, path: Path) -> bool:
        """Whether ``path`` is a name of this file and nobody has written to it since; a link sets its ctime."""
        new = FileState.of(path.lstat())
        old = self.state
        return (new.size, new.mtime_ns, new.inode, new.device) == (old.size, old.mtime_ns, old.inode, old.device)


def is_as_written(cache: Cache, target: Path, files: Sequence[PlannedFile]) -> bool:
    """Whether we wrote ``target`` with exactly ``files`` and it is unchanged."""
    remembered = cache.recall(_key(target))
    return remembered is not None and remembered == _stamp(target, {f.path: f.sha256 for f in files})


def note_written(cache: Cache, target: Path, files: Sequence[PlannedFile], seconds: int) -> None:
    """Remember the state of ``target``, just written with ``files``, all dated ``seconds`` (Unix time).

    Nothing is remembered if somebody has already changed the folder.
    """
    time.sleep(TICK / 10**9)  # a change after this bears another time than what we wrote last
    stamp = _stamp(target, {f.path: f.sha256 for f in files})
    if stamp is not None and _is_ours(stamp, files, seconds):
        cache.remember(_key(target), stamp)


def find_old_files(cache: Cache, target: Path) -> Mapping[str, OldFile]:
    """Return the files at ``target`` by SHA-256 (hex), as we wrote them; ask ``OldFile`` whether one is unchanged."""
    remembered = cache.recall(_key(target))
    if remembered is None:
        return {}
    try:
        if not keeps_changes(target):
            return {}
        stamp = json.loads(remembered)
        states = {path: FileState(*state) for path, state in stamp["files"].items()}
        return {digest: OldFile(target / path, states[path]) for path, digest in stamp["digests"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}  # gone, or of another making


def _key(target: Path) -> bytes:
    return b"folder 2\0" + os.fsencode(target.absolute())


def _stamp(target: Path, digests: Mapping[str, str]) -> bytes | None:
    """The names of all folders in ``target``, the state of each file, and ``digests``; None where none is kept."""
    folders, states = list[str](), dict[str, tuple[int, ...]]()
    try:
        if not keeps_changes(target):
            return None
        for folder, names, found in os.walk(target):
            names.sort()
            top = Path(folder)
            folders += [(top / name).relative_to(target).as_posix() for name in names]
            for name in sorted(found):
                state = FileState.of((top / name).lstat())
                states[(top / name).relative_to(target).as_posix()] = astuple(state)
    except OSError:
        return None
    return json.dumps({"digests": dict(sorted(digests.items())), "folders": folders, "files": states}).encode()


def _is_ours(stamp: bytes, files: Sequence[PlannedFile], seconds: int) -> bool:
    """Whether each file has the size and the date that we gave it, and there is no other."""
    found = {path: (size, mtime_ns) for path, (size, mtime_ns, *_rest) in json.loads(stamp)["files"].items()}
    return found == {f.path: (f.size, seconds * 10**9) for f in files}
