"""Whether a FAT or exFAT volume on somebody's drive is empty: as sold, or as a system or camera formats it."""

from __future__ import annotations

from dataclasses import dataclass

from usbkit.disk.reader import Limits, ReadAt, Run
from usbkit.disk.reader.source import Source
from usbkit.disk.reader.volume import Survey
from usbkit.disk.structures.exfat import BootSector as ExfatBootSector
from usbkit.disk.structures.fat import BootSector as Fat32BootSector
from usbkit.disk.structures.record import RecordError
from usbkit.disk.structures.small_fat import SmallBootSector
from usbkit.drives.tables import is_boot_sector

#: A drive is looked at to tell whose it is, not to judge it: one with more than this is not empty.
LIMITS = Limits(depth=16, entries=20_000, directory_bytes=2**24, fragments=2**16, notes=1)


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of the FAT family by its boot sector. ``run`` is the range of the disk that it claims."""

    kind: str  # fat12, fat16, fat32, exfat
    run: Run

    @property
    def probed_as(self) -> frozenset[str]:
        """util-linux's names for it: an exFAT boot sector, which has no code, also looks like an empty table."""
        return frozenset(("exfat", "dos") if self.kind == "exfat" else ("vfat",))


def find_volume(read_at: ReadAt, start: int) -> Volume | None:
    """Return the volume that begins at ``start``; None if there is none that we can read."""
    boot = read_at(start, 512)
    if len(boot) < 512 or not is_boot_sector(boot):
        return None
    try:
        if boot[3:11] == b"EXFAT   ":
            exfat = ExfatBootSector.from_bytes(boot)
            return Volume("exfat", Run(start, exfat.volume_length << exfat.bytes_per_sector_shift))
        if boot[17:19] == b"\0\0":
            fat32 = Fat32BootSector.from_bytes(boot)
            return Volume("fat32", Run(start, fat32.total_sectors * fat32.bytes_per_sector))
        small = SmallBootSector.from_bytes(boot)
    except RecordError:
        return None
    if small.bits is None:
        return None
    return Volume(f"fat{small.bits}", Run(start, small.total_sectors * small.bytes_per_sector))


def is_empty(read_at: ReadAt, size: int, volume: Volume) -> bool:
    """Whether it holds nothing that a person put there, and all of it was understood."""
    # Here, since it takes along all that verifies, which writing a drive has no use for.
    from usbkit.trust.strangers import is_debris

    survey = Survey(Source(read_at, size), LIMITS)
    _read(survey, volume)
    if survey.filesystem is None or survey.troubles:
        return False
    return all(e.is_dir or is_debris(e.path, e.size, ()) for e in survey.entries)


def _read(survey: Survey, volume: Volume) -> None:
    start, length = volume.run.offset, volume.run.length
    if volume.kind == "exfat":
        from usbkit.disk.reader import exfat

        exfat.read_volume(survey, start, length)
    elif volume.kind == "fat32":
        from usbkit.disk.reader import fat32

        fat32.read_volume(survey, start, length)
    else:
        from usbkit.disk.reader import small_fat

        small_fat.read_volume(survey, start, length)
