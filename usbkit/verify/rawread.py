"""Read a device or an image file at any offset; a device without caches, so that the data is the device's own."""

from __future__ import annotations

import errno
import mmap
import os
import stat
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from usbkit.core.errors import BrokenOffError, DeviceError
from usbkit.core.messages import _

#: Both sizes of sectors that drives have divide it; ``O_DIRECT`` wants whole ones.
_ALIGNMENT = 4096
#: Bytes read at a time while files are streamed.
_CHUNK = 2**20
#: Reads in flight beyond the piece in use, so that the device never waits for the hash.
_AHEAD = 2

_LINUX_PARTITION = "/sys/dev/block/{}:{}/partition"


class RawReader:
    """An open device or image file of ``size`` bytes."""

    def __init__(self, fd: int, size: int, name: Path, pool: ThreadPoolExecutor) -> None:
        self._fd, self.size, self._name, self._pool = fd, size, name, pool
        self._turn = threading.Lock()  # where a read takes two calls, they belong together

    def read_at(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes, fewer at the end. Raises OSError."""
        return bytes(self._read(offset, length, _new_buffer(length)))

    def stream(self, pieces: Iterable[tuple[int, int]]) -> Iterator[memoryview]:
        """Yield the bytes of (offset, length) pieces in turn, each view valid until the next is requested. Raises
        OSError.
        """
        buffers = [_new_buffer(_CHUNK) for _n in range(_AHEAD + 2)]
        flying: deque[Future[memoryview]] = deque()
        try:
            for number, (offset, length) in enumerate(_split(pieces)):
                flying.append(self._pool.submit(self._read, offset, length, buffers[number % len(buffers)]))
                if len(flying) > _AHEAD:
                    yield flying.popleft().result()
            while flying:
                yield flying.popleft().result()
        finally:
            for future in flying:
                future.cancel()

    def _read(self, offset: int, length: int, buffer: mmap.mmap) -> memoryview:
        start = offset - offset % _ALIGNMENT
        end = -(-(offset + length) // _ALIGNMENT) * _ALIGNMENT
        view = memoryview(buffer)[: end - start]
        done = 0
        while done < len(view):
            count = self._read_some(view[done:], start + done)
            if count == 0:
                break
            done += count
        if done < offset - start + length:
            raise OSError(errno.EIO, f"the device ended at byte {start + done}")
        return view[offset - start : offset - start + length]

    def _read_some(self, view: memoryview, offset: int) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self._fd, [view], offset)
        with self._turn:
            os.lseek(self._fd, offset, os.SEEK_SET)
            data = os.read(self._fd, len(view))
        view[: len(data)] = data
        return len(data)

    def require_present(self) -> None:
        """Raise BrokenOffError if the device is gone: then no answer about it is possible."""
        try:
            self.read_at(0, min(_ALIGNMENT, self.size))
        except OSError as error:
            raise BrokenOffError.of(
                "device-vanished",
                _("{device} is no longer there: {reason}", device=self._name, reason=error.strerror),
                todo=_("Plug it in again, firmly, and check it again."),
            ) from error


@contextmanager
def open_raw(path: Path) -> Iterator[RawReader]:
    """Open a device or image file for reading. Raises DeviceError if that is not possible."""
    try:
        status = path.stat()
        is_device = stat.S_ISBLK(status.st_mode)
        if not is_device and not stat.S_ISREG(status.st_mode):
            raise _unfit(path)
        if is_device:
            _require_whole(path, status)
        past_caches = getattr(os, "O_DIRECT", 0) if is_device else 0
        fd = os.open(path, os.O_RDONLY | past_caches | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise DeviceError.of(
            "device-not-opened",
            _("{path} cannot be opened: {reason}", path=path, reason=error.strerror),
            todo=_("Reading a device needs root, or membership of its group. A mounted folder needs neither."),
        ) from error
    pool = ThreadPoolExecutor(1, "verify-read")
    try:
        yield RawReader(fd, os.lseek(fd, 0, os.SEEK_END), path, pool)
    finally:
        pool.shutdown(cancel_futures=True)
        os.close(fd)


def _split(pieces: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """``pieces`` in parts that fit a buffer wherever they begin."""
    most = _CHUNK - _ALIGNMENT
    for offset, length in pieces:
        for start in range(offset, offset + length, most):
            yield start, min(most, offset + length - start)


def _new_buffer(length: int) -> mmap.mmap:
    """Memory at a page's beginning, with room for the sectors that ``length`` bytes may touch."""
    return mmap.mmap(-1, (length // _ALIGNMENT + 2) * _ALIGNMENT)


def _require_whole(path: Path, status: os.stat_result) -> None:
    if Path(_LINUX_PARTITION.format(os.major(status.st_rdev), os.minor(status.st_rdev))).exists():
        raise DeviceError.of(
            "device-is-partition",
            _("{path} is a partition; its table would not be checked", path=path),
            todo=_("Give the whole device, such as /dev/sdb for /dev/sdb1."),
        )


def _unfit(path: Path) -> DeviceError:
    return DeviceError.of(
        "nothing-to-check",
        _("{path} is neither a folder nor a block device nor an image file", path=path),
        todo=_("Give the folder where the drive is mounted, the drive's device, or an image file."),
    )
