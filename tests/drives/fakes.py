"""A drive in memory that follows the rules of a real one, with injectable faults."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from usbkit.core.messages import Text
from usbkit.drives.device import DriveKind, Identity
from usbkit.drives.opening import Reach
from usbkit.drives.target import Failure, io_failed, vanished

NODE = Path("/dev/fake")


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that was asked of a drive."""

    kind: str
    offset: int
    length: int

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass
class FakeDrive:
    """``data`` is what the flash holds. Faults are off until set; offsets are in bytes."""

    data: bytearray
    sector_size: int = 512
    node: Path = NODE
    bad_writes: range = range(0)
    bad_reads: range = range(0)
    flip_at: int | None = None  # this byte is kept with one bit turned
    drop: range = range(0)  # writes here are lost without a word
    true_size: int | None = None  # what lies beyond …
    beyond: str = "wrap"  # … begins again ("wrap"), is lost ("zeros", "noise"), or is refused ("error")
    vanish_after: int | None = None  # operations
    flush_fails: bool = False
    log: list[Operation] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def identity(self) -> Identity:
        return Identity(self.node, DriveKind.DISK, self.size, port="1-1", serial="F4KE", diskseq=1)

    def read_into(self, buffer: memoryview, offset: int) -> None:
        self._begin("read", offset, len(buffer))
        if _overlap(self.bad_reads, offset, len(buffer)):
            raise io_failed(self.node, Failure.READ_ERROR, offset, OSError(errno.EIO, os.strerror(errno.EIO)))
        buffer[:] = self.data[offset : offset + len(buffer)]
        for at in self._beyond(offset, len(buffer)):
            buffer[at - offset : at - offset + 512] = self._read_beyond(at)

    def write_from(self, buffer: memoryview, offset: int) -> None:
        self._begin("write", offset, len(buffer))
        if _overlap(self.bad_writes, offset, len(buffer)):
            raise io_failed(self.node, Failure.WRITE_ERROR, offset, OSError(errno.EIO, os.strerror(errno.EIO)))
        if _overlap(self.drop, offset, len(buffer)):
            return
        beyond = self._beyond(offset, len(buffer))
        if beyond and self.beyond == "error":
            raise io_failed(self.node, Failure.WRITE_ERROR, offset, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        self.data[offset : beyond.start if beyond else offset + len(buffer)] = buffer[
            : (beyond.start - offset) if beyond else len(buffer)
        ]
        if self.beyond == "wrap" and self.true_size:
            for at in beyond:
                self.data[at % self.true_size : at % self.true_size + 512] = buffer[at - offset : at - offset + 512]
        if self.flip_at is not None and offset <= self.flip_at < offset + len(buffer):
            self.data[self.flip_at] ^= 1

    def read_at(self, offset: int, length: int) -> bytes:
        """What a look at the drive from outside finds."""
        return bytes(self.data[offset : offset + length])

    def flush(self) -> None:
        self._begin("flush", 0, 0)
        if self.flush_fails:
            raise io_failed(self.node, Failure.FLUSH_ERROR, None, OSError(errno.EIO, os.strerror(errno.EIO)))

    def discard(self, offset: int, length: int) -> bool:
        self._begin("discard", offset, length)
        return False

    def leave_caches(self) -> Reach:
        self.flush()
        return Reach.DEVICE

    def reread_table(self) -> Text | None:
        self._begin("reread", 0, 0)
        return None

    def _begin(self, kind: str, offset: int, length: int) -> None:
        if offset % self.sector_size or length % self.sector_size or offset + length > self.size:
            raise AssertionError(f"{kind} of {length} at {offset} is not what O_DIRECT takes of this drive")
        if self.vanish_after is not None and len(self.log) >= self.vanish_after:
            raise vanished(self.node, offset)
        self.log.append(Operation(kind, offset, length))

    def _beyond(self, offset: int, length: int) -> range:
        if self.true_size is None:
            return range(0)
        return range(max(offset, self.true_size), max(offset + length, self.true_size), 512)

    def _read_beyond(self, at: int) -> bytes:
        if self.beyond == "wrap" and self.true_size:
            return bytes(self.data[at % self.true_size : at % self.true_size + 512])
        return random.Random(at).randbytes(512) if self.beyond == "noise" else bytes(512)

    @contextmanager
    def opened(self, identity: Identity, sector_size: int) -> Iterator[FakeDrive]:
        """What a job opens instead of a device."""
        assert identity == self.identity
        yield self


@dataclass
class CachingDrive(FakeDrive):
    """A drive with a cache of its own that a power cut empties: `cut` keeps a random half of what was not flushed."""

    flash: bytearray = field(default_factory=bytearray)
    unkept: list[tuple[int, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flash = bytearray(self.data)

    def write_from(self, buffer: memoryview, offset: int) -> None:
        super().write_from(buffer, offset)
        self.unkept.append((offset, bytes(buffer)))

    def flush(self) -> None:
        super().flush()
        for offset, data in self.unkept:
            self.flash[offset : offset + len(data)] = data
        self.unkept.clear()

    def cut(self, chance: random.Random) -> FakeDrive:
        """The drive as it is found after the power came back: sectors of unflushed writes are there or not."""
        for offset, data in self.unkept:
            for at in range(0, len(data), 4096):
                if chance.random() < 0.5:
                    part = data[at : at + 4096]
                    self.flash[offset + at : offset + at + len(part)] = part
        return FakeDrive(bytearray(self.flash), self.sector_size)


def _overlap(fault: range, offset: int, length: int) -> bool:
    return bool(fault) and fault.start < offset + length and offset < fault.stop
