"""Decide whether a batch's drives are verified by tags of its sources, and run the process that computes them."""

from __future__ import annotations

import functools
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from usbkit.core.content import FileRange
from usbkit.core.progress import Progress
from usbkit.workers.process import Worker

if TYPE_CHECKING:
    from usbkit.disk.image import TreeFile
    from usbkit.drives.tag_table import TagTable
    from usbkit.writing.job import DriveJob

#: Fewer drives than these keep SHA-256, whatever it costs: there would be little to gain.
LEAST_DRIVES = 3

#: Drives that a station has in work at once; with more, some share a place, and say by turns how far they are.
_PLACES = 256

#: Bytes on which it is measured what things cost, how often, and of these the least counts.
_SAMPLE, _TIMES = 2**19, 3


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of this processor for the same number of bytes: SHA-256, a tag, and fetching them again from memory."""

    sha: float
    tag: float
    copy: float


def measure_costs() -> Costs:
    """Measure the costs on this computer; takes some milliseconds."""
    from usbkit.trust.piece_tags import TagKey

    one, other, key = memoryview(bytearray(_SAMPLE)), memoryview(bytearray(_SAMPLE)), TagKey()

    def copy() -> None:
        other[:] = one

    return Costs(_least(lambda: hashlib.sha256(one)), _least(lambda: key.tag(0, 0, one)), _least(copy))


def _least(work: Callable[[], object]) -> float:
    spent = []
    for _time in range(_TIMES):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return min(spent)


def pays_off(drives: int, costs: Costs) -> bool:
    """Whether one SHA-256 plus tags for each of ``drives`` is less work than SHA-256 for each.

    It is not on a processor without AES and carry-less multiplication: there a tag costs as much.
    """
    with_tags = costs.sha + costs.copy + (drives + 1) * costs.tag
    return drives >= LEAST_DRIVES and 2 * costs.tag < costs.sha and with_tags < drives * costs.sha


def table_for(sealed: Sequence[TreeFile], drives: int | None) -> TagTable | None:
    """A table for the tags of a bundle that is read before ``drives`` drives are written, or an unknown number of them;
    None where they do not pay off.
    """
    if not pays_off(LEAST_DRIVES if drives is None else drives, measure_costs()):
        return None
    from usbkit.drives.tag_table import TagTable

    files = ((file.sha256, file.content) for file in sealed if isinstance(file.content, FileRange))
    return TagTable(files, drives or _PLACES)


@contextmanager
def proven_together(jobs: Sequence[DriveJob], made: TagTable | None = None) -> Iterator[Sequence[DriveJob]]:
    """Yield ``jobs``, with tags if they pay off: those in ``made``, or within the block a separate process computes
    them.
    """
    if len(jobs) < LEAST_DRIVES or not (made or pays_off(len(jobs), measure_costs())):
        yield jobs
        return
    from usbkit.drives.tag_table import DriveTags, TagTable

    if made is not None:
        yield [replace(job, tags=DriveTags(made, number % _PLACES)) for number, job in enumerate(jobs)]
        return
    images = {id(job.image): job.image for job in jobs}
    table = TagTable.of(images.values(), len(jobs))
    worker = Worker.start(functools.partial(_take_tags, table, os.getpid()))
    try:
        yield [replace(job, tags=DriveTags(table, number)) for number, job in enumerate(jobs)]
    finally:
        worker.kill()
        worker.close(is_done=True)


class SealTags:
    """Tags for drives that come one by one, as at a station: computed from a seal's sources once enough drives are in
    work.

    A drive that began earlier keeps SHA-256; later ones use the tags.
    """

    def __init__(self) -> None:
        self._tables: dict[str, tuple[TagTable, Worker[None]]] = {}
        self._given = 0

    def equip(self, job: DriveJob, beside: int) -> DriveJob:
        """Return ``job`` with tags if there are any; ``beside`` are the drives of its seal already in work."""
        if job.fingerprint not in self._tables:
            if beside + 1 < LEAST_DRIVES or not pays_off(beside + 1, measure_costs()):
                return job
            self._begin(job)
        from usbkit.drives.tag_table import DriveTags

        table, _worker = self._tables[job.fingerprint]
        self._given += 1
        tags = DriveTags(table, self._given % _PLACES)
        table.reach(tags.drive, 0)
        return replace(job, tags=tags)

    def _begin(self, job: DriveJob) -> None:
        from usbkit.drives.tag_table import TagTable

        table = TagTable.of([job.image], _PLACES)
        worker = Worker.start(functools.partial(_take_tags, table, os.getpid()))
        self._tables[job.fingerprint] = table, worker

    def close(self) -> None:
        """Stop the process that computes tags."""
        for _table, worker in self._tables.values():
            worker.kill()
            worker.close(is_done=True)
        self._tables.clear()


def _take_tags(table: TagTable, parent: int, progress: Progress, should_stop: Callable[[], bool]) -> None:
    """The work of that process. It ends with its parent, which it never speaks to."""
    from usbkit.drives.tag_table import fill

    fill(table, lambda: should_stop() or os.getppid() != parent)
