"""Write files and folders atomically: each is complete or absent.

A file is filled beside its place and moved there in one step. A kill at any moment leaves the old state or the new one;
the next run removes leftovers.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from usbkit.core.errors import BrokenOffError, DeviceError, Finding, Place, UsbkitError
from usbkit.core.file_lock import try_lock
from usbkit.core.messages import Text, _

_MARK = ".usbkit-"
# linux/fcntl.h and linux/fs.h, for renameat2
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def beside(place: Path) -> Iterator[Path]:
    """Give a path beside ``place`` to write to; on success the finished file is moved to ``place`` and synced to disk.

    Each thread of each process gets its own path. A killed run leaves a hidden file, which is never taken for
    ``place``.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    target = place.with_name(f".new-{os.getpid()}-{threading.get_ident()}-{place.name}")
    try:
        yield target
        with target.open("rb") as file:
            os.fsync(file.fileno())
        put_file(target, place)
    finally:
        target.unlink(missing_ok=True)


def put_file(made: Path, place: Path) -> None:
    """Rename the finished file ``made`` to ``place`` in one step, replacing what was there. Raises OSError."""
    made.replace(place)


def settle_folders(top: Path, seconds: int, *, at_once: bool = False) -> None:
    """Date ``top`` and every folder in it ``seconds`` (Unix time), independent of the umask, and sync them to disk.

    ``at_once`` also syncs the files in them, with one call for the whole file system. Raises OSError.
    """
    for folder, _names, _files in os.walk(top, topdown=False):
        path = Path(folder)
        path.chmod(0o755)
        os.utime(path, (seconds, seconds))
        if not at_once:
            fsync_folder(path)
    if at_once:
        _sync_disk_of(top)


@functools.cache
def can_sync_at_once() -> bool:
    """Whether one call can sync all files of a disk and report errors: syncfs(2) does so from Linux 5.8."""
    if not sys.platform.startswith("linux"):
        return False
    numbers = [int(n) for n in re.findall(r"\d+", platform.release())[:2]]
    return numbers >= [5, 8] and hasattr(ctypes.CDLL(None), "syncfs")


def _sync_disk_of(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)


def fsync_folder(path: Path) -> None:
    """Sync the names in ``path`` to disk, on systems that can."""
    if os.name == "posix":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Give a private folder beside ``target`` to fill; it is removed afterwards in every case."""
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}{_MARK}", dir=target.absolute().parent))
    lock = lock_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def lock_folder(folder: Path) -> int | None:
    """Lock ``folder`` and return the lock's descriptor; None if another process holds it.

    The lock ends with the process, so a leftover folder is an unlocked one.
    """
    if os.name != "posix":
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if try_lock(descriptor):
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None


def clear_leftovers(parent: Path, name: str) -> None:
    """Remove folders that killed runs left for ``name`` in ``parent``; folders of running processes stay."""
    for folder in parent.glob(f".{name}{_MARK}*"):
        if (lock := lock_folder(folder)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def put_folder(beside: Path, target: Path) -> None:
    """Move ``beside`` to ``target``: by one atomic exchange where the system can. The old folder is then removed."""
    if not target.exists() or not _exchange(beside, target):
        if target.exists():
            target.rename(beside.with_name(beside.name + "-old"))
        beside.rename(target)
        shutil.rmtree(beside.with_name(beside.name + "-old"), ignore_errors=True)
    fsync_folder(target.absolute().parent)


def _exchange(one: Path, other: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    result: int = libc.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return result == 0


@contextmanager
def as_ours(target: Path, when_full: Text | None = None) -> Iterator[None]:
    """Turn system errors into errors that say what to do; ``when_full`` is the message for a full disk."""
    try:
        yield
    except UsbkitError:
        raise
    except OSError as problem:
        place = Place(os.fsdecode(problem.filename) if problem.filename else str(target))
        if problem.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            what = _("this cannot be written: {reason}", reason=problem.strerror)
            raise DeviceError(Finding("target-read-only", what, place, _("Name another folder with -o."))) from None
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            what = when_full or _("the disk is full; no partial file was left")
            raise BrokenOffError(
                Finding("disk-full", what, place, _("Free some space and run the command again."))
            ) from None
        what = _("the system said: {reason}", reason=problem.strerror)
        raise BrokenOffError(Finding("system-error", what, place)) from None
