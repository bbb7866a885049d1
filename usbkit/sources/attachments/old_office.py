"""Documents in compound files: Word, Excel and PowerPoint before 2007, HWP, and newer ones with a password."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.run_names import is_run_name
from usbkit.sources.attachments import hwp
from usbkit.sources.attachments.compound import SIGNATURE, Compound, CompoundError

#: The streams that only a format's own documents have (MS-DOC 2.1, MS-PPT 2.1, MS-XLS 2.1), any of them.
_STREAMS = {
    ".doc": ("WordDocument",),
    ".ppt": ("PowerPoint Document",),
    ".xls": ("Workbook", "Book"),
}

SUFFIXES = (*_STREAMS, ".hwp")

#: MS-DOC 2.5.2: the bit for "encrypted" in the flags at 10 of the stream WordDocument.
_DOC_FLAGS, _DOC_ENCRYPTED = 10, 0x0100
#: MS-PPT 2.3.2: what stands at 12 of the stream Current User.
_PPT_TOKEN, _PPT_ENCRYPTED = 12, 0xF3D1C4DF
#: MS-XLS 2.3: kinds of records; a sheet's says at its beginning where the sheet is in the stream (2.4.28).
_XLS_BEGIN, _XLS_END, _XLS_ENCRYPTED, _XLS_SHEET = 0x0809, 0x000A, 0x002F, 0x0085
#: MS-OFFCRYPTO 2.3: where a newer document is that asks for a password.
_PACKAGE = "EncryptedPackage"

#: MS-OLEDS 2.3.6: the stream of an embedded file; its names stand behind the size and a number, each with a zero.
_PACKAGED, _PACKAGED_NAMES, _LONGEST_NAME = "\x01Ole10Native", 6, 260

SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")
AS_PDF = _("Open it and save it again, or send it as a PDF.")


def is_compound(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is a compound file."""
    return head.startswith(SIGNATURE)


def examine_compound(path: Path, data: bytes, suffix: str) -> Iterator[Finding]:
    """Yield what keeps the compound file ``data``, a ``suffix`` document by name, from being opened."""
    try:
        document = Compound(data)
        if suffix not in SUFFIXES and _PACKAGE in document:
            yield locked(path)
        elif not _is_of_kind(document, suffix):
            yield other_kind(path, suffix)
        elif suffix == ".hwp":
            yield from _examine_hwp(path, document)
        else:
            yield from _examine_office(path, document, suffix)
    except CompoundError as problem:
        yield part_damaged(path, str(problem))


def _is_of_kind(document: Compound, suffix: str) -> bool:
    if suffix == ".hwp":
        return hwp.is_hwp(document)
    return any(name in document for name in _STREAMS.get(suffix, ()))


def _examine_hwp(path: Path, document: Compound) -> Iterator[Finding]:
    if hwp.is_locked(document):
        yield locked(path)
        return
    hwp.require_whole(document)
    if hwp.has_scripts(document):
        yield macros(path)


def _examine_office(path: Path, document: Compound, suffix: str) -> Iterator[Finding]:
    if _is_locked(document, suffix):
        yield locked(path)
        return
    for name in document.names:
        document.read(name)
    if suffix == ".xls":
        _require_sheets(document)
    if any("_VBA_PROJECT" in name.split("/") for name in document.names):
        yield macros(path)
    elif (program := find_packaged(document)) is not None:
        yield runs(path, program)


def find_packaged(document: Compound) -> str | None:
    """Return the name of a file in the compound file that would be run by a double click on it; None without one.

    Raises CompoundError if the part that it stands in is incomplete.
    """
    for stream in document.names:
        if stream.rpartition("/")[2] == _PACKAGED:
            data = document.read(stream)[_PACKAGED_NAMES:]
            for name in data.split(b"\0", 2)[:2]:  # as it is called, and where it was
                said = name.decode("latin-1").replace("\\", "/").rpartition("/")[2]
                if len(name) < _LONGEST_NAME and is_run_name(said):
                    return said
    return None


def _is_locked(document: Compound, suffix: str) -> bool:
    if suffix == ".doc":
        return bool(_number(document, "WordDocument", _DOC_FLAGS) & _DOC_ENCRYPTED)
    if suffix == ".ppt":
        return "Current User" in document and _number(document, "Current User", _PPT_TOKEN) == _PPT_ENCRYPTED
    return any(kind == _XLS_ENCRYPTED for kind, _data in _read_globals(_read_book(document)))


def _number(document: Compound, stream: str, at: int) -> int:
    return int.from_bytes(document.read(stream)[at : at + 4], "little")


def _read_book(document: Compound) -> bytes:
    return document.read(next(name for name in _STREAMS[".xls"] if name in document))


def _read_globals(book: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a workbook's own part, kind and data, up to its end. Raises CompoundError where it has none."""
    at, kind = 0, 0
    while kind != _XLS_END:
        if at + 4 > len(book):
            raise CompoundError("Workbook")
        kind, size = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size


def _require_sheets(document: Compound) -> None:
    """Raises CompoundError where a sheet does not begin where the workbook says."""
    book = _read_book(document)
    for kind, data in _read_globals(book):
        at = int.from_bytes(data[:4], "little")
        if kind == _XLS_SHEET and int.from_bytes(book[at : at + 2], "little") != _XLS_BEGIN:
            raise CompoundError("Workbook")


def locked(path: Path) -> Finding:
    """The finding that the document asks for a password."""
    what = _("the document is encrypted: whoever opens it is asked for a password")
    return _wrong(path, "document-encrypted", what, _("Ask for it without a password."))


def macros(path: Path) -> Finding:
    """The finding that the document has macros."""
    what = _("there are macros in it, which run on the recipient's computer")
    return _wrong(path, "document-macros", what, _("Ask for it without macros, or as a PDF."))


def runs(path: Path, member: str) -> Finding:
    """The finding that ``member``, in the document or archive, would be run on the recipient's computer."""
    what = _("there is {member} in it: it would be run or opened as a page on the recipient's computer", member=member)
    return _wrong(path, "file-runs", what, _("Send a PDF or a picture instead."))


def other_kind(path: Path, suffix: str, found: str | None = None) -> Finding:
    """The finding that the document seems complete, but of another kind than ``suffix``: ``found``, if it is known."""
    claimed = suffix[1:].upper()
    if found is None:
        what = _("the name says {claimed}, but the document in it is another", claimed=claimed)
        return _wrong(path, "file-wrong-extension", what, AS_PDF)
    what = _("the name says {claimed}, but it is {found}", claimed=claimed, found=found[1:].upper())
    if is_run_name(f"a{found}"):
        return _wrong(path, "file-wrong-extension", what, _("Ask for it without macros, or as a PDF."))
    todo = _("Rename it so that it ends in {suffix}, or ask for the right one.", suffix=found)
    return _wrong(path, "file-wrong-extension", what, todo)


def part_damaged(path: Path, part: str) -> Finding:
    """The finding that a part of the document is incomplete."""
    what = _("the document is damaged: its part {part} cannot be read", part=part)
    return _wrong(path, "file-truncated", what, SEND_AGAIN)


def _wrong(path: Path, id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, Place(str(path)), todo)
