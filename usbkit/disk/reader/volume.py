"""What a reader finds: entries, notes of what is wrong, and the regions it interpreted. One `Survey` a volume."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from usbkit.core.messages import Text, _
from usbkit.disk.names import fold
from usbkit.disk.reader.source import CHUNK, Limits, ReadAt, Run, Source, UnreadableError, merge


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder. ``runs`` say where a file's bytes are; ``zeros`` bytes follow them that exFAT says were never

    written, which systems show as zeros. Both together are ``size`` bytes when its place is whole, fewer when a chain
    is cut short or its clusters are another's too. ``attributes`` are the bits of FAT 6.1, which exFAT shares.
    """

    path: str
    size: int
    is_dir: bool
    attributes: int
    runs: tuple[Run, ...]
    zeros: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether there are as many bytes as the entry says."""
        return self.is_dir or sum(r.length for r in self.runs) + self.zeros == self.size


@dataclass(frozen=True, slots=True)
class Note:
    """Something found, and where: bytes from the drive's start, or None where no one place is meant."""

    what: Text
    offset: int | None

    def __str__(self) -> str:
        return str(self.what) if self.offset is None else f"{self.what} ({_('at byte {at}', at=self.offset)})"


@dataclass(frozen=True, slots=True)
class Place:
    """A volume's clusters on the drive, in bytes from its start; ``clusters`` of them, numbered from 2."""

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
    """A volume that was read: its file system and sector size, where it begins, how long it says it is (bytes)."""

    filesystem: str
    sector_size: int
    start: int
    length: int


@dataclass
class Survey:
    """Collects what is found on a drive. Mutable: one is passed through a reading, then frozen into an Examination."""

    source: Source
    limits: Limits
    filesystem: str | None = None
    sector_size: int = 0
    cluster_size: int = 0
    label: str = ""
    volume_id: int = 0
    disk_id: int | None = None
    entries: list[Entry] = field(default_factory=list)
    troubles: list[Note] = field(default_factory=list)
    signs: list[Note] = field(default_factory=list)
    foreign: list[Note] = field(default_factory=list)
    volume: FoundVolume | None = None
    metadata: list[Run] = field(default_factory=list)
    free: list[Run] = field(default_factory=list)
    directory_bytes: int = 0

    def trouble(self, what: Text, offset: int | None = None) -> None:
        """Note that the structure is broken."""
        if len(self.troubles) < self.limits.notes:
            self.troubles.append(Note(what, offset))
        elif len(self.troubles) == self.limits.notes:
            self.troubles.append(Note(_("and more"), None))

    def sign(self, what: Text, offset: int | None = None) -> None:
        """Note what a system leaves behind that has opened the drive; nothing is wrong with it."""
        if len(self.signs) < self.limits.notes:
            self.signs.append(Note(what, offset))

    def admit(self, entry: Entry, offset: int) -> bool:
        """Take ``entry`` up, unless there are too many already."""
        if len(self.entries) >= self.limits.entries:
            self.trouble(_("more than {most} files and folders", most=self.limits.entries), offset)
            return False
        self.entries.append(entry)
        return True

    def read_directory(self, folder: Folder, runs: Iterable[Run], entry_size: int) -> Iterator[tuple[int, bytes]]:
        """Offset and bytes of each entry in ``runs``."""
        try:
            for run in runs:
                for start in range(run.offset, run.end, CHUNK):
                    data = self.source.read(start, min(CHUNK, run.end - start))
                    for at in range(0, len(data), entry_size):
                        yield start + at, data[at : at + entry_size]
        except UnreadableError as error:
            self.trouble(_("the folder {path} cannot be read: {reason}", path=folder.shown, reason=error), error.offset)

    def is_honest(self, name: str, folder: Folder, offset: int) -> bool:
        """Whether ``name`` may be a name in ``folder``; notes one that leads elsewhere."""
        escape = find_escape(name)
        if escape is not None:
            what = _("a name with {what} in {folder}: {name}", what=escape, folder=folder.shown, name=name)
            self.trouble(what, offset)
        return escape is None

    def admit_directory(self, length: int, offset: int) -> bool:
        """Whether a directory of ``length`` bytes more may be read."""
        self.directory_bytes += length
        if self.directory_bytes > self.limits.directory_bytes:
            self.trouble(_("folders of more than {most} bytes in all", most=self.limits.directory_bytes), offset)
            return False
        return True


def clip(runs: Iterable[Run], size: int) -> tuple[Run, ...]:
    """The first ``size`` bytes of ``runs``, runs that follow each other on the drive made one."""
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
    """A directory still to be read: its path, first cluster and its parent's (0 for the root), and where its bytes

    are, as far as the entry that names it says.
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
    """Read ``root`` and every directory that ``read`` finds below, a parent before its children, without recursion."""
    waiting = [root]
    while waiting:
        waiting += reversed(list(read(waiting.pop())))


class Names:
    """Notices names that stand twice in one directory, as readers compare them."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def is_new(self, name: str) -> bool:
        key = fold(name)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new


def find_escape(name: str) -> str | None:
    """The character by which ``name`` would lead out of its folder or trick a terminal, or the name itself if it is

    no name at all; None for an honest one.
    """
    if name in ("", ".", ".."):
        return name or "nothing"
    return next((c for c in name if c in '/\\"*:<>?|' or ord(c) < 0x20 or ord(c) == 0x7F), None)


def stream(read_at: ReadAt, size: int, entry: Entry) -> Iterator[bytes]:
    """A file's bytes as a system would show them, from a drive of ``size`` bytes, in pieces of at most 1 MiB.

    Raises `UnreadableError`.
    """
    yield from Source(read_at, size).stream(entry.runs)
    yield from cut_zeros(entry.zeros)


def cut_zeros(count: int) -> Iterator[bytes]:
    """``count`` zeros in pieces of at most 1 MiB."""
    for start in range(0, count, CHUNK):
        yield bytes(min(CHUNK, count - start))


def invert(runs: Iterable[Run], whole: Run) -> list[Run]:
    """What of ``whole`` none of ``runs`` covers."""
    rest, position = [], whole.offset
    for run in merge(runs):
        if run.offset > position:
            rest.append(Run(position, min(run.offset, whole.end) - position))
        position = max(position, run.end)
    if position < whole.end:
        rest.append(Run(position, whole.end - position))
    return rest
