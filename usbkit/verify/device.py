"""A device or an image file as a tree: our own reader examines its structure and reads its files in place.

Nothing is mounted and nothing is written. Devices are read on Linux only; other systems check the mounted folder, and
image files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from usbkit.core.errors import InputError
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress, Silence
from usbkit.disk import reader
from usbkit.disk.reader.volume import cut_zeros
from usbkit.disk.structures import fat
from usbkit.trust.passport import MAX_BYTES, Passport, derive_serials
from usbkit.trust.sums import PASSPORT_NAME
from usbkit.trust.tree import EntryKind, TreeEntry, UnreadableFileError
from usbkit.trust.verdict import Structure, Verdict
from usbkit.verify.content import check_tree, read_small
from usbkit.verify.origin import Trust
from usbkit.verify.rawread import RawReader, open_raw


def verify_device(path: Path, trust: Trust | None = None, progress: Progress | None = None) -> Verdict:
    """Check the drive or image at ``path``: its structure, and every file against the seal.

    Raises DeviceError if it cannot be opened, BrokenOffError if it vanishes meanwhile.
    """
    trust = trust or Trust()
    with open_raw(path) as raw:
        examination = reader.examine(raw.read_at, raw.size)
        raw.require_present()
        tree = DeviceTree(raw, examination.entries)
        says = _read_passport(tree)
        structure = examination.judge(trust.metadata_of(says), None if says is None else says.metadata)
        troubles = tuple(str(note) for note in (*examination.foreign, *examination.troubles))
        other = _find_other(examination, says)
        if other is not None:
            structure, troubles = Structure.BROKEN, (*troubles, str(other))
        return check_tree(tree, structure, troubles, trust, progress or Silence(), key=str(path))


class DeviceTree:
    """The files of an examined volume, in the order of their places on the device."""

    def __init__(self, raw: RawReader, entries: tuple[reader.FoundEntry, ...]) -> None:
        self._raw = raw
        self._entries = {entry.path: entry for entry in entries}

    def entries(self) -> tuple[TreeEntry, ...]:
        ordered = sorted(self._entries.values(), key=lambda e: (e.runs[0].offset if e.runs else 0, e.path))
        return tuple(map(_to_tree_entry, ordered))

    def read(self, path: str) -> Iterator[memoryview]:
        entry, done = self._entries[path], 0
        if not entry.is_whole:
            raise UnreadableFileError(_("its place on the device is not whole, or is another's too"))
        try:
            for piece in self._raw.stream((run.offset, run.length) for run in entry.runs):
                yield piece
                done += len(piece)
            for zeros in cut_zeros(entry.zeros):
                yield memoryview(zeros)
        except OSError as error:
            self._raw.require_present()
            place = self._place(path, done)
            raise UnreadableFileError(_("{place}: {reason}", place=place, reason=error.strerror)) from error

    def where(self, path: str) -> Text | None:
        return self._place(path, 0)

    def _place(self, path: str, done: int) -> Text:
        """Where the file's bytes from ``done`` on stand."""
        ranges = []
        for run in self._entries[path].runs:
            if done < run.length:
                ranges.append(f"{run.offset + done}-{run.offset + run.length - 1}")
            done = max(0, done - run.length)
        return _("bytes {ranges} of the device", ranges=", ".join(ranges[:8]) or "-")


def _to_tree_entry(entry: reader.FoundEntry) -> TreeEntry:
    kind = EntryKind.FOLDER if entry.is_dir else EntryKind.FILE
    return TreeEntry(entry.path, kind, entry.size, bool(entry.attributes & (fat.ATTR_HIDDEN | fat.ATTR_SYSTEM)))


def _find_other(found: reader.Examination, says: Passport | None) -> Text | None:
    """Why the passport is another drive's: a drive's number decides its volume's serial, which no system changes."""
    if found.filesystem is None or says is None:
        return None
    expected = derive_serials(says.fingerprint, says.drive)[0]
    if found.volume_id == expected:
        return None
    return _(
        "{passport} is of another drive: its volume has the serial {expected}, and this one has {found}",
        passport=PASSPORT_NAME,
        expected=f"{expected:08X}",
        found=f"{found.volume_id:08X}",
    )


def _read_passport(tree: DeviceTree) -> Passport | None:
    """What the drive says it is; None where it says nothing that can be read."""
    entries = {entry.path: entry for entry in tree.entries()}
    try:
        data = read_small(tree, entries, PASSPORT_NAME, MAX_BYTES)
        return None if data is None else Passport.from_json(data)
    except (InputError, UnreadableFileError):
        return None
