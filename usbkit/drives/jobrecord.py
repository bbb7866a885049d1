"""The job record: stored on an unfinished drive in the gap before its partition, so that ``--resume`` knows it.

It names the drive's job and the parts that the drive has confirmed. It is written alternately in two places, so that a
power cut during one write leaves the other. Both are zeroed before a drive gets its partition table; for the moment
between, a last record is in the table's own sector, and the table overwrites it. So at every moment a drive is either
known as unfinished or has its table. The record is never trusted without the read-back at the end.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

from usbkit.disk.image import ExtentKind, Image
from usbkit.disk.reader import Run

MAGIC = b"usbkit job v1\r\n\x00"

#: Stands in the first slot while a drive is emptied and probed, before there is anything that a record could say.
BEGUN = b"usbkit begun v1\n".ljust(4096, b"\0")
SLOT_OFFSETS = (1 * 2**20, 2 * 2**20)
SLOT_SIZE = 2**20

#: Where the last record stands: in the first sector, which has no room for more than `JobRecord.closed`.
CLOSING_OFFSET = 0

#: Magic; sequence; size of the drive; bytes a bit stands for; bytes of the bitmap; digest of the job; seal fingerprint;
#: country's stem. Little-endian. The bitmap follows, then the SHA-256 of all before it.
_HEADER = struct.Struct("<16sQQQQ32s32s64s")
_STEM = 64
_DIGEST = hashlib.sha256().digest_size
_ALIGN = 4096

#: Bytes of the drive that one bit of the bitmap stands for: the grid on which videos begin.
CHUNK = 4 * 2**20
#: One every five seconds for a thousand years; the largest drive that 32-bit sector numbers reach.
_MOST_RECORDS = 2**33
_LARGEST_DRIVE = 2**44
_BITMAP_LIMIT = SLOT_SIZE - _HEADER.size - _DIGEST - _ALIGN


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job record. ``done`` has a bit for each ``chunk`` bytes of the drive, lowest bit first: set when all file bytes
    in them are written.
    """

    sequence: int
    size: int
    job: bytes
    fingerprint: bytes
    stem: str
    done: bytes
    chunk: int = CHUNK

    @classmethod
    def for_job(cls, image: Image, fingerprint: str, stem: str) -> JobRecord:
        """Return the record of a job that has just begun."""
        length = _bitmap_length(image.size, CHUNK)
        if length > _BITMAP_LIMIT or image.size >= _LARGEST_DRIVE:
            raise ValueError(f"a drive of {image.size} bytes is beyond what a job record can describe")
        return cls(0, image.size, digest_job(image), bytes.fromhex(fingerprint), stem, bytes(length))

    def has(self, chunk: int) -> bool:
        """Whether the drive has confirmed all file bytes of this chunk."""
        return bool(self.done[chunk // 8] >> chunk % 8 & 1)

    def covers(self, start: int, end: int) -> bool:
        """Whether the drive has confirmed the bytes from ``start`` to ``end``."""
        return all(self.has(c) for c in range(start // self.chunk, -(-end // self.chunk)))

    def saying(self, done: bytes) -> JobRecord:
        """Return this record with the bitmap ``done``."""
        return replace(self, done=done)

    def advanced(self, done: bytes) -> JobRecord:
        """Return the next record, with the bitmap ``done``."""
        return replace(self, sequence=self.sequence + 1, done=done)

    def closed(self) -> JobRecord:
        """Return the next record in less than a sector: all file bytes of the drive are confirmed."""
        return replace(self, sequence=self.sequence + 1, chunk=self.size, done=b"\x01")

    @property
    def slot(self) -> int:
        """The offset of this record on the drive."""
        return SLOT_OFFSETS[self.sequence % len(SLOT_OFFSETS)]

    def to_bytes(self) -> bytes:
        """Return the record as stored on a drive, padded to whole sectors of any size."""
        head = _HEADER.pack(
            MAGIC,
            self.sequence,
            self.size,
            self.chunk,
            len(self.done),
            self.job,
            self.fingerprint,
            _stem_field(self.stem),
        )
        body = head + self.done
        body += hashlib.sha256(body).digest()
        return body + bytes(-len(body) % _ALIGN)

    @classmethod
    def from_bytes(cls, data: bytes) -> JobRecord:
        """Read a slot. Raises ValueError if it holds no complete job record."""
        if len(data) < _HEADER.size + _DIGEST:
            raise ValueError(f"{len(data)} bytes are too few for a job record")
        magic, sequence, size, chunk, length, job, fingerprint, stem = _HEADER.unpack_from(data)
        if magic != MAGIC:
            raise ValueError(f"begins with {magic!r}, not with {MAGIC!r}")
        end = _HEADER.size + length
        if length > _BITMAP_LIMIT or end + _DIGEST > len(data):
            raise ValueError(f"a bitmap of {length} bytes does not fit into {len(data)}")
        if hashlib.sha256(data[:end]).digest() != data[end : end + _DIGEST]:
            raise ValueError("its digest is another: it was cut off while it was written, or damaged")
        if sequence >= _MOST_RECORDS or not 0 < size < _LARGEST_DRIVE:
            raise ValueError(f"no drive has {size} bytes and had {sequence} records")
        if chunk not in (CHUNK, size) or _bitmap_length(size, chunk) != length:
            raise ValueError(f"a bitmap of {length} bytes does not fit {size} bytes in chunks of {chunk}")
        return cls(sequence, size, job, fingerprint, _read_stem(stem), data[_HEADER.size : end], chunk)


def _stem_field(stem: str) -> bytes:
    """As much of a name as there is room for, in whole characters."""
    return stem.encode()[:_STEM].decode(errors="ignore").encode()


def _read_stem(field: bytes) -> str:
    """The name of the country's manifest or of the bundle's folder. Raises ValueError."""
    stem = field.rstrip(b"\0").decode("utf-8")
    if not stem.isprintable():
        raise ValueError(f"{stem!r} is no name")
    return stem


def _bitmap_length(size: int, chunk: int) -> int:
    """Bytes of a bitmap with a bit for each ``chunk`` of ``size`` bytes."""
    chunks = -(-size // chunk)
    return -(-chunks // 8)


def digest_job(image: Image) -> bytes:
    """Return the job's digest, equal for the same bytes at the same places of a drive of the same size."""
    sha = hashlib.sha256(f"{image.size} {image.sector_size} {image.filesystem} {image.metadata_digest()}\n".encode())
    for file in image.files:
        sha.update(f"{file.offset} {file.size} {file.sha256} {file.path}\n".encode())
    return sha.digest()


def find_record(read_at: Callable[[int, int], bytes]) -> JobRecord | None:
    """Return a drive's latest complete record, None if there is none. ``read_at(offset, length)`` reads the drive."""
    found = [r for at in (*SLOT_OFFSETS, CLOSING_OFFSET) if (r := _read_slot(read_at, at)) is not None]
    return max(found, key=lambda r: r.sequence, default=None)


def record_runs(read_at: Callable[[int, int], bytes]) -> list[Run]:
    """Return the places of complete records in the gap; a finished drive has one for a moment when a refresh begins."""
    found = ((at, _read_slot(read_at, at)) for at in SLOT_OFFSETS)
    return [Run(at, len(record.to_bytes())) for at, record in found if record is not None]


def is_begun(read_at: Callable[[int, int], bytes]) -> bool:
    """Whether we were about to write this drive: emptied or being emptied, with nothing of ours on it."""
    return read_at(SLOT_OFFSETS[0], len(BEGUN)) == BEGUN


def _read_slot(read_at: Callable[[int, int], bytes], offset: int) -> JobRecord | None:
    start = read_at(offset, _ALIGN)
    if len(start) < _ALIGN or not start.startswith(MAGIC):
        return None
    length = min(_HEADER.unpack_from(start)[4], _BITMAP_LIMIT)
    needed = _HEADER.size + length + _DIGEST
    rest = read_at(offset + _ALIGN, needed - _ALIGN + -needed % _ALIGN) if needed > _ALIGN else b""
    try:
        return JobRecord.from_bytes(start + rest)
    except ValueError:
        return None


def has_room(image: Image) -> bool:
    """Whether the image leaves the record's places free: they contain only zeros of the gap."""
    first, last = SLOT_OFFSETS[0], SLOT_OFFSETS[-1] + SLOT_SIZE
    return all(e.kind is ExtentKind.GAP for e in image.extents if e.offset < last and e.end > first)
