"""Write an image as a sparse file, with the block map for bmaptool beside it.

Both are written beside their places and renamed when complete, so no partial file has their names.
"""

from __future__ import annotations

import contextlib
import functools
import glob
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.atomic import put_file
from usbkit.core.content import FileRange, Made
from usbkit.core.errors import BrokenOffError, DeviceError, Finding, Place
from usbkit.core.file_lock import try_lock
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.core.proven_copy import copy_proven
from usbkit.core.shared_blocks import Clones
from usbkit.core.units import format_size
from usbkit.disk.bmap import make_bmap
from usbkit.disk.image import Extent, Image


@dataclass(frozen=True, slots=True)
class WrittenImage:
    """The written files: paths of image and block map, and the bytes of data stored in the image file."""

    path: Path
    bmap: Path
    stored: int


def write_image(
    image: Image,
    path: Path,
    progress: Progress,
    clones: Clones | None = None,
    require_place: Callable[[], None] = lambda: None,
) -> WrittenImage:
    """Write ``image`` to ``path`` and its block map to ``path`` plus ``.bmap``. Zeros stay holes.

    ``require_place`` is called when both are finished and nothing is in its place yet: what it raises ends the run.

    Each file is verified by its digest while it is written; ``clones`` are shared by a run that uses the same sources
    again. Raises DeviceError if there is no room or no permission, SourceError if a source does not match its digest,
    BrokenOffError if the disk failed; then nothing is left behind.
    """
    _check_place(path)
    stored = sum(e.length for e in image.extents if isinstance(e.content, FileRange | Made))
    _check_room(path, stored)
    bmap = bmap_of(path)
    digests = {f.path: f.sha256 for f in image.files}
    advance = functools.partial(progress.advance, str(path))
    progress.begin(str(path), "image", _("writing {path}", path=path), stored)
    with _beside(bmap) as bmap_file, _beside(path) as file:
        os.truncate(file, image.size)
        for extent in image.extents:
            _write_extent(file, extent, digests.get(extent.what, ""), advance, clones)
        os.write(bmap_file, make_bmap(image).encode())
        os.fsync(file)  # here, since it may take long, and what is judged next is judged for now
        _check_place(path)
        require_place()
    progress.end(str(path), "written")
    return WrittenImage(path, bmap, stored)


def bmap_of(path: Path) -> Path:
    """The place of the block map of the image at ``path``."""
    return path.with_name(f"{path.name}.bmap")


def _check_place(path: Path) -> None:
    """An image is a file; a device is written by other means, and never replaced by a file of its name."""
    if os.path.lexists(path) and not path.is_file():
        what = _("this is not a regular file, and an image replaces only files")
        todo = _("Choose another name; to write to a device, use usbkit write.")
        raise DeviceError.of("not-a-file", what, place=Place(str(path)), todo=todo)


def _check_room(path: Path, needed: int) -> None:
    try:
        disk = os.statvfs(path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    free = disk.f_bavail * disk.f_frsize
    if needed > free:
        what = _(
            "not enough space: the image needs {needed}; {free} are free",
            needed=format_size(needed),
            free=format_size(free),
        )
        raise DeviceError.of("no-room", what, place=Place(str(path)), todo=_("Free some space or choose another disk."))


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
    return BrokenOffError(Finding("write-failed", what, Place(str(path)), _("Free some space or choose another disk.")))


def _write_extent(
    file: int, extent: Extent, sha256: str, advance: Callable[[int], None], clones: Clones | None
) -> None:
    if isinstance(extent.content, FileRange):
        copy_proven(extent.content, sha256, file, extent.offset, advance, clones)
    elif isinstance(extent.content, Made):
        _write_all(file, extent.offset, extent.content.data)
        advance(extent.length)


def _write_all(file: int, offset: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(file, rest, offset)
        rest, offset = rest[written:], offset + written
