"""Where a reader's bytes come from, and how far it goes before it gives up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

#: ``read_at(offset, length)``: bytes from the drive's start; may raise OSError, may return fewer at the drive's end.
ReadAt = Callable[[int, int], bytes]

CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """What no honest drive exceeds. Beyond each the drive is called broken, and reading goes on without that part."""

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
    """A part of the drive that gave no bytes: beyond its end, or a fault of the medium."""

    def __init__(self, offset: int, length: int, reason: str) -> None:
        super().__init__(f"{length} bytes at {offset}: {reason}")
        self.offset, self.length, self.reason = offset, length, reason


@dataclass(frozen=True, slots=True)
class Source:
    """A drive of ``size`` bytes."""

    read_at: ReadAt
    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes, or `UnreadableError`."""
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
        """The bytes of ``runs`` one after the other, in pieces of at most ``chunk``."""
        for run in runs:
            for start in range(run.offset, run.end, chunk):
                yield self.read(start, min(chunk, run.end - start))


def merge(runs: Iterable[Run]) -> list[Run]:
    """``runs`` sorted, those that touch or overlap made one."""
    merged: list[Run] = []
    for run in sorted(runs, key=lambda r: r.offset):
        if merged and run.offset <= merged[-1].end:
            merged[-1] = Run(merged[-1].offset, max(merged[-1].end, run.end) - merged[-1].offset)
        elif run.length:
            merged.append(run)
    return merged
