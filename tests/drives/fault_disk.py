"""A disk with injectable faults: one file served by FUSE, over which a test puts a real loop device.

Run as ``python -m tests.drives.fault_disk FOLDER BACKING``. Faults are read from ``BACKING.faults`` (JSON) whenever
that file changes, so that a drive can fail in the middle of its work.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mfusepy

NAME = "disk"


class Disk(mfusepy.Operations):  # type: ignore[misc]
    """``faults`` may name: ``bad_reads``, ``bad_writes``, ``drop``, ``hang`` (ranges [start, end]), ``flip`` (a byte),
    ``rate`` (bytes a second, from the first write on: it is looked at without delay), ``true_size`` with ``beyond``
    (wrap, zeros, noise, error), ``gone`` (true)."""

    use_ns = True

    def __init__(self, backing: Path) -> None:
        self._fd = os.open(backing, os.O_RDWR)
        self._size = os.fstat(self._fd).st_size
        self._control = Path(f"{backing}.faults")
        self._read_at = -1
        self._is_written = False
        self._faults: dict[str, Any] = {}

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}
        if path != f"/{NAME}":
            raise mfusepy.FuseOSError(errno.ENOENT)
        return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": self._size}

    def open(self, path: str, flags: int) -> int:
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        faults = self._now()
        self._disturb(faults, offset, size)
        if _meets(faults.get("bad_reads"), offset, size):
            raise mfusepy.FuseOSError(errno.EIO)
        end = faults.get("true_size")
        if end is None or offset + size <= end:
            return os.pread(self._fd, size, offset)
        return b"".join(self._read_page(faults, at, length) for at, length in _pages(offset, size))

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        faults = self._now()
        self._is_written = True
        self._disturb(faults, offset, len(data))
        if _meets(faults.get("bad_writes"), offset, len(data)):
            raise mfusepy.FuseOSError(errno.EIO)
        if _meets(faults.get("drop"), offset, len(data)):
            return len(data)
        flip = faults.get("flip")
        if flip is not None and offset <= flip < offset + len(data):
            data = data[: flip - offset] + bytes([data[flip - offset] ^ 1]) + data[flip - offset + 1 :]
        end = faults.get("true_size")
        if end is None or offset + len(data) <= end:
            return os.pwrite(self._fd, data, offset)
        for at, length in _pages(offset, len(data)):
            self._write_page(faults, at, data[at - offset : at - offset + length])
        return len(data)

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self._disturb(self._now(), 0, 0)
        return 0

    def _read_page(self, faults: dict[str, Any], at: int, length: int) -> bytes:
        end = faults["true_size"]
        if at < end:
            return os.pread(self._fd, length, at)
        if faults["beyond"] == "wrap":
            return os.pread(self._fd, length, at % end)
        return os.urandom(length) if faults["beyond"] == "noise" else bytes(length)

    def _write_page(self, faults: dict[str, Any], at: int, data: bytes) -> None:
        end = faults["true_size"]
        if at < end:
            os.pwrite(self._fd, data, at)
        elif faults["beyond"] == "wrap":
            os.pwrite(self._fd, data, at % end)
        elif faults["beyond"] == "error":
            raise mfusepy.FuseOSError(errno.EIO)

    def _disturb(self, faults: dict[str, Any], offset: int, size: int) -> None:
        if faults.get("gone"):
            raise mfusepy.FuseOSError(errno.EIO)
        if self._is_written and (rate := faults.get("rate")):
            time.sleep(size / rate)
        while _meets(self._now().get("hang"), offset, max(size, 1)):
            time.sleep(0.05)

    def _now(self) -> dict[str, Any]:
        try:
            changed = self._control.stat().st_mtime_ns
            if changed != self._read_at:
                self._faults = json.loads(self._control.read_text())
                self._read_at = changed
        except (OSError, ValueError):
            pass
        return self._faults


def _pages(offset: int, size: int) -> Iterator[tuple[int, int]]:
    """The parts of a range that lie in one page each: (where, bytes). A true size is whole pages."""
    while size:
        length = min(4096 - offset % 4096, size)
        yield offset, length
        offset, size = offset + length, size - length


def _meets(fault: list[int] | None, offset: int, size: int) -> bool:
    return fault is not None and fault[0] < offset + size and offset < fault[1]


if __name__ == "__main__":
    mfusepy.FUSE(
        Disk(Path(sys.argv[2])), sys.argv[1], foreground=True, direct_io=True, big_writes=True, max_read=131072
    )
