"""A folder as a tree: a mounted drive, a copy of one, a built bundle. It works the same on every system."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from usbkit.core.errors import DeviceError
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress, Silence
from usbkit.trust.tree import MAX_DEPTH, MAX_ENTRIES, EntryKind, TreeEntry, UnreadableFileError
from usbkit.trust.verdict import Structure, Verdict
from usbkit.verify.content import check_tree
from usbkit.verify.origin import Trust

#: Bytes read at a time: large enough for a USB stick's full speed, small enough that Ctrl-C is quick.
_CHUNK = 2**20


def verify_directory(path: Path, trust: Trust | None = None, progress: Progress | None = None) -> Verdict:
    """Check the files under ``path`` against the ``SHA256SUMS`` in it.

    Structure is not checked: a folder does not show its file system. Raises DeviceError if ``path`` is not a folder
    that can be listed.
    """
    tree = DirectoryTree(path)
    return check_tree(tree, Structure.NOT_CHECKED, (), trust or Trust(), progress or Silence(), key=str(path))


class DirectoryTree:
    """The files below ``root``. Links are listed, never followed: they could lead out of the drive."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def entries(self) -> tuple[TreeEntry, ...]:
        try:
            found = tuple(islice(self._walk(str(self._root), "", MAX_DEPTH), MAX_ENTRIES + 1))
        except OSError as error:
            raise DeviceError.of(
                "not-listed",
                _("{path} cannot be listed: {reason}", path=error.filename or self._root, reason=error.strerror),
                todo=_("Give the folder that the drive shows, and see that you may read it."),
            ) from error
        if len(found) > MAX_ENTRIES:
            raise _too_large(self._root)
        return tuple(sorted(found, key=lambda entry: entry.path))

    def _walk(self, folder: str, prefix: str, depth: int) -> Iterator[TreeEntry]:
        if depth == 0:
            raise _too_large(Path(folder))
        with os.scandir(folder) as found:
            for item in found:
                path = prefix + item.name
                status = item.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode) and not _leads_elsewhere(status):
                    yield TreeEntry(path, EntryKind.FOLDER)
                    yield from self._walk(item.path, path + "/", depth - 1)
                elif stat.S_ISREG(status.st_mode) and not _leads_elsewhere(status):
                    yield TreeEntry(path, EntryKind.FILE, status.st_size)
                else:
                    yield TreeEntry(path, EntryKind.OTHER)

    def read(self, path: str) -> Iterator[memoryview]:
        done = 0
        buffer = memoryview(bytearray(_CHUNK))
        try:
            with (self._root / path).open("rb", buffering=0) as file:
                while count := file.readinto(buffer):
                    done += count
                    yield buffer[:count]
        except OSError as error:
            raise UnreadableFileError(_("after {done} bytes: {reason}", done=done, reason=error.strerror)) from error

    def where(self, path: str) -> Text | None:
        return None


def _leads_elsewhere(status: os.stat_result) -> bool:
    """Whether Windows calls it a reparse point: a junction, or a file that is fetched from elsewhere."""
    return bool(getattr(status, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def _too_large(folder: Path) -> DeviceError:
    return DeviceError.of(
        "tree-too-large",
        _("{path} holds more names, or deeper folders, than any drive of ours", path=folder),
        todo=_("Give the drive's own folder, not one above it."),
    )
