"""ZIP archives: whether they unpack, to how much, and without a password."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.units import format_size
from usbkit.sources.attachments.old_office import AS_PDF, SEND_AGAIN, locked, part_damaged
from usbkit.workers.source_files import open_source

#: Bytes that an archive's parts may unpack to, and parts: an office's largest deck has a tenth of it.
_MOST_BYTES, _MOST_PARTS = 4 * 2**30, 20_000

#: The flag of a member that asks for a password (APPNOTE 4.4.4).
_ENCRYPTED = 1


def examine_zip(path: Path, examine: Callable[[zipfile.ZipFile], Iterable[Finding]]) -> tuple[Finding, ...]:
    """What ``examine`` finds in the archive at ``path``, and whether it is whole and can be looked into at all.

    Raises OSError where it cannot be read.
    """
    try:
        with open_source(path) as file, zipfile.ZipFile(file) as archive:
            return _examine(path, archive, examine)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError, zlib.error):
        what = _("the document is damaged: it cannot be unpacked")
        return (_wrong(path, "file-truncated", what, SEND_AGAIN),)


def _examine(
    path: Path, archive: zipfile.ZipFile, examine: Callable[[zipfile.ZipFile], Iterable[Finding]]
) -> tuple[Finding, ...]:
    members = archive.infolist()
    size = sum(m.file_size for m in members)
    if size > _MOST_BYTES or len(members) > _MOST_PARTS:
        what = _("the document unpacks to {size} in {count} parts", size=format_size(size), count=len(members))
        return (_wrong(path, "document-too-large", what, AS_PDF),)
    if any(m.flag_bits & _ENCRYPTED for m in members):
        return (locked(path),)
    found = tuple(examine(archive))
    if any(f.is_error for f in found):
        return found
    damaged = archive.testzip()
    return found if damaged is None else (*found, part_damaged(path, damaged))


def _wrong(path: Path, id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, Place(str(path)), todo)
