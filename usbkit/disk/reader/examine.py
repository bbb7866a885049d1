"""Examine a drive's structure in one pass: its content, its faults, and whether it was changed."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.core.messages import _
from usbkit.disk.image import RunOfBytes, digest_runs
from usbkit.disk.reader import fat32
from usbkit.disk.reader.ours import find_foreign
from usbkit.disk.reader.source import Limits, ReadAt, Run, Source, UnreadableError, merge
from usbkit.disk.reader.volume import FoundEntry, Note, Survey
from usbkit.disk.structures import mbr
from usbkit.disk.structures.record import RecordError
from usbkit.trust.verdict import Structure

_LARGEST_SECTOR = 4096
_FAT_MARK, _EXFAT_MARK = (82, b"FAT32   "), (3, b"EXFAT   ")


@dataclass(frozen=True)
class Examination:
    """A drive's structure as found. ``filesystem`` is None if none could be read.

    ``troubles`` are damage, ``signs`` traces of systems that opened the drive, ``foreign`` content that no drive of
    ours has although the file system is sound (only searched for with a digest). ``free`` are the bytes of clusters
    outside all chains; ``metadata`` is everything that was interpreted and ``metadata_digest`` its digest, empty if
    there is damage or it was not requested.
    """

    filesystem: str | None
    sector_size: int
    cluster_size: int
    label: str
    volume_id: int
    disk_id: int | None
    entries: tuple[FoundEntry, ...]
    troubles: tuple[Note, ...]
    signs: tuple[Note, ...]
    foreign: tuple[Note, ...]
    free: tuple[Run, ...]
    metadata: tuple[Run, ...]
    metadata_digest: str

    def judge(self, from_outside: str | None, from_itself: str | None = None) -> Structure:
        """Compare the digest with the original one: ``from_outside`` was kept outside the drive, ``from_itself`` on it.

        The drive's own proves nothing, and the result says so: without another it is all there is, and beside another
        that differs it tells a drive that was opened since from one that is not the drive asked about.
        """
        if self.troubles or self.foreign:
            return Structure.BROKEN
        if from_outside == self.metadata_digest:
            return Structure.UNTOUCHED
        if from_itself != self.metadata_digest:
            return Structure.OPENED
        return Structure.AS_IT_SAYS if from_outside is None else Structure.DENIED


def examine(read_at: ReadAt, size: int, limits: Limits | None = None, *, with_digest: bool = True) -> Examination:
    """Examine a drive of ``size`` bytes. Raises nothing that the drive could cause.

    Without the digest, half as much is read, and foreign content is not searched for.
    """
    survey = Survey(Source(read_at, size), limits or Limits())
    _read_drive(survey)
    if with_digest and survey.volume is not None:
        survey.foreign += find_foreign(survey.source, survey.volume)
    digest = _digest(survey) if with_digest and not survey.troubles else ""
    return Examination(
        filesystem=survey.filesystem,
        sector_size=survey.sector_size,
        cluster_size=survey.cluster_size,
        label=survey.label,
        volume_id=survey.volume_id,
        disk_id=survey.disk_id,
        entries=tuple(survey.entries),
        troubles=tuple(survey.troubles),
        signs=tuple(survey.signs),
        foreign=tuple(survey.foreign),
        free=tuple(merge(survey.free)),
        metadata=tuple(merge(survey.metadata)),
        metadata_digest=digest,
    )


def _digest(survey: Survey) -> str:
    try:
        runs = merge(survey.metadata)
        return digest_runs(RunOfBytes(r.offset, r.length, survey.source.stream([r])) for r in runs)
    except UnreadableError as error:
        survey.trouble(_("cannot be read: {reason}", reason=error), error.offset)
        return ""


def _read_drive(survey: Survey) -> None:
    """Find the volume, by the partition table or at the drive's start as some sticks have it, and survey it."""
    try:
        first = survey.source.read(0, min(mbr.MasterBootRecord.SIZE, survey.source.size))
        if _is_volume(first):
            _read_volume(survey, first, 0, survey.source.size)
            return
        record = mbr.MasterBootRecord.from_bytes(first)
    except (RecordError, UnreadableError) as error:
        survey.trouble(_("there is no partition table: {reason}", reason=error), 0)
        return
    survey.disk_id = record.disk_signature
    _read_partitions(survey, record)


def _read_partitions(survey: Survey, record: mbr.MasterBootRecord) -> None:
    size = mbr.PartitionRecord.SIZE
    for index in range(mbr.PARTITIONS):
        try:
            partition = mbr.PartitionRecord.from_bytes(record.partitions[index * size : (index + 1) * size])
        except RecordError as error:
            survey.trouble(_("partition {n} is broken: {reason}", n=index + 1, reason=error), mbr.TABLE_OFFSET)
            continue
        if partition.os_type == mbr.TYPE_GPT_PROTECTIVE:
            survey.trouble(_("the drive has a GUID partition table, which is not one of ours"), mbr.TABLE_OFFSET)
            return
        if partition.os_type != mbr.TYPE_EMPTY:
            _read_partition(survey, partition)
            return
    survey.trouble(_("the partition table is empty"), mbr.TABLE_OFFSET)


def _read_partition(survey: Survey, partition: mbr.PartitionRecord) -> None:
    """Survey a partition, whose sectors may be of either size: the one at whose place a boot sector says the same."""
    for sector in (512, _LARGEST_SECTOR):
        start, length = partition.starting_lba * sector, partition.size_in_lba * sector
        try:
            first = survey.source.read(start, 512)
        except UnreadableError:
            continue
        if start and _is_volume(first) and _sector_size(first) == sector:
            survey.metadata.append(Run(0, sector))
            if start + length > survey.source.size:
                what = _(
                    "the partition ends at {end} and the drive at {size}", end=start + length, size=survey.source.size
                )
                survey.trouble(what, mbr.TABLE_OFFSET)
            _read_volume(survey, first, start, length)
            return
    what = _("there is no FAT32 or exFAT volume where the partition table says one is")
    survey.trouble(what, partition.starting_lba * 512)


def _is_volume(first: bytes) -> bool:
    return any(first[at : at + len(mark)] == mark for at, mark in (_FAT_MARK, _EXFAT_MARK))


def _sector_size(first: bytes) -> int:
    """What the boot sector says: FAT in bytes at 11, exFAT as a power of two at 108."""
    if first[3:11] == _EXFAT_MARK[1]:
        return 1 << min(first[108], 16)
    return int.from_bytes(first[11:13], "little")


def _read_volume(survey: Survey, first: bytes, start: int, length: int) -> None:
    if first[3:11] == _EXFAT_MARK[1]:
        from usbkit.disk.reader import exfat  # few drives have it

        exfat.read_volume(survey, start, length)
    else:
        fat32.read_volume(survey, start, length)
