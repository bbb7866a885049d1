"""What a PDF carries or begins beside its pages: files embedded in it, scripts, and programs that it asks for."""

from __future__ import annotations

import ctypes
import functools
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.sources.attachments.inside import LARGEST, find_in_bytes
from usbkit.sources.attachments.pdf_fonts import read_string

#: ISO 32000-1, 12.6.4: how an action says that it is a script, or begins a program or another file.
_SCRIPT, _LAUNCH = (re.compile(rb"/S\s*/" + kind + rb"\b") for kind in (b"JavaScript", b"Launch"))


def find_in_pdf(path: Path, document: Any) -> Iterator[Finding]:
    """Yield an error for each file in the opened ``document`` that would be run, and remarks about its actions.

    It must not be drawn yet: to look for fonts its comments are made a part of its pages.
    """
    found = (finding for attachment in _attachments(document) for finding in find_in_bytes(path, *attachment))
    yield from dict.fromkeys(found)  # a comment's file may be in the document's list too
    objects = _plain_objects(document)
    if _SCRIPT.search(objects):
        what = _("there is JavaScript in it, which some PDF readers run")
        yield _remark(path, "pdf-javascript", what)
    if _LAUNCH.search(objects):
        what = _("it asks the reader to begin a program or to open another file of the recipient's computer")
        yield _remark(path, "pdf-launch", what)


def _attachments(document: Any) -> Iterator[tuple[str, bytes | None]]:
    """Names and bytes of the files that are embedded in the document or in comments on its pages."""
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    for number in range(raw.FPDFDoc_GetAttachmentCount(document.raw)):
        yield _read(raw.FPDFDoc_GetAttachment(document.raw, number))
    for index in range(len(document)):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            continue  # said elsewhere
        for number in range(raw.FPDFPage_GetAnnotCount(page.raw)):
            note = raw.FPDFPage_GetAnnot(page.raw, number)
            if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_FILEATTACHMENT:
                yield _read(raw.FPDFAnnot_GetFileAttachment(note))
            raw.FPDFPage_CloseAnnot(note)
        page.close()


def _read(attachment: Any) -> tuple[str, bytes | None]:
    """The name and the bytes of an embedded file; None for one that is too large."""
    from pypdfium2 import raw

    if not attachment:
        return "", b""
    name = read_string(functools.partial(raw.FPDFAttachment_GetName, attachment))
    size = ctypes.c_ulong()
    if not raw.FPDFAttachment_GetFile(attachment, None, 0, size):
        return name, b""
    if size.value > LARGEST:
        return name, None
    buffer = ctypes.create_string_buffer(size.value)
    raw.FPDFAttachment_GetFile(attachment, buffer, size.value, size)
    return name, buffer.raw


def _plain_objects(document: Any) -> bytes:
    """The document's objects as pdfium writes them: not encrypted, not packed into one another, names spelled out."""
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    written = io.BytesIO()
    try:
        document.save(written, flags=raw.FPDF_REMOVE_SECURITY)
    except pdfium.PdfiumError:
        return b""
    return written.getvalue()


def _remark(path: Path, id: str, what: Text) -> Finding:
    todo = _("If that is not meant, print it to a PDF, and name that one.")
    return Finding(id, what, Place(str(path)), todo, is_error=False)
