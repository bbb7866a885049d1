"""Which file systems keep what reveals a file's change: inode, size, times, and the change time that nobody can set."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path

from usbkit.core.real_paths import real_path

#: statfs(2)'s ``f_type`` (linux/magic.h, the file systems' own headers) of those that keep all of it, by fractions of
#: a second. Not here, so not trusted: NFS, CIFS, 9P, FUSE and others that ask a server or a program; FAT and exFAT,
#: which have no change time and number their files anew at each mount; whatever we do not know.
_KEEPING = {
    0xEF53: "ext4",
    0x58465342: "xfs",
    0x9123683E: "btrfs",
    0xF2F52010: "f2fs",
    0x2FC12FC1: "zfs",
    0xCA451A4E: "bcachefs",
    0x3153464A: "jfs",
    0x52654973: "reiserfs",
    0x794C7630: "overlay",
    0x01021994: "tmpfs",
    0x73717368: "squashfs",
    0xE0F5E1E2: "erofs",
    0x9660: "iso9660",
}


def keeps_changes(path: Path) -> bool:
    """Whether the file system at ``path`` keeps what reveals a change; assumed off Linux. Raises OSError."""
    return not sys.platform.startswith("linux") or _type_of(path) in _KEEPING


def _type_of(path: Path) -> int:
    status = ctypes.create_string_buffer(256)  # struct statfs has 120 bytes
    if _libc().statfs(os.fsencode(path), status) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(path))
    return ctypes.c_ulong.from_buffer(status).value & 0xFFFFFFFF


def _libc() -> ctypes.CDLL:
    global _loaded  # noqa: PLW0603 - loaded once, on first use
    if _loaded is None:
        _loaded = ctypes.CDLL(None, use_errno=True)
    return _loaded


_loaded: ctypes.CDLL | None = None


def name_of(path: Path) -> str:
    """Return the system's name for the file system at ``path``, such as ``nfs4``; empty if unknown."""
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().split(b"\n")
    except OSError:
        return ""
    resolved, found, length = real_path(path), "", -1
    for line in filter(None, lines):
        # proc_pid_mountinfo(5): the mount point is the fifth field, the kind follows the lone dash
        fields, _dash, kind = line.partition(b" - ")
        place = Path(unescape_mount(fields.split(b" ")[4]))
        if resolved.is_relative_to(place) and len(place.parts) >= length:
            found, length = os.fsdecode(kind.split(b" ")[0]), len(place.parts)
    return found


def unescape_mount(field: bytes) -> str:
    """Return a mount point from a field of proc's mount tables."""
    return os.fsdecode(_OCTAL.sub(lambda octal: bytes([int(octal[1], 8)]), field))


#: How the kernel writes a space, tabulator, line's end or backslash; any other byte stands as it is.
_OCTAL = re.compile(rb"\\([0-7]{3})")
