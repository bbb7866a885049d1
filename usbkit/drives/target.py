"""What writing, reading back and probing see of a drive, and the names of its failures.

`usbkit.drives.opening` has the real one; tests have one in memory with faults to order.
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
    """An open drive. Offsets, lengths and buffers are aligned to its sectors; reads come past every cache of ours."""

    @property
    def node(self) -> Path: ...

    @property
    def size(self) -> int: ...

    @property
    def sector_size(self) -> int: ...

    def read_into(self, buffer: memoryview, offset: int) -> None:
        """Fill ``buffer`` from ``offset``. Raises DriveIOError, also where the drive ends in the middle."""

    def write_from(self, buffer: memoryview, offset: int) -> None:
        """Write all of ``buffer`` at ``offset``. Raises DriveIOError."""

    def flush(self) -> None:
        """Return when the drive itself says that what was written is kept. Raises DriveIOError."""


class Failure(StrEnum):
    """What a drive did to us."""

    VANISHED = "vanished"
    WRITE_ERROR = "write-error"
    READ_ERROR = "read-error"
    FLUSH_ERROR = "flush-error"
    FULL = "full"
    READ_ONLY = "read-only"


class DriveIOError(BrokenOffError):
    """A drive failed while we worked on it. ``offset`` is in bytes from its start, None where none is known."""

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
        _("the drive has gone: it was pulled out, or lost its connection"),
        _("Plug it in again, and write it again; --resume goes on from what it holds."),
    )


class ComputerFullError(BrokenOffError):
    """The disk that an image file or a loop device's file is on is full: the drive is not to blame."""

    def __init__(self, node: Path, offset: int | None) -> None:
        what = _("the disk of this computer that it is on is full, at byte {offset} of it", offset=offset)
        super().__init__(Finding("disk-full", what, Place(str(node)), _("Make room there, then write it again.")))


def io_failed(
    node: Path, doing: Failure, offset: int | None, problem: OSError, kind: DriveKind = DriveKind.DISK
) -> BrokenOffError:
    """The system's refusal by what it means for the drive. ``doing`` is the failure when nothing tells better."""
    if problem.errno in _GONE:
        return vanished(node, offset)
    if problem.errno in _FULL and kind is not DriveKind.DISK:
        return ComputerFullError(node, offset)
    if problem.errno == errno.ENOSPC:
        what = _("the drive is full at byte {offset}, though it said it was larger", offset=offset)
        return DriveIOError(
            Failure.FULL, node, offset, what, _("Do not use this drive. Look at it with `usbkit drives test`.")
        )
    if problem.errno in (errno.EROFS, errno.EPERM, errno.EACCES):
        what = _("the drive cannot be written: it is read-only")
        return DriveIOError(Failure.READ_ONLY, node, offset, what, _("Is there a lock switch on it? Else it is worn."))
    words = {
        Failure.WRITE_ERROR: _("writing at byte {offset} failed: {reason}", offset=offset, reason=problem.strerror),
        Failure.READ_ERROR: _("reading at byte {offset} failed: {reason}", offset=offset, reason=problem.strerror),
    }
    what = words.get(doing) or _("the drive did not keep what was written: {reason}", reason=problem.strerror)
    return DriveIOError(doing, node, offset, what, _("Take this drive out and do not use it; write another."))
