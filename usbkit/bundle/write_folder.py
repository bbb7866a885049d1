"""A tree of files written as a folder: filled beside its place, then put there in one step.

A kill at any moment leaves the old folder or the new one at the place; what an earlier run left unfinished beside it is
cleared by the next. Modes and times do not depend on umask or clock.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from usbkit.bundle.plan import PlannedFile
from usbkit.core.atomic import as_ours, clear_leftovers, folder_beside, put_folder, settle_folders
from usbkit.core.content import FileRange, Made
from usbkit.core.errors import DeviceError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.core.proven_copy import copy_proven
from usbkit.core.shared_blocks import Clones, share_blocks
from usbkit.core.units import format_size


def fill_folder(
    files: Sequence[PlannedFile],
    target: Path,
    seconds: int,
    progress: Progress,
    *,
    key: str,
    marker: str = "SHA256SUMS",
    clones: Clones | None = None,
) -> None:
    """Make ``target`` hold exactly ``files``, all dated ``seconds`` (Unix time), each proven as it is put down.

    ``target`` may be new, empty, or an earlier one of ours, known by its file ``marker``, which is replaced; anything
    else is refused. ``clones`` are those of a run that wants the same sources again.
    Raises InputError (not ours), SourceError (a source is not what its digest says), DeviceError (no room, read-only),
    BrokenOffError (I/O error); then what stood there stays.
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
                _write(file, beside / file.path, seconds, lambda amount: progress.advance(key, amount), clones)
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
        return share_blocks(source.fileno(), probe.fileno())


def _write(file: PlannedFile, path: Path, seconds: int, advance: Callable[[int], None], clones: Clones | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        if isinstance(file.content, Made):
            _write_all(descriptor, memoryview(file.content.data))
            advance(file.size)
        else:
            os.truncate(descriptor, file.size)  # a hole at the source's end is one here too
            copy_proven(file.content, file.sha256, descriptor, 0, advance, clones)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.chmod(0o644)  # the umask has no say
    os.utime(path, (seconds, seconds))


def _write_all(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
