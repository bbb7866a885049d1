"""A tree of files written as a folder: filled beside its place, then put there in one step.

A kill at any moment leaves the old folder or the new one at the place; what an earlier run left unfinished beside it is
cleared by the next. Modes and times do not depend on umask or clock.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from usbkit.content import FileRange, Made
from usbkit.errors import BrokenOffError, DeviceError, Finding, InputError, Place, UsbkitError
from usbkit.manifest.units import format_size
from usbkit.plan import PlannedFile
from usbkit.progress import Progress
from usbkit.text import _

#: Bytes copied at a time: large enough that the loop costs nothing, small enough that Ctrl-C is quick.
_CHUNK = 4 * 2**20
_MARK = ".usbkit-"
# linux/fs.h: _IOW(0x94, 9, int); linux/fcntl.h and fs.h for renameat2
_FICLONE = 0x40049409
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def fill_folder(files: Sequence[PlannedFile], target: Path, seconds: int, progress: Progress, *, key: str) -> None:
    """Make ``target`` hold exactly ``files``, all dated ``seconds`` (Unix time).

    ``target`` may be new, empty, or an earlier bundle of ours, which is replaced; anything else is refused.
    Raises InputError (not ours, a source changed), DeviceError (no room, read-only), BrokenOffError (I/O error).
    """
    _require_ours(target)
    parent = target.absolute().parent
    with _as_ours(target):
        parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(parent, target.name)
        _require_room(files, parent)
        with _beside(target) as beside:
            progress.begin(key, "copy", _("copying to {target}", target=target), sum(f.size for f in files))
            for file in files:
                _write(file, beside / file.path, seconds, progress, key)
            _settle_folders(beside, seconds)
            _put_in_place(beside, target)


def _require_ours(target: Path) -> None:
    if not target.exists() and not target.is_symlink():
        return
    if target.is_dir() and (not any(target.iterdir()) or (target / "SHA256SUMS").is_file()):
        return
    raise InputError(
        Finding(
            "target-not-ours",
            _("there is something here already that is not a bundle"),
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


def _settle_folders(top: Path, seconds: int) -> None:
    for folder, _names, _files in os.walk(top, topdown=False):
        path = Path(folder)
        path.chmod(0o755)
        os.utime(path, (seconds, seconds))
        _fsync_folder(path)


def _fsync_folder(path: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` that is ours alone while we fill it, and gone afterwards whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}{_MARK}", dir=target.absolute().parent))
    lock = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """A lock that dies with us and so tells the living from the leftover; None where somebody else holds it."""
    if os.name != "posix":
        return None
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _clear_leftovers(parent: Path, name: str) -> None:
    for folder in parent.glob(f".{name}{_MARK}*"):
        if (lock := _lock(folder)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _put_in_place(beside: Path, target: Path) -> None:
    """Exchange in one step where the system can; the old folder is then what stands beside, and is removed."""
    if not target.exists() or not _exchange(beside, target):
        if target.exists():
            target.rename(beside.with_name(beside.name + "-old"))
        beside.rename(target)
        shutil.rmtree(beside.with_name(beside.name + "-old"), ignore_errors=True)
    _fsync_folder(target.absolute().parent)


def _exchange(one: Path, other: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    result: int = libc.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return result == 0


@contextmanager
def _as_ours(target: Path) -> Iterator[None]:
    """The system's refusals as errors that say what to do."""
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
            what = _("the disk is full; nothing was left behind")
            raise BrokenOffError(Finding("disk-full", what, place, _("Make room and run the command again."))) from None
        what = _("the system said: {reason}", reason=problem.strerror)
        raise BrokenOffError(Finding("system-error", what, place)) from None
