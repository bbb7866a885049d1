"""Files and folders that are there whole or not at all.

They are filled beside their place and put there in one step. A kill at any moment leaves what stood there or what was
to stand there; what an earlier run left unfinished beside it is cleared by the next.
"""

from __future__ import annotations

import ctypes
import errno
import os
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
    """A path beside ``place`` to write to; what was written stands at ``place``, on the disk, when all went well.

    Each thread of each process has its own. What a killed one left is a hidden file that nobody takes for ``place``.
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
    """Give a finished file the name ``place`` in one step; what stood there is gone. Raises OSError."""
    made.replace(place)


def settle_folders(top: Path, seconds: int) -> None:
    """Date ``top`` and every folder in it ``seconds`` (Unix time), whatever the umask, and see them on the disk."""
    for folder, _names, _files in os.walk(top, topdown=False):
        path = Path(folder)
        path.chmod(0o755)
        os.utime(path, (seconds, seconds))
        fsync_folder(path)


def fsync_folder(path: Path) -> None:
    """See the names in ``path`` on the disk, where the system can tell."""
    if os.name == "posix":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` that is ours alone while we fill it, and gone afterwards whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}{_MARK}", dir=target.absolute().parent))
    lock = lock_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def lock_folder(folder: Path) -> int | None:
    """A lock that dies with us and so tells the living from the leftover; None where somebody else holds it."""
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
    """Remove what killed runs left of folders that were to stand at ``name``; what a living one fills stays."""
    for folder in parent.glob(f".{name}{_MARK}*"):
        if (lock := lock_folder(folder)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def put_folder(beside: Path, target: Path) -> None:
    """Exchange in one step where the system can; the old folder is then what stands beside, and is removed."""
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
    """The system's refusals as errors that say what to do; ``when_full`` is what is true when the disk is full."""
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
            what = when_full or _("the disk is full; nothing was left behind")
            raise BrokenOffError(Finding("disk-full", what, place, _("Make room and run the command again."))) from None
        what = _("the system said: {reason}", reason=problem.strerror)
        raise BrokenOffError(Finding("system-error", what, place)) from None
