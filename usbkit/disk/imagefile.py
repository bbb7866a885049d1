"""An image as a sparse file, and the block map beside it that bmaptool reads.

Both are written beside their places and renamed when they are whole, so nothing half-finished bears their names.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.atomic import put_file
from usbkit.core.content import FileRange, Made
from usbkit.core.errors import BrokenOffError, DeviceError, Finding, Place
from usbkit.core.file_lock import try_lock
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress
from usbkit.core.units import format_size
from usbkit.disk.bmap import make_bmap
from usbkit.disk.image import Extent, Image

_CHUNK = 64 * 2**20
_CANNOT_SHARE = (errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS)


@dataclass(frozen=True, slots=True)
class WrittenImage:
    """What was written: the image's path, its block map's, and how many bytes of data the image's file holds."""

    path: Path
    bmap: Path
    stored: int


def write_image(image: Image, path: Path, progress: Progress) -> WrittenImage:
    """Write ``image`` to ``path`` and its block map to ``path`` with ``.bmap`` behind. Zeros stay holes.

    Raises DeviceError when there is no room or no right to write, BrokenOffError when a source changed since it was
    planned or the disk failed; then nothing is left behind.
    """
    _check_place(path)
    stored = sum(e.length for e in image.extents if isinstance(e.content, FileRange | Made))
    _check_room(path, stored)
    bmap = path.with_name(f"{path.name}.bmap")
    progress.begin(str(path), "image", _("writing {path}", path=path), stored)
    with _beside(bmap) as bmap_file, _beside(path) as file:
        os.truncate(file, image.size)
        for extent in image.extents:
            _write_extent(file, extent, progress, str(path))
        os.write(bmap_file, make_bmap(image).encode())
    progress.end(str(path), "written")
    return WrittenImage(path, bmap, stored)


def _check_place(path: Path) -> None:
    """An image is a file; a device is written by other means, and never replaced by a file of its name."""
    if path.exists() and not path.is_file():
        what = _("there is something else than a file, which an image does not replace")
        todo = _("Choose another name; to write to a device, use usbkit write.")
        raise DeviceError.of("not-a-file", what, place=Place(str(path)), todo=todo)


def _check_room(path: Path, needed: int) -> None:
    try:
        disk = os.statvfs(path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    free = disk.f_bavail * disk.f_frsize
    if needed > free:
        what = _("the image needs {needed} and {free} are free", needed=format_size(needed), free=format_size(free))
        raise DeviceError.of("no-room", what, place=Place(str(path)), todo=_("Free some room or choose another disk."))


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[int]:
    """A new file's descriptor that gets the name ``path`` once the block has ended well, and else is gone."""
    _clear_leftovers(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        file = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise _cannot_write(path, error) from error
    try_lock(file)  # it is new: nobody else has it
    try:
        try:
            yield file
            os.fsync(file)
        finally:
            os.close(file)
        put_file(partial, path)
    except OSError as error:
        raise _broken_off(path, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _clear_leftovers(path: Path) -> None:
    """Remove what a killed run left beside ``path``; a living one holds its lock and is left alone."""
    for partial in path.parent.glob(f".{glob.escape(path.name)}.*.partial"):
        with contextlib.suppress(OSError), partial.open("rb") as file:
            if try_lock(file.fileno()):
                partial.unlink()


def _cannot_write(path: Path, error: OSError) -> DeviceError:
    what = _("cannot be written: {reason}", reason=error.strerror)
    todo = _("Name another place with -o.")
    return DeviceError(Finding("cannot-write", what, Place(str(path)), todo))


def _broken_off(path: Path, error: OSError) -> BrokenOffError:
    what = _("writing stopped: {reason}", reason=error.strerror or error)
    return BrokenOffError(Finding("write-failed", what, Place(str(path)), _("Free some room or choose another disk.")))


def _write_extent(file: int, extent: Extent, progress: Progress, key: str) -> None:
    if isinstance(extent.content, FileRange):
        _copy_range(file, extent.offset, extent.content, progress, key)
    elif isinstance(extent.content, Made):
        _write_all(file, extent.offset, extent.content.data)
        progress.advance(key, extent.length)


def _write_all(file: int, offset: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(file, rest, offset)
        rest, offset = rest[written:], offset + written


def _copy_range(file: int, offset: int, content: FileRange, progress: Progress, key: str) -> None:
    """Copy inside the kernel, which shares blocks where the disk can; holes of the source stay holes."""
    try:
        source = os.open(content.path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _source_error(content, _("cannot be read: {reason}", reason=error.strerror)) from error
    try:
        _check_unchanged(source, content)
        done = content.offset
        for start, end in _stored_parts(source, content):
            for copied in _copy_part(file, offset + start - content.offset, source, start, end, content):
                progress.advance(key, copied - done)
                done = copied
        _check_unchanged(source, content)
        progress.advance(key, content.offset + content.length - done)
    finally:
        os.close(source)


def _stored_parts(source: int, content: FileRange) -> Iterator[tuple[int, int]]:
    """The parts of the range that are no holes, by offsets in the source."""
    position, end = content.offset, content.offset + content.length
    while position < end:
        try:
            start = os.lseek(source, position, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:  # anything else is the disk's failure, not a hole up to the end
                raise
            return
        position = min(os.lseek(source, start, os.SEEK_HOLE), end)
        if start < position:
            yield start, position


def _copy_part(file: int, offset: int, source: int, start: int, end: int, content: FileRange) -> Iterator[int]:
    """Copy from ``start`` to ``end`` of the source; yields how far it has come."""
    while start < end:
        copied = _copy_some(file, offset, source, start, min(end - start, _CHUNK))
        if copied == 0:
            raise _source_error(content, _("ends at byte {offset}, before its size", offset=start))
        # Begins to write now what the end has to wait for, so that reading and writing go on side by side.
        os.posix_fadvise(file, offset, copied, os.POSIX_FADV_DONTNEED)
        start, offset = start + copied, offset + copied
        yield start


def _copy_some(file: int, offset: int, source: int, start: int, length: int) -> int:
    """Bytes copied. Between some file systems the kernel shares no blocks but still copies."""
    try:
        return os.copy_file_range(source, file, length, start, offset)
    except OSError as error:
        if error.errno not in _CANNOT_SHARE:
            raise
    os.lseek(file, offset, os.SEEK_SET)
    return os.sendfile(file, source, start, length)


def _check_unchanged(source: int, content: FileRange) -> None:
    now = os.fstat(source)
    if now.st_size < content.offset + content.length or (content.mtime_ns and now.st_mtime_ns != content.mtime_ns):
        raise _source_error(content, _("has changed since it was looked at"))


def _source_error(content: FileRange, what: Text) -> BrokenOffError:
    todo = _("Start again, and leave the sources alone meanwhile.")
    return BrokenOffError(Finding("source-changed", what, Place(str(content.path)), todo))
