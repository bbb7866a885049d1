"""Verify a drive by reading it back: each file against the seal, everything else byte for byte against the plan.

A file is verified by its SHA-256, or in a batch of several drives by tags of its bytes (``usbkit.drives.tag_table``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from usbkit.core.content import FileRange, Made
from usbkit.disk.image import Extent, ExtentKind, Image
from usbkit.drives.buffers import make_buffer
from usbkit.drives.flow import read_runs
from usbkit.drives.runs import RUN_LIMIT, Run, RunPiece, cut_runs, divide
from usbkit.drives.source import Sources, changed
from usbkit.drives.target import DriveIOError, Failure, Target
from usbkit.drives.write import Watch
from usbkit.trust.verdict import Content, FileTrouble, Origin, Structure, Trouble, Verdict

#: Read errors after which a drive is given up: each may cost half a minute of the kernel's own attempts.
_READ_ERROR_LIMIT = 8

#: Sizes in bytes of the reads that find out what of a run cannot be read, and how many of them may fail before the rest
#: of it is taken for lost. The last is the smallest cluster of a drive from 260 MB on: one file's.
_NARROWER = (64 * 2**10, 4096)
_NARROWING_LIMIT = 6

#: Damaged ranges that are named for one file.
_RANGES_SHOWN = 4

_ZEROS = bytes(65536)
_EMPTY = hashlib.sha256().hexdigest()


@dataclass
class Proof:
    """The results of a read-back so far. ``unreadable`` has the byte ranges of a file that the drive could not read."""

    read: int = 0
    digests: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    structure: list[str] = field(default_factory=list)

    def replaced(self, again: Proof) -> Proof:
        """Return this proof with the results for what was written and read again."""
        files = again.digests.keys() | again.unreadable.keys()
        kept = {path: ranges for path, ranges in self.unreadable.items() if path not in files}
        structure = [*self.structure, *again.structure]
        return Proof(self.read + again.read, self.digests | again.digests, kept | again.unreadable, structure)

    @property
    def is_clean(self) -> bool:
        return not self.unreadable and not self.structure


class FileProof(Protocol):
    """Receives a file's bytes in order and returns their SHA-256 in hex, or another text if they are not verified."""

    def update(self, start: int, data: memoryview) -> None: ...

    def hexdigest(self) -> str: ...


class Sha256Proof:
    """SHA-256 itself."""

    def __init__(self, path: str = "") -> None:
        self._sha = hashlib.sha256()

    def update(self, start: int, data: memoryview) -> None:
        self._sha.update(data)

    def hexdigest(self) -> str:
        return self._sha.hexdigest()


def read_back(
    target: Target, extents: Iterable[Extent], watch: Watch, begin: Callable[[str], FileProof] = Sha256Proof
) -> Proof:
    """Read ``extents`` from the drive; ``begin`` returns the proof for the file at a path.

    Raises DriveIOError if the drive is gone or fails too often, Stopped.
    """
    proof, hashes = Proof(), _Hashes(begin)
    errors = 0
    for run, answer in read_runs(target, cut_runs(extents, target.sector_size)):
        if isinstance(answer, DriveIOError):
            errors += 1
            if answer.failure is not Failure.READ_ERROR or errors >= _READ_ERROR_LIMIT:
                raise answer
            _read_narrowly(target, run, proof, hashes, watch)
        else:
            _check_run(run, answer, proof, hashes)
        watch.done(run.length)
    proof.digests = hashes.digests()
    return proof


def _read_narrowly(target: Target, run: Run, proof: Proof, hashes: _Hashes, watch: Watch) -> None:
    """Find out what of a run that failed cannot be read, so that no file beside it is blamed."""
    lost = False
    for part, data in _Narrowing(target, watch).read(run, _NARROWER):
        if data is None:
            lost = True
            _note_unreadable(proof, part)
        else:
            _check_run(part, data, proof, hashes)
    if not lost:
        # It failed once: a drive that gives its bytes at the second try is not one to send away.
        _note_unreadable(proof, run)


class _Narrowing:
    """Reads a run again in ever smaller parts."""

    def __init__(self, target: Target, watch: Watch) -> None:
        self._target, self._watch = target, watch
        self._failures = 0

    def read(self, run: Run, sizes: Sequence[int]) -> Iterator[tuple[Run, memoryview | None]]:
        """The parts of ``run`` in their order, each with its bytes or with None. Raises DriveIOError, Stopped."""
        buffer = make_buffer(sizes[0])
        for part in divide(run, sizes[0]):
            self._watch.done(0)
            if self._try(part, buffer[: part.length]):
                yield part, buffer[: part.length]
            elif len(sizes) > 1:
                yield from self.read(part, sizes[1:])
            else:
                yield part, None

    def _try(self, part: Run, view: memoryview) -> bool:
        if self._failures >= _NARROWING_LIMIT:
            return False
        try:
            self._target.read_into(view, part.offset)
        except DriveIOError as problem:
            if problem.failure is not Failure.READ_ERROR:
                raise
            self._failures += 1
            return False
        return True


class _Hashes:
    def __init__(self, begin: Callable[[str], FileProof]) -> None:
        self._begin = begin
        self._open: dict[str, FileProof] = {}

    def update(self, path: str, start: int, data: memoryview) -> None:
        if path not in self._open:
            self._open[path] = self._begin(path)
        self._open[path].update(start, data)

    def digests(self) -> dict[str, str]:
        return {path: sha.hexdigest() for path, sha in self._open.items()}


def _check_run(run: Run, data: memoryview, proof: Proof, hashes: _Hashes) -> None:
    proof.read += run.length
    for piece in run.pieces:
        _check(piece, run, data[piece.at : piece.at + piece.length], proof, hashes)


def _check(piece: RunPiece, run: Run, data: memoryview, proof: Proof, hashes: _Hashes) -> None:
    if piece.kind is ExtentKind.DATA:
        hashes.update(piece.what, piece.start, data)
    elif not _is_as_planned(piece, data):
        at = run.offset + piece.at
        proof.structure.append(f"{piece.what} ({piece.kind}): bytes {at}–{at + piece.length - 1}")


def _is_as_planned(piece: RunPiece, data: memoryview) -> bool:
    # Compared as bytes: comparing memoryviews goes item by item, ten times slower.
    if isinstance(piece.content, Made):
        return bytes(data) == piece.content.data[piece.start : piece.start + piece.length]
    step = len(_ZEROS)
    return all(bytes(part) == _ZEROS[: len(part)] for at in range(0, len(data), step) if (part := data[at : at + step]))


def _note_unreadable(proof: Proof, run: Run) -> None:
    for piece in run.pieces:
        at = run.offset + piece.at
        if piece.kind is ExtentKind.DATA:
            proof.unreadable.setdefault(piece.what, []).append((at, at + piece.length))
        else:
            proof.structure.append(f"{piece.what} ({piece.kind}): bytes {at}–{at + piece.length - 1} cannot be read")


def files_extents(image: Image, paths: Collection[str]) -> list[Extent]:
    """Return the extents of some files: their bytes and the zeros after them."""
    kinds = (ExtentKind.DATA, ExtentKind.SLACK)
    return [e for e in image.extents if e.kind in kinds and e.what in paths]


def find_troubles(target: Target, image: Image, proof: Proof, watch: Watch) -> tuple[FileTrouble, ...]:
    """Return the files whose bytes do not match the seal, with their places.

    Raises SourceError if the source changed: then the drive holds what it was given.
    """
    extents = {e.what: e for e in image.extents if e.kind is ExtentKind.DATA}
    troubles = []
    for file in image.files:
        if file.path in proof.unreadable:
            troubles.append(FileTrouble(file.path, Trouble.UNREADABLE, _ranges(proof.unreadable[file.path])))
        elif proof.digests.get(file.path, _EMPTY) != file.sha256:
            detail = _compare(target, extents[file.path], file.sha256, watch)
            troubles.append(FileTrouble(file.path, Trouble.DAMAGED, detail))
    return tuple(troubles)


def _compare(target: Target, extent: Extent, sha256: str, watch: Watch) -> str:
    """Where the drive differs from the source, which is hashed on the way so that the right one is blamed."""
    sha, differing = hashlib.sha256(), list[tuple[int, int]]()
    # A run may begin or end in the middle of a sector here: whole sectors around it are read.
    with Sources() as sources:
        source = make_buffer(RUN_LIMIT)
        for run in cut_runs([extent], 1):
            wanted = source[: run.length]
            sources.fill(run, wanted)
            sha.update(wanted)
            found = _read_around(target, run)
            differing += _differing(wanted, found, run.offset)
            watch.done(0)
    if isinstance(extent.content, FileRange) and sha.hexdigest() != sha256:
        raise changed(extent.content)
    if not differing:
        return "reads differently each time"
    return _ranges(differing)


def _read_around(target: Target, run: Run) -> memoryview:
    sector = target.sector_size
    start = run.offset // sector * sector
    end = -(-run.end // sector) * sector
    buffer = make_buffer(end - start)
    target.read_into(buffer, start)
    return buffer[run.offset - start : run.end - start]


def _differing(wanted: memoryview, found: memoryview, offset: int) -> Iterator[tuple[int, int]]:
    """The ranges of 512 bytes in which the two differ, narrowed to the bytes that do; neighbours joined."""
    if wanted == found:
        return
    start = end = -1
    for at in range(0, len(wanted), 512):
        one, other = bytes(wanted[at : at + 512]), bytes(found[at : at + 512])
        if one == other:
            continue
        places = [at + i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if end >= 0 and places[0] - end > 512:
            yield offset + start, offset + end
            start = -1
        start = places[0] if start < 0 else start
        end = places[-1] + 1
    yield offset + start, offset + end


def _ranges(ranges: Sequence[tuple[int, int]]) -> str:
    joined = list[tuple[int, int]]()
    for start, end in ranges:
        if joined and start == joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    shown = ", ".join(f"{start}–{end - 1}" for start, end in joined[:_RANGES_SHOWN])
    more = f" and {len(joined) - _RANGES_SHOWN} more" if len(joined) > _RANGES_SHOWN else ""
    return f"bytes {shown}{more}"


def reach_verdict(image: Image, fingerprint: str, proof: Proof, troubles: tuple[FileTrouble, ...]) -> Verdict:
    """Return the verdict on a drive just written. Origin is not checked: we made it ourselves."""
    return Verdict(
        content=Content.DAMAGED if troubles else Content.WHOLE,
        structure=Structure.BROKEN if proof.structure else Structure.UNTOUCHED,
        origin=Origin.NOT_CHECKED,
        fingerprint=fingerprint,
        files=len(image.files),
        bytes=sum(f.size for f in image.files),
        troubles=troubles,
        structure_troubles=tuple(proof.structure),
    )
