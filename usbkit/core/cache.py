"""What we remember of source files between runs: digests, probes, tracks, posters.

An entry belongs to a file's identity (path, size, modification time, inode), or to a digest of all that it was made
from, and holds its own digest: one that is damaged, cut or of another format is as good as none and is made anew.
Entries are written beside their place and renamed, so any number of runs may share a cache; the loser of a race has
written the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from usbkit.core import clock
from usbkit.core.atomic import put_file
from usbkit.core.file_lock import turn

_MAGIC = b"usbkit cache 1\n"
_DIGEST = hashlib.sha256().digest_size

#: Nanoseconds. A file modified so shortly before it was read may change again without a new time stamp: FAT and some
#: network file systems count in steps of two seconds. What was learnt of it is not remembered.
_STILL_WARM = 2 * 10**9

#: Seconds.
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """What tells one state of a file from another without reading it."""

    path: Path
    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> FileIdentity:
        """The identity of the file at ``path``; raises OSError."""
        absolute = path.absolute()
        status = absolute.stat()
        return cls(absolute, status.st_size, status.st_mtime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Cache:
    """Entries in ``folder``, which need not exist. A cache that cannot be written forgets, and stops nothing."""

    folder: Path

    def load(self, kind: str, identity: FileIdentity) -> bytes | None:
        """The bytes stored as ``kind`` for this state of the file, None where there are none or they are damaged."""
        return self.recall(_key(kind, identity))

    def store(self, kind: str, identity: FileIdentity, payload: bytes) -> None:
        """Remember ``payload``, learnt while the file was in the state ``identity``; see `is_settled`."""
        if is_settled(identity):
            self.remember(_key(kind, identity), payload)

    def turn(self, kind: str, identity: FileIdentity) -> AbstractContextManager[None]:
        """Our turn to learn ``kind`` of the file: one run does it, the others wait and find it remembered."""
        place = self._place(_key(kind, identity))
        return turn(place.with_name(f".turn-{place.name}"))

    def learn(self, kind: str, identity: FileIdentity, make: Callable[[], bytes]) -> bytes:
        """What is stored as ``kind`` for this state of the file, else what ``make`` makes, which is then stored."""
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
        """The bytes remembered under ``key``, None where there are none or they are damaged."""
        place = self._place(key)
        try:
            entry = place.read_bytes()
        except OSError:
            return None
        _note_use(place)
        head = _MAGIC + len(key).to_bytes(4, "big") + key
        payload = entry[len(head) + _DIGEST :]
        is_ours = entry.startswith(head)
        is_whole = entry[len(head) : len(head) + _DIGEST] == hashlib.sha256(payload).digest()
        return payload if is_ours and is_whole else None

    def remember(self, key: bytes, payload: bytes) -> None:
        """Remember ``payload`` under ``key``, which must name everything that it was made from."""
        entry = _MAGIC + len(key).to_bytes(4, "big") + key + hashlib.sha256(payload).digest() + payload
        place = self._place(key)
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            _replace(place, entry)

    def _place(self, key: bytes) -> Path:
        name = hashlib.sha256(key).hexdigest()
        return self.folder / "v1" / name[:2] / name[2:]


def entries(folder: Path) -> Iterator[Path]:
    """The files of all entries in a cache's ``folder``. Their modification times say when they were last used."""
    yield from sorted(p for p in (folder / "v1").glob("*/*") if not p.name.startswith("."))


def is_whole(path: Path) -> bool:
    """Whether the file at ``path`` is an entry with all its bytes, at the place where it belongs."""
    try:
        entry = path.read_bytes()
    except OSError:
        return False
    start = len(_MAGIC) + 4
    if not entry.startswith(_MAGIC) or len(entry) < start:
        return False
    end = start + int.from_bytes(entry[len(_MAGIC) : start], "big")
    key, digest, payload = entry[start:end], entry[end : end + _DIGEST], entry[end + _DIGEST :]
    name = hashlib.sha256(key).hexdigest()
    return (path.parent.name, path.name) == (name[:2], name[2:]) and hashlib.sha256(payload).digest() == digest


def _note_use(place: Path) -> None:
    """Once a day at most, so that a run that only reads writes next to nothing."""
    with suppress(OSError):
        if clock.file_time_ns() - place.stat().st_mtime_ns > _DAY * 10**9:
            os.utime(place)


def is_settled(identity: FileIdentity) -> bool:
    """Whether the file is still in that state, and for so long that a later change would show in its time stamp."""
    try:
        return FileIdentity.of(identity.path) == identity and clock.file_time_ns() - identity.mtime_ns > _STILL_WARM
    except OSError:
        return False


def _key(kind: str, identity: FileIdentity) -> bytes:
    parts = (kind, identity.size, identity.mtime_ns, identity.inode)
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
