"""PDFs: whether a recipient can open them, and their pages as pictures and text.

A page whose letters are in fonts that the PDF does not carry looks different on every computer: no picture is made of
it (`pdf_fonts`).
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.sources.attachments.pdf_fonts import Fonts, hide_system_fonts
from usbkit.sources.attachments.pdf_inside import find_in_pdf
from usbkit.sources.attachments.pictures import name_kind
from usbkit.workers.source_files import open_source

#: Pixels across: sharp beside a video on a 1366-pixel screen and still legible when opened alone.
WIDTH = 1280
_QUALITY = 82
#: The same where nothing is looked at but which fonts a page wants.
_GLANCE = 16
#: A PDF with more pages than this is a book, not slides; its further pages are neither shown nor searched.
MAX_PAGES = 400
_MAX_TEXT = 4_000

#: PDF readers look for the header in the first kilobyte and for the end mark in the last (ISO 32000-1 annex H.3).
_ENDS = 1024

_SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")


@dataclass(frozen=True, slots=True)
class SlidePage:
    """Page ``number`` (from 1) of a PDF: its text on one line, its picture as JPEG if requested."""

    number: int
    text: str
    picture: bytes | None


def load_pdfium() -> None:
    """Import pdfium with everything this module uses of it."""
    import pypdfium2
    import pypdfium2.raw

    hide_system_fonts()
    pypdfium2.PdfDocument.new().close()
    vars(pypdfium2.raw)


def examine_pdf(path: Path) -> tuple[Finding, ...]:
    """Return what keeps the PDF at ``path`` from being opened and read. Raises OSError if it cannot be read."""
    import pypdfium2 as pdfium

    with open_source(path) as file:
        data = file.read()
    if b"%PDF-" not in data[:_ENDS]:
        return (_wrong(path, "file-wrong-extension", name_kind(path, "PDF"), _SEND_AGAIN),)
    if b"%%EOF" not in data[-_ENDS:]:
        return (_wrong(path, "file-truncated", _("the PDF has no end: it was cut off"), _SEND_AGAIN),)
    fonts = Fonts()
    try:
        with _opened(data) as document:
            return tuple(_examine_document(path, document, fonts))
    except pdfium.PdfiumError as problem:
        return (_unopened(path, problem),)


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    """The document in ``data``, with its form where it has one. Raises PdfiumError where it cannot be opened.

    Of one without pages pdfium gives the reason that it gave last. So it is made to give one that no document in memory
    has, that a file is not there.
    """
    import pypdfium2 as pdfium

    pdfium.raw.FPDF_LoadDocument(b"", None)
    document = pdfium.PdfDocument(data)
    try:
        if document.get_formtype() == pdfium.raw.FORMTYPE_ACRO_FORM:
            document.init_forms()  # before its pages are counted
        yield document
    finally:
        document.close()


def _unopened(path: Path, problem: Exception) -> Finding:
    from pypdfium2 import raw

    if getattr(problem, "err_code", None) == raw.FPDF_ERR_PASSWORD:
        what = _("the PDF is encrypted: whoever opens it is asked for a password")
        return _wrong(path, "pdf-encrypted", what, _("Ask for it without a password."))
    if getattr(problem, "err_code", None) == raw.FPDF_ERR_FILE:
        return _no_pages(path)
    what = _("the PDF cannot be opened: it is damaged, or its end is missing")
    return _wrong(path, "pdf-damaged", what, _SEND_AGAIN)


def _no_pages(path: Path) -> Finding:
    return _wrong(path, "pdf-no-pages", _("the PDF has no pages"), _SEND_AGAIN)


def _examine_document(path: Path, document: Any, fonts: Fonts) -> Iterator[Finding]:
    import pypdfium2 as pdfium

    if len(document) == 0:
        yield _no_pages(path)
        return
    yield from _examine_form(path, document.get_formtype())
    yield from find_in_pdf(path, document)
    broken = []
    for index in range(len(document)):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            broken.append(index + 1)
            continue
        if index < MAX_PAGES:
            _render(page, _GLANCE)
            fonts.look_at(document, index)
        page.close()
    if broken:
        numbers = ", ".join(map(str, broken[:10]))
        what = _("of its {all} pages these cannot be opened: {numbers}", all=len(document), numbers=numbers)
        yield _wrong(path, "pdf-pages-damaged", what, _SEND_AGAIN)
    if missing := fonts.missing():
        names = ", ".join(sorted(missing)[:5])
        what = _("it does not carry the fonts {names}: it looks different on every computer", names=names)
        todo = _("Ask for it with its fonts embedded. Until then its pages are not shown beside the video.")
        yield Finding("pdf-fonts-missing", what, Place(str(path)), todo, is_error=False)


def _examine_form(path: Path, kind: int) -> Iterator[Finding]:
    """Forms of Adobe's own (XFA). Where the PDF has no other form, its only page asks for an Adobe program."""
    from pypdfium2 import raw

    todo = _("Open it in Adobe Reader, print it to a PDF, and name that one.")
    if kind == raw.FORMTYPE_XFA_FULL:
        what = _("it is an XFA form: Adobe's programs show it, browsers and others show a note in its place")
        yield _wrong(path, "pdf-xfa", what, todo)
    elif kind == raw.FORMTYPE_XFA_FOREGROUND:
        what = _("there is an XFA form in it: what is filled in is shown by Adobe's programs and not by all others")
        yield Finding("pdf-xfa", what, Place(str(path)), todo, is_error=False)


def count_pages(path: Path) -> int:
    """Return the number of pages of the PDF at ``path``; 0 if it cannot be opened."""
    with open_source(path) as file:
        return _count(file.read())


def _count(data: bytes) -> int:
    import pypdfium2 as pdfium

    try:
        with _opened(data) as document:
            return len(document)
    except pdfium.PdfiumError:
        return 0


def read_pages(path: Path, with_pictures: bool) -> Iterator[SlidePage]:
    """Yield the pages of the PDF at ``path``; none if it cannot be opened. Form fields are drawn with their values."""
    import pypdfium2 as pdfium  # heavy, and only needed when slides changed

    with open_source(path) as file:
        data = file.read()
    if not (count := min(_count(data), MAX_PAGES)):
        return
    with _opened(data) as document:
        for index in range(count):
            try:
                page = document[index]
            except pdfium.PdfiumError:
                continue
            yield SlidePage(index + 1, _text_of(page), _draw(data, index) if with_pictures else None)
            page.close()


def _draw(data: bytes, index: int) -> bytes | None:
    """Page ``index`` of the PDF in ``data`` as a JPEG; None where it lacks fonts or has no size.

    The document is opened for it alone: pdfium asks once a document for a font.
    """
    fonts = Fonts()
    with _opened(data) as document:
        image = _render(document[index], WIDTH)
        fonts.look_at(document, index)
    if image is None or fonts.missing():
        return None
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()


def _render(page: Any, across: int) -> Any:
    """``page`` as a picture ``across`` pixels wide; None where it has no size."""
    width, height = page.get_size()
    if min(width, height) <= 0:
        return None
    # A page may claim any shape; neither side of the picture may outgrow memory.
    scale = min(across / width, 2 * across / height)
    return page.render(scale=scale, may_draw_forms=True).to_pil()


def pages_to_json(pages: tuple[SlidePage, ...]) -> bytes:
    """Return pages as JSON, for the cache and between processes."""
    rows = [[p.number, p.text, None if p.picture is None else base64.b64encode(p.picture).decode()] for p in pages]
    return json.dumps(rows).encode()


def pages_from_json(data: bytes) -> tuple[SlidePage, ...]:
    """The inverse of `pages_to_json`; ValueError or TypeError where it is none."""
    pages = tuple(SlidePage(n, text, None if p is None else base64.b64decode(p)) for n, text, p in json.loads(data))
    if not all(type(page.number) is int and type(page.text) is str for page in pages):
        raise ValueError("no pages")
    return pages


def _text_of(page: Any) -> str:
    text = page.get_textpage().get_text_bounded()
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:_MAX_TEXT]


def _wrong(path: Path, id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, Place(str(path)), todo)
