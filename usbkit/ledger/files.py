"""The ledger's file: nobody else's to read from its first byte on, and the programme owner's under ``sudo`` too."""

from __future__ import annotations

import os
from pathlib import Path

#: Modes of a ledger's file and of a folder that is made for it.
FILE_MODE, FOLDER_MODE = 0o600, 0o700


def make_private_file(path: Path) -> None:
    """Make ``path`` empty where there is none, with its folders. Raises OSError.

    SQLite gives its log and index the mode and, as root, the owner of the file itself.
    """
    _make_folders(path.parent)
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    except FileExistsError:
        return
    try:
        _give_to_owner_of(path.parent, fd)
    finally:
        os.close(fd)


def _make_folders(folder: Path) -> None:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(FOLDER_MODE, exist_ok=True)
        fd = os.open(one, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _give_to_owner_of(one.parent, fd)
        finally:
            os.close(fd)


def _give_to_owner_of(folder: Path, fd: int) -> None:
    """Root makes nothing of its own in somebody's folder."""
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.fchown(fd, owner.st_uid, owner.st_gid)


def is_writable(path: Path) -> bool:
    """Whether a ledger at ``path`` can be appended to: the file, and its folder, where the log stands."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def close_to_others(path: Path) -> None:
    """Take from everybody else what an older usbkit left readable: file, log and index, where they are ours."""
    for suffix in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        try:
            found = beside.stat()
        except FileNotFoundError:
            continue
        if found.st_mode & 0o077 and os.geteuid() in (0, found.st_uid):
            beside.chmod(FILE_MODE)
