"""HWP 5.0 and HWPX, the documents of Hancom's word processor: completeness, passwords, active scripts.

Facts are from Hancom's "Hwp Document File Formats 5.0", cited by section.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from usbkit.sources.attachments.compound import Compound, CompoundError

#: What the stream FileHeader begins with; at `_FLAGS` its properties (3.2.1).
_SIGNATURE, _FLAGS = b"HWP Document File", 36
_COMPRESSED, _DISTRIBUTED = 1 << 0, 1 << 2
#: A password, rights management, and both by a certificate.
_LOCKED = 1 << 1 | 1 << 4 | 1 << 8 | 1 << 10

#: What the format before 5.0 began with: no compound file.
_BEFORE_5 = b"HWP Document File V"

#: The smallest number of a record's kind (4.1), and the size that says that four bytes with the real one follow.
_FIRST_KIND, _LONG = 0x10, 0xFFF

#: Bytes that one stream may unpack to: a book's chapter has a hundredth of it.
_MOST = 2**30

_SCRIPTS = "Scripts/"
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
#: What Hancom's program writes into every document: handlers that do nothing, names of the document and its fields.
_IDLE = re.compile(r'function\s+\w+\s*\([^)]*\)\s*\{\s*\}|var\s+\w+\s*=\s*[\w.]+(?:\("\w*"\))?\s*;')


def is_old_hwp(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is an HWP older than version 5.0."""
    return head.startswith(_BEFORE_5)


def is_hwp(document: Compound) -> bool:
    """Whether the compound file is an HWP document."""
    return "FileHeader" in document and document.read("FileHeader").startswith(_SIGNATURE)


def is_locked(document: Compound) -> bool:
    """Whether opening the HWP document requires a password or a right."""
    return bool(_flags(document) & _LOCKED)


def require_whole(document: Compound) -> None:
    """Raise CompoundError if the text of the HWP document is incomplete."""
    flags = _flags(document)
    _walk_records(_unpack(document, "DocInfo"), "DocInfo")
    sections = [name for name in document.names if name.startswith("BodyText/Section")]
    if not sections:
        raise CompoundError("BodyText")
    if not flags & _DISTRIBUTED:  # else the text is in ViewText, by a cipher that every reader undoes
        for name in sections:
            _walk_records(_unpack(document, name), name)


def has_scripts(document: Compound) -> bool:
    """Whether the HWP document has scripts that do something (3.2.9)."""
    name = _SCRIPTS + "DefaultJScript"
    if name not in document or _flags(document) & _DISTRIBUTED:
        return False
    return any(map(_acts, _script_texts(_unpack(document, name))))


def has_scripts_in_archive(archive: zipfile.ZipFile) -> bool:
    """Whether an HWPX document has scripts that do something."""
    names = (name for name in archive.namelist() if name.startswith(_SCRIPTS))
    return any(_acts(archive.read(name).decode("utf-16-le", "replace")) for name in names)


def _acts(script: str) -> bool:
    """Whether more than comments, empty handlers and names is in the script."""
    return bool(_IDLE.sub("", _COMMENT.sub("", script)).strip("\ufeff\0 \t\r\n"))


def _flags(document: Compound) -> int:
    return int.from_bytes(document.read("FileHeader")[_FLAGS : _FLAGS + 4], "little")


def _unpack(document: Compound, name: str) -> bytes:
    """What stands in the stream ``name``, unpacked where the document's are packed."""
    data = document.read(name)
    if not _flags(document) & _COMPRESSED:
        return data
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        found = unpacker.decompress(data, _MOST)
    except zlib.error as problem:
        raise CompoundError(name) from problem
    if not unpacker.eof:
        raise CompoundError(name)
    return found


def _walk_records(data: bytes, name: str) -> None:
    """Raises CompoundError where the stream ``name`` is not records from its beginning to its end (4.1)."""
    at = 0
    while at < len(data):
        head = int.from_bytes(data[at : at + 4], "little")
        kind, size, at = head & 0x3FF, head >> 20, at + 4
        if size == _LONG:
            size, at = int.from_bytes(data[at : at + 4], "little"), at + 4
        at += size
        if kind < _FIRST_KIND or at > len(data):
            raise CompoundError(name)


def _script_texts(data: bytes) -> Iterator[str]:
    """The texts in the stream DefaultJScript, each after its length in UTF-16 characters, until one of 2**32 - 1."""
    at = 0
    while at + 4 <= len(data):
        (length,) = struct.unpack_from("<I", data, at)
        at += 4 + 2 * length
        if at <= len(data):
            yield data[at - 2 * length : at].decode("utf-16-le", "replace")
