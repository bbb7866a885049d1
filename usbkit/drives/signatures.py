"""What is on a drive. Blank is never presumed: every range that a table or a signature claims must be empty.

A drive is blank if no signature of another system is on it or in any claimed range; if every such range holds an empty
FAT or exFAT volume, or nothing; and if the rest reads as zeros, or as ``0xFF`` like erased flash. The rest is read at
its beginning and end and sampled between, so headerless encryption in the middle of an otherwise empty drive is not
detected. Bounded reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from usbkit.disk.marks import MARKS, Mark
from usbkit.disk.reader import ReadAt, Run
from usbkit.disk.reader.volume import invert
from usbkit.drives.device import OURS
from usbkit.drives.jobrecord import MAGIC, find_record, is_begun, record_runs
from usbkit.drives.tables import ClaimedRanges, read_claims
from usbkit.drives.volumes import Volume, find_volume, is_empty

if TYPE_CHECKING:
    from usbkit.drives.finished_drive import FinishedDrive

UNKNOWN = "unknown data"
UNREADABLE = "unreadable"
TABLE = "partition table"

#: How much of a range is read where nothing is claimed: its beginning and end, and samples between.
_HEAD, _TAIL = 64 * 2**20, 4 * 2**20
_SAMPLE, _SAMPLES = 2**14, 256
_CHUNK = 2**20
_CLEAR = bytes(_CHUNK)

#: More ranges than any drive has that is not somebody's.
_MOST_RANGES = 64


@dataclass(frozen=True, slots=True)
class DriveContent:
    """``name`` is None for a blank drive, ``usbkit`` for one of ours, else what was found, worst first.

    ``ranges`` are what tables and volumes claim. ``understood`` are the signatures, as util-linux names them, that were
    judged to be empty or ours: of the whole disk under `Run` (0, size), of a range under its own. ``finished`` is what
    a finished drive of ours says of itself.
    """

    name: str | None
    ranges: tuple[Run, ...] = ()
    understood: dict[Run, frozenset[str]] = field(default_factory=dict)
    finished: FinishedDrive | None = None


def name_content(read_at: ReadAt, size: int) -> str | None:
    """Return the name of a drive's content; see ``DriveContent``. ``read_at`` may return less at the drive's end."""
    return judge_content(read_at, size).name


def judge_content(read_at: ReadAt, size: int) -> DriveContent:
    """Judge all of a drive. Raises what ``read_at`` raises."""
    claims = read_claims(read_at, size)
    whole = Run(0, size)
    volumes, ranges = _find_ranges(read_at, claims)
    name, finished = _name(read_at, claims, volumes, ranges)
    understood = {run: _probed_as(volumes, run.offset) for run in ranges}
    understood[whole] = frozenset(claims.names) | _probed_as(volumes, 0)
    return DriveContent(name, ranges, understood, finished)


def claimed_ranges(read_at: ReadAt, size: int) -> tuple[Run, ...]:
    """Return the ranges that tables and volumes claim, as far as the drive can be read."""
    try:
        return _find_ranges(read_at, read_claims(read_at, size))[1]
    except OSError:
        return ()


def _find_ranges(read_at: ReadAt, claims: ClaimedRanges) -> tuple[list[Volume], tuple[Run, ...]]:
    whole = Run(0, claims.size)
    volumes = [v for start in _starts(claims) if (v := find_volume(read_at, start)) is not None]
    return volumes, tuple(dict.fromkeys([*claims.ranges, *(_within(v.run, whole) for v in volumes)]))


def _probed_as(volumes: list[Volume], start: int) -> frozenset[str]:
    return frozenset[str]().union(*(v.probed_as for v in volumes if v.run.offset == start))


def _starts(claims: ClaimedRanges) -> list[int]:
    """Where volumes may begin; at sector 0 too, whatever a table says."""
    return sorted({0, *(run.offset for run in claims.ranges)})


def _within(run: Run, whole: Run) -> Run:
    return Run(run.offset, min(run.length, whole.end - run.offset))


def _name(
    read_at: ReadAt, claims: ClaimedRanges, volumes: list[Volume], ranges: tuple[Run, ...]
) -> tuple[str | None, FinishedDrive | None]:
    """The content's name, and what a finished drive of ours says of itself."""
    whole = Run(0, claims.size)
    if len(ranges) > _MOST_RANGES:
        return TABLE, None
    # Other systems' marks come before ours: whoever formats an unfinished drive of ours may leave our record standing.
    found = _find_marks(read_at, [whole, *ranges], volumes)
    if found is not None:
        return found, None
    if claims.unclear:
        return TABLE, None
    if not claims.names and not volumes and _is_unfinished(read_at):
        return OURS, None
    full = [v for v in volumes if not is_empty(read_at, claims.size, v)]
    if not _is_rest_clear(read_at, claims, volumes):
        return (full[0].kind if full else UNKNOWN), None
    if not full:
        return None, None
    finished = _read_finished(read_at, claims.size) if len(full) == len(claims.ranges) == 1 else None
    return (full[0].kind if finished is None else OURS), finished


def _find_marks(read_at: ReadAt, ranges: list[Run], volumes: list[Volume]) -> str | None:
    """The first mark in the order of the table; copies count only where no volume that we read was made since."""
    held = {0, *(v.run.offset for v in volumes)} if volumes else set[int]()
    for mark in MARKS:
        for run in ranges:
            if not (mark.is_backup and run.offset in held) and _stands(read_at, run, mark):
                return mark.name
    return None


def _stands(read_at: ReadAt, run: Run, mark: Mark) -> bool:
    places = list(mark.places(run.length))
    if not places:
        return False
    first, size = places[0], len(mark.magic)
    data = read_at(run.offset + first, places[-1] - first + size)
    return any(data[at - first : at - first + size] == mark.magic for at in places)


def _is_unfinished(read_at: ReadAt) -> bool:
    """Whether we began to write it: our record, and a first sector that nobody has written since."""
    first = read_at(0, 512)
    is_unclaimed = first.startswith(MAGIC) or not any(first)
    return is_unclaimed and (find_record(read_at) is not None or is_begun(read_at))


def _read_finished(read_at: ReadAt, size: int) -> FinishedDrive | None:
    from usbkit.drives.finished_drive import read_finished

    return read_finished(read_at, size)


def _is_rest_clear(read_at: ReadAt, claims: ClaimedRanges, volumes: list[Volume]) -> bool:
    """Whether there is nothing in what tables claim without a volume, nor in what nothing claims."""
    whole = Run(0, claims.size)
    starts = {v.run.offset for v in volumes}
    bare = [run for run in claims.ranges if run.offset not in starts]
    taken = [*claims.own, *record_runs(read_at), *bare, *(_within(v.run, whole) for v in volumes)]
    return all(_is_clear(read_at, run) for run in [*invert(taken, whole), *bare])


def _is_clear(read_at: ReadAt, run: Run) -> bool:
    return all(_is_erased(read_at(at, length)) for at, length in _samples(run))


def _samples(run: Run) -> Iterator[tuple[int, int]]:
    """All of the beginning and the end of ``run``, and places at equal distances between."""
    head, tail = min(run.length, _HEAD), min(run.length, _TAIL)
    yield from _chunks(Run(run.offset, head))
    yield from _chunks(Run(run.end - tail, tail))
    between = run.length - head - tail
    for index in range(_SAMPLES if between > 0 else 0):
        at = run.offset + head + between * index // _SAMPLES // 512 * 512
        yield at, min(_SAMPLE, run.end - at)


def _chunks(run: Run) -> Iterable[tuple[int, int]]:
    return ((at, min(_CHUNK, run.end - at)) for at in range(run.offset, run.end, _CHUNK))


def _is_erased(data: bytes) -> bool:
    """Whether each sector is all zeros or all ``0xFF``."""
    if data == _CLEAR[: len(data)]:
        return True
    sectors = (data[at : at + 512] for at in range(0, len(data), 512))
    return all(s.count(0) == len(s) or s.count(0xFF) == len(s) for s in sectors)
