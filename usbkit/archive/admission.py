"""Judge what an archive lists before unpacking: names, kinds, sizes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from usbkit.archive.discovery import FoundArchive
from usbkit.archive.errors import UnfitError
from usbkit.archive.index import PackedArchive
from usbkit.archive.limits import MAX_RATIO, RATIO_FROM
from usbkit.archive.paths import require_path
from usbkit.archive.sevenzip import ArchiveEntry, Listing
from usbkit.core.messages import _
from usbkit.core.units import format_size
from usbkit.trust.sums import MAX_PATH, SUMS_NAME


@dataclass(frozen=True)
class Admitted:
    """An archive whose parts and listing were accepted. ``files``: name in it → path in the bundle and bytes."""

    archive: FoundArchive
    listing: Listing
    files: dict[str, tuple[str, int]]


class Admission:
    """Admits the archives of one pack one by one; no two may hold the same file."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: set[str] = set()

    def admit(self, archive: FoundArchive, listing: Listing) -> Admitted:
        """Return ``archive`` with the files to unpack. Raises UnfitError with the first thing that is not allowed."""
        return Admitted(archive, listing, self._files_of(listing, archive.expected))

    def _files_of(self, listing: Listing, expected: PackedArchive | None) -> dict[str, tuple[str, int]]:
        """Name in the archive → path in the bundle and bytes. ``expected`` is what the index says of the archive."""
        for entry in listing.entries:
            _require_kind(entry)
            require_path(entry.path)
        _require_ratio(listing)
        names = [e.path for e in listing.entries if not e.is_folder]
        top = "" if expected else common_top(names)
        files = {e.path: (e.path.removeprefix(top), e.size) for e in listing.entries if not e.is_folder}
        if len(files) != len(names):
            raise UnfitError("path-twice", _("it brings a file twice"))
        for path, _size in files.values():
            self._admit(path)
        for entry in listing.entries:
            if entry.is_folder and (entry.path + "/").removeprefix(top).rstrip("/").lower() in self._files:
                raise UnfitError("path-twice", _("it brings {path} as a file and as a folder", path=entry.path))
        if expected is not None:
            _require_expected(files.values(), listing, expected)
        return files

    def _admit(self, path: str) -> None:
        folded = path.lower()
        parts = folded.split("/")
        parents = {"/".join(parts[:n]) for n in range(1, len(parts))}
        if (other := self._files.get(folded)) is not None:
            what = _("it brings {path} though {other} is there: one file to some systems", path=path, other=other)
            raise UnfitError("path-twice", what)
        if folded in self._folders or parents & self._files.keys():
            raise UnfitError("path-twice", _("it brings {path} as a file and as a folder", path=path))
        self._files[folded] = path
        self._folders |= parents


def common_top(names: Sequence[str]) -> str:
    """Return the folder, with a slash, that holds everything in an archive of a whole bundle folder."""
    if SUMS_NAME in names or not names:
        return ""
    top = names[0].partition("/")[0] + "/"
    return top if all(name.startswith(top) for name in names) and top + SUMS_NAME in names else ""


def _require_kind(entry: ArchiveEntry) -> None:
    if entry.is_link:
        what = _("{path} is a link or a device, not a file", path=entry.path[:MAX_PATH])
        raise UnfitError("entry-link", what)


def _require_ratio(listing: Listing) -> None:
    if listing.size > RATIO_FROM and listing.size > MAX_RATIO * listing.packed:
        what = _(
            "{packed} would unpack to {size}: no bundle of ours compresses so well",
            packed=format_size(listing.packed),
            size=format_size(listing.size),
        )
        raise UnfitError("bomb-size", what)


def _require_expected(files: Iterable[tuple[str, int]], listing: Listing, expected: PackedArchive) -> None:
    given = sorted(files)
    if expected.contents is not None:
        fits = given == sorted((c.path, c.size) for c in expected.contents)
    else:
        fits = (len(given), sum(size for _path, size in given)) == (expected.files, expected.content_size)
        if not (listing.is_encrypted and listing.hides_names):
            what = _("it is not encrypted, and the pack says that it is: somebody put another in its place")
            raise UnfitError("archive-not-encrypted", what)
    if not fits:
        raise UnfitError("archive-other", _("it holds other files than the index says: it is of another pack"))
