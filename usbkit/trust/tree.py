"""What a check reads: a tree of files, wherever it stands. `usbkit.verify` makes one of a folder or of a device."""

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
class Entry:
    """One name in the tree. ``path`` has ``/`` between parts whatever the system writes; ``size`` in bytes."""

    path: str
    kind: EntryKind
    size: int = 0


class UnreadableError(Exception):
    """A file could not be read to its end; ``reason`` says where and why. Becomes a record of that file."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Tree(Protocol):
    """A tree of files that is only read."""

    def entries(self) -> tuple[Entry, ...]:
        """Every name in the tree, in the order in which reading is quickest; the same every time."""

    def read(self, path: str) -> Iterator[bytes | memoryview]:
        """A file's bytes in pieces, each valid until the next is asked for. Raises UnreadableError."""

    def where(self, path: str) -> Text | None:
        """Where the file's bytes stand, for a person who looks for the damage; None where that says nothing."""
