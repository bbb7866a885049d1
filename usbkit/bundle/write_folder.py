"""Write a tree of files as a folder: filled beside its place, then moved there in one step.

A kill at any moment leaves the old folder or the new one; the next run removes leftovers. Modes and times do not depend
on umask or clock. A file already in the old folder is hard-linked into the new one, which costs nothing, since it is
verified already. Sources are never linked.
"""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from usbkit.bundle.folder_stamp import OldFile
from usbkit.bundle.plan import PlannedFile
from usbkit.core.atomic import (
    as_ours,
    can_sync_at_once,
    clear_leftovers,
    folder_beside,
    put_folder,
    settle_folders,
)
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
    old: Mapping[str, OldFile] | None = None,
) -> None:
    """Make ``target`` hold exactly ``files``, all dated ``seconds`` (Unix time), each verified while it is written.

    ``target`` may be new, empty, or an earlier folder of ours, recognised by its file ``marker``, which is replaced;
    anything else is refused. ``clones`` are shared by a run that uses the same sources again; ``old`` are files of
    ``target`` that were verified when written, by SHA-256 in hex. Raises InputError (not ours), SourceError (a source
    does not match its digest), DeviceError (no room, read-only), BrokenOffError (I/O error); then the old folder stays.
    """
    require_ours(target, marker)
    parent = target.absolute().parent
    with as_ours(target):
        parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(parent, target.name)
        kept = _find_kept(files, old or {}, seconds)
        at_once = can_sync_at_once()
        _require_room([f for f in files if f.path not in kept], parent)
        with folder_beside(target) as beside:
            progress.begin(key, "copy", _("copying to {target}", target=target), sum(f.size for f in files))
            advance = functools.partial(progress.advance, key)
            for file in files:
                place = beside / file.path
                place.parent.mkdir(parents=True, exist_ok=True)
                if file.path in kept and _link(kept[file.path], place):
                    advance(file.size)
                else:
                    _write(file, place, seconds, advance, clones, is_synced=not at_once)
            settle_folders(beside, seconds, at_once=at_once)
            put_folder(beside, target)


def _find_kept(files: Sequence[PlannedFile], old: Mapping[str, OldFile], seconds: int) -> dict[str, OldFile]:
    """The files that need not be written, by path; each of ``old`` serves one, since two names of it would be one."""
    left, kept = dict(old), dict[str, OldFile]()
    for file in files:
        found = left.pop(file.sha256, None)
        if found is not None and found.state.size == file.size and found.is_as_written(seconds):
            kept[file.path] = found
    return kept


def _link(old: OldFile, place: Path) -> bool:
    """Whether ``old`` is at ``place`` too now, as it was; some disks have no second names."""
    try:
        os.link(old.path, place)
    except OSError:
        return False
    if old.is_linked_as(place):
        return True
    place.unlink()
    return False


def require_ours(target: Path, marker: str = "SHA256SUMS") -> None:
    """Raise InputError unless ``target`` is absent, empty, or one of ours that may be replaced: it has ``marker``."""
    if not target.exists() and not target.is_symlink():
        return
    if target.is_dir() and (not any(target.iterdir()) or (target / marker).is_file()):
        return
    raise InputError(
        Finding(
            "target-not-ours",
            _("the folder exists and usbkit did not make it: it has no {marker}", marker=marker),
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
                    "not enough space: the bundle needs {needed}; {free} are free, {short} short",
                    needed=format_size(needed),
                    free=format_size(free),
                    short=format_size(needed - free),
                ),
                Place(str(parent)),
                _(
                    "Free some space, or name a folder on another disk with -o."
                    " `usbkit image` and `write` need no copy."
                ),
            )
        )


def _can_reflink(files: Sequence[PlannedFile], parent: Path) -> bool:
    """Whether the largest source can be cloned into ``parent``, found out by trying on an empty clone."""
    largest = max((f.content for f in files if isinstance(f.content, FileRange)), key=lambda c: c.length, default=None)
    if largest is None:
        return False
    with tempfile.TemporaryFile(dir=parent) as probe, largest.path.open("rb") as source:
        return share_blocks(source.fileno(), probe.fileno())


def _write(
    file: PlannedFile,
    path: Path,
    seconds: int,
    advance: Callable[[int], None],
    clones: Clones | None,
    *,
    is_synced: bool,
) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        if isinstance(file.content, Made):
            _write_all(descriptor, memoryview(file.content.data))
            advance(file.size)
        else:
            os.truncate(descriptor, file.size)  # a hole at the source's end is one here too
            copy_proven(file.content, file.sha256, descriptor, 0, advance, clones)
        if is_synced:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.chmod(0o644)  # the umask has no say
    os.utime(path, (seconds, seconds))


def _write_all(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
