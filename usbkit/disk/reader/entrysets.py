"""The entries of an exFAT directory: sets of files joined, the volume's own entries picked out (6, 7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from usbkit.core.messages import _
from usbkit.disk.reader.volume import Folder, Survey
from usbkit.disk.structures import exfat
from usbkit.disk.structures.record import RecordError

_ROOT_TYPES = (exfat.TYPE_BITMAP, exfat.TYPE_UPCASE, exfat.TYPE_LABEL)


@dataclass(frozen=True, slots=True)
class EntrySet:
    """The entries of a file or folder. ``offset`` is the first one's, in bytes from the drive's start."""

    name: str
    units: bytes
    attributes: int
    stream: exfat.StreamEntry
    offset: int

    @property
    def is_dir(self) -> bool:
        return bool(self.attributes & exfat.ATTR_DIRECTORY)


@dataclass
class RootEntries:
    """The volume's own entries in the root directory; filled in by ``parse_directory``."""

    label: str = ""
    bitmap: exfat.BitmapEntry | None = None
    table: exfat.UpcaseEntry | None = None


def parse_directory(survey: Survey, folder: Folder, root: RootEntries | None) -> Iterator[EntrySet]:
    """Yield the sets in use in a directory. With ``root``, only the volume's own entries are recorded and nothing is
    yielded; without it, all others are, so that each fault is reported once.
    """
    entries = survey.read_directory(folder, folder.runs, exfat.DIRECTORY_ENTRY_SIZE)
    for offset, data in entries:
        kind = data[0]
        if kind == exfat.TYPE_END:
            return
        if not kind & exfat.IN_USE:
            continue
        if kind in _ROOT_TYPES:
            _note_root_entry(survey, folder, root, offset, data)
        elif kind == exfat.TYPE_FILE:
            whole, cut = _gather(entries, data)
            found = _parse_set(survey, folder, offset, whole, cut) if root is None else None
            if found is not None and survey.is_honest(found.name, folder, offset):
                yield found
        elif root is None and not kind & exfat.IMPORTANCE_BENIGN:
            survey.trouble(_("an entry of type {kind} in {path}", kind=f"{kind:02X}h", path=folder.shown), offset)


def _gather(entries: Iterator[tuple[int, bytes]], first: bytes) -> tuple[bytes, bool]:
    """A set's entries as the first one counts them, and whether the directory ended before."""
    data = first
    for _n in range(first[1]):
        following = next(entries, None)
        if following is None:
            return data, True
        data += following[1]
    return data, False


def _note_root_entry(survey: Survey, folder: Folder, root: RootEntries | None, offset: int, data: bytes) -> None:
    if root is None:
        if folder.depth:
            survey.trouble(_("an entry of the volume's root in {path}", path=folder.shown), offset)
        return
    try:
        if data[0] == exfat.TYPE_LABEL:
            entry = exfat.LabelEntry.from_bytes(data)
            root.label = entry.label[: 2 * entry.units].decode("utf-16-le", errors="replace")
        elif data[0] == exfat.TYPE_UPCASE and root.table is None:
            root.table = exfat.UpcaseEntry.from_bytes(data)
        elif data[0] == exfat.TYPE_BITMAP and root.bitmap is None:
            root.bitmap = exfat.BitmapEntry.from_bytes(data)
        else:
            survey.trouble(_("an entry of type {kind} stands twice", kind=f"{data[0]:02X}h"), offset)
    except RecordError as error:
        survey.trouble(_("the root is broken: {reason}", reason=error), offset)


def _parse_set(survey: Survey, folder: Folder, offset: int, data: bytes, cut: bool) -> EntrySet | None:
    try:
        if cut:
            raise RecordError("FileEntry", "SecondaryCount", 1, data[1], "as many entries as are left")
        return _read_set(survey, folder, offset, data)
    except RecordError as error:
        survey.trouble(_("a file's entries in {path} are broken: {reason}", path=folder.shown, reason=error), offset)
        return None


def _read_set(survey: Survey, folder: Folder, offset: int, data: bytes) -> EntrySet:
    file = exfat.FileEntry.from_bytes(data)
    size = exfat.DIRECTORY_ENTRY_SIZE
    stream = exfat.StreamEntry.from_bytes(data[size : 2 * size])
    count = -(-stream.name_units // exfat.NAME_UNITS)
    if count + 1 > file.secondary_count:
        raise RecordError("FileEntry", "SecondaryCount", 1, file.secondary_count, f"at least {count + 1}")
    names = [exfat.NameEntry.from_bytes(data[i * size : (i + 1) * size]) for i in range(2, 2 + count)]
    for i in range(2 + count, 1 + file.secondary_count):  # vendors may add their own behind the name (7.8, 7.9)
        if data[i * size] not in (exfat.TYPE_VENDOR_EXTENSION, exfat.TYPE_VENDOR_ALLOCATION):
            raise RecordError("FileEntry", "entry type", i * size, data[i * size], "a vendor's entry")
    stored = b"".join(n.name for n in names)
    units, behind = stored[: 2 * stream.name_units], stored[2 * stream.name_units :]
    if any(behind) or any(units[i : i + 2] == b"\0\0" for i in range(0, len(units), 2)):
        raise RecordError("StreamEntry", "NameLength", 3, stream.name_units, "the units before the first NUL")
    name = units.decode("utf-16-le", errors="replace")
    expected = exfat.checksum_set(data)
    if expected != file.set_checksum:
        what = _(
            "{path}: the entries' checksum is {found} instead of {expected}",
            path=folder.join(name),
            found=f"{file.set_checksum:04X}h",
            expected=f"{expected:04X}h",
        )
        survey.trouble(what, offset)
    return EntrySet(name, units, file.attributes, stream, offset)
