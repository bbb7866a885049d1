"""Copy a source file's bytes and verify the copy: read it back and compare its digest.

The kernel copies, so a disk that can share blocks shares them and holes stay holes. The copy is read back and hashed;
the digest of the source taken earlier is only compared with it, never trusted.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from usbkit.core.content import FileRange
from usbkit.core.errors import Finding, Place, SourceError
from usbkit.core.messages import Text, _
from usbkit.core.shared_blocks import Clones

#: Bytes copied at a time: little enough to be read back from memory, much enough that the loop costs nothing.
_CHUNK = 8 * 2**20
#: Bytes digested at a time.
_PIECE = 2**20

#: Whether a file can be read at a place while another thread moves its position.
_CAN_READ_AT = hasattr(os, "preadv")

_CANNOT_SHARE = (errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS)


def copy_proven(
    source: FileRange, sha256: str, out: int, at: int, advance: Callable[[int], None], clones: Clones | None = None
) -> None:
    """Write the bytes of ``source`` at offset ``at`` of the file ``out``, open for reading and writing.

    ``sha256`` (hex) is the expected digest; ``advance`` receives the bytes done. With ``clones`` a source that is used
    several times is cloned and hashed once. Raises SourceError, naming the source, and OSError for the target.
    """
    if clones is not None and _copy_from_clone(clones, source, sha256, out, at):
        advance(source.length)
        return
    with _opened(source) as reader, ThreadPoolExecutor(1) as pool:
        _require_unchanged(reader, source)
        digest = _Digest(out, at, pool)
        done = 0
        for position in _copy(reader, source, out, at):
            digest.reach(at + position)
            advance(position - done)
            done = position
        _require_unchanged(reader, source)
        if digest.finish(at + source.length) != sha256:
            raise not_as_digested(source)
        advance(source.length - done)


def _copy_from_clone(clones: Clones, source: FileRange, sha256: str, out: int, at: int) -> bool:
    """Whether there is a clone; its bytes were digested once and are nobody else's, so that they are not read again."""

    def prove(clone: int) -> None:
        sha = hashlib.sha256()
        _update(sha, clone, 0, source.length)
        if sha.hexdigest() != sha256:
            raise not_as_digested(source)

    clone = clones.find(source, sha256, prove)
    if clone is None:
        return False
    with _opened(clone) as reader:
        for _done in _copy(reader, clone, out, at):
            pass
    return True


def not_as_digested(source: FileRange) -> SourceError:
    """The error for a source whose bytes changed since it was hashed, although size and time did not."""
    what = _("its contents differ from when it was read, although its size and time are the same")
    todo = _("Something changed it and kept its time, or the disk is failing. `usbkit check --again` reads it again.")
    return SourceError(Finding("source-changed", what, Place(str(source.path)), todo))


class _Digest:
    """SHA-256 of what stands in the file ``out`` from ``at`` on, taken beside the copying."""

    def __init__(self, out: int, at: int, pool: ThreadPoolExecutor) -> None:
        self._sha, self._out, self._at, self._pool = hashlib.sha256(), out, at, pool
        self._running: Future[None] | None = None

    def reach(self, end: int) -> None:
        """What stands before ``end`` (bytes from the file's start) is put down."""
        self._wait()
        start, self._at = self._at, end
        if _CAN_READ_AT:
            self._running = self._pool.submit(self._take, start, end)
        else:
            self._take(start, end)

    def finish(self, end: int) -> str:
        """The digest in hex of all up to ``end``."""
        self._wait()
        self._take(self._at, end)
        return self._sha.hexdigest()

    def _wait(self) -> None:
        if self._running is not None:
            self._running.result()

    def _take(self, start: int, end: int) -> None:
        _update(self._sha, self._out, start, end)
        if end > start:
            _write_behind(self._out, start, end - start)


def _update(sha: hashlib._Hash, file: int, start: int, end: int) -> None:
    buffer = memoryview(bytearray(min(_PIECE, max(end - start, 0))))
    while start < end:
        count = _read_at(file, buffer[: end - start], start)
        if count == 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))  # what we wrote is not there
        sha.update(buffer[:count])
        start += count


def _read_at(file: int, buffer: memoryview, at: int) -> int:
    if _CAN_READ_AT:
        return os.preadv(file, [buffer], at)
    os.lseek(file, at, os.SEEK_SET)
    data = os.read(file, len(buffer))
    buffer[: len(data)] = data
    return len(data)


def _write_behind(file: int, start: int, length: int) -> None:
    """Begins to write now what the end has to wait for, so that reading and writing go on side by side."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file, start, length, os.POSIX_FADV_DONTNEED)


@contextmanager
def _opened(source: FileRange) -> Iterator[int]:
    try:
        reader = os.open(source.path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise _source_error(source, _("cannot be read: {reason}", reason=error.strerror)) from error
    try:
        yield reader
    finally:
        os.close(reader)


def _copy(reader: int, source: FileRange, out: int, at: int) -> Iterator[int]:
    """Copy the source to ``at``; yields how many of its bytes are done, those of holes included."""
    for start, end in _stored_parts(reader, source):
        position = start
        while position < end:
            length = min(end - position, _CHUNK)
            try:
                copied = _copy_some(out, at + position - source.offset, reader, position, length)
            except OSError:
                _require_readable(source, reader, position, length)
                raise  # the target is to blame
            if copied == 0:
                raise _source_error(source, _("ends at byte {offset}, before its size", offset=position))
            position += copied
            yield position - source.offset


def _require_readable(source: FileRange, reader: int, start: int, length: int) -> None:
    """Raise SourceError where it is the source that failed: the kernel does not say which side of a copy did."""
    try:
        _read_at(reader, memoryview(bytearray(min(length, _PIECE))), start)
    except OSError as error:
        raise _source_error(source, _("cannot be read: {reason}", reason=error.strerror)) from error


def _stored_parts(reader: int, source: FileRange) -> Iterator[tuple[int, int]]:
    """The parts of the range that are no holes, by offsets in the source."""
    position, end = source.offset, source.offset + source.length
    if not hasattr(os, "SEEK_DATA"):
        yield position, end
        return
    while position < end:
        try:
            start = os.lseek(reader, position, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:  # anything else is the disk's failure, not a hole up to the end
                raise
            return
        position = min(os.lseek(reader, start, os.SEEK_HOLE), end)
        if start < position:
            yield start, position


def _copy_some(out: int, at: int, reader: int, start: int, length: int) -> int:
    """Bytes copied. Between some file systems the kernel shares no blocks but still copies."""
    if hasattr(os, "copy_file_range"):
        try:
            return os.copy_file_range(reader, out, length, start, at)
        except OSError as error:
            if error.errno not in _CANNOT_SHARE:
                raise
    os.lseek(reader, start, os.SEEK_SET)
    data = os.read(reader, min(length, _PIECE))
    os.lseek(out, at, os.SEEK_SET)
    return os.write(out, data) if data else 0


def _require_unchanged(reader: int, source: FileRange) -> None:
    now = os.fstat(reader)
    if now.st_size < source.offset + source.length or (source.mtime_ns and now.st_mtime_ns != source.mtime_ns):
        raise _source_error(source, _("has changed since it was read"))


def _source_error(source: FileRange, what: Text) -> SourceError:
    todo = _("Run the command again, and do not change the sources meanwhile.")
    return SourceError(Finding("source-changed", what, Place(str(source.path)), todo))
