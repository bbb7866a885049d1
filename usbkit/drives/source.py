"""Read the sources to be written, and detect a source that has changed since it was examined.

Sources are read through the page cache: drives written close together read each source from disk once, and a slow one
reads it again instead of delaying the others.
"""

from __future__ import annotations

import os
from types import TracebackType

from usbkit.core.content import FileRange, Zeros
from usbkit.core.errors import Finding, Place, SourceError
from usbkit.core.messages import Text, _
from usbkit.drives.runs import Run, RunPiece

_ZEROS = b"\0" * 65536


class Sources:
    """Fills buffers with the bytes of runs. Keeps its current file open; use it in one thread at a time."""

    def __init__(self) -> None:
        self._range: FileRange | None = None
        self._fd = -1

    def __enter__(self) -> Sources:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def fill(self, run: Run, buffer: memoryview) -> None:
        """Fill ``buffer`` with the bytes of ``run``, which has the same length. Raises SourceError."""
        for piece in run.pieces:
            view = buffer[piece.at : piece.at + piece.length]
            if isinstance(piece.content, FileRange):
                self._read(piece.content, piece, view)
            elif isinstance(piece.content, Zeros):
                _clear(view)
            else:
                view[:] = memoryview(piece.content.data)[piece.start : piece.start + piece.length]

    def finish(self) -> None:
        """Check the last file once more. Raises SourceError if it has changed."""
        if self._range is not None:
            _require_same(self._range, self._fd)
            os.close(self._fd)
            self._range, self._fd = None, -1

    def _read(self, source: FileRange, piece: RunPiece, view: memoryview) -> None:
        if self._range != source:
            self.finish()
            self._fd = _open(source)
            self._range = source
        done = 0
        while done < len(view):
            try:
                count = os.preadv(self._fd, [view[done:]], source.offset + piece.start + done)
            except OSError as problem:
                raise unreadable(source, problem) from None
            if count == 0:
                raise changed(source)
            done += count


def _open(source: FileRange) -> int:
    try:
        fd = os.open(source.path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as problem:
        raise unreadable(source, problem) from None
    try:
        _require_same(source, fd)
        os.posix_fadvise(fd, source.offset, source.length, os.POSIX_FADV_SEQUENTIAL)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _require_same(source: FileRange, fd: int) -> None:
    now = os.fstat(fd)
    if now.st_size < source.offset + source.length or (source.mtime_ns and now.st_mtime_ns != source.mtime_ns):
        raise changed(source)


def _clear(view: memoryview) -> None:
    for at in range(0, len(view), len(_ZEROS)):
        part = view[at : at + len(_ZEROS)]
        part[:] = _ZEROS[: len(part)]


def changed(source: FileRange) -> SourceError:
    """The error for a source that is not the planned file."""
    return _error("source-changed", source, _("this source changed since it was read"))


def unreadable(source: FileRange, problem: OSError) -> SourceError:
    """The error for a source that is gone or whose disk failed."""
    return _error("source-unreadable", source, _("this source cannot be read: {reason}", reason=problem.strerror))


def _error(id: str, source: FileRange, what: Text) -> SourceError:
    todo = _("The drive is not at fault. Correct the source, then write the drive again.")
    return SourceError(Finding(id, what, Place(str(source.path)), todo))
