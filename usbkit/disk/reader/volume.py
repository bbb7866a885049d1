"""A reader's results: entries, faults, and the regions it interpreted. One ``Survey`` per volume."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from usbkit.core.messages import Text, _
from usbkit.disk.names import fold
from usbkit.disk.reader.source import CHUNK, Limits, ReadAt, Run, Source, UnreadableError, merge


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """A file or folder. ``runs`` are the places of a file's bytes; ``zeros`` bytes follow that exFAT marks as never
    written and systems show as zeros.

    Together they are ``size`` bytes if the file is complete, fewer if a chain is cut short or its clusters belong to
    another too. ``attributes`` are the bits of FAT 6.1, which exFAT shares.
    """

    path: str
    size: int
    is_dir: bool
    attributes: int
    runs: tuple[Run, ...]
    zeros: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all ``size`` bytes have a place."""
        return self.is_dir or sum(r.length for r in self.runs) + self.zeros == self.size


@dataclass(frozen=True, slots=True)
class Note:
    """Something found, and its place: bytes from the drive's start, None if it has no single place."""

    what: Text
    offset: int | None

    def __str__(self) -> str:
        return str(self.what) if self.offset is None else f"{self.what} ({_('at byte {at}', at=self.offset)})"


@dataclass(frozen=True, slots=True)
class ClusterHeap:
    """A volume's cluster heap, in bytes from the drive's start; ``clusters`` of them, numbered from 2."""

    heap_offset: int
    cluster_size: int
    clusters: int

    def has(self, cluster: int) -> bool:
        return 2 <= cluster < self.clusters + 2

    def offset_of(self, cluster: int) -> int:
        return self.heap_offset + (cluster - 2) * self.cluster_size

    def run(self, first: int, last: int) -> Run:
        return Run(self.offset_of(first), (last - first + 1) * self.cluster_size)


@dataclass(frozen=True, slots=True)
class FoundVolume:
    """A volume that was read: its file system and sector size, its start, and its stated length (bytes)."""

    filesystem: str
    sector_size: int
    start: int
    length: int


@dataclass
class Survey:
    """Collects what is found on a drive. Mutable while it is read, then frozen into an Examination."""

    source: Source
    limits: Limits
    filesystem: str | None = None
    sector_size: int = 0
    cluster_size: int = 0
    label: str = ""
    volume_id: int = 0
    disk_id: int | None = None
    entries: list[FoundEntry] = field(default_factory=list)
    troubles: list[Note] = field(default_factory=list)
    signs: list[Note] = field(default_factory=list)
    foreign: list[Note] = field(default_factory=list)
    volume: FoundVolume | None = None
    metadata: list[Run] = field(default_factory=list)
    free: list[Run] = field(default_factory=list)
    directory_bytes: int = 0

    def trouble(self, what: Text, offset: int | None = None) -> None:
        """Record damage to the structure."""
        if len(self.troubles) < self.limits.notes:
            self.troubles.append(Note(what, offset))
        elif len(self.troubles) == self.limits.notes:
            self.troubles.append(Note(_("and more"), None))

    def sign(self, what: Text, offset: int | None = None) -> None:
        """Record a trace of a system that opened the drive; it is no fault."""
        if len(self.signs) < self.limits.notes:
            self.signs.append(Note(what, offset))

    def admit(self, entry: FoundEntry, offset: int) -> bool:
        """Record ``entry``, unless there are too many."""
        if len(self.entries) >= self.limits.entries:
            self.trouble(_("more than {most} files and folders", most=self.limits.entries), offset)
            return False
        self.entries.append(entry)
        return True

    def read_directory(self, folder: Folder, runs: Iterable[Run], entry_size: int) -> Iterator[tuple[int, bytes]]:
        """Yield offset and bytes of each entry in ``runs``."""
        try:
            for run in runs:
                for start in range(run.offset, run.end, CHUNK):
                    data = self.source.read(start, min(CHUNK, run.end - start))
                    for at in range(0, len(data), entry_size):
                        yield start + at, data[at : at + entry_size]
        except UnreadableError as error:
            self.trouble(_("the folder {path} cannot be read: {reason}", path=folder.shown, reason=error), error.offset)

    def is_honest(self, name: str, folder: Folder, offset: int) -> bool:
        """Whether ``name`` is allowed in ``folder``; records one that leads elsewhere."""
        escape = find_escape(name)
        if escape is not None:
            what = _("a name with {what} in {folder}: {name}", what=escape, folder=folder.shown, name=name)
            self.trouble(what, offset)
        return escape is None

    def admit_directory(self, length: int, offset: int) -> bool:
        """Whether another ``length`` bytes of directories may be read."""
        self.directory_bytes += length
        if self.directory_bytes > self.limits.directory_bytes:
            self.trouble(_("folders of more than {most} bytes in all", most=self.limits.directory_bytes), offset)
            return False
        return True


def clip(runs: Iterable[Run], size: int) -> tuple[Run, ...]:
    """Return the first ``size`` bytes of ``runs``, with adjacent runs merged."""
    clipped: list[Run] = []
    for run in runs:
        length = min(run.length, size)
        if length and clipped and clipped[-1].end == run.offset:
            clipped[-1] = Run(clipped[-1].offset, clipped[-1].length + length)
        elif length:
            clipped.append(Run(run.offset, length))
        size -= length
    return tuple(clipped)


@dataclass(frozen=True, slots=True)
class Folder:
    """A directory to read: its path, its first cluster and its parent's (0 for the root), and the place of its bytes as
    far as its entry gives it.
    """

    path: str
    cluster: int
    parent: int
    depth: int
    runs: tuple[Run, ...] = ()

    @property
    def shown(self) -> str:
        return self.path or "/"

    def join(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name


def walk(root: Folder, read: Callable[[Folder], Iterable[Folder]]) -> None:
    """Read ``root`` and every directory below it that ``read`` finds, parents first, without recursion."""
    waiting = [root]
    while waiting:
        waiting += reversed(list(read(waiting.pop())))


class Names:
    """Detects names that occur twice in one directory, as readers compare them."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def is_new(self, name: str) -> bool:
        key = fold(name)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new


def find_escape(name: str) -> str | None:
    """Return the character by which ``name`` would lead out of its folder or trick a terminal, or the whole name if it
    is invalid; None for an honest one.
    """
    if name in ("", ".", ".."):
        return name or "nothing"
    return next((c for c in name if c in '/\\"*:<>?|' or ord(c) < 0x20 or ord(c) == 0x7F), None)


def stream(read_at: ReadAt, size: int, entry: FoundEntry) -> Iterator[bytes]:
    """Yield a file's bytes as a system would show them, from a drive of ``size`` bytes, in pieces of at most 1 MiB.

    Raises UnreadableError.
    """
    yield from Source(read_at, size).stream(entry.runs)
    yield from cut_zeros(entry.zeros)


def cut_zeros(count: int) -> Iterator[bytes]:
    """Yield ``count`` zeros in pieces of at most 1 MiB."""
    for start in range(0, count, CHUNK):
        yield bytes(min(CHUNK, count - start))


def invert(runs: Iterable[Run], whole: Run) -> list[Run]:
    """Return the parts of ``whole`` outside ``runs``."""
    rest, position = [], whole.offset
    for run in merge(runs):
        if run.offset > position:
            rest.append(Run(position, min(run.offset, whole.end) - position))
        position = max(position, run.end)
    if position < whole.end:
        rest.append(Run(position, whole.end - position))
    return rest
