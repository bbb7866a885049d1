"""Tags that verify many drives: of the pieces of each source, computed with its SHA-256 by one process for all.

The table is in memory shared by fork. One process fills it (``fill``), the drives' processes read it (``DriveTags``). A
file's tags have a tag of their own, which also states that the SHA-256 matched the seal: incomplete or changed tags are
ignored, and the drive's process then computes SHA-256 itself. So no process waits for another, and one that dies takes
only its own work with it.
"""

from __future__ import annotations

import hashlib
import hmac
import mmap
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from usbkit.core.content import FileRange
from usbkit.core.errors import SourceError
from usbkit.disk.image import Extent, ExtentKind, Image
from usbkit.drives.buffers import make_buffer
from usbkit.drives.runs import Run, cut_runs
from usbkit.drives.source import Sources, changed
from usbkit.trust.piece_tags import PIECE, TAG, PieceTag, TagKey

#: The piece number of the tag over a file's tags; no file has so many pieces.
_CLOSING = 2**64 - 1

#: Bytes that sources are read ahead of the drive that has come furthest: it finds them in memory, and no disk is read
#: twice for what drives and tags both want.
_LEAD = 64 * 2**20

#: Seconds between two looks at how far the drives are.
_LOOK = 0.02

_PLACE = struct.Struct("<Q")
_EVERYTHING = 2**64 - 1


@dataclass(frozen=True, slots=True)
class TaggedFile:
    """A source with the digest ``sha256`` (hex). ``begins`` is the size of all files before it, ``at`` the place of its
    tags in the table, both in bytes.
    """

    number: int
    sha256: str
    source: FileRange
    begins: int
    at: int

    @property
    def pieces(self) -> int:
        return -(-self.source.length // PIECE)


class TagTable:
    """The tags of ``files`` (SHA-256 in hex, source) for ``drives`` drives, numbered from 0. Made before any fork."""

    def __init__(self, files: Iterable[tuple[str, FileRange]], drives: int) -> None:
        self.key = TagKey()
        self._files = dict[str, TaggedFile]()
        begins, at = 0, _PLACE.size * (1 + drives)  # which source was refused, and how far each drive is
        for sha256, source in files:
            if sha256 not in self._files:
                file = TaggedFile(len(self._files), sha256, source, begins, at)
                self._files[sha256] = file
                begins, at = begins + source.length, at + TAG * (file.pieces + 1)
        self._drives = drives
        self._memory = mmap.mmap(-1, at)

    @classmethod
    def of(cls, images: Iterable[Image], drives: int) -> TagTable:
        """Return the table for all sources of ``images``, in their order."""
        return cls((pair for image in images for pair in _sources_of(image)), drives)

    @property
    def files(self) -> Iterable[TaggedFile]:
        return self._files.values()

    def find(self, sha256: str) -> TaggedFile | None:
        """The file with this digest."""
        return self._files.get(sha256)

    def begin(self, sha256: str) -> FileTags | None:
        """Begin to take the tags of the file with this digest, if there is one."""
        file = self.find(sha256)
        return None if file is None else FileTags(self, file)

    def close_file(self, file: TaggedFile, tags: bytes) -> None:
        """Store ``tags``, all of ``file``, whose SHA-256 was right."""
        self._memory[file.at : file.at + len(tags) + TAG] = tags + self._closing(file, tags)

    def tags_of(self, file: TaggedFile) -> bytes | None:
        """Return all tags of ``file``; None if they are missing, not yet complete, or changed."""
        end = file.at + TAG * file.pieces
        tags, closing = self._memory[file.at : end], self._memory[end : end + TAG]
        return tags if hmac.compare_digest(closing, self._closing(file, tags)) else None

    def _closing(self, file: TaggedFile, tags: bytes) -> bytes:
        head = bytes.fromhex(file.sha256) + file.source.length.to_bytes(8, "big")
        return self.key.tag(file.number, _CLOSING, head + tags)

    def refuse(self, file: TaggedFile) -> None:
        """Tell all drives that this source does not have the seal's SHA-256."""
        _PLACE.pack_into(self._memory, 0, file.number + 1)

    def refused(self) -> TaggedFile | None:
        """Return the source that does not have the seal's SHA-256, if any."""
        (number,) = _PLACE.unpack_from(self._memory, 0)
        return next((f for f in self.files if f.number + 1 == number), None) if number else None

    def reach(self, drive: int, place: int) -> None:
        """Record that ``drive`` needs sources from ``place`` on, in bytes of all files in order."""
        _PLACE.pack_into(self._memory, _PLACE.size * (1 + drive), place)

    def reach_end(self, drive: int) -> None:
        """Record that ``drive`` needs no more sources."""
        self.reach(drive, _EVERYTHING)

    def furthest(self) -> int:
        """Return the furthest place that a drive has reached."""
        places = (_PLACE.unpack_from(self._memory, _PLACE.size * (1 + n))[0] for n in range(self._drives))
        return max(places, default=0)


class FileTags:
    """The tags of a file as its bytes come."""

    def __init__(self, table: TagTable, file: TaggedFile) -> None:
        self._table, self._file = table, file
        self._tags, self._length = bytearray(), 0

    def add(self, piece: memoryview) -> None:
        """Take the next piece: ``PIECE`` bytes, at the end of the file as many as are left."""
        self._tags += self._table.key.tag(self._file.number, len(self._tags) // TAG, piece)
        self._length += len(piece)

    def close(self) -> None:
        """Store them: the SHA-256 of the same bytes was right. Nothing is stored of a file of another size than that of
        the table's: one of two alike is damaged, or it still grew when it was planned.
        """
        if self._length == self._file.source.length:
            self._table.close_file(self._file, bytes(self._tags))


def _sources_of(image: Image) -> Iterable[tuple[str, FileRange]]:
    digests = {f.path: f.sha256 for f in image.files}
    for extent in image.extents:
        if extent.kind is ExtentKind.DATA and isinstance(extent.content, FileRange):
            yield digests[extent.what], extent.content


def fill(table: TagTable, should_stop: Callable[[], bool]) -> None:
    """Read each source once: compare its SHA-256 with the seal's, and compute its tags from the same bytes in memory.

    A source that cannot be read or has changed gets no tags: the process that writes it reports that.
    """
    buffer = make_buffer(PIECE)
    for file in table.files:
        sha, tags = hashlib.sha256(), FileTags(table, file)
        try:
            with Sources() as sources:
                for run in cut_runs([Extent(0, file.source, ExtentKind.DATA, file.sha256)], 1, PIECE):
                    while file.begins + run.offset > table.furthest() + _LEAD and not should_stop():
                        time.sleep(_LOOK)
                    if should_stop():
                        return
                    view = buffer[: run.length]
                    sources.fill(run, view)
                    sha.update(view)
                    tags.add(view)
                sources.finish()
        except SourceError:
            continue
        if sha.hexdigest() != file.sha256:
            table.refuse(file)
            return
        tags.close()


@dataclass(frozen=True)
class DriveTags:
    """The table as one drive's process sees it."""

    table: TagTable
    drive: int

    def begin(self, sha256: str) -> TagProof | None:
        """Return the proof for the file with this digest; None if SHA-256 must be used."""
        file = self.table.find(sha256)
        tags = self.table.tags_of(file) if file is not None else None
        return TagProof(self.table.key, file, tags) if file is not None and tags is not None else None

    def require_sources(self) -> None:
        """Raise SourceError if a source has another SHA-256 than the seal's."""
        if (file := self.table.refused()) is not None:
            raise changed(file.source)

    def wrote(self, run: Run, digests: dict[str, str]) -> None:
        """Record that ``run`` is written; ``digests`` are those of the image's files by path."""
        for piece in reversed(run.pieces):
            if isinstance(piece.content, FileRange) and (file := self.table.find(digests.get(piece.what, ""))):
                self.table.reach(self.drive, file.begins + piece.start + piece.length)
                return

    def wrote_all(self) -> None:
        """Record that nothing more is written from sources."""
        self.table.reach_end(self.drive)


class TagProof:
    """Compares a file, read back in order, with the tags of its pieces."""

    def __init__(self, key: TagKey, file: TaggedFile, tags: bytes) -> None:
        self._key, self._file, self._tags = key, file, tags
        self._at = 0
        self._is_right = True
        self._open: PieceTag | None = None

    def update(self, start: int, data: memoryview) -> None:
        """Take ``data`` at byte ``start`` of the file. Skipped bytes are not verified."""
        if start != self._at or start + len(data) > self._file.source.length:
            self._is_right = False
        while data and self._is_right:
            part = data[: PIECE - self._at % PIECE]
            if self._open is None:
                self._open = self._key.begin(self._file.number, self._at // PIECE)
            self._open.update(part)
            self._at += len(part)
            data = data[len(part) :]
            if self._at % PIECE == 0 or self._at == self._file.source.length:
                self._compare(self._open.finish())

    def _compare(self, tag: bytes) -> None:
        at = (self._at - 1) // PIECE * TAG
        self._is_right = hmac.compare_digest(tag, self._tags[at : at + TAG])
        self._open = None

    def hexdigest(self) -> str:
        """Return the file's SHA-256 if every piece matches its tag; otherwise empty."""
        return self._file.sha256 if self._is_right and self._at == self._file.source.length else ""
