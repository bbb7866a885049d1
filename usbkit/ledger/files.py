"""The ledger's file: private from its first byte on, and owned by the programme's owner under ``sudo`` too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Modes of a ledger's file and of a folder that is made for it.
FILE_MODE, FOLDER_MODE = 0o600, 0o700


def make_private_file(path: Path) -> None:
    """Create ``path`` empty, with its folders, if absent. Raises OSError.

    SQLite gives its log and index the file's mode and, as root, its owner.
    """
    make_private_folder(path.parent)
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    except FileExistsError:
        return
    try:
        _give_to_owner_of(path.parent, fd)
    finally:
        os.close(fd)


def make_private_folder(folder: Path) -> None:
    """Create a folder with its parents, if absent. Raises OSError."""
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


def write_private(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` for its owner only, even if it was readable to others before. Raises OSError."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT, FILE_MODE)
    with os.fdopen(fd, "wb") as file:
        if path.is_file():  # and no terminal or pipe
            path.chmod(FILE_MODE)
            file.truncate()
        file.write(data)


@contextmanager
def without_log(path: Path) -> Iterator[None]:
    """Remove a database's log and index afterwards in every case."""
    try:
        yield
    finally:
        for suffix in _BESIDE:
            path.with_name(path.name + suffix).unlink(missing_ok=True)


#: What SQLite writes beside a database.
_BESIDE = ("-wal", "-shm", "-journal")


def is_writable(path: Path) -> bool:
    """Whether a ledger at ``path`` can be appended to: the file, and its folder, which holds the log."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def close_to_others(path: Path) -> None:
    """Make private what an older usbkit left readable: file, log and index, if we own them."""
    for suffix in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        try:
            found = beside.stat()
        except FileNotFoundError:
            continue
        if found.st_mode & 0o077 and os.geteuid() in (0, found.st_uid):
            beside.chmod(FILE_MODE)
