"""A drive as writing, read-back and probing use it, and its kinds of failure.

The real one is in ``usbkit.drives.opening``; tests have one in memory with injectable faults.
"""

from __future__ import annotations

import errno
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from usbkit.core.errors import BrokenOffError, Finding, Place
from usbkit.core.messages import Text, _
from usbkit.drives.device import DriveKind


class Target(Protocol):
    """An open drive. Offsets, lengths and buffers are aligned to its sectors; reads bypass every cache of ours."""

    @property
    def node(self) -> Path: ...

    @property
    def size(self) -> int: ...

    @property
    def sector_size(self) -> int: ...

    def read_into(self, buffer: memoryview, offset: int) -> None:
        """Fill ``buffer`` from ``offset``. Raises DriveIOError, also if the drive ends before that."""

    def write_from(self, buffer: memoryview, offset: int) -> None:
        """Write all of ``buffer`` at ``offset``. Raises DriveIOError."""

    def flush(self) -> None:
        """Return once the drive confirms that everything written is stored. Raises DriveIOError."""


class Failure(StrEnum):
    """How a drive failed."""

    VANISHED = "vanished"
    WRITE_ERROR = "write-error"
    READ_ERROR = "read-error"
    FLUSH_ERROR = "flush-error"
    FULL = "full"
    READ_ONLY = "read-only"


class DriveIOError(BrokenOffError):
    """A drive failed while we worked on it. ``offset`` is in bytes from its start, None if unknown."""

    def __init__(self, failure: Failure, node: Path, offset: int | None, what: Text, todo: Text) -> None:
        super().__init__(Finding(f"drive-{failure}", what, Place(str(node)), todo))
        self.failure = failure
        self.offset = offset


_FULL = (errno.ENOSPC, errno.EDQUOT)
_GONE = (errno.ENODEV, errno.ENXIO, errno.ENOMEDIUM, errno.ENOENT, errno.ESHUTDOWN)


def vanished(node: Path, offset: int | None = None) -> DriveIOError:
    """The drive is no longer there."""
    return DriveIOError(
        Failure.VANISHED,
        node,
        offset,
        _("the drive disappeared: it was unplugged, or lost its connection"),
        _("Plug it in again and write it again; --resume continues from what it holds."),
    )


class ComputerFullError(BrokenOffError):
    """The disk of an image file or of a loop device's file is full: the drive is not at fault."""

    def __init__(self, node: Path, offset: int | None) -> None:
        what = _("the disk of this computer that it is on is full, at byte {offset} of it", offset=offset)
        super().__init__(Finding("disk-full", what, Place(str(node)), _("Free some space there, then write it again.")))


def io_failed(
    node: Path, doing: Failure, offset: int | None, problem: OSError, kind: DriveKind = DriveKind.DISK
) -> BrokenOffError:
    """Return the error for a system error, by its meaning for the drive. ``doing`` is the default kind of failure."""
    if problem.errno in _GONE:
        return vanished(node, offset)
    if problem.errno in _FULL and kind is not DriveKind.DISK:
        return ComputerFullError(node, offset)
    if problem.errno == errno.ENOSPC:
        what = _("the drive is full at byte {offset}, although it reported more", offset=offset)
        return DriveIOError(
            Failure.FULL, node, offset, what, _("Do not use this drive. Test it with `usbkit drives test`.")
        )
    if problem.errno in (errno.EROFS, errno.EPERM, errno.EACCES):
        what = _("the drive cannot be written: it is read-only")
        return DriveIOError(
            Failure.READ_ONLY, node, offset, what, _("Does it have a lock switch? If not, it is worn out.")
        )
    words = {
        Failure.WRITE_ERROR: _("writing at byte {offset} failed: {reason}", offset=offset, reason=problem.strerror),
        Failure.READ_ERROR: _("reading at byte {offset} failed: {reason}", offset=offset, reason=problem.strerror),
    }
    what = words.get(doing) or _("the drive did not store what was written: {reason}", reason=problem.strerror)
    return DriveIOError(doing, node, offset, what, _("Unplug this drive and do not use it; write another."))
