"""Remember results about source files between runs: digests, probes, tracks, posters.

An entry is keyed by a file's identity (path, device, inode, size, modification and change time), or by a digest of all
its inputs. It holds its own digest: an entry that is damaged, cut or of another format is ignored and rebuilt. On file
systems that do not keep change times, an entry is valid only in the run that wrote it. Entries are written beside their
place and renamed, so any number of runs may share a cache; in a race both runs write the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from usbkit.core import clock
from usbkit.core.atomic import put_file
from usbkit.core.file_lock import turn
from usbkit.core.filesystems import keeps_changes

#: The folder of entries of this format.
FORMAT = "v2"
_MAGIC = b"usbkit cache 2\n"
_DIGEST = hashlib.sha256().digest_size
_RUN_SIZE = 16

#: Nanoseconds. A file changed so shortly before it was looked at may change again without a new time stamp: Linux
#: counts in ticks of ten milliseconds at the most, FAT and some servers in steps of two seconds. What is learnt of it
#: then is not remembered.
TICK, _COARSE_TICK = 20 * 10**6, 2 * 10**9

#: Seconds.
_DAY = 86_400


class _Run:
    """The command line that is carried out, its worker processes included, which are forked."""

    id = os.urandom(_RUN_SIZE)


def begin_run() -> None:
    """Begin a new run: entries about files whose changes cannot be detected are no longer valid."""
    _Run.id = os.urandom(_RUN_SIZE)


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """What tells one state of a file from another without reading it.

    ``is_kept``: its file system keeps all of this. ``is_young``: the file changed so recently that another change might
    not show in its times.
    """

    path: Path
    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int = 0
    device: int = 0
    is_kept: bool = True
    is_young: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, path: Path) -> FileIdentity:
        """Return the identity of the file at ``path``; raises OSError."""
        absolute = path.absolute()
        status = absolute.stat()
        is_kept = keeps_changes(absolute)
        return cls(
            absolute,
            status.st_size,
            status.st_mtime_ns,
            status.st_ino,
            status.st_ctime_ns if _HAS_CHANGE_TIME else 0,
            status.st_dev,
            is_kept,
            _is_young(status, is_kept),
        )


#: On Windows ``st_ctime`` is the time of creation.
_HAS_CHANGE_TIME = os.name == "posix"


def _is_young(status: os.stat_result, is_kept: bool) -> bool:
    if is_kept and _HAS_CHANGE_TIME:
        return clock.file_time_ns() - status.st_ctime_ns <= TICK
    return clock.file_time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) <= _COARSE_TICK


@dataclass(frozen=True, slots=True)
class Cache:
    """Cache entries in ``folder``, which need not exist. A cache that cannot be written stores nothing and stops
    nothing.

    ``again`` ignores entries about files from earlier runs.
    """

    folder: Path
    again: bool = False

    def load(self, kind: str, identity: FileIdentity) -> bytes | None:
        """Return the bytes stored as ``kind`` for this state of the file; None if absent or damaged."""
        return self._recall(_key(kind, identity), this_run=self.again or not identity.is_kept)

    def store(self, kind: str, identity: FileIdentity, payload: bytes) -> None:
        """Store ``payload``, computed while the file was in the state ``identity``; see ``is_settled``."""
        if is_settled(identity):
            self.remember(_key(kind, identity), payload)

    def turn(self, kind: str, identity: FileIdentity) -> AbstractContextManager[None]:
        """Hold the turn to compute ``kind`` for the file: one run computes it, the others wait and then load it."""
        place = self._place(_key(kind, identity))
        return turn(place.with_name(f".turn-{place.name}"))

    def learn(self, kind: str, identity: FileIdentity, make: Callable[[], bytes]) -> bytes:
        """Return what is stored as ``kind`` for this state of the file; if nothing is, store and return ``make()``."""
        known = self.load(kind, identity)
        if known is not None:
            return known
        with self.turn(kind, identity):
            known = self.load(kind, identity)
            if known is None:
                known = make()
                self.store(kind, identity, known)
        return known

    def recall(self, key: bytes) -> bytes | None:
        """Return the bytes stored under ``key``; None if there are none or they are damaged."""
        return self._recall(key, this_run=False)

    def _recall(self, key: bytes, *, this_run: bool) -> bytes | None:
        place = self._place(key)
        try:
            entry = place.read_bytes()
        except OSError:
            return None
        _note_use(place)
        found = _take_apart(entry)
        if found is None or found.key != key or (this_run and found.run != _Run.id):
            return None
        return found.payload

    def remember(self, key: bytes, payload: bytes) -> None:
        """Store ``payload`` under ``key``, which must name all its inputs."""
        body = _Run.id + len(key).to_bytes(4, "big") + key + payload
        entry = _MAGIC + hashlib.sha256(body).digest() + body
        place = self._place(key)
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            _replace(place, entry)

    def _place(self, key: bytes) -> Path:
        name = hashlib.sha256(key).hexdigest()
        return self.folder / FORMAT / name[:2] / name[2:]


def entries(folder: Path) -> Iterator[Path]:
    """Yield the files of all entries in a cache's ``folder``. Their modification times say when they were last used."""
    yield from sorted(p for p in (folder / FORMAT).glob("*/*") if not p.name.startswith("."))


@dataclass(frozen=True, slots=True)
class _Entry:
    run: bytes
    key: bytes
    payload: bytes


def _take_apart(entry: bytes) -> _Entry | None:
    """The parts of an entry; None where it is damaged, cut or of another format."""
    start = len(_MAGIC) + _DIGEST
    body = entry[start:]
    at = _RUN_SIZE + 4
    if not entry.startswith(_MAGIC) or len(body) < at or hashlib.sha256(body).digest() != entry[len(_MAGIC) : start]:
        return None
    end = at + int.from_bytes(body[_RUN_SIZE:at], "big")
    return _Entry(body[:_RUN_SIZE], body[at:end], body[end:])


def is_whole(path: Path) -> bool:
    """Whether the file at ``path`` is a complete cache entry in its right place."""
    return _read_entry(path) is not None


def _read_entry(path: Path) -> _Entry | None:
    try:
        found = _take_apart(path.read_bytes())
    except OSError:
        return None
    if found is None:
        return None
    name = hashlib.sha256(found.key).hexdigest()
    return found if (path.parent.name, path.name) == (name[:2], name[2:]) else None


def remembered_of(path: Path, kind: str) -> tuple[FileIdentity, bytes] | None:
    """Return the file and payload of the entry at ``path``; None if it is not of ``kind`` or the file has changed."""
    found = _read_entry(path)
    if found is None or not found.key.startswith(kind.encode() + b"\0"):
        return None
    name = found.key.rpartition(b"\0")[2]
    try:
        identity = FileIdentity.of(Path(os.fsdecode(name)))
    except OSError:
        return None
    return (identity, found.payload) if _key(kind, identity) == found.key else None


def _note_use(place: Path) -> None:
    """Once a day at most, so that a run that only reads writes next to nothing."""
    with suppress(OSError):
        if clock.file_time_ns() - place.stat().st_mtime_ns > _DAY * 10**9:
            os.utime(place)


def is_settled(identity: FileIdentity) -> bool:
    """Whether the file is still in that state, and any change since it was examined would show."""
    try:
        return not identity.is_young and FileIdentity.of(identity.path) == identity
    except OSError:
        return False


def _key(kind: str, identity: FileIdentity) -> bytes:
    parts = (kind, identity.device, identity.inode, identity.size, identity.mtime_ns, identity.ctime_ns)
    return "\0".join(map(str, parts)).encode() + b"\0" + os.fsencode(identity.path)


def _replace(place: Path, content: bytes) -> None:
    """Put ``content`` at ``place`` in one step. Not synced: after a power cut the digest tells."""
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        put_file(Path(name), place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
