"""Office and HWP documents: whether they are what their names say, whole, and without macros."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.units import format_size
from usbkit.sources.attachments.pictures import name_kind
from usbkit.workers.handed import open_source

#: ECMA-376 part 2 (Open Packaging): the list of parts' types; a document's main part by its type.
_TYPES = "[Content_Types].xml"
_MAIN = {
    ".docx": "wordprocessingml.document.main+xml",
    ".pptx": "presentationml.presentation.main+xml",
    ".ppsx": "presentationml.slideshow.main+xml",
    ".xlsx": "spreadsheetml.sheet.main+xml",
}
#: OpenDocument 1.2 part 3, 3.3, and HWPX (KS X 6101): the first member says the type.
_MIMETYPE = {
    ".odt": "application/vnd.oasis.opendocument.text",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".hwpx": "application/hwp+zip",
}
#: MS-CFB 2.2: what begins a compound file; HWP 5.0 and the old Office formats are such.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: HWP 5.0 file format, 3.2.1: the stream FileHeader begins with this; its bit 1 of the properties says "encrypted".
_HWP = b"HWP Document File"
#: The names of streams that only a format's own documents have (UTF-16 in the directory, MS-DOC, MS-PPT, MS-XLS).
_STREAMS = {".doc": ("WordDocument",), ".ppt": ("PowerPoint Document",), ".xls": ("Workbook", "Book")}

SUFFIXES = (*_MAIN, *_MIMETYPE, ".hwp", *_STREAMS)

#: Bytes that a document's parts may unpack to, and parts: an office's largest deck has a tenth of it.
_MOST_BYTES, _MOST_PARTS = 4 * 2**30, 20_000

_SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")
_AS_PDF = _("Open it and save it again, or send it as a PDF.")


def examine_office(path: Path) -> tuple[Finding, ...]:
    """What keeps the document at ``path`` from being opened. Raises OSError where it cannot be read."""
    suffix = path.suffix.lower()
    with open_source(path) as file:
        if suffix in (".hwp", *_STREAMS):
            return tuple(_examine_compound(path, file, suffix))
        try:
            with zipfile.ZipFile(file) as archive:
                return tuple(_examine_archive(path, archive, suffix))
        except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError) as problem:
            file.seek(0)
            if not file.read(4).startswith(b"PK"):
                return (_wrong(path, "file-wrong-extension", name_kind(path, suffix[1:].upper()), _SEND_AGAIN),)
            what = _("the document is damaged: {reason}", reason=str(problem))
            return (_wrong(path, "file-truncated", what, _SEND_AGAIN),)


def _examine_archive(path: Path, archive: zipfile.ZipFile, suffix: str) -> Iterator[Finding]:
    members = archive.infolist()
    size = sum(m.file_size for m in members)
    if size > _MOST_BYTES or len(members) > _MOST_PARTS:
        what = _("the document unpacks to {size} in {count} parts", size=format_size(size), count=len(members))
        yield _wrong(path, "document-too-large", what, _AS_PDF)
        return
    names = {m.filename for m in members}
    if not _is_of_kind(archive, names, suffix):
        what = _("the name says {claimed}, but the document in it is another", claimed=suffix[1:].upper())
        yield _wrong(path, "file-wrong-extension", what, _AS_PDF)
        return
    if (damaged := archive.testzip()) is not None:
        what = _("the document is damaged: its part {part} cannot be read", part=damaged)
        yield _wrong(path, "file-truncated", what, _SEND_AGAIN)
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Scripts/") for name in names):
        what = _("there are macros in it, which run on the recipient's computer")
        yield _wrong(path, "document-macros", what, _("Ask for it without macros, or as a PDF."))


def _is_of_kind(archive: zipfile.ZipFile, names: set[str], suffix: str) -> bool:
    if suffix in _MAIN:
        return _TYPES in names and _MAIN[suffix] in archive.read(_TYPES).decode("utf-8", "replace")
    return "mimetype" in names and archive.read("mimetype").strip() == _MIMETYPE[suffix].encode()


def _examine_compound(path: Path, file: BinaryIO, suffix: str) -> Iterator[Finding]:
    data = file.read()
    if not data.startswith(_COMPOUND):
        yield _wrong(path, "file-wrong-extension", name_kind(path, suffix[1:].upper()), _SEND_AGAIN)
        return
    sector = 1 << int.from_bytes(data[30:32], "little")
    wanted = [_HWP] if suffix == ".hwp" else [name.encode("utf-16-le") for name in _STREAMS[suffix]]
    # A compound file is whole sectors after a header of one (MS-CFB 2.1); its directory names the streams.
    if sector not in (512, 4096) or len(data) < 3 * sector:
        yield _wrong(path, "file-truncated", _("the document is damaged: it was cut off"), _SEND_AGAIN)
    elif not any(name in data for name in wanted):
        what = _("the name says {claimed}, but the document in it is another", claimed=suffix[1:].upper())
        yield _wrong(path, "file-wrong-extension", what, _AS_PDF)
    elif suffix == ".hwp" and (at := data.find(_HWP)) >= 0 and data[at + 36] & 2:
        what = _("the document is encrypted: whoever opens it is asked for a password")
        yield _wrong(path, "document-encrypted", what, _("Ask for it without a password."))
    elif "_VBA_PROJECT".encode("utf-16-le") in data:
        what = _("there are macros in it, which run on the recipient's computer")
        yield _wrong(path, "document-macros", what, _("Ask for it without macros, or as a PDF."))


def _wrong(path: Path, id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, Place(str(path)), todo)
