"""The bytes that a reader reads, and the limits at which it gives up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

#: ``read_at(offset, length)``: bytes from the drive's start; may raise OSError, may return fewer at the drive's end.
ReadAt = Callable[[int, int], bytes]

CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits that no honest drive exceeds. Beyond one, the drive is reported as broken, and reading continues without
    that part.
    """

    depth: int = 64  # folders in folders
    entries: int = 262_144  # files and folders in all
    directory_bytes: int = 2**27  # of all directories together
    fragments: int = 2**20  # pieces that the files of a FAT lie in
    notes: int = 100  # troubles that are told one by one


@dataclass(frozen=True, slots=True)
class Run:
    """``length`` bytes at ``offset`` from the drive's start."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        return self.offset + self.length


class UnreadableError(Exception):
    """A part of the drive cannot be read: it is beyond the end, or the medium failed."""

    def __init__(self, offset: int, length: int, reason: str) -> None:
        super().__init__(f"{length} bytes at {offset}: {reason}")
        self.offset, self.length, self.reason = offset, length, reason


@dataclass(frozen=True, slots=True)
class Source:
    """A drive of ``size`` bytes."""

    read_at: ReadAt
    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly ``length`` bytes; raises UnreadableError."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise UnreadableError(offset, length, f"beyond the drive's end at {self.size}")
        try:
            data = self.read_at(offset, length)
        except OSError as error:
            raise UnreadableError(offset, length, error.strerror or type(error).__name__) from error
        if len(data) != length:
            raise UnreadableError(offset, length, f"only {len(data)} bytes came")
        return data

    def stream(self, runs: Iterable[Run], chunk: int = CHUNK) -> Iterator[bytes]:
        """Yield the bytes of ``runs`` in order, in pieces of at most ``chunk`` bytes."""
        for run in runs:
            for start in range(run.offset, run.end, chunk):
                yield self.read(start, min(chunk, run.end - start))


def merge(runs: Iterable[Run]) -> list[Run]:
    """Return ``runs`` sorted, with adjacent and overlapping ones merged."""
    merged: list[Run] = []
    for run in sorted(runs, key=lambda r: r.offset):
        if merged and run.offset <= merged[-1].end:
            merged[-1] = Run(merged[-1].offset, max(merged[-1].end, run.end) - merged[-1].offset)
        elif run.length:
            merged.append(run)
    return merged
