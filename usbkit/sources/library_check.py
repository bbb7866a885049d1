"""Read the library again and compare it with the records of when each file was first seen: has the disk rotted?

An interrupted check can be continued: the files read are in a journal, one line each.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from usbkit.core import clock
from usbkit.core.cache import FileIdentity
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.file_lock import turn
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.manifest.load import Manifests
from usbkit.sources.digesting import digest_file
from usbkit.sources.first_seen import FirstSeen, FirstSight
from usbkit.sources.inventory import tracks_of

_KEY = "library check"

#: Nanoseconds after which a check that was broken off is begun anew.
_TOO_OLD = 7 * 86_400 * 10**9


class State(StrEnum):
    """How a file has changed since it was first seen."""

    WHOLE = "whole"
    FIRST_SEEN = "first-seen"  # nothing was recorded of it: now it is
    ACCEPTED = "accepted"  # others than recorded, and taken as right
    DAMAGED = "damaged"  # other bytes, and nothing wrote to it
    REWRITTEN = "rewritten"  # other bytes under the same size and time
    UNREAD = "unread"  # not there, not to be read, or it changed meanwhile


@dataclass(frozen=True, slots=True)
class FileCheck:
    """One checked file; ``sha256`` is its digest now, ``first`` the recorded one, ``problem`` what is wrong."""

    path: Path
    state: State
    size: int = 0
    sha256: str | None = None
    first: FirstSight | None = None
    problem: Finding | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a check would do. Sizes in bytes; ``done`` files were read by an interrupted check."""

    files: int
    size: int
    recorded: int
    done: int
    left: int


def list_sources(manifests: Manifests, root: Path) -> list[Path]:
    """Return every file that the manifests name, once: below the library ``root`` or in a country's folder."""
    names: list[Path] = []
    for r in manifests.programme.recording:
        names += [root / n for n in (r.source, *(v.file for v in r.versions), *(d.file for d in r.demos))]
        names += [root / entry.file for entry in tracks_of(r, [*r.subtitles, *r.captions]).values()]
        names += [root / n for n in (*(s.file for s in r.slides), *(p.file for p in r.photos))]
    for stem, country in manifests.countries.items():
        names += [manifests.folder / stem / d.file for d in country.document]
    return list(dict.fromkeys(path.absolute() for path in names))


@dataclass(frozen=True)
class LibraryCheck:
    """A check of ``files``. ``again`` ignores the results of an interrupted check."""

    files: Sequence[Path]
    seen: FirstSeen
    again: bool = False

    @property
    def _journal(self) -> Path:
        names = b"\0".join(os.fsencode(f) for f in self.files)
        return self.seen.folder / f"check-{hashlib.sha256(names).hexdigest()[:16]}.jsonl"

    def foresee(self) -> Outlook:
        """Return what would be done; reads and writes nothing."""
        found = list(_identities(self.files))
        done = [i for i in found if self._read_journal().get(_line_key(i))]
        recorded = sum(self.seen.find(i) is not None for i in found)
        size = sum(i.size for i in found)
        return Outlook(len(self.files), size, recorded, len(done), size - sum(i.size for i in done))

    def carry_out(self, progress: Progress, accept: Collection[Path] = ()) -> Generator[FileCheck, None, None]:
        """Check every file and yield each result; files named in ``accept`` are recorded as they are now."""
        with turn(self._journal.with_suffix(".turn")):
            done = self._read_journal()
            if not done:
                self._journal.unlink(missing_ok=True)
            left = sum(i.size for i in _identities(self.files) if _line_key(i) not in done)
            progress.begin(_KEY, "check", _("Reading the library again"), left)
            for path in self.files:
                yield self._check(path, done, progress, path in accept)
            progress.end(_KEY, "done")
            self._journal.unlink(missing_ok=True)

    def _check(self, path: Path, done: dict[str, str], progress: Progress, is_accepted: bool) -> FileCheck:
        try:
            identity = FileIdentity.of(path)
            digest = done.get(_line_key(identity))
            if digest is None:
                digest = digest_file(identity, functools.partial(progress.advance, _KEY), from_disk=True)
                self._write_journal(identity, digest)
        except InputError as problem:
            return FileCheck(path, State.UNREAD, problem=problem.findings[0])
        except OSError as problem:
            what = _("the file cannot be read: {reason}", reason=problem.strerror or repr(problem))
            todo = _("Make sure that it is there and that its disk works, then check again: what was read is kept.")
            return FileCheck(path, State.UNREAD, problem=Finding("library-unread", what, Place(str(path)), todo))
        return self._judge(identity, digest, is_accepted)

    def _judge(self, identity: FileIdentity, digest: str, is_accepted: bool) -> FileCheck:
        first = self.seen.find(identity)
        state, problem = State.WHOLE, None
        if first is None:
            state, first = State.FIRST_SEEN, self.seen.replace(identity, digest)
        elif first.sha256 != digest and is_accepted:
            state, first = State.ACCEPTED, self.seen.replace(identity, digest)
        elif first.sha256 != digest:
            state = State.DAMAGED if identity.ctime_ns == first.ctime_ns else State.REWRITTEN
            problem = _damaged(identity.path, first) if state is State.DAMAGED else _rewritten(identity.path, first)
        return FileCheck(identity.path, state, identity.size, digest, first, problem)

    def _read_journal(self) -> dict[str, str]:
        """Digests of what was read, by the file's state; a line that was cut off is not there."""
        found: dict[str, str] = {}
        with suppress(OSError):
            if self.again or clock.file_time_ns() - self._journal.stat().st_mtime_ns > _TOO_OLD:
                return {}
            for line in self._journal.read_text(encoding="utf-8", errors="replace").splitlines():
                with suppress(ValueError, TypeError):
                    key, digest = json.loads(line)
                    found[str(key)] = str(digest)
        return found

    def _write_journal(self, identity: FileIdentity, digest: str) -> None:
        with suppress(OSError):  # then a check that is broken off begins anew
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            with self._journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps([_line_key(identity), digest]) + "\n")


def _identities(files: Sequence[Path]) -> Iterator[FileIdentity]:
    for path in files:
        with suppress(OSError):
            yield FileIdentity.of(path)


def _line_key(identity: FileIdentity) -> str:
    state = (identity.device, identity.inode, identity.size, identity.mtime_ns, identity.ctime_ns)
    return hashlib.sha256(repr(state).encode() + os.fsencode(identity.path)).hexdigest()


def _damaged(path: Path, first: FirstSight) -> Finding:
    what = _(
        "its contents are not what they were when it was first seen ({date}), and nothing wrote to it", date=first.seen
    )
    todo = _("Put back a copy from its sender or a backup, and do not trust this disk.")
    return Finding("library-damaged", what, Place(str(path)), todo)


def _rewritten(path: Path, first: FirstSight) -> Finding:
    what = _(
        "its contents are not what they were when it was first seen ({date}), though its size and time are the same",
        date=first.seen,
    )
    todo = _("Compare it with its sender's. If this is the right one, name it with --accept.")
    return Finding("library-rewritten", what, Place(str(path)), todo)
