"""A manifest as stored on disk: plain tables and their positions, valid or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from usbkit.core.errors import Place
from usbkit.manifest.fields import write_path
from usbkit.manifest.positions import Path as FieldPath
from usbkit.manifest.positions import Positions


@dataclass(frozen=True)
class Source:
    """The tables in one file. The accessors skip values of a wrong type, which are reported elsewhere.

    ``lost`` are keys of invalid lines: that they are missing has been reported.
    """

    path: Path
    document: Mapping[str, Any] = field(default_factory=dict)
    positions: Positions = field(default_factory=Positions)
    lost: frozenset[str] = frozenset()

    def place(self, *path: str | int) -> Place:
        """The place of ``path``, for a finding about it."""
        return Place(str(self.path), self.positions.line(path), write_path(path, self.document) or None)

    def value(self, *path: str | int) -> Any:
        """Return the value at ``path``, None if there is none."""
        found: Any = self.document
        for step in path:
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found

    def tables(self, *path: str | int) -> Iterator[FieldPath]:
        """The paths of the tables in the list at ``path``."""
        entries = self.value(*path)
        if isinstance(entries, list):
            yield from ((*path, n) for n, entry in enumerate(entries) if isinstance(entry, dict))

    def texts(self, *path: str | int) -> Iterator[tuple[FieldPath, str]]:
        """The paths and values of the texts in the list or table at ``path``."""
        entries = self.value(*path)
        pairs = (
            enumerate(entries) if isinstance(entries, list) else entries.items() if isinstance(entries, dict) else ()
        )
        yield from (((*path, step), entry) for step, entry in pairs if isinstance(entry, str))

    def text(self, *path: str | int) -> str:
        """Return the text at ``path``, empty if there is none."""
        found = self.value(*path)
        return found if isinstance(found, str) else ""

    def ids(self, key: str) -> list[str]:
        """The ids of the tables in the list ``key``."""
        return [id for path in self.tables(key) if (id := self.text(*path, "id"))]
