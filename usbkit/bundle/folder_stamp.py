"""Whether a folder is still what we wrote into it, told without reading it.

As git's index does: names, sizes, modification and change times and inodes of all its files are as we left them. The
change time cannot be set by whoever edits a file, so an edit shows; damage that the disk itself did not notice does
not. `usbkit verify` reads; this only saves writing the same bytes again. Where a file system does not keep all of this
nothing is believed of a folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from usbkit.bundle.plan import PlannedFile
from usbkit.core.cache import TICK, Cache
from usbkit.core.filesystems import keeps_changes


def is_as_written(cache: Cache, target: Path, files: Sequence[PlannedFile]) -> bool:
    """Whether ``target`` was written by us with exactly ``files`` and not touched since."""
    remembered = cache.recall(_key(target))
    return remembered is not None and remembered == _state(target, files)


def note_written(cache: Cache, target: Path, files: Sequence[PlannedFile]) -> None:
    """Remember the state of ``target``, just written with ``files``."""
    time.sleep(TICK / 10**9)  # a change after this bears another time than what we wrote last
    state = _state(target, files)
    if state is not None:
        cache.remember(_key(target), state)


def _key(target: Path) -> bytes:
    return b"folder\0" + os.fsencode(target.absolute())


def _state(target: Path, files: Sequence[PlannedFile]) -> bytes | None:
    sha = hashlib.sha256(json.dumps(sorted((f.path, f.sha256) for f in files)).encode())
    try:
        if not keeps_changes(target):
            return None
        for folder, names, found in os.walk(target):
            names.sort()
            sha.update(repr(names).encode("utf-8", "surrogatepass"))
            for name in sorted(found):
                path = Path(folder, name)
                s = path.lstat()
                state = (
                    path.relative_to(target).as_posix(),
                    s.st_size,
                    s.st_mtime_ns,
                    s.st_ctime_ns,
                    s.st_ino,
                    s.st_dev,
                )
                sha.update(repr(state).encode("utf-8", "surrogatepass"))
    except OSError:
        return None
    return sha.digest()
