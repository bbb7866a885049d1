"""Maintenance of the cache (``usbkit.core.cache``) and of kept transcodes: size, check, pruning.

Everything here can be made again, though a transcode takes hours and only the same encoder gives the same bytes:
pruning leaves transcodes alone unless asked. Other runs may work meanwhile; they rebuild what is removed.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from usbkit.core import clock
from usbkit.core.cache import FORMAT, entries, is_whole, remembered_of
from usbkit.core.errors import InputError
from usbkit.core.messages import _
from usbkit.core.progress import Progress, Silence
from usbkit.sources.digesting import digest_file
from usbkit.sources.transcode.store import TranscodeStore

_DAY = 86_400

#: Seconds after which what a killed run left is nobody's any more.
_FORGOTTEN = 7 * _DAY


@dataclass(frozen=True, slots=True)
class Stock:
    """The contents of a cache folder. Sizes in bytes; ``unfinished`` are leftovers of interrupted runs."""

    entries: int
    entry_bytes: int
    transcodes: int
    transcode_bytes: int
    unfinished_bytes: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed, or would be."""

    entries: int
    transcodes: int
    bytes: int


@dataclass(frozen=True, slots=True)
class CacheCheck:
    """How many entries, transcodes and sources were read; damaged ones were removed.

    ``stale`` are sources whose bytes differ from the remembered digest, which was removed; ``unread`` those that could
    not be read.
    """

    entries: int
    transcodes: int
    sources: int
    damaged: tuple[Path, ...]
    stale: tuple[Path, ...] = ()
    unread: tuple[Path, ...] = ()


def take_stock(folder: Path) -> Stock:
    """Count what ``folder`` holds without reading files."""
    sizes = [status.st_size for _place, status in _stat(entries(folder))]
    kept = [status.st_size for _place, status in _stat(_transcodes(folder))]
    unfinished = sum(status.st_size for _place, status in _stat(_unfinished(folder)))
    return Stock(len(sizes), sum(sizes), len(kept), sum(kept), unfinished)


def prune(folder: Path, bound: int, *, unused_days: int | None = None, dry_run: bool = False) -> Pruned:
    """Remove the least recently used entries until at most ``bound`` bytes remain.

    ``unused_days`` also removes transcodes unused for that many days; leftovers go after a week.
    """
    known = sorted(_stat(entries(folder)), key=lambda found: found[1].st_mtime)
    total, gone, freed = sum(status.st_size for _place, status in known), 0, 0
    for path, status in known:
        if total <= bound:
            break
        total, gone, freed = total - status.st_size, gone + 1, freed + status.st_size
        _remove(path, dry_run)
    now, made = clock.file_time_ns() / 10**9, 0
    for path, status in _stat(_transcodes(folder)) if unused_days is not None else ():
        if now - path.with_suffix(".json").stat().st_mtime > (unused_days or 0) * _DAY:
            made, freed = made + 1, freed + status.st_size
            _remove(path, dry_run)
            _remove(path.with_suffix(".json"), dry_run)
    if not dry_run:
        shutil.rmtree(folder / "v1", ignore_errors=True)  # of an older usbkit
    for path, status in _stat(_unfinished(folder)):
        if now - status.st_mtime > _FORGOTTEN:
            freed += status.st_size
            _remove(path, dry_run)
    return Pruned(gone, made, freed)


def check(folder: Path, progress: Progress | None = None) -> CacheCheck:
    """Read everything and remove what is damaged, so that it is rebuilt on demand.

    A source with a remembered digest is read again too: a digest that no longer matches is removed.
    """
    progress = progress or Silence()
    known = list(entries(folder))
    damaged = [path for path in known if not is_whole(path)]
    store = TranscodeStore(folder / "transcodes")
    made = list(_transcodes(folder))
    for path in made:
        record = store.record_of(path)
        with path.open("rb") as file:
            if record is None or hashlib.file_digest(file, "sha256").hexdigest() != record.sha256:
                damaged.append(path)
    for path in damaged:
        _remove(path, dry_run=False)
    sources, stale, unread = _check_sources(known, progress)
    return CacheCheck(len(known), len(made), sources, tuple(damaged), stale, unread)


def _check_sources(known: list[Path], progress: Progress) -> tuple[int, tuple[Path, ...], tuple[Path, ...]]:
    found = [(entry, *of) for entry in known if (of := remembered_of(entry, "sha256")) is not None]
    progress.begin("cache", "check", _("Reading the sources again"), sum(i.size for _entry, i, _digest in found))
    stale: list[Path] = []
    unread: list[Path] = []
    for entry, identity, digest in found:
        advance = functools.partial(progress.advance, "cache")
        try:
            is_same = digest_file(identity, advance, from_disk=True) == digest.decode("ascii", "replace")
        except (OSError, InputError):
            unread.append(identity.path)
            continue
        if not is_same:
            stale.append(identity.path)
            _remove(entry, dry_run=False)
    progress.end("cache", "done")
    return len(found), tuple(stale), tuple(unread)


def _transcodes(folder: Path) -> Iterator[Path]:
    yield from sorted((folder / "transcodes").glob("*.mp4"))


def _unfinished(folder: Path) -> Iterator[Path]:
    yield from sorted((folder / FORMAT).glob("*/.new-*"))
    yield from sorted((folder / FORMAT).glob("*/.turn-*"))
    yield from sorted((folder / "transcodes").glob("*.turn"))
    yield from (p for p in sorted((folder / "transcodes").glob("*.work/*")) if p.is_file())
    yield from (p for p in sorted((folder / "mending").rglob("*")) if p.is_file())


def _stat(paths: Iterator[Path]) -> list[tuple[Path, os.stat_result]]:
    found = []
    for path in paths:
        with suppress(OSError):  # another run took it away
            found.append((path, path.stat()))
    return found


def _remove(path: Path, dry_run: bool) -> None:
    if not dry_run:
        path.unlink(missing_ok=True)
        with suppress(OSError):  # not empty, or not ours to remove
            if path.parent.suffix == ".work":
                shutil.rmtree(path.parent, ignore_errors=True)
