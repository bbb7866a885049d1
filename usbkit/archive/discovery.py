"""Find the archives that a user names, a pack with its index or plain 7-Zip archives, and check that all are there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from usbkit.archive.cursor import START_SIZE, read_start
from usbkit.archive.index import SUFFIX, PackedArchive, PackIndex, find_indexes
from usbkit.archive.limits import MAX_ARCHIVES
from usbkit.archive.packing import read_index
from usbkit.archive.parts import hash_file
from usbkit.core.errors import AnswerNoError, Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress

# Not what begins with a dot: that is what a killed run left.
_ARCHIVE = re.compile(r"([^.].*\.7z)(?:\.(\d{3}))?", re.IGNORECASE)


@dataclass(frozen=True)
class FoundArchive:
    """One archive: its name, its parts in order, and its entry in the index, if any."""

    name: str
    parts: tuple[Path, ...]
    expected: PackedArchive | None


@dataclass(frozen=True)
class FoundPack:
    """Archives that make a bundle. ``strangers`` are archives in the folder that the index does not name."""

    folder: Path
    name: str
    index: PackIndex | None
    archives: tuple[FoundArchive, ...]
    strangers: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(p.stat().st_size for a in self.archives for p in a.parts)


def find_pack(path: Path) -> FoundPack:
    """Return the pack that ``path`` names: its folder, its index, or one of its files.

    Raises InputError if there is none or several, AnswerNoError with everything missing or of the wrong size.
    """
    if not path.exists():
        raise InputError(_no_pack(path, _("it is not there")))
    folder = path if path.is_dir() else path.absolute().parent
    if path.name.endswith(SUFFIX) and path.is_file():
        return _with_index(folder, read_index(path))
    indexes = find_indexes(folder)
    if path.is_dir() and len(indexes) > 1:
        raise InputError(_no_pack(path, _("there are {count} packs in it: name the index of one", count=len(indexes))))
    if path.is_dir() and indexes:
        return _with_index(folder, read_index(indexes[0]))
    for index in map(read_index, indexes):
        if path.name in {part.name for archive in index.archives for part in archive.parts}:
            return _with_index(folder, index)
    return _without_index(path, folder)


def _with_index(folder: Path, index: PackIndex) -> FoundPack:
    if not index.is_complete:
        what = _(
            "the pack is not finished: {done} of {planned} archives", done=len(index.archives), planned=index.planned
        )
        todo = _("Run the same `usbkit pack` again: it continues where it stopped.")
        raise AnswerNoError(Finding("pack-unfinished", what, Place(str(folder / index.file_name)), todo))
    archives = tuple(FoundArchive(a.name, tuple(folder / part.name for part in a.parts), a) for a in index.archives)
    named = {part.name for a in index.archives for part in a.parts}
    others = sorted(p.name for p in folder.iterdir() if _ARCHIVE.fullmatch(p.name) and p.name not in named)
    found = FoundPack(folder, index.name, index, archives, tuple(others))
    _require_all(found)
    return found


def _require_all(found: FoundPack) -> None:
    findings = []
    for archive in found.archives:
        for path, part in zip(archive.parts, archive.expected.parts if archive.expected else (), strict=True):
            if not path.is_file():
                findings.append(_wrong("part-missing", path, _("this part is not there")))
            elif (size := path.stat().st_size) != part.size and _is_whole_archive(path):
                findings.append(_foreign(path))
            elif size < part.size:
                what = _("this part is cut short: {size} of {expected} bytes", size=size, expected=part.size)
                findings.append(_wrong("part-cut-short", path, what))
            elif size > part.size:
                what = _("this part is too long: {size} instead of {expected} bytes", size=size, expected=part.size)
                findings.append(_wrong("part-other", path, what))
    if findings:
        raise AnswerNoError(*findings)


def _without_index(path: Path, folder: Path) -> FoundPack:
    names = [p.name for p in folder.iterdir()] if path.is_dir() else [path.name]
    bases = sorted({m[1] for name in names if (m := _ARCHIVE.fullmatch(name))})
    if not bases:
        raise InputError(_no_pack(path, _("there is no index and no 7z archive")))
    if len(bases) > MAX_ARCHIVES:
        raise InputError(_no_pack(path, _("there are {count} archives", count=len(bases))))
    archives = tuple(FoundArchive(base, _parts_of(folder, base), None) for base in bases)
    return FoundPack(folder, bases[0].removesuffix(".7z"), None, archives)


def _parts_of(folder: Path, base: str) -> tuple[Path, ...]:
    if (folder / base).is_file():
        return (folder / base,)
    numbers = sorted(int(m[2]) for p in folder.iterdir() if (m := _ARCHIVE.fullmatch(p.name)) and m[1] == base and m[2])
    missing = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
    if missing:
        findings = [_wrong("part-missing", folder / f"{base}.{n:03}", _("this part is not there")) for n in missing]
        raise AnswerNoError(*findings)
    return tuple(folder / f"{base}.{n:03}" for n in numbers)


def check_parts(found: FoundPack, archive: FoundArchive, progress: Progress, key: str) -> list[Finding]:
    """Return findings about the parts of ``archive`` whose digests are wrong; empty if no index names them."""
    if archive.expected is None or found.index is None:
        return []
    findings = []
    owners = {part.sha256: part.name for a in found.index.archives for part in a.parts}
    for path, part in zip(archive.parts, archive.expected.parts, strict=True):
        digest = hash_file(path)
        progress.advance(key, part.size)
        if digest != part.sha256:
            findings.append(_differs(path, owners.get(digest)))
    return findings


def _differs(path: Path, owner: str | None) -> Finding:
    if owner is not None:
        what = _("this is {owner} under another name", owner=owner)
        return Finding("part-swapped", what, Place(str(path)), _("Give both files their own names again."))
    if _is_whole_archive(path):
        return _foreign(path)
    return _wrong("part-damaged", path, _("this part is damaged, or is of another pack"))


def _foreign(path: Path) -> Finding:
    what = _("this is a whole archive, but not the one that the index names: it is of another pack")
    return _wrong("part-foreign", path, what)


def _is_whole_archive(path: Path) -> bool:
    with path.open("rb") as file:
        start = read_start(file.read(START_SIZE))
    return start is not None and START_SIZE + start[0] + start[1] == path.stat().st_size


def _wrong(id: str, path: Path, what: Text) -> Finding:
    return Finding(id, what, Place(str(path)), _("Ask for this file to be sent again; the others can stay."))


def _no_pack(path: Path, reason: Text) -> Finding:
    what = _("there is nothing to unpack here: {reason}", reason=reason)
    todo = _("Give the folder with the archives and their index (NAME.pack.json), or an archive.")
    return Finding("no-pack", what, Place(str(path)), todo)
