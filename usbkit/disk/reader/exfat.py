"""Read an untrusted exFAT volume. Sections are those of Microsoft's exFAT specification."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from usbkit.core.messages import Text, _
from usbkit.disk import upcase
from usbkit.disk.reader.bitmap import ClusterClaim, ClusterClaims, compare_bitmap
from usbkit.disk.reader.chains import Chain, FatMap, Marks, TooFragmentedError, read_fat, to_runs
from usbkit.disk.reader.entrysets import EntrySet, RootEntries, parse_directory
from usbkit.disk.reader.source import Run, UnreadableError
from usbkit.disk.reader.volume import ClusterHeap, Folder, FoundEntry, FoundVolume, Names, Survey, clip, invert, walk
from usbkit.disk.structures import exfat
from usbkit.disk.structures.record import RecordError

_MARKS = Marks(exfat.ENTRY_MASK, exfat.BAD_CLUSTER + 1, exfat.BAD_CLUSTER)


def read_volume(survey: Survey, start: int, length: int) -> None:
    """Survey the exFAT volume in ``length`` bytes from ``start`` on. Records faults; raises nothing."""
    try:
        boot = exfat.BootSector.from_bytes(survey.source.read(start, exfat.BootSector.SIZE))
    except (RecordError, UnreadableError) as error:
        survey.trouble(_("the boot sector is broken: {reason}", reason=error), start)
        return
    sector = 1 << boot.bytes_per_sector_shift
    place = _locate(survey, boot, start, length)
    if place is None:
        return
    survey.filesystem, survey.volume_id = "exfat", boot.volume_serial
    survey.volume = FoundVolume("exfat", sector, start, boot.volume_length * sector)
    survey.sector_size, survey.cluster_size = sector, place.cluster_size
    _check_boot_regions(survey, boot, start)
    fat_map = _read_fat(survey, boot, start, place)
    if fat_map is not None:
        _read_heap(survey, place, fat_map, boot.root_cluster)


def _locate(survey: Survey, boot: exfat.BootSector, start: int, length: int) -> ClusterHeap | None:
    """The volume's clusters, when the boot sector's numbers agree with each other and with the drive (3.1)."""
    sector = 1 << boot.bytes_per_sector_shift
    cluster = sector << boot.sectors_per_cluster_shift
    fault = _find_fault(boot)
    if fault is not None:
        survey.trouble(fault, start)
        return None
    if boot.volume_length * sector > length:
        what = _("the volume has {volume} bytes in {room}", volume=boot.volume_length * sector, room=length)
        survey.trouble(what, start)
    if boot.partition_offset not in (0, start // sector):
        said, found = boot.partition_offset, start // sector
        what = _("the volume says that it begins at sector {said}, and it does at {found}", said=said, found=found)
        survey.trouble(what, start + 64)
    place = ClusterHeap(start + boot.cluster_heap_offset * sector, cluster, boot.cluster_count)
    if place.offset_of(place.clusters + 2) > survey.source.size:
        survey.trouble(_("the drive ends before the volume's clusters do"), survey.source.size)
        room = max(0, survey.source.size - place.heap_offset) // cluster
        return ClusterHeap(place.heap_offset, cluster, room) if room else None
    return place


def _find_fault(boot: exfat.BootSector) -> Text | None:
    """What the boot sector says that cannot be, each field for itself being possible."""
    if boot.bytes_per_sector_shift + boot.sectors_per_cluster_shift > exfat.LARGEST_CLUSTER_SHIFT:
        return _("clusters of more than 32 MiB")
    if boot.fats != 1:
        return _("two FATs, which only TexFAT has")
    sector = 1 << boot.bytes_per_sector_shift
    if boot.fat_length * sector < (boot.cluster_count + exfat.FIRST_CLUSTER) * exfat.ENTRY_SIZE:
        return _("the FAT has no room for {count} clusters", count=boot.cluster_count)
    if boot.fat_offset + boot.fat_length > boot.cluster_heap_offset:
        return _("the FAT reaches into the clusters")
    if boot.cluster_heap_offset + (boot.cluster_count << boot.sectors_per_cluster_shift) > boot.volume_length:
        return _("the clusters reach beyond the volume")
    return None


def _check_boot_regions(survey: Survey, boot: exfat.BootSector, start: int) -> None:
    """Checksum of the main boot region, and the backup against it but for what changes in use (3.4)."""
    sector = 1 << boot.bytes_per_sector_shift
    length = exfat.BOOT_REGION_SECTORS * sector
    survey.metadata.append(Run(start, 2 * length))
    if boot.volume_flags & exfat.VOLUME_ACTIVE_FAT:
        survey.trouble(_("the second FAT is marked as in use, but there is only one"), start + 106)
    if boot.volume_flags & exfat.VOLUME_DIRTY:
        survey.sign(_("marked as in use: a system opened it and did not close it"), start + 106)
    if boot.volume_flags & exfat.VOLUME_MEDIA_FAILURE:
        survey.sign(_("marked: a system met with a bad sector"), start + 106)
    try:
        main, backup = survey.source.read(start, length), survey.source.read(start + length, length)
    except UnreadableError as error:
        survey.trouble(_("the boot region cannot be read: {reason}", reason=error), error.offset)
        return
    checksum_at = exfat.CHECKSUM_SECTOR * sector
    for at, region in ((start, main), (start + length, backup)):
        expected = exfat.checksum_boot_region(region[:checksum_at]).to_bytes(4, "little")
        if region[checksum_at:] != expected * (sector // len(expected)):
            survey.trouble(_("a boot region's checksum is wrong"), at + checksum_at)
    if _mask(main) != _mask(backup):
        survey.trouble(_("the backup boot region differs from the boot region"), start + length)


def _mask(region: bytes) -> bytes:
    """A boot region without what changes in use."""
    masked = bytearray(region)
    for at in exfat.UNCHECKED_BYTES:
        masked[at] = 0
    return bytes(masked)


def _read_fat(survey: Survey, boot: exfat.BootSector, start: int, place: ClusterHeap) -> FatMap | None:
    offset = start + (boot.fat_offset << boot.bytes_per_sector_shift)
    survey.metadata.append(Run(offset, boot.fat_length << boot.bytes_per_sector_shift))
    try:
        head = survey.source.read(offset, 2 * exfat.ENTRY_SIZE)
        if head != exfat.ENTRY_0.to_bytes(4, "little") + exfat.ENTRY_1.to_bytes(4, "little"):
            survey.trouble(_("the FAT begins with {found}", found=head.hex(" ")), offset)
        return read_fat(survey.source, offset, place.clusters, _MARKS, survey.limits.fragments)
    except UnreadableError as error:
        survey.trouble(_("the FAT cannot be read: {reason}", reason=error), error.offset)
    except TooFragmentedError:
        survey.trouble(_("the FAT is in more than {most} pieces", most=survey.limits.fragments), offset)
    return None


def _read_heap(survey: Survey, place: ClusterHeap, fat_map: FatMap, root: int) -> None:
    """The root's own entries first, since names are compared by the volume's table, then the tree."""
    heap = _Heap(survey, place, fat_map)
    chain = heap.follow(root, "/")
    runs = heap.to_runs(chain)
    heap.claim_chain(chain, "/")
    folder = Folder("", root, 0, 0, tuple(clip(runs, exfat.DIRECTORY_LARGEST)))
    heap.visited.add(root)
    bitmap = heap.read_root(folder)
    walk(folder, heap.read_folder)
    sharing = heap.claims.check(survey) | heap.unclaimed
    survey.entries = [_without_place(e) if e.path in sharing else e for e in survey.entries]
    bad = list(fat_map.find_bad())
    taken = [place.run(c.first, c.last) for c in heap.claims.sorted()] + [place.run(n, n) for n in bad]
    survey.free += invert(taken, place.run(2, place.clusters + 1))
    if bitmap is not None:
        compare_bitmap(survey, place, heap.claims, bitmap, bad)


def _without_place(entry: FoundEntry) -> FoundEntry:
    """A file whose clusters are another's too: none of them is read for it."""
    return entry if entry.is_dir or entry.size == 0 else replace(entry, runs=(), zeros=0)


@dataclass
class _Heap:
    """Reads one directory after the other and keeps account of who claims which clusters."""

    survey: Survey
    place: ClusterHeap
    fat_map: FatMap
    claims: ClusterClaims = field(init=False)
    table: array[int] | None = None
    visited: set[int] = field(default_factory=set)
    unclaimed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.claims = ClusterClaims(self.place, self.survey.limits.fragments)

    def follow(self, first: int, path: str) -> Chain:
        chain = self.fat_map.follow(first)
        if chain.fault is not None:
            self.survey.trouble(_("{path}: {fault}", path=path, fault=chain.fault))
        return chain

    def to_runs(self, chain: Chain) -> list[Run]:
        return to_runs(chain, self.place.heap_offset, self.place.cluster_size)

    def claim_chain(self, chain: Chain, path: str) -> None:
        for piece in chain.pieces:
            self._claim(ClusterClaim(piece.first, piece.last, path))

    def _claim(self, claim: ClusterClaim) -> None:
        if not self.claims.add(claim):
            self.unclaimed.add(claim.path)
            self.survey.trouble(_("files lie in more than {most} pieces", most=self.survey.limits.fragments))

    def find_runs(self, path: str, first: int, length: int, contiguous: bool, offset: int) -> list[Run]:
        """The clusters of an allocation of ``length`` bytes; notes what is wrong with it at ``offset`` (6.3.4-6)."""
        needed = -(-length // self.place.cluster_size)
        if needed == 0:
            if first:
                self.survey.trouble(_("{path} is empty and has clusters", path=path), offset)
            return []
        if needed > self.place.clusters:
            self.survey.trouble(_("{path} has {size} bytes, more than the volume", path=path, size=length), offset)
            return []
        if contiguous:
            last = first + needed - 1
            if not (self.place.has(first) and self.place.has(last)):
                self.survey.trouble(_("{path} lies outside the volume", path=path), offset)
                return []
            self._claim(ClusterClaim(first, last, path))
            return [self.place.run(first, last)]
        chain = self.follow(first, path)
        if chain.fault is None and chain.count != needed:
            count = chain.count
            what = _("{path} has {count} clusters, and {needed} by its size", path=path, count=count, needed=needed)
            self.survey.trouble(what, offset)
        self.claim_chain(chain, path)
        return self.to_runs(chain)

    def read_root(self, root: Folder) -> tuple[Run, ...] | None:
        """Label, up-case table and bitmap (7.1 to 7.3); the bitmap's bytes are returned."""
        found = RootEntries()
        for _set in parse_directory(self.survey, root, found):
            pass
        self.survey.label = found.label
        for kind, entry in (("the up-case table", found.table), ("the allocation bitmap", found.bitmap)):
            if entry is None:
                self.survey.trouble(_("{what} is missing", what=kind), self.place.offset_of(root.cluster))
        if found.table is not None:
            self._read_table(found.table)
        if found.bitmap is None:
            return None
        return self._read_system_file("the allocation bitmap", found.bitmap.first_cluster, found.bitmap.length)

    def _read_system_file(self, what: str, first: int, length: int) -> tuple[Run, ...]:
        runs = self.find_runs(what, first, length, False, self.place.heap_offset)
        self.survey.metadata += runs
        return clip(runs, length)

    def _read_table(self, entry: exfat.UpcaseEntry) -> None:
        """7.2: the table by which this volume's names were hashed."""
        runs = self._read_system_file("the up-case table", entry.first_cluster, min(entry.length, 2 * upcase.UNITS + 1))
        try:
            data = b"".join(self.survey.source.stream(runs))
            if upcase.checksum(data) != entry.checksum:
                self.survey.trouble(_("the up-case table's checksum is wrong"), runs[0].offset if runs else None)
            self.table = upcase.expand(data)
        except (UnreadableError, ValueError) as error:
            self.survey.trouble(_("the up-case table is broken: {reason}", reason=error))

    def read_folder(self, folder: Folder) -> Iterable[Folder]:
        """Take up a directory's entries; returns the directories in it."""
        runs = folder.runs
        self.survey.metadata += runs
        at = self.place.offset_of(folder.cluster)
        if not self.survey.admit_directory(sum(r.length for r in runs), at):
            return []
        names, children = Names(), []
        for found in parse_directory(self.survey, folder, None):
            if not names.is_new(found.name):
                self.survey.trouble(_("{path} stands twice", path=folder.join(found.name)), found.offset)
            child = self._admit(folder, found)
            if child is not None:
                children.append(child)
        return children

    def _admit(self, folder: Folder, found: EntrySet) -> Folder | None:
        path, stream = folder.join(found.name), found.stream
        self._check_set(path, found)
        contiguous = bool(stream.flags & exfat.NO_FAT_CHAIN)
        runs = self.find_runs(path, stream.first_cluster, stream.length, contiguous, found.offset)
        if found.is_dir:
            return self._admit_folder(folder, found, path, runs)
        shown = min(stream.length, sum(r.length for r in runs))
        written = clip(runs, min(stream.valid_length, shown))
        zeros = shown - sum(r.length for r in written)
        self.survey.admit(FoundEntry(path, stream.length, False, found.attributes, written, zeros), found.offset)
        return None

    def _admit_folder(self, folder: Folder, found: EntrySet, path: str, runs: list[Run]) -> Folder | None:
        cluster, length = found.stream.first_cluster, found.stream.length
        if not self.survey.admit(FoundEntry(path, 0, True, found.attributes, ()), found.offset):
            return None
        if length == 0 or length % self.place.cluster_size or length > exfat.DIRECTORY_LARGEST:
            self.survey.trouble(_("the folder {path} has {size} bytes", path=path, size=length), found.offset)
        if cluster in self.visited:
            self.survey.trouble(_("the folder {path} is another one too", path=path), found.offset)
            return None
        if folder.depth >= self.survey.limits.depth:
            self.survey.trouble(_("{path} lies too deep", path=path), found.offset)
            return None
        self.visited.add(cluster)
        kept = clip(runs, exfat.DIRECTORY_LARGEST)
        return Folder(path, cluster, folder.cluster, folder.depth + 1, kept) if kept else None

    def _check_set(self, path: str, found: EntrySet) -> None:
        """Hash of the name (7.6.5) and the lengths (7.6.5 to 7.6.7)."""
        stream = found.stream
        if found.attributes & ~exfat.ATTR_ALL:
            self.survey.trouble(_("{path} has an attribute that the format reserves", path=path), found.offset)
        if self.table is not None:
            units = found.units
            upcased = b"".join(
                self.table[int.from_bytes(units[i : i + 2], "little")].to_bytes(2, "little")
                for i in range(0, len(units), 2)
            )
            if exfat.hash_name(upcased) != stream.name_hash:
                self.survey.trouble(_("{path}: the name's hash is wrong", path=path), found.offset)
        is_full = stream.valid_length == stream.length
        if stream.valid_length > stream.length or (found.is_dir and not is_full):
            what = _(
                "{path}: {valid} valid bytes of {length}", path=path, valid=stream.valid_length, length=stream.length
            )
            self.survey.trouble(what, found.offset)
        elif not is_full:
            self.survey.sign(_("{path}: only {valid} bytes were ever written", path=path, valid=stream.valid_length))
        if not stream.flags & exfat.ALLOCATION_POSSIBLE:
            self.survey.trouble(_("{path}: its place is not valid", path=path), found.offset)
