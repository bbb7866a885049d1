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
from pathlib import Path
from typing import TYPE_CHECKING

from usbkit.core.content import FileRange
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.disk.image import TreeFile
from usbkit.workers.background import Background

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
        self._readers = Background(
            [functools.partial(_prove_all, share, table) for share in _divide(files, count) if share]
        )

    def finish(self, progress: Progress) -> None:
        """Wait for the end. Raises InputError with all files that are not what the seal says."""
        key = str(self._folder)
        progress.begin(key, "verify", _("checking {name}", name=key), self._total)
        answers = self._readers.wait(functools.partial(progress.advance, key))
        found = sorted((one for answer in answers for one in answer), key=lambda one: one[0])
        progress.end(key, "damaged" if found else "whole")
        if found:
            raise InputError(*(finding for _number, finding in found))

    def close(self) -> None:
        """End what still reads."""
        self._readers.close()


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
