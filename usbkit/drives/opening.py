"""The only module that opens a drive for writing: exclusively, as exactly the named drive, bypassing caches."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from usbkit.core.errors import BrokenOffError, DeviceError, Finding, Place, RefusedError, UsbkitError
from usbkit.core.messages import Text, _
from usbkit.drives.device import DriveKind, Identity
from usbkit.drives.linux import identify
from usbkit.drives.target import Failure, io_failed, vanished
from usbkit.drives.usage import find_usage, loop_backing

# linux/fs.h
_BLKROGET = 0x125E
_BLKRRPART = 0x125F
_BLKDISCARD = 0x1277
_BLKGETSIZE64 = 0x80081272
_BLKGETDISKSEQ = 0x80081280
# linux/magic.h
_TMPFS_MAGIC = 0x01021994

#: Seconds to wait for udev to let go of a drive that has just been plugged in.
_UDEV_PATIENCE = 5.0

#: Seconds between the first failed operation of a drive that is pulled and the last trace of it, at most.
_GOING_PATIENCE = 1.0


class Reach(StrEnum):
    """What a read-back of this drive really reads."""

    DEVICE = "device"  # O_DIRECT: the device itself
    FILE = "file"  # the file's disk, past the page cache
    MEMORY = "memory"  # a file in memory: there is nothing behind the cache
    CACHE = "cache"  # perhaps the page cache: this file system lets nobody past it


class OpenDrive:
    """A drive opened by ``open_drive``: the real ``usbkit.drives.target.Target``."""

    def __init__(self, identity: Identity, sector_size: int, fd: int, *, is_direct: bool) -> None:
        self.identity = identity
        self.node = identity.node
        self.size = identity.size
        self.sector_size = sector_size
        self._fd = fd
        self._is_direct = is_direct

    def read_into(self, buffer: memoryview, offset: int) -> None:
        done = 0
        while done < len(buffer):
            try:
                count = os.preadv(self._fd, [buffer[done:]], offset + done)
            except OSError as problem:
                raise self._failed(Failure.READ_ERROR, offset + done, problem) from None
            if count == 0:
                # A pulled drive may answer a read with nothing and no error.
                raise vanished(self.node, offset + done)
            done += count

    def write_from(self, buffer: memoryview, offset: int) -> None:
        done = 0
        while done < len(buffer):
            try:
                done += os.pwrite(self._fd, buffer[done:], offset + done)
            except OSError as problem:
                raise self._failed(Failure.WRITE_ERROR, offset + done, problem) from None

    def flush(self) -> None:
        try:
            os.fdatasync(self._fd)
        except OSError as problem:
            raise self._failed(Failure.FLUSH_ERROR, None, problem) from None

    def discard(self, offset: int, length: int) -> bool:
        """Tell the drive that these bytes are unused; False if it does not support that."""
        try:
            fcntl.ioctl(self._fd, _BLKDISCARD, struct.pack("=QQ", offset, length))
        except OSError as problem:
            if problem.errno in (errno.EOPNOTSUPP, errno.ENOTTY, errno.EINVAL):
                return False
            raise self._failed(Failure.WRITE_ERROR, offset, problem) from None
        return True

    def leave_caches(self) -> Reach:
        """Make sure, as far as this drive allows, that the next reads come from the medium."""
        self.flush()
        if self.identity.kind is DriveKind.FILE:
            return _drop(self._fd, is_direct=self._is_direct)
        backing = loop_backing(self.node)
        if backing is not None and not backing.is_direct:
            return _drop_file(backing.path)
        return Reach.DEVICE

    def reread_table(self) -> Text | None:
        """Make the kernel read the partition table again; return its error, if any."""
        if self.identity.kind is DriveKind.FILE:
            return None
        try:
            fcntl.ioctl(self._fd, _BLKRRPART)
        except OSError as problem:
            # EINVAL: a device without partitions of its own (a loop device made without --partscan).
            if problem.errno == errno.EINVAL:
                return None
            return _("this computer did not re-read the partition table: {reason}", reason=problem.strerror)
        return None

    def _failed(self, doing: Failure, offset: int | None, problem: OSError) -> BrokenOffError:
        # A pulled drive answers with EIO as a worn one does, or as full, since the kernel shrinks it to nothing;
        # whether it is still there tells them apart.
        if problem.errno in (errno.EIO, errno.ENOSPC) and self._has_gone():
            return vanished(self.node, offset)
        return io_failed(self.node, doing, offset, problem, self.identity.kind)

    def _has_gone(self) -> bool:
        """Whether the drive is no longer there. What was in flight fails before the kernel takes its name away."""
        until = time.monotonic() + (_GOING_PATIENCE if self.identity.kind is DriveKind.DISK else 0.0)
        while is_present(self.identity):
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
        return True


def is_present(identity: Identity) -> bool:
    """Whether the named drive is still there and no other has its name."""
    try:
        return identify(identity.node) == identity
    except UsbkitError:
        return False


@contextmanager
def open_drive(identity: Identity, sector_size: int) -> Iterator[OpenDrive]:
    """Open the drive exclusively for reading and writing.

    Raises RefusedError if another program has it or it is not the named drive, DeviceError if it cannot be opened. The
    lock also keeps udev, and with it desktop automounters, from examining it until it is closed (systemd.io, "Locking
    Block Device Access").
    """
    fd, is_direct = _open(identity, sector_size)
    try:
        _lock(fd, identity)
        _require_same(fd, identity)
        _require_unused(fd, identity)
        yield OpenDrive(identity, sector_size, fd, is_direct=is_direct)
    finally:
        os.close(fd)


def _open(identity: Identity, sector_size: int) -> tuple[int, bool]:
    flags = os.O_RDWR | os.O_CLOEXEC
    if identity.kind is not DriveKind.FILE:
        return _open_as(identity, flags | os.O_EXCL | os.O_DIRECT), True
    fd = _open_as(identity, flags | os.O_DIRECT, refuses_direct=True)
    if fd >= 0:
        if _takes_direct(fd, sector_size):
            return fd, True
        os.close(fd)
    return _open_as(identity, flags), False


def _open_as(identity: Identity, flags: int, *, refuses_direct: bool = False) -> int:
    try:
        return os.open(identity.node, flags)
    except OSError as problem:
        if refuses_direct and problem.errno == errno.EINVAL:
            return -1
        raise open_failed(identity.node, problem) from None


def _takes_direct(fd: int, sector_size: int) -> bool:
    """Whether this file's disk lets us read ``sector_size`` bytes past the cache; it may want more at once."""
    import mmap

    with mmap.mmap(-1, mmap.PAGESIZE) as page, memoryview(page) as view, view[:sector_size] as sector:
        try:
            os.preadv(fd, [sector], sector_size)
        except OSError:
            return False
    return True


def open_failed(node: Path, problem: OSError) -> UsbkitError:
    """The error for a drive that cannot be opened, with what to do."""
    place = Place(str(node))
    if problem.errno == errno.EBUSY:
        return in_use(node)
    if problem.errno in (errno.EACCES, errno.EPERM):
        todo = _("Run usbkit as root (sudo), or give yourself the right to write it.")
        return DeviceError(Finding("drive-not-allowed", _("you are not allowed to write to this drive"), place, todo))
    if problem.errno == errno.EROFS:
        what = _("the drive is read-only")
        return DeviceError(Finding("drive-read-only", what, place, _("Does it have a lock switch?")))
    if problem.errno in (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.ENOMEDIUM):
        what = _("there is no such drive, or nothing in it")
        return DeviceError(Finding("drive-missing", what, place, _("Plug it in; `usbkit drives` lists what is there.")))
    if lacks_resources(problem):
        return out_of_resources(node, problem)
    what = _("the drive cannot be opened: {reason}", reason=problem.strerror)
    return DeviceError(Finding("drive-not-opened", what, place, _("Unplug the drive and plug it in again.")))


def lacks_resources(problem: BaseException) -> bool:
    """Whether this computer has run out of memory, file handles or threads."""
    if isinstance(problem, OSError):
        return problem.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)
    # threading has no error of its own for this.
    return isinstance(problem, MemoryError) or str(problem) == "can't start new thread"


def out_of_resources(node: Path, problem: BaseException) -> BrokenOffError:
    """The error for a lack of resources of this computer: the drive is not at fault."""
    reason = problem.strerror if isinstance(problem, OSError) else str(problem) or os.strerror(errno.ENOMEM)
    what = _("this computer has run out of a resource: {reason}", reason=reason)
    todo = _("Close other programs, or write fewer drives at once.")
    return BrokenOffError(Finding("out-of-resources", what, Place(str(node)), todo))


def in_use(node: Path) -> RefusedError:
    """The error for a drive that another program holds."""
    what = _("another program is using this drive")
    todo = _("Unmount it (umount {node}*), or wait until the other program is done.", node=node)
    return RefusedError(Finding("drive-in-use", what, Place(str(node)), todo))


def _lock(fd: int, identity: Identity) -> None:
    patience = 0.0 if identity.kind is DriveKind.FILE else _UDEV_PATIENCE
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise in_use(identity.node) from None
            time.sleep(0.05)
        else:
            return


def _require_same(fd: int, identity: Identity) -> None:
    """The drive behind ``fd`` is the one that was named. Raises RefusedError."""
    now = identify(identity.node)
    opened = os.fstat(fd)
    at_node = identity.node.stat()
    same = now == identity and (opened.st_rdev, opened.st_ino) == (at_node.st_rdev, at_node.st_ino)
    if same and identity.kind is not DriveKind.FILE:
        same = _ask(fd, _BLKGETSIZE64) == identity.size
        if identity.diskseq is not None:
            same = same and _ask(fd, _BLKGETDISKSEQ) == identity.diskseq
    if not same:
        raise RefusedError(
            Finding(
                "drive-changed",
                _(
                    "this is no longer the drive that was named: it was {before}, and is now {now}",
                    before=describe(identity),
                    now=describe(now),
                ),
                Place(str(identity.node)),
                _("Run `usbkit drives` and name the drive again."),
            )
        )
    if identity.kind is not DriveKind.FILE and _ask(fd, _BLKROGET, "=i"):
        raise open_failed(identity.node, OSError(errno.EROFS, os.strerror(errno.EROFS)))


def _require_unused(fd: int, identity: Identity) -> None:
    """Nobody uses the drive since it was judged. A loop device over it would not keep us from opening it."""
    users = find_usage(os.fstat(fd)).users
    if users:
        what = _("it is in use by {holders}", holders=", ".join(users))
        todo = _("Detach it from whatever uses it, or use another drive.")
        raise RefusedError(Finding("held", what, Place(str(identity.node)), todo))


def describe(identity: Identity) -> str:
    """An identity on one line, for messages."""
    parts = (
        identity.name,
        identity.serial and f"serial {identity.serial}",
        identity.port and f"port {identity.port}",
        f"{identity.size} bytes",
        identity.diskseq is not None and f"diskseq {identity.diskseq}",
    )
    return ", ".join(p for p in parts if p)


def _ask(fd: int, request: int, layout: str = "=Q") -> int | None:
    """A number that the kernel tells about an open block device; None where it is too old to know."""
    answer = bytearray(struct.calcsize(layout))
    try:
        fcntl.ioctl(fd, request, answer)
    except OSError:
        return None
    return int(struct.unpack(layout, answer)[0])


def _drop_file(path: Path) -> Reach:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return Reach.CACHE
    try:
        os.fdatasync(fd)
        return _drop(fd, is_direct=False)
    except OSError:
        return Reach.CACHE
    finally:
        os.close(fd)


def _drop(fd: int, *, is_direct: bool) -> Reach:
    """Drop what the page cache holds of a file and say what reads of it will reach."""
    if _is_in_memory(fd):
        return Reach.MEMORY
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    return Reach.FILE if is_direct or not _is_cached(fd) else Reach.CACHE


def _is_in_memory(fd: int) -> bool:
    # The type is the first word of struct statfs, which os.statvfs leaves out.
    import ctypes

    words = (ctypes.c_long * 32)()
    if ctypes.CDLL(None, use_errno=True).fstatfs(fd, words) != 0:
        return False
    return words[0] == _TMPFS_MAGIC


def _is_cached(fd: int) -> bool:
    """Whether the file's first page can be had without waiting for its disk."""
    try:
        return os.preadv(fd, [bytearray(512)], 0, os.RWF_NOWAIT) > 0
    except OSError:
        return False
