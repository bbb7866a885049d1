"""A tree of files written as a folder: filled beside its place, then put there in one step.

A kill at any moment leaves the old folder or the new one at the place; what an earlier run left unfinished beside it is
cleared by the next. Modes and times do not depend on umask or clock.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from usbkit.bundle.plan import PlannedFile
from usbkit.core.atomic import as_ours, clear_leftovers, folder_beside, put_folder, settle_folders
from usbkit.core.content import FileRange, Made
from usbkit.core.errors import DeviceError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.core.units import format_size

#: Bytes copied at a time: large enough that the loop costs nothing, small enough that Ctrl-C is quick.
_CHUNK = 4 * 2**20
# linux/fs.h: _IOW(0x94, 9, int)
_FICLONE = 0x40049409


def fill_folder(
    files: Sequence[PlannedFile],
    target: Path,
    seconds: int,
    progress: Progress,
    *,
    key: str,
    marker: str = "SHA256SUMS",
) -> None:
    """Make ``target`` hold exactly ``files``, all dated ``seconds`` (Unix time).

    ``target`` may be new, empty, or an earlier one of ours, known by its file ``marker``, which is replaced; anything
    else is refused.
    Raises InputError (not ours, a source changed), DeviceError (no room, read-only), BrokenOffError (I/O error).
    """
    require_ours(target, marker)
    parent = target.absolute().parent
    with as_ours(target):
        parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(parent, target.name)
        _require_room(files, parent)
        with folder_beside(target) as beside:
            progress.begin(key, "copy", _("copying to {target}", target=target), sum(f.size for f in files))
            for file in files:
                _write(file, beside / file.path, seconds, progress, key)
            settle_folders(beside, seconds)
            put_folder(beside, target)


def require_ours(target: Path, marker: str = "SHA256SUMS") -> None:
    """Raise InputError unless ``target`` is absent, empty, or one of ours that may be replaced: it has ``marker``."""
    if not target.exists() and not target.is_symlink():
        return
    if target.is_dir() and (not any(target.iterdir()) or (target / marker).is_file()):
        return
    raise InputError(
        Finding(
            "target-not-ours",
            _("there is something here already that is not ours: it has no {marker}", marker=marker),
            Place(str(target)),
            _("Name another folder with -o, or move this one away."),
        )
    )


def _require_room(files: Sequence[PlannedFile], parent: Path) -> None:
    needed, free = sum(f.size for f in files), shutil.disk_usage(parent).free
    if needed > free and not _can_reflink(files, parent):
        raise DeviceError(
            Finding(
                "no-room",
                _(
                    "the bundle needs {needed}, and {free} are free: {short} too few",
                    needed=format_size(needed),
                    free=format_size(free),
                    short=format_size(needed - free),
                ),
                Place(str(parent)),
                _("Make room, or name a folder on another disk with -o. `usbkit image` and `write` need no copy."),
            )
        )


def _can_reflink(files: Sequence[PlannedFile], parent: Path) -> bool:
    """Whether the largest source can be cloned into ``parent``, found out by trying on an empty clone."""
    largest = max((f.content for f in files if isinstance(f.content, FileRange)), key=lambda c: c.length, default=None)
    if largest is None:
        return False
    with tempfile.TemporaryFile(dir=parent) as probe, largest.path.open("rb") as source:
        return _reflink(source.fileno(), probe.fileno())


def _reflink(source: int, target: int) -> bool:
    try:
        import fcntl

        fcntl.ioctl(target, _FICLONE, source)
    except (ImportError, OSError):
        return False
    return True


def _write(file: PlannedFile, path: Path, seconds: int, progress: Progress, key: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        if isinstance(file.content, Made):
            _write_all(descriptor, memoryview(file.content.data))
            progress.advance(key, file.size)
        else:
            _copy(file, file.content, descriptor, progress, key)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.chmod(0o644)  # the umask has no say
    os.utime(path, (seconds, seconds))


def _copy(file: PlannedFile, source: FileRange, out: int, progress: Progress, key: str) -> None:
    """Copy a source, proving its digest on the way; a clone shares the bytes and is proven by its date alone."""
    with source.path.open("rb", buffering=0) as reader:
        if os.fstat(reader.fileno()).st_mtime_ns == source.mtime_ns and _reflink(reader.fileno(), out):
            progress.advance(key, file.size)
            return
        sha, buffer = hashlib.sha256(), memoryview(bytearray(_CHUNK))
        while count := reader.readinto(buffer):
            sha.update(buffer[:count])
            _write_all(out, buffer[:count])
            progress.advance(key, count)
    if sha.hexdigest() != file.sha256:
        raise InputError(
            Finding(
                "source-changed",
                _("this file changed while it was copied"),
                Place(str(source.path)),
                _("Wait until nobody writes to it, then run the command again."),
            )
        )


def _write_all(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
