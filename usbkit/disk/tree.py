"""The directory tree of a list of files, sorted, so that the order of the list does not matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from usbkit.disk.image import TreeFile


@dataclass(frozen=True)
class Directory:
    """A directory; ``path`` is empty for the root. Entries are sorted by name, so televisions list them in order."""

    path: str
    directories: dict[str, Directory] = field(default_factory=dict)
    files: dict[str, TreeFile] = field(default_factory=dict)

    def names(self) -> list[str]:
        """The names of all entries, sorted."""
        return sorted([*self.directories, *self.files])

    def walk(self) -> Iterator[Directory]:
        """Yield this directory and all below it, by path, parents first."""
        yield self
        for name in sorted(self.directories):
            yield from self.directories[name].walk()


@dataclass(frozen=True)
class PlacedTree:
    """All directories in order of placement, and the files: those that lead first, then the others."""

    root: Directory
    directories: tuple[Directory, ...]
    leading: tuple[TreeFile, ...]
    following: tuple[TreeFile, ...]


def grow(files: Sequence[TreeFile]) -> PlacedTree:
    """Return the tree of ``files``, whose paths passed ``usbkit.disk.names.check_paths``."""
    root = Directory("")
    for file in sorted(files, key=lambda f: f.path):
        *parents, name = file.path.split("/")
        _enter(root, parents).files[name] = file
    return PlacedTree(
        root, tuple(root.walk()), _sorted(f for f in files if f.leads), _sorted(f for f in files if not f.leads)
    )


def _enter(directory: Directory, names: list[str]) -> Directory:
    for name in names:
        path = f"{directory.path}/{name}" if directory.path else name
        directory = directory.directories.setdefault(name, Directory(path))
    return directory


def _sorted(files: Iterable[TreeFile]) -> tuple[TreeFile, ...]:
    return tuple(sorted(files, key=lambda f: f.path))
