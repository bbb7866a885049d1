"""Carry out a plan: each archive is put in its place when it is whole, then named by the index.

A kill loses only the archive being written. The next run keeps those that the index names and that are unchanged.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from usbkit.archive.index import PackedArchive, PackedFile, PackIndex, Part, find_indexes
from usbkit.archive.limits import MAX_INDEX
from usbkit.archive.parts import PartsWriter, hash_file
from usbkit.archive.passphrase import Passphrase
from usbkit.archive.plan import PackPlan, PlannedArchive
from usbkit.archive.source import BundleFolder
from usbkit.bundle.drive_ids import moment_of
from usbkit.core.atomic import as_ours, beside, fsync_folder, lock_folder, put_file
from usbkit.core.errors import DeviceError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.core.units import format_size

_NEW = ".new-"


@dataclass(frozen=True)
class EarlierRun:
    """What an earlier run left: the index of the archives that can be kept, and whether there was one."""

    index: PackIndex
    was_begun: bool


def new_index(plan: PackPlan) -> PackIndex:
    """Return the index of ``plan`` before anything is written."""
    return PackIndex(plan.name, plan.fingerprint, plan.wishes, len(plan.archives), plan.content_size)


def look_at_pack(folder: Path, plan: PackPlan) -> EarlierRun:
    """Return what of ``plan`` is already in ``folder``. Raises InputError if another pack is there."""
    fresh = new_index(plan)
    others = [p for p in find_indexes(folder) if p.name != fresh.file_name] if folder.is_dir() else []
    if others:
        raise InputError(_other_pack(others[0]))
    path = folder / fresh.file_name
    if not path.is_file():
        return EarlierRun(fresh, was_begun=False)
    index = read_index(path)
    if (index.fingerprint, index.wishes, index.planned) != (fresh.fingerprint, fresh.wishes, fresh.planned):
        raise InputError(_other_pack(path))
    kept = fresh
    for archive, planned in zip(index.archives, plan.archives, strict=False):
        if archive.name != planned.name or not all(_stands(folder, part) for part in archive.parts):
            break
        kept = kept.with_archive(archive)
    return EarlierRun(kept, was_begun=bool(kept.archives))


def read_index(path: Path) -> PackIndex:
    """The index at ``path``. Raises InputError."""
    with path.open("rb") as file:
        return PackIndex.from_json(file.read(MAX_INDEX + 1), str(path))


def require_room(folder: Path, needed: int) -> None:
    """Raise DeviceError unless ``needed`` bytes are free on the disk of ``folder``, which need not exist."""
    there = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(there).free
    if needed > free:
        what = _(
            "not enough space: {needed} are needed; {free} are free", needed=format_size(needed), free=format_size(free)
        )
        todo = _("Free some space, or name a folder on another disk with -o.")
        raise DeviceError(Finding("no-room", what, Place(str(there)), todo))


def carry_out(
    bundle: BundleFolder,
    plan: PackPlan,
    standing: EarlierRun,
    folder: Path,
    passphrase: Passphrase | None,
    progress: Progress,
) -> PackIndex:
    """Write the missing archives of ``plan`` into ``folder``; return the index of the finished pack.

    Raises InputError (the bundle does not match its seal), DeviceError (no room, read-only, another run is at work
    here), BrokenOffError.
    """
    index, moment = standing.index, moment_of(bundle.passport.date)
    missing = plan.archives[len(index.archives) :]
    with as_ours(folder, _("the disk is full; finished archives were kept")):
        folder.mkdir(parents=True, exist_ok=True)
        with _alone_in(folder):
            require_room(folder, sum(a.content_size for a in missing))
            what = _("packing into {folder}", folder=folder)
            progress.begin(plan.name, "pack", what, sum(a.content_size for a in missing))
            with _Settling(folder, index, is_encrypted=passphrase is not None) as settling:
                for planned in missing:
                    settling.take(planned, _write(bundle, planned, folder, plan, moment, passphrase, progress))
                index = settling.finish()
            progress.end(plan.name, "packed")
    return index


class _Settling:
    """Sees archive after archive on the disk, reads it back and names it in the index, while the next one is written.

    One at a time and in their order, so that the index never names an archive behind one that it does not name.
    """

    def __init__(self, folder: Path, index: PackIndex, *, is_encrypted: bool) -> None:
        self._folder, self._index, self._is_encrypted = folder, index, is_encrypted
        self._pool = ThreadPoolExecutor(1, "settle")
        self._running: Future[None] | None = None

    def __enter__(self) -> _Settling:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._pool.shutdown(wait=True)

    def take(self, planned: PlannedArchive, out: PartsWriter) -> None:
        """``planned`` is written. Raises what the one before it raised."""
        self._wait()
        self._running = self._pool.submit(self._settle, planned, out)

    def finish(self) -> PackIndex:
        """The index that names all of them."""
        self._wait()
        return self._index

    def _wait(self) -> None:
        if self._running is not None:
            self._running.result()

    def _settle(self, planned: PlannedArchive, out: PartsWriter) -> None:
        parts = tuple(_settle(self._folder, out, name) for name in out.names)
        self._index = self._index.with_archive(_packed(planned, parts, is_encrypted=self._is_encrypted))
        _write_index(self._folder, self._index)


def _write_index(folder: Path, index: PackIndex) -> None:
    with beside(folder / index.file_name) as new:
        new.write_bytes(index.to_json())
    fsync_folder(folder)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """What an earlier run left unfinished is cleared; nobody else packs here meanwhile."""
    lock = lock_folder(folder)
    if lock is None and os.name == "posix":
        what, todo = _("another command is packing into this folder"), _("Wait for it, or name another with -o.")
        raise DeviceError(Finding("pack-busy", what, Place(str(folder)), todo))
    try:
        _clear(folder)
        yield
    finally:
        _clear(folder)
        if lock is not None:
            os.close(lock)


def _clear(folder: Path) -> None:
    for left in folder.glob(f"{_NEW}*"):
        with contextlib.suppress(OSError):
            left.unlink()


def _write(
    bundle: BundleFolder,
    planned: PlannedArchive,
    folder: Path,
    plan: PackPlan,
    moment: dt.datetime,
    passphrase: Passphrase | None,
    progress: Progress,
) -> PartsWriter:
    """Write the archive's parts; what writes them is closed, and knows their names."""
    from usbkit.archive.writing import write_archive

    with PartsWriter(folder, _NEW, planned.name, plan.wishes.part_size) as out:
        write_archive(
            bundle.folder,
            planned.files,
            out,
            planned.method,
            moment,
            passphrase,
            lambda count: progress.advance(plan.name, count),
        )
    return out


def _settle(folder: Path, out: PartsWriter, name: str) -> Part:
    """See a part on the disk and put it in its place."""
    new = out.place(name)
    with new.open("rb") as file:
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    part = Part(name, size, hash_file(new))
    put_file(new, folder / name)
    return part


def _packed(planned: PlannedArchive, parts: tuple[Part, ...], *, is_encrypted: bool) -> PackedArchive:
    contents = None if is_encrypted else tuple(PackedFile(f.path, f.size) for f in planned.files)
    return PackedArchive(planned.name, len(planned.files), planned.content_size, parts, contents)


def _stands(folder: Path, part: Part) -> bool:
    path = folder / part.name
    return path.is_file() and path.stat().st_size == part.size and hash_file(path) == part.sha256


def _other_pack(path: Path) -> Finding:
    what = _("another pack stands here: of another bundle or edition, or made with other options")
    return Finding("other-pack", what, Place(str(path)), _("Name another folder with -o, or move this one away."))
