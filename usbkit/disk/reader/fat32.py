"""Read an untrusted FAT32 volume. Sections are those of Microsoft's FAT specification of 2005."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from usbkit.core.messages import _
from usbkit.disk.reader.chains import Chain, FatMap, Marks, TooFragmentedError, read_fat, to_runs
from usbkit.disk.reader.source import CHUNK, Run, UnreadableError
from usbkit.disk.reader.volume import ClusterHeap, Folder, FoundEntry, FoundVolume, Names, Survey, clip, invert, walk
from usbkit.disk.structures import fat
from usbkit.disk.structures.record import RecordError

_MARKS = Marks(fat.ENTRY_MASK, fat.END_OF_CHAIN_LEAST, fat.BAD_CLUSTER)
_DOTS = {b".".ljust(11): 0, b"..".ljust(11): 1}
#: DIR_NTRes: Windows NT keeps names that are all lower case in base or extension without a long name.
_LOWER_BASE, _LOWER_SUFFIX = 0x08, 0x10


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A directory entry with its name. ``offset`` is the short entry's, in bytes from the drive's start."""

    name: str
    entry: fat.DirectoryEntry
    offset: int


def read_volume(survey: Survey, start: int, length: int) -> None:
    """Survey the FAT32 volume in ``length`` bytes from ``start`` on. Records faults; raises nothing."""
    try:
        boot = fat.BootSector.from_bytes(survey.source.read(start, fat.BootSector.SIZE))
    except (RecordError, UnreadableError) as error:
        survey.trouble(_("the boot sector is broken: {reason}", reason=error), start)
        return
    place = _locate(survey, boot, start, length)
    if place is None:
        return
    survey.filesystem, survey.volume_id = "fat32", boot.volume_id
    survey.volume = FoundVolume("fat32", boot.bytes_per_sector, start, boot.total_sectors * boot.bytes_per_sector)
    survey.sector_size, survey.cluster_size = boot.bytes_per_sector, place.cluster_size
    _check_boot_region(survey, boot, start)
    fats = _Fats(start + boot.reserved_sectors * boot.bytes_per_sector, boot.fat_sectors * boot.bytes_per_sector, boot)
    fat_map = _read_fats(survey, fats, place)
    if fat_map is None:
        return
    walk(Folder("", boot.root_cluster, 0, 0), Walk(survey, place, fat_map).read_folder)
    check_allocation(survey, place, fat_map)
    _check_fsinfo(survey, boot, start)


@dataclass(frozen=True, slots=True)
class _Fats:
    """Where the FATs are, in bytes: the first one's offset, the length of one."""

    offset: int
    length: int
    boot: fat.BootSector


def _locate(survey: Survey, boot: fat.BootSector, start: int, length: int) -> ClusterHeap | None:
    """The volume's clusters, when the boot sector's numbers agree with each other and with the drive (3.1, 3.5)."""
    sector = boot.bytes_per_sector
    heap = boot.reserved_sectors + boot.fats * boot.fat_sectors
    clusters = (boot.total_sectors - heap) // boot.sectors_per_cluster
    if boot.total_sectors * sector > length:
        what = _("the volume has {volume} bytes in {room}", volume=boot.total_sectors * sector, room=length)
        survey.trouble(what, start)
    if clusters < fat.LEAST_CLUSTERS:
        what = _("{count} clusters, and FAT32 has at least {least}", count=max(0, clusters), least=fat.LEAST_CLUSTERS)
        survey.trouble(what, start)
        return None
    if clusters > fat.MOST_CLUSTERS or (clusters + fat.FIRST_CLUSTER) * fat.ENTRY_SIZE > boot.fat_sectors * sector:
        survey.trouble(_("the FAT has no room for {count} clusters", count=clusters), start)
        return None
    place = ClusterHeap(start + heap * sector, boot.sectors_per_cluster * sector, clusters)
    if place.heap_offset >= survey.source.size:
        survey.trouble(_("the drive ends before the volume's clusters begin"), survey.source.size)
        return None
    return place


def _check_boot_region(survey: Survey, boot: fat.BootSector, start: int) -> None:
    """Boot sector against its backup (3.3), but for the marks that systems set in the first one alone."""
    sector = boot.bytes_per_sector
    sectors = min(fat.BOOT_REGION_SECTORS, boot.reserved_sectors)
    survey.metadata.append(Run(start, sectors * sector))
    if boot.reserved_1 & 3:
        survey.sign(_("marked as in use: a system opened it and did not close it"), start + 65)
    if not 0 < boot.backup_sector < boot.reserved_sectors:
        survey.trouble(_("there is no backup of the boot sector"), start)
        return
    backup_at = start + boot.backup_sector * sector
    try:
        backup = fat.BootSector.from_bytes(survey.source.read(backup_at, fat.BootSector.SIZE))
    except (RecordError, UnreadableError) as error:
        survey.trouble(_("the backup boot sector is broken: {reason}", reason=error), backup_at)
        return
    if replace(backup, reserved_1=0, label=b"") != replace(boot, reserved_1=0, label=b""):
        survey.trouble(_("the backup boot sector differs from the boot sector"), backup_at)


def _read_fats(survey: Survey, fats: _Fats, place: ClusterHeap) -> FatMap | None:
    """The first FAT, after comparing the others with it (4)."""
    survey.metadata.append(Run(fats.offset, fats.length * fats.boot.fats))
    used = (place.clusters + fat.FIRST_CLUSTER) * fat.ENTRY_SIZE
    try:
        first, second = (int.from_bytes(survey.source.read(fats.offset + 4 * n, 4), "little") for n in (0, 1))
        _check_reserved_entries(survey, fats, first, second)
        for number in range(1, fats.boot.fats):
            _compare_fats(survey, fats.offset, fats.offset + number * fats.length, used)
        return read_fat(survey.source, fats.offset, place.clusters, _MARKS, survey.limits.fragments)
    except UnreadableError as error:
        survey.trouble(_("the FAT cannot be read: {reason}", reason=error), error.offset)
    except TooFragmentedError:
        survey.trouble(_("the FAT is in more than {most} pieces", most=survey.limits.fragments), fats.offset)
    return None


def _check_reserved_entries(survey: Survey, fats: _Fats, first: int, second: int) -> None:
    """4.1: the media byte in FAT[0], the marks of a clean shutdown in FAT[1]."""
    if first & fat.ENTRY_MASK != 0x0FFF_FF00 | fats.boot.media:
        what = _(
            "the FAT begins with {found} and the media byte is {media}",
            found=f"{first:08X}h",
            media=f"{fats.boot.media:02X}h",
        )
        survey.trouble(what, fats.offset)
    if second & fat.ENTRY_MASK < fat.END_OF_CHAIN_LEAST & ~(fat.CLEAN_SHUTDOWN_MASK | fat.NO_HARD_ERROR_MASK):
        survey.trouble(_("the FAT's second entry is {found}", found=f"{second:08X}h"), fats.offset + 4)
    elif not second & fat.CLEAN_SHUTDOWN_MASK:
        survey.sign(_("the FAT is marked as in use"), fats.offset + 4)
    elif not second & fat.NO_HARD_ERROR_MASK:
        survey.sign(_("the FAT is marked: a system met with a bad sector"), fats.offset + 4)


def _compare_fats(survey: Survey, one: int, other: int, used: int) -> None:
    """Note the first place where two FATs differ; the marks in FAT[1] may stand in one of them alone."""
    for start in range(8, used, CHUNK):
        length = min(CHUNK, used - start)
        ours, theirs = survey.source.read(one + start, length), survey.source.read(other + start, length)
        if ours != theirs:
            at = start + next(i for i in range(length) if ours[i] != theirs[i])
            what = _("the FATs differ for cluster {cluster}", cluster=at // fat.ENTRY_SIZE)
            survey.trouble(what, other + at)
            return


def check_allocation(survey: Survey, place: ClusterHeap, fat_map: FatMap) -> None:
    """Note allocated clusters outside all chains, and free space."""
    lost = list(fat_map.find_lost())
    if lost:
        count = sum(p.last - p.first + 1 for p in lost)
        survey.trouble(_("{count} clusters are taken by no file", count=count), place.offset_of(lost[0].first))
    allocated = (place.run(p.first, p.last) for p in fat_map.find_allocated())
    survey.free.extend(invert(allocated, place.run(2, place.clusters + 1)))


def _check_fsinfo(survey: Survey, boot: fat.BootSector, start: int) -> None:
    """5: its counts are advice, so wrong ones are no damage, but a broken record is."""
    at = start + boot.fsinfo_sector * boot.bytes_per_sector
    try:
        info = fat.FSInfo.from_bytes(survey.source.read(at, fat.FSInfo.SIZE))
    except (RecordError, UnreadableError) as error:
        survey.trouble(_("FSInfo is broken: {reason}", reason=error), at)
        return
    free = sum(r.length for r in survey.free) // survey.cluster_size
    if info.free_clusters not in (free, fat.FSINFO_UNKNOWN):
        what = _("FSInfo counts {said} free clusters of {free}", said=info.free_clusters, free=free)
        survey.sign(what, at + 488)


@dataclass
class Walk:
    """Reads directories along the FAT's chains."""

    survey: Survey
    place: ClusterHeap
    fat_map: FatMap

    def read_folder(self, folder: Folder) -> Iterator[Folder]:
        """Record a directory's entries; yield the directories in it."""
        runs = self.find_directory(folder)
        self.survey.metadata += runs
        length = sum(r.length for r in runs)
        if length > max(fat.DIRECTORY_LARGEST, self.place.cluster_size):
            self.survey.trouble(_("the folder {path} has {size} bytes", path=folder.shown, size=length))
            runs = list(clip(runs, fat.DIRECTORY_LARGEST))
        if not self.survey.admit_directory(min(length, fat.DIRECTORY_LARGEST), self.place.offset_of(folder.cluster)):
            return
        names = Names()
        for found in _Entries(self.survey, folder, runs).parse():
            if not names.is_new(found.name):
                self.survey.trouble(_("{path} stands twice", path=folder.join(found.name)), found.offset)
            child = self._admit(folder, found)
            if child is not None:
                yield child

    def find_directory(self, folder: Folder) -> list[Run]:
        """Return the places of a directory's bytes."""
        return list(
            to_runs(self._follow(folder.cluster, folder.shown), self.place.heap_offset, self.place.cluster_size)
        )

    def _admit(self, folder: Folder, found: FoundFile) -> Folder | None:
        path, entry = folder.join(found.name), found.entry
        if entry.attributes & fat.ATTR_RESERVED:
            self.survey.trouble(_("{path} has an attribute that the format reserves", path=path), found.offset)
        if entry.attributes & fat.ATTR_DIRECTORY:
            if self.survey.admit(FoundEntry(path, 0, True, entry.attributes, ()), found.offset):
                if folder.depth < self.survey.limits.depth:
                    return Folder(path, entry.first_cluster, folder.cluster, folder.depth + 1)
                self.survey.trouble(_("{path} lies too deep", path=path), found.offset)
            return None
        runs = self._find_runs(path, entry, found.offset)
        self.survey.admit(FoundEntry(path, entry.size, False, entry.attributes, runs), found.offset)
        return None

    def _find_runs(self, path: str, entry: fat.DirectoryEntry, offset: int) -> tuple[Run, ...]:
        if entry.first_cluster == 0:
            if entry.size:
                self.survey.trouble(_("{path} has {size} bytes and no place", path=path, size=entry.size), offset)
            return ()
        chain = self._follow(entry.first_cluster, path)
        needed = -(-entry.size // self.place.cluster_size)
        if chain.fault is None and chain.count != needed:
            what = _(
                "{path} has {count} clusters, and {needed} by its size", path=path, count=chain.count, needed=needed
            )
            self.survey.trouble(what, offset)
        return clip(to_runs(chain, self.place.heap_offset, self.place.cluster_size), entry.size)

    def _follow(self, first: int, path: str) -> Chain:
        chain = self.fat_map.follow(first)
        if chain.fault is not None:
            self.survey.trouble(_("{path}: {fault}", path=path, fault=chain.fault), None)
        return chain


@dataclass
class _Entries:
    """The entries of one directory, long names put together (6, 7)."""

    survey: Survey
    folder: Folder
    runs: list[Run]

    def parse(self) -> Iterator[FoundFile]:
        long: list[fat.LongNameEntry] = []
        read = self.survey.read_directory(self.folder, self.runs, fat.DIRECTORY_ENTRY_SIZE)
        for index, (offset, data) in enumerate(read):
            if data[0] == fat.NAME_END:
                break
            if data[0] == fat.NAME_FREE:
                self._drop(long, offset)
            elif data[11] & fat.ATTR_LONG_NAME_MASK == fat.ATTR_LONG_NAME:
                part = fat.LongNameEntry.from_bytes(data)
                if part.order & fat.LAST_LONG_ENTRY:
                    self._drop(long, offset)
                long.append(part)
            else:
                entry = fat.DirectoryEntry.from_bytes(data)
                name = self._name(entry, long, offset)
                long = []
                if not self._is_own(entry, index, offset) and self.survey.is_honest(name, self.folder, offset):
                    yield FoundFile(name, entry, offset)
        self._drop(long, None)

    def _drop(self, long: list[fat.LongNameEntry], offset: int | None) -> None:
        if long:
            self.survey.trouble(_("a long name without its file in {path}", path=self.folder.shown), offset)
            long.clear()

    def _name(self, entry: fat.DirectoryEntry, long: list[fat.LongNameEntry], offset: int) -> str:
        """The long name when its parts are in order and sum up to the short one (7.2), else the short name."""
        if not long:
            return _decode_short(entry)
        orders = [part.order for part in long]
        expected = [len(long) | fat.LAST_LONG_ENTRY, *range(len(long) - 1, 0, -1)]
        checksum = fat.checksum_short_name(entry.name)
        if orders != expected or any(part.checksum != checksum for part in long):
            self._drop(list(long), offset)
            return _decode_short(entry)
        units = b"".join(part.name for part in reversed(long))
        ends = [i for i in range(0, len(units), 2) if units[i : i + 2] == b"\0\0"]
        name = units[: ends[0]] if ends else units
        return name.decode("utf-16-le", errors="replace")

    def _is_own(self, entry: fat.DirectoryEntry, index: int, offset: int) -> bool:
        """Whether it is the label, dot or dot-dot, which no file is; checks that they are where they belong (6.5)."""
        if entry.attributes & fat.ATTR_VOLUME_ID:
            if self.folder.depth or self.survey.label:
                self.survey.trouble(_("a volume label in {path}", path=self.folder.shown), offset)
            else:
                self.survey.label = _decode(entry.name).rstrip()
            return True
        expected_index = _DOTS.get(entry.name)
        if expected_index is None:
            if self.folder.depth and index < len(_DOTS):
                self.survey.trouble(_("the folder {path} does not begin with . and ..", path=self.folder.path), offset)
            return False
        cluster = self.folder.cluster if expected_index == 0 else self.folder.parent
        may = (cluster, 0) if expected_index and self.folder.depth == 1 else (cluster,)
        if self.folder.depth == 0 or index != expected_index or entry.first_cluster not in may:
            self.survey.trouble(_("a wrong . or .. in {path}", path=self.folder.shown), offset)
        return True


def _decode_short(entry: fat.DirectoryEntry) -> str:
    base, suffix = _decode(entry.name[:8]).rstrip(" "), _decode(entry.name[8:]).rstrip(" ")
    base = base.lower() if entry.case_flags & _LOWER_BASE else base
    suffix = suffix.lower() if entry.case_flags & _LOWER_SUFFIX else suffix
    return f"{base}.{suffix}" if suffix else base


def _decode(name: bytes) -> str:
    """6.1: 05h stands for E5h. The code page is unsaid; 437 is what firmware has."""
    name = bytes((fat.NAME_FREE,)) + name[1:] if name[:1] == bytes((fat.NAME_KANJI_E5,)) else name
    return name.decode("cp437")
