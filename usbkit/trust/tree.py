"""The tree of files that a check reads. ``usbkit.verify`` makes one from a folder or a device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from usbkit.core.messages import Text

#: Entries and depth beyond which a tree is no drive of ours, and is not walked further.
MAX_ENTRIES = 200_000
MAX_DEPTH = 32


class EntryKind(StrEnum):
    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"  # a symbolic link, a pipe, a device: nothing a drive of ours has


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of the tree. ``path`` has ``/`` between parts on every system; ``size`` in bytes.

    ``is_hidden``: the file system bids systems not to show it; known of devices and images alone.
    """

    path: str
    kind: EntryKind
    size: int = 0
    is_hidden: bool = False


class UnreadableFileError(Exception):
    """A file could not be read to its end; ``reason`` says where and why. It becomes that file's result."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Tree(Protocol):
    """A read-only tree of files."""

    def entries(self) -> tuple[TreeEntry, ...]:
        """Return every entry, in the order in which reading is quickest; the same every time."""

    def read(self, path: str) -> Iterator[bytes | memoryview]:
        """Yield a file's bytes in pieces, each valid until the next is requested. Raises UnreadableFileError."""

    def where(self, path: str) -> Text | None:
        """Return the place of the file's bytes, for a person who looks for damage; None if that does not help."""
