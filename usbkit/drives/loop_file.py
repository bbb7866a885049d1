"""What stands behind a loop device, by its numbers: the path may be gone, or another file's by now."""

from __future__ import annotations

import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

# linux/loop.h
_LOOP_GET_STATUS64 = 0x4C05
_LOOP_INFO64_SIZE = 232


@dataclass(frozen=True, slots=True)
class FileBehind:
    """A file by device and inode as ``stat`` says them; ``rdev`` is a block device's own number, else 0."""

    device: int
    inode: int
    rdev: int = 0

    @classmethod
    def of(cls, found: os.stat_result) -> FileBehind:
        return cls(found.st_dev, found.st_ino, found.st_rdev if stat.S_ISBLK(found.st_mode) else 0)

    def is_same(self, other: FileBehind) -> bool:
        """Whether both are one file, or one block device, which has a node in more than one place at times."""
        if self.rdev or other.rdev:
            return self.rdev == other.rdev
        return (self.device, self.inode) == (other.device, other.inode)


def file_behind(node: Path) -> FileBehind | None:
    """Return what stands behind the loop device at ``node``; None where the kernel does not tell us."""
    import fcntl

    answer = bytearray(_LOOP_INFO64_SIZE)
    try:
        fd = os.open(node, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            fcntl.ioctl(fd, _LOOP_GET_STATUS64, answer)
        finally:
            os.close(fd)
    except OSError:
        return None
    return FileBehind(*struct.unpack_from("=QQQ", answer))
