"""Content: hash every sealed file, name everything else. Works on any ``Tree``; opens nothing itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from usbkit.core.errors import InputError
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress
from usbkit.trust.companions import MAX_COMPANION, Companions, check_companions
from usbkit.trust.strangers import BEGINNING, is_debris, is_debris_folder, is_run
from usbkit.trust.sums import (
    DRIVE_SCRIPT_NAME,
    MAX_SUMS,
    PASSPORT_NAME,
    SIGNATURE_NAME,
    SUMS_NAME,
    UNSEALED_NAMES,
    fingerprint,
    parse_sums,
)
from usbkit.trust.tree import EntryKind, Tree, TreeEntry, UnreadableFileError
from usbkit.trust.verdict import Content, FileTrouble, Origin, Structure, Trouble, Verdict, judge_content
from usbkit.verify.origin import Trust, judge_origin, judge_without_seal


def check_tree(
    tree: Tree,
    structure: Structure,
    structure_troubles: tuple[str, ...],
    trust: Trust,
    progress: Progress,
    key: str,
) -> Verdict:
    """Return the verdict on ``tree``. ``key`` is its key in ``progress``."""
    entries = {entry.path: entry for entry in tree.entries()}
    frame = Verdict(Content.NO_SEAL, structure, Origin.NOT_CHECKED, None, 0, 0, structure_troubles=structure_troubles)
    try:
        sums = read_small(tree, entries, SUMS_NAME, MAX_SUMS)
        digests = parse_sums(sums) if sums is not None else None
    except (InputError, UnreadableFileError) as error:
        return _without_seal(frame, FileTrouble(SUMS_NAME, Trouble.DAMAGED, _reason(error)), trust)
    if sums is None or digests is None:
        return _without_seal(frame, FileTrouble(SUMS_NAME, Trouble.MISSING), trust)
    companions = check_companions(_read_companions(tree, entries), sums)
    origin = judge_origin(sums, companions, trust)
    check = _Check(tree, entries, digests, progress, key)
    troubles = (*check.sealed(), *companions.troubles, *check.strangers())
    content = judge_content(troubles)
    hidden = tuple(check.hidden())
    progress.end(key, content.value)
    return replace(
        frame,
        content=content,
        structure=Structure.BROKEN if hidden else structure,
        structure_troubles=(*structure_troubles, *hidden),
        origin=origin.origin,
        origin_reasons=origin.reasons,
        fingerprint=fingerprint(sums),
        files=check.files,
        bytes=check.bytes,
        troubles=tuple(sorted(troubles, key=lambda t: t.path)),
        debris=tuple(check.debris),
        claims=companions.claims,
        passport=companions.passport,
    )


def _without_seal(frame: Verdict, trouble: FileTrouble, trust: Trust) -> Verdict:
    origin = judge_without_seal(trust, is_there=trouble.trouble is not Trouble.MISSING)
    return replace(frame, troubles=(trouble,), origin=origin.origin, origin_reasons=origin.reasons)


def _read_companions(tree: Tree, entries: Mapping[str, TreeEntry]) -> Companions:
    """The files beside the seal; one that cannot be read is as good as garbage, which is then named."""

    def read(path: str) -> bytes | None:
        try:
            return read_small(tree, entries, path, MAX_COMPANION)
        except UnreadableFileError:
            return b""

    return Companions(read(SIGNATURE_NAME), read(PASSPORT_NAME), read(DRIVE_SCRIPT_NAME))


def read_small(tree: Tree, entries: Mapping[str, TreeEntry], path: str, most: int) -> bytes | None:
    """Return the bytes of a small file, None if it does not exist. Raises UnreadableFileError, also for one above
    ``most`` bytes.
    """
    entry = entries.get(path)
    if entry is None:
        return None
    if entry.kind is not EntryKind.FILE:
        raise UnreadableFileError(_("it is not a file"))
    data = bytearray()
    for piece in tree.read(path):
        data += piece
        if len(data) > most:
            raise UnreadableFileError(_("it has more than {most} bytes", most=most))
    return bytes(data)


@dataclass
class _Check:
    """One pass over a tree; counts what is whole on its way."""

    tree: Tree
    entries: Mapping[str, TreeEntry]
    digests: Mapping[str, str]
    progress: Progress
    key: str

    def __post_init__(self) -> None:
        self.files = self.bytes = 0
        self.debris: list[str] = []
        self._missing_digests: dict[str, str] = {}

    def sealed(self) -> list[FileTrouble]:
        """Every file that the seal names, hashed in the tree's order."""
        present = [path for path in self.entries if path in self.digests]
        total = sum(self.entries[path].size for path in present)
        self.progress.begin(self.key, "verify", _("checking {name}", name=self.key), total)
        troubles = [trouble for path in present if (trouble := self._sealed_file(path))]
        missing = [path for path in self.digests if path not in self.entries]
        self._missing_digests = {self.digests[path]: path for path in missing}
        return troubles + [FileTrouble(path, Trouble.MISSING) for path in missing]

    def _sealed_file(self, path: str) -> FileTrouble | None:
        entry = self.entries[path]
        if entry.kind is not EntryKind.FILE:
            return FileTrouble(path, Trouble.DAMAGED, _("it is not a file"))
        try:
            digest = self._hash(path)
        except UnreadableFileError as error:
            return FileTrouble(path, Trouble.UNREADABLE, error.reason)
        if digest != self.digests[path]:
            return FileTrouble(path, Trouble.DAMAGED, self.tree.where(path) or "")
        self.files += 1
        self.bytes += entry.size
        return None

    def _hash(self, path: str) -> str:
        sha = hashlib.sha256()
        for piece in self.tree.read(path):
            sha.update(piece)
            self.progress.advance(self.key, len(piece))
        return sha.hexdigest()

    def hidden(self) -> Iterator[str]:
        """What of ours a system would not show: nothing of ours is made so."""
        ours = {*self.digests, *UNSEALED_NAMES, *_parents(self.digests)}
        for entry in self.entries.values():
            if entry.is_hidden and entry.path in ours:
                yield str(_("{path} is hidden from whoever opens the drive", path=entry.path))

    def strangers(self) -> Iterator[FileTrouble]:
        """Everything that is neither ours nor an operating system's debris."""
        files, folders = {*self.digests, *UNSEALED_NAMES}, {"", *_parents(self.digests)}
        ours, used = files | folders, folders | set(_parents(self.entries))
        for entry in self.entries.values():
            if entry.path in files or (entry.kind is EntryKind.FOLDER and entry.path in used):
                continue
            if trouble := self._stranger(entry, ours):
                yield trouble
            else:
                self.debris.append(entry.path)

    def _stranger(self, entry: TreeEntry, ours: set[str]) -> FileTrouble | None:
        if entry.kind is EntryKind.FOLDER:
            is_left = is_debris_folder(entry.path)
            return None if is_left else FileTrouble(entry.path + "/", Trouble.EXTRA, _("an empty folder"))
        if entry.kind is EntryKind.OTHER:
            return FileTrouble(entry.path, Trouble.EXTRA, _("neither a file nor a folder"), is_run=True)
        try:
            beginning = self._beginning(entry.path)
        except UnreadableFileError as error:
            return FileTrouble(entry.path, Trouble.EXTRA, error.reason, is_run=is_run(entry.path, b""))
        if is_run(entry.path, beginning):
            return FileTrouble(entry.path, Trouble.EXTRA, _("a computer may run or obey it: do not open it"), True)
        if is_debris(entry.path, entry.size, ours):
            return None
        return FileTrouble(entry.path, Trouble.EXTRA, self._other_name(entry.path) or "")

    def _beginning(self, path: str) -> bytes:
        pieces = self.tree.read(path)
        return bytes(next(pieces, b"")[:BEGINNING])

    def _other_name(self, path: str) -> Text | None:
        """That ``path`` is a missing file under another name, where it is."""
        if not self._missing_digests:
            return None
        try:
            original = self._missing_digests.get(self._hash(path))
        except UnreadableFileError as error:
            return error.reason
        return _("this is {original} under another name", original=original) if original else None


def _parents(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        parts = path.split("/")
        yield from ("/".join(parts[:n]) for n in range(1, len(parts)))


def _reason(error: InputError | UnreadableFileError) -> Text:
    return error.reason if isinstance(error, UnreadableFileError) else error.findings[0].what
