"""Prove a bundle folder by its seal before a drive is touched for it, and take its files' tags from the same bytes.

Processes of its own read it, so that meanwhile the drives can be looked at.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from io import FileIO
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

from usbkit.core.content import FileRange
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.progress import Progress, Silence
from usbkit.disk.image import TreeFile
from usbkit.workers.process import Advanced, Answered, Crashed, Worker

if TYPE_CHECKING:
    from usbkit.drives.tag_table import FileTags, TagTable

#: Bytes that are read at a time: those of one tag (`usbkit.trust.piece_tags.PIECE`).
_CHUNK = 2 * 2**20

#: Processes that read a folder: more would wait for its disk.
_MOST_READERS = 4

_Found = list[tuple[int, Finding]]


def require_sealed(folder: Path, sealed: Sequence[TreeFile], progress: Progress) -> None:
    """Read every file of the bundle in ``folder``. Raises InputError with all that are not what the seal says."""
    with closing(FolderProof(folder, sealed)) as proof:
        proof.finish(progress)


class FolderProof:
    """The reading of a bundle folder, which begins at once. Close it; what is not finished then is given up.

    ``table`` gets the tags of the files that are what the seal says.
    """

    def __init__(self, folder: Path, sealed: Sequence[TreeFile], table: TagTable | None = None) -> None:
        self._folder = folder
        files = [(number, file) for number, file in enumerate(sealed) if isinstance(file.content, FileRange)]
        self._total = sum(file.size for _number, file in files)
        count = min(_MOST_READERS, os.cpu_count() or 1)
        self._readers = [_Reader(share, table) for share in _divide(files, count) if share]

    def finish(self, progress: Progress) -> None:
        """Wait for the end. Raises InputError with all files that are not what the seal says."""
        key = str(self._folder)
        progress.begin(key, "verify", _("checking {name}", name=key), self._total)
        found = self._collect(functools.partial(progress.advance, key))
        progress.end(key, "damaged" if found else "whole")
        if found:
            raise InputError(*(finding for _number, finding in sorted(found, key=lambda one: one[0])))

    def close(self) -> None:
        """End what still reads."""
        for reader in self._readers:
            reader.end()
        self._readers = []

    def _collect(self, advance: Callable[[int], None]) -> _Found:
        found: _Found = []
        waiting = list(self._readers)
        while waiting:
            ready = wait([reader.connection for reader in waiting])
            for reader in [reader for reader in waiting if reader.connection in ready]:
                answer = reader.hear(advance)
                if answer is not None:
                    waiting.remove(reader)
                    found += answer
        return found


class _Reader:
    """A process that reads ``share``, begun again once if it dies."""

    def __init__(self, share: Sequence[tuple[int, TreeFile]], table: TagTable | None) -> None:
        self._work = functools.partial(_prove_all, share, table)
        self._worker = Worker.start(self._work)
        self._is_second = self._is_ended = False
        self._told = self._most_told = 0

    @property
    def connection(self) -> Connection:
        return self._worker.connection

    def hear(self, advance: Callable[[int], None]) -> _Found | None:
        """Take its next message; its answer, None while there is none. ``advance`` receives bytes that were read."""
        message = self._worker.receive()
        if isinstance(message, Advanced):
            self._told += message.amount
            advance(max(0, self._told - self._most_told))
            self._most_told = max(self._most_told, self._told)
        elif isinstance(message, Answered):
            return message.answer
        elif message is None or isinstance(message, Crashed):
            self.end()
            if self._is_second:
                return self._work(Silence(), lambda: False)  # what is wrong shows here
            self._is_second, self._is_ended, self._told = True, False, 0
            self._worker = Worker.start(self._work)
        return None

    def end(self) -> None:
        """Once: what ended has left its number to others."""
        if not self._is_ended:
            self._is_ended = True
            self._worker.kill()
            self._worker.close(is_done=True)


def _divide(files: Sequence[tuple[int, TreeFile]], count: int) -> list[list[tuple[int, TreeFile]]]:
    """``files`` in shares of about the same number of bytes, each in their order."""
    shares: list[list[tuple[int, TreeFile]]] = [[] for _number in range(count)]
    sizes = [0] * count
    for file in sorted(files, key=lambda one: -one[1].size):
        least = sizes.index(min(sizes))
        shares[least].append(file)
        sizes[least] += file[1].size
    return [sorted(share, key=lambda one: one[0]) for share in shares]


def _prove_all(
    share: Sequence[tuple[int, TreeFile]],
    table: TagTable | None,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> _Found:
    """The work of one reader."""
    found: _Found = []
    buffer = memoryview(bytearray(_CHUNK))
    for number, file in share:
        if isinstance(file.content, FileRange):
            tags = None if table is None else table.begin(file.sha256)
            finding = _prove(file.content, file.sha256, tags, buffer, _Heard(progress, should_stop))
            found += [] if finding is None else [(number, finding)]
    progress.end("", "read")  # tells of the last bytes
    return found


class _Heard:
    """Tells how many bytes were read; raises InterruptedError where nobody waits for the rest: no answer is none."""

    def __init__(self, progress: Progress, should_stop: Callable[[], bool]) -> None:
        self._progress, self._should_stop = progress, should_stop

    def __call__(self, amount: int) -> None:
        self._progress.advance("", amount)
        if self._should_stop():
            raise InterruptedError


def _prove(
    content: FileRange, sha256: str, tags: FileTags | None, buffer: memoryview, advance: Callable[[int], None]
) -> Finding | None:
    sha, done = hashlib.sha256(), 0
    place, todo = Place(str(content.path)), _("`usbkit verify` says what is wrong with the bundle. Build it again.")
    try:
        with content.path.open("rb", buffering=0) as file:
            while length := _read_into(file, buffer):
                sha.update(buffer[:length])
                if tags is not None:
                    tags.add(buffer[:length])
                done += length
                advance(length)
    except InterruptedError:
        raise
    except OSError as problem:
        return Finding("bundle-damaged", _("it cannot be read: {reason}", reason=problem.strerror), place, todo)
    if sha.hexdigest() != sha256:
        return Finding("bundle-damaged", _("this file is not what the seal says"), place, todo)
    if done != content.length:
        what = _("the file changed while it was read: it is still arriving")
        return Finding("bundle-changing", what, place, _("Wait until it has arrived whole, then try again."))
    if tags is not None:
        tags.close()
    return None


def _read_into(file: FileIO, buffer: memoryview) -> int:
    """Fill ``buffer`` as far as the file goes; the number of bytes."""
    length = 0
    while length < len(buffer) and (more := file.readinto(buffer[length:])):
        length += more
    return length
