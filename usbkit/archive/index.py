"""The index of a pack: its archives, their parts, and the files in them. Read strictly.

It is rewritten after each finished archive, so it names only finished ones. It proves nothing, since whoever changes a
pack can change it too; the seal inside does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from usbkit.archive.limits import MAX_ARCHIVES, MAX_CONTENT, MAX_FILES, MAX_INDEX, MAX_PARTS
from usbkit.archive.plan import Method, Wishes
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.portable_names import twins
from usbkit.trust.sums import MAX_PATH, PATH

FORMAT = "usbkit pack v1"
SUFFIX = ".pack.json"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PATH = re.compile(PATH)
#: Bytes of any one file of a pack.
_MOST = 2 * MAX_CONTENT


def find_indexes(folder: Path) -> list[Path]:
    """Return the indexes in ``folder``. Hidden leftovers of killed runs do not count."""
    return sorted(p for p in folder.glob(f"*{SUFFIX}") if not p.name.startswith("."))


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a pack: its name, bytes, and SHA-256 in hex. An uncut archive is one part."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file that an archive holds: its path in the bundle and its bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class PackedArchive:
    """A finished archive. ``contents`` is None in an encrypted pack, whose names are secret."""

    name: str
    files: int
    content_size: int
    parts: tuple[Part, ...]
    contents: tuple[PackedFile, ...] | None

    @property
    def size(self) -> int:
        """Bytes of all its parts."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True, slots=True)
class PackIndex:
    """The finished ``archives`` of a pack, out of ``planned``. ``fingerprint`` is the seal's."""

    name: str
    fingerprint: str
    wishes: Wishes
    planned: int
    content_size: int
    archives: tuple[PackedArchive, ...] = ()

    @property
    def is_complete(self) -> bool:
        return len(self.archives) == self.planned

    @property
    def file_name(self) -> str:
        return self.name + SUFFIX

    def with_archive(self, archive: PackedArchive) -> PackIndex:
        """This index with one more finished archive."""
        return replace(self, archives=(*self.archives, archive))

    def to_json(self) -> bytes:
        """Return the index as a file: keys in a fixed order, ASCII, LF."""
        wishes = self.wishes
        values = {
            "format": FORMAT,
            "name": self.name,
            "seal": self.fingerprint,
            "since": wishes.since,
            "encrypted": wishes.encrypted,
            "method": wishes.method and wishes.method.value,
            "archive_size": wishes.archive_size,
            "part_size": wishes.part_size,
            "bytes": self.content_size,
            "planned": self.planned,
            "complete": self.is_complete,
            "archives": [_archive_json(a) for a in self.archives],
        }
        return (json.dumps(values, indent=1) + "\n").encode("ascii")

    @classmethod
    def from_json(cls, data: bytes, file: str) -> PackIndex:
        """Read an index from untrusted bytes. Raises InputError if it is invalid."""
        try:
            if len(data) > MAX_INDEX:
                raise ValueError(f"{len(data)} bytes")
            return _index(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            what = _("this is not the index of a pack: {reason}", reason=str(problem)[:200])
            todo = _("It was changed after it was made, or is not ours. Ask for it to be sent again.")
            raise InputError(Finding("index-unreadable", what, Place(file), todo)) from None


def _archive_json(archive: PackedArchive) -> dict[str, Any]:
    contents = archive.contents
    return {
        "name": archive.name,
        "files": archive.files,
        "bytes": archive.content_size,
        "parts": [{"name": p.name, "size": p.size, "sha256": p.sha256} for p in archive.parts],
        "contents": None if contents is None else [{"path": c.path, "size": c.size} for c in contents],
    }


def _index(values: Any) -> PackIndex:
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ValueError(f"not a {FORMAT!r}")
    method = values["method"]
    wishes = Wishes(
        method=None if method is None else Method(method),
        archive_size=_whole(values, "archive_size", _MOST),
        part_size=None if values["part_size"] is None else _whole(values, "part_size", _MOST),
        encrypted=_truth(values, "encrypted"),
        since=None if values["since"] is None else _matching(values, "since", _DIGEST),
    )
    archives = tuple(_archive(a, wishes.encrypted) for a in _list(values, "archives", MAX_ARCHIVES))
    index = PackIndex(
        name=_matching(values, "name", _NAME),
        fingerprint=_matching(values, "seal", _DIGEST),
        wishes=wishes,
        planned=_whole(values, "planned", MAX_ARCHIVES),
        content_size=_whole(values, "bytes", MAX_CONTENT),
        archives=archives,
    )
    _require_consistent(index)
    if _truth(values, "complete") != index.is_complete:
        raise ValueError("complete does not fit the archives")
    return index


def _archive(values: Mapping[str, Any], is_encrypted: bool) -> PackedArchive:
    parts = tuple(
        Part(_matching(p, "name", _NAME), _whole(p, "size", _MOST), _matching(p, "sha256", _DIGEST))
        for p in _list(values, "parts", MAX_PARTS)
    )
    listed = values["contents"]
    if (listed is None) != is_encrypted:
        raise ValueError("contents are listed exactly where nothing is encrypted")
    return PackedArchive(
        name=_matching(values, "name", _NAME),
        files=_whole(values, "files", MAX_FILES),
        content_size=_whole(values, "bytes", MAX_CONTENT),
        parts=parts,
        contents=None if listed is None else tuple(_content(c) for c in _list(values, "contents", MAX_FILES)),
    )


def _content(values: Mapping[str, Any]) -> PackedFile:
    path = _matching(values, "path", _PATH)
    if len(path) > MAX_PATH:
        raise ValueError(f"{path[:MAX_PATH]!r} is too long")
    return PackedFile(path, _whole(values, "size", MAX_CONTENT))


def _require_consistent(index: PackIndex) -> None:
    names = [part.name for archive in index.archives for part in archive.parts]
    paths = [c.path for archive in index.archives for c in archive.contents or ()]
    for pair in (*twins([*names, index.file_name]), *twins(paths)):
        raise ValueError(f"{pair[0]!r} and {pair[1]!r} are one file to some systems")
    for archive in index.archives:
        if archive.contents is not None:
            sizes = [c.size for c in archive.contents]
            if len(sizes) != archive.files or sum(sizes) != archive.content_size:
                raise ValueError(f"{archive.name}: files and bytes do not fit the contents")
        if not archive.parts:
            raise ValueError(f"{archive.name} has no part")
    if sum(a.content_size for a in index.archives) > index.content_size or len(index.archives) > index.planned:
        raise ValueError("the archives hold more than the pack")


def _whole(values: Mapping[str, Any], key: str, most: int) -> int:
    value = values[key]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(f"{key} is {value!r}")
    return value


def _truth(values: Mapping[str, Any], key: str) -> bool:
    value = values[key]
    if not isinstance(value, bool):
        raise ValueError(f"{key} is {value!r}")
    return value


def _matching(values: Mapping[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    value = values[key]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"{key} is {value!r}")
    return value


def _list(values: Mapping[str, Any], key: str, most: int) -> list[Any]:
    value = values[key]
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"{key} is not a list of at most {most}")
    return value
