"""Decide what goes into which archive. Pure: the same bundle and wishes give the same plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from usbkit.archive.limits import MAX_ARCHIVES, MAX_PARTS
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _
from usbkit.core.units import format_size

#: Bytes of content in an archive unless asked otherwise: what a kill may cost. Larger files have one to themselves.
ARCHIVE_SIZE = 10**9
#: FAT32 ends at 4 GiB − 1 a file; we stay a cluster of 32 KiB below, as on our own drives (docs/decisions.md).
FAT32_PART = 2**32 - 2**15
#: Bytes. A smaller part would be mostly names.
SMALLEST_PART = 65_536

#: What compressing makes no smaller.
_DENSE = frozenset(
    [".mp4", ".m4a", ".jpg", ".jpeg", ".png", ".webp", ".woff2", ".pdf", ".zip", ".docx", ".pptx", ".gz"]
)


class Method(StrEnum):
    """How an archive holds its files: stored, or compressed with Deflate.

    LZMA2 makes pages a tenth smaller and takes ten times as long on files that are already dense (docs/packing.md).
    """

    STORE = "store"
    FAST = "fast"


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of a bundle: its path in it, bytes, and SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """The user's options. ``method`` None stores dense files and compresses the rest.

    ``archive_size`` and ``part_size`` in bytes; ``part_size`` None leaves archives whole. ``since`` is the fingerprint
    of the earlier seal that the recipient has.
    """

    method: Method | None = None
    archive_size: int = ARCHIVE_SIZE
    part_size: int | None = None
    encrypted: bool = False
    since: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedArchive:
    """One archive: its file name, its method, and its files."""

    name: str
    method: Method
    files: tuple[BundleFile, ...]

    @property
    def content_size(self) -> int:
        """Bytes of all its files."""
        return sum(f.size for f in self.files)


@dataclass(frozen=True, slots=True)
class PackPlan:
    """All archives of a pack in order; the first holds the seal. ``fingerprint`` is the seal's."""

    name: str
    fingerprint: str
    wishes: Wishes
    archives: tuple[PlannedArchive, ...]

    @property
    def content_size(self) -> int:
        """Bytes of all files."""
        return sum(a.content_size for a in self.archives)


def plan_pack(
    name: str,
    fingerprint: str,
    seal: Sequence[BundleFile],
    sealed: Iterable[BundleFile],
    wishes: Wishes,
    held: frozenset[str] = frozenset(),
) -> PackPlan:
    """Plan the pack of a bundle. ``seal`` are the files beside the seal, ``held`` the SHA-256 of files the recipient
    has.

    Raises InputError if there would be too many archives.
    """
    wanted = sorted((f for f in sealed if f.sha256 not in held), key=lambda f: f.path)
    groups = [(Method.STORE, tuple(seal))]
    for method in (Method.FAST, Method.STORE):
        chosen = [f for f in wanted if _method_of(f, wishes) is method]
        groups += [(method, group) for group in _groups(chosen, wishes.archive_size)]
    if len(groups) > MAX_ARCHIVES:
        what = _("the pack would have {count} archives, more than {most}", count=len(groups), most=MAX_ARCHIVES)
        raise InputError(Finding("too-many-archives", what, None, _("Name a larger --archive-size.")))
    archives = tuple(
        PlannedArchive(f"{name}-{number:03}.7z", method, files) for number, (method, files) in enumerate(groups)
    )
    return PackPlan(name, fingerprint, wishes, archives)


def check_part_size(size: int, plan: PackPlan) -> None:
    """Raise InputError for a part size too small for ``plan``: parts are numbered with three digits."""
    if size < SMALLEST_PART:
        what = _("parts of {size} are too small", size=format_size(size))
        todo = _("Name {least} or more.", least=format_size(SMALLEST_PART))
        raise InputError(Finding("part-size", what, None, todo))
    largest = max(a.content_size for a in plan.archives)
    if largest // size >= MAX_PARTS:
        what = _(
            "an archive of {bytes} would have more than {most} parts of {size}",
            bytes=format_size(largest),
            most=MAX_PARTS,
            size=format_size(size),
        )
        todo = _("Name {least} or more.", least=format_size(largest // (MAX_PARTS - 1) + 1))
        raise InputError(Finding("part-size", what, None, todo))


def _method_of(file: BundleFile, wishes: Wishes) -> Method:
    if wishes.method is not None:
        return wishes.method
    return Method.STORE if PurePosixPath(file.path).suffix.lower() in _DENSE else Method.FAST


def _groups(files: Sequence[BundleFile], most: int) -> Iterator[tuple[BundleFile, ...]]:
    """``files`` in order, in groups of at most ``most`` bytes or one file."""
    group: list[BundleFile] = []
    size = 0
    for file in files:
        if group and size + file.size > most:
            yield tuple(group)
            group, size = [], 0
        group.append(file)
        size += file.size
    if group:
        yield tuple(group)
