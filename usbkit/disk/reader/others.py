"""Find marks of other file systems and tables beside our volume, which firmware or a system could interpret.

They are the marks that make a drive somebody's, at each place that is left beside our partition table and boot region.
"""

from __future__ import annotations

from collections.abc import Iterator

from usbkit.core.messages import _
from usbkit.disk.marks import MARKS, Mark
from usbkit.disk.reader.source import Run, Source, UnreadableError
from usbkit.disk.reader.volume import Note

#: Tables that drives are read by, and so have no row among the marks.
_TABLES = (
    *(Mark("GPT", at, b"EFI PART", "UEFI 5.3.2") for at in (512, 4096, -512, -4096)),
    Mark("mac partition table", 4096, b"PM\0\0", "Inside Macintosh: Devices, 3-25, blocks of 4096 bytes"),
)

#: At a drive's end may be a file's bytes: by two of them alone nothing is said. Copies that outlive a formatting say
#: nothing beside a volume.
SOUGHT = tuple(m for m in MARKS if not m.is_backup and (m.offset >= 0 or len(m.magic) >= 4))

_BLOCK = 64 * 2**10


def find_others(source: Source, disk: Run, partition: Run) -> Iterator[Note]:
    """Yield each foreign signature on the disk and in the partition, with its place, and places that cannot be read."""
    window = _Window(source)
    for run, marks in ((disk, (*_TABLES, *SOUGHT)), (partition, SOUGHT)):
        told: set[str] = set()
        for mark in marks:
            if mark.name in told:
                continue
            try:
                at = next((at for at in _places(mark, run, partition) if window.holds(at, mark.magic)), None)
            except UnreadableError as error:
                yield Note(_("cannot be read, and something else may be there: {reason}", reason=error), error.offset)
                return
            if at is not None:
                told.add(mark.name)
                yield Note(_("the drive can be read as {name} too", name=mark.name), at)


def _places(mark: Mark, run: Run, partition: Run) -> Iterator[int]:
    """Where on the drive the mark would stand as one of ``run``: of the disk not in our volume, which has its own."""
    for at in mark.places(run.length):
        if mark.offset < 0 or run == partition or run.offset + at < partition.offset:
            yield run.offset + at


class _Window:
    """Reads whole blocks and keeps them: marks stand close together."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._blocks: dict[int, bytes] = {}

    def holds(self, at: int, magic: bytes) -> bool:
        """Whether ``magic`` stands at ``at``. Raises UnreadableError."""
        first, last = at // _BLOCK, (at + len(magic) - 1) // _BLOCK
        data = self._block(first) if first == last else self._block(first) + self._block(last)
        return data.startswith(magic, at % _BLOCK)

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            start = number * _BLOCK
            self._blocks[number] = self._source.read(start, min(_BLOCK, self._source.size - start))
        return self._blocks[number]
