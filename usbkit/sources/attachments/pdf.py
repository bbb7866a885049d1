"""PDFs: whether a recipient can open them, and their pages as pictures and text.

A page whose letters are in fonts that the PDF does not carry looks different on every computer: pictures are made of
it only where the fonts are among the fourteen that every reader must have (ISO 32000-1, 9.6.2.2), which pdfium brings.
"""

from __future__ import annotations

import base64
import ctypes
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.sources.attachments.pictures import name_kind
from usbkit.workers.handed import open_source

#: Pixels across: sharp beside a video on a 1366-pixel screen and still legible when opened alone.
WIDTH = 1280
_QUALITY = 82
#: A PDF with more pages than this is a book, not slides; its further pages are neither shown nor searched.
MAX_PAGES = 400
_MAX_TEXT = 4_000

#: PDF readers look for the header in the first kilobyte and for the end mark in the last (ISO 32000-1 annex H.3).
_ENDS = 1024

#: ISO 32000-1, 9.6.2.2: the standard 14 fonts, and the names by which common programs call the same.
_STANDARD = ("helvetica", "arial", "times", "courier", "symbol", "zapfdingbats")

_SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")


@dataclass(frozen=True, slots=True)
class SlidePage:
    """Page ``number`` (from 1) of a PDF: its text on one line, its picture as JPEG where one was wanted."""

    number: int
    text: str
    picture: bytes | None


def load_pdfium() -> None:
    """Import pdfium with all that this module will use of it."""
    import pypdfium2
    import pypdfium2.raw

    pypdfium2.PdfDocument.new().close()
    vars(pypdfium2.raw)


def examine_pdf(path: Path) -> tuple[Finding, ...]:
    """What keeps the PDF at ``path`` from being opened and read. Raises OSError where it cannot be read."""
    import pypdfium2 as pdfium

    with open_source(path) as file:
        data = file.read()
    if b"%PDF-" not in data[:_ENDS]:
        return (_wrong(path, "file-wrong-extension", name_kind(path, "PDF"), _SEND_AGAIN),)
    if b"%%EOF" not in data[-_ENDS:]:
        return (_wrong(path, "file-truncated", _("the PDF has no end: it was cut off"), _SEND_AGAIN),)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as problem:
        return (_unopened(path, problem),)
    try:
        return tuple(_examine_document(path, document))
    finally:
        document.close()


def _unopened(path: Path, problem: Exception) -> Finding:
    from pypdfium2 import raw

    if getattr(problem, "err_code", None) == raw.FPDF_ERR_PASSWORD:
        what = _("the PDF is encrypted: whoever opens it is asked for a password")
        return _wrong(path, "pdf-encrypted", what, _("Ask for it without a password."))
    what = _("the PDF cannot be opened: {reason}", reason=str(problem))
    return _wrong(path, "pdf-damaged", what, _SEND_AGAIN)


def _examine_document(path: Path, document: Any) -> Iterator[Finding]:
    import pypdfium2 as pdfium

    if len(document) == 0:
        yield _wrong(path, "pdf-no-pages", _("the PDF has no pages"), _SEND_AGAIN)
        return
    broken, fonts = [], set()
    for index in range(len(document)):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            broken.append(index + 1)
            continue
        fonts |= {name for name in _foreign_fonts(page) if name}
        page.close()
    if broken:
        numbers = ", ".join(map(str, broken[:10]))
        what = _("of its {all} pages these cannot be opened: {numbers}", all=len(document), numbers=numbers)
        yield _wrong(path, "pdf-pages-damaged", what, _SEND_AGAIN)
    if fonts:
        names = ", ".join(sorted(fonts)[:5])
        what = _("it does not carry the fonts {names}: it looks different on every computer", names=names)
        todo = _("Ask for it with its fonts embedded. Until then its pages are not shown beside the video.")
        yield Finding("pdf-fonts-missing", what, Place(str(path)), todo, is_error=False)


def _foreign_fonts(page: Any) -> Iterator[str]:
    """The names of the fonts that ``page`` uses, that the PDF does not carry and that pdfium has not either."""
    from pypdfium2 import raw

    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=5):
        font = raw.FPDFTextObj_GetFont(item.raw)
        if font and raw.FPDFFont_GetIsEmbedded(font) == 0:
            name = _name_of(raw, font)
            plain = name.partition("+")[2] or name
            if not plain.lower().startswith(_STANDARD):
                yield plain or "?"


def _name_of(raw: Any, font: Any) -> str:
    length = raw.FPDFFont_GetBaseFontName(font, None, 0)
    buffer = ctypes.create_string_buffer(length or 1)
    raw.FPDFFont_GetBaseFontName(font, buffer, length)
    return buffer.value.decode("utf-8", "replace")


def count_pages(path: Path) -> int:
    """The pages of the PDF at ``path``; 0 where it cannot be opened."""
    import pypdfium2 as pdfium

    with open_source(path) as file:
        try:
            document = pdfium.PdfDocument(file.read())
        except pdfium.PdfiumError:
            return 0
    try:
        return len(document)
    finally:
        document.close()


def read_pages(path: Path, with_pictures: bool) -> Iterator[SlidePage]:
    """The pages of the PDF at ``path``; none when it cannot be opened. Form fields are drawn with their values."""
    import pypdfium2 as pdfium  # heavy, and only needed when slides changed

    with open_source(path) as file:
        try:
            document = pdfium.PdfDocument(file.read())
        except pdfium.PdfiumError:
            return
    try:
        document.init_forms()
        for index in range(min(len(document), MAX_PAGES)):
            try:
                page = document[index]
            except pdfium.PdfiumError:
                continue
            is_drawn = with_pictures and not any(_foreign_fonts(page))
            yield SlidePage(index + 1, _text_of(page), _draw(page) if is_drawn else None)
            page.close()
    finally:
        document.close()


def pages_to_json(pages: tuple[SlidePage, ...]) -> bytes:
    """Pages as they travel and are remembered."""
    rows = [[p.number, p.text, None if p.picture is None else base64.b64encode(p.picture).decode()] for p in pages]
    return json.dumps(rows).encode()


def pages_from_json(data: bytes) -> tuple[SlidePage, ...]:
    """The inverse of `pages_to_json`."""
    return tuple(SlidePage(n, text, None if p is None else base64.b64decode(p)) for n, text, p in json.loads(data))


def _text_of(page: Any) -> str:
    text = page.get_textpage().get_text_bounded()
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:_MAX_TEXT]


def _draw(page: Any) -> bytes | None:
    width, height = page.get_size()
    if min(width, height) <= 0:
        return None
    # A page may claim any shape; neither side of the picture may outgrow memory.
    scale = min(WIDTH / width, 2 * WIDTH / height)
    image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()


def _wrong(path: Path, id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, Place(str(path)), todo)
