"""Which file stands behind a loop device, by its device and inode: the path may be gone, or another file's by now."""

from __future__ import annotations

import os
import struct
from pathlib import Path

# linux/loop.h
_LOOP_GET_STATUS64 = 0x4C05
_LOOP_INFO64_SIZE = 232


def file_behind(node: Path) -> tuple[int, int] | None:
    """Device and inode as ``stat`` says them of the file behind ``node``; None where the kernel does not tell us."""
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
    device, inode = struct.unpack_from("=QQ", answer)
    return device, inode
