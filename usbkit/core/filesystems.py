"""Which file systems keep what tells a file's change: inode, size, times, and the change time that nobody can set."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

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
    """Whether the file system at ``path`` keeps what tells a change. Off Linux it is taken to; raises OSError."""
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
    """What the system calls the file system at ``path``, as ``nfs4``; empty where it does not say."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    resolved, found, length = path.resolve(), "", -1
    for line in lines:
        # proc_pid_mountinfo(5): the mount point is the fifth field, the kind follows the lone dash
        fields, _dash, kind = line.partition(" - ")
        place = Path(fields.split()[4].encode("utf-8", "surrogateescape").decode("unicode_escape"))
        if resolved.is_relative_to(place) and len(place.parts) >= length:
            found, length = kind.split()[0], len(place.parts)
    return found
