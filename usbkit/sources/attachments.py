"""Slides, photos and documents: are they what their names say, and whole? Nothing here changes a file."""

from __future__ import annotations

from pathlib import Path

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.sources.media.signatures import HEAD, recognise

#: PDF readers look for the end mark in the last kilobyte (ISO 32000-1 annex H.3).
_PDF_TAIL = 1024

_PICTURES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}

#: What a recipient's computer would run instead of show.
_RUNS = (".exe", ".com", ".bat", ".cmd", ".scr", ".msi", ".js", ".vbs", ".lnk", ".ps1", ".jar", ".hta", ".html", ".htm")

_SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")


def examine_attachment(path: Path) -> tuple[Finding, ...]:
    """What is wrong with a PDF, picture or other document. Raises OSError where it cannot be read."""
    size = path.stat().st_size
    suffix = path.suffix.lower()
    if size == 0:
        return (_wrong(path, "file-empty", _("the file is empty (0 bytes)"), _SEND_AGAIN),)
    if suffix in _RUNS:
        what = _("a {suffix} file would be run or opened as a page on the recipient's computer", suffix=suffix)
        return (_wrong(path, "file-runs", what, _("Send a PDF or a picture instead.")),)
    if suffix == ".pdf":
        return _examine_pdf(path, size)
    return _examine_picture(path, _PICTURES[suffix]) if suffix in _PICTURES else ()


def _examine_pdf(path: Path, size: int) -> tuple[Finding, ...]:
    with path.open("rb") as file:
        head = file.read(_PDF_TAIL)
        file.seek(max(0, size - _PDF_TAIL))
        tail = file.read()
    if b"%PDF-" not in head:
        return (_wrong(path, "file-wrong-extension", _name_kind(path, "PDF"), _SEND_AGAIN),)
    if b"%%EOF" not in tail:
        return (_wrong(path, "file-truncated", _("the PDF has no end: it was cut off"), _SEND_AGAIN),)
    return ()


def _examine_picture(path: Path, format: str) -> tuple[Finding, ...]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            image.load()
            found = image.format or ""
    except UnidentifiedImageError:
        return (_wrong(path, "file-wrong-extension", _name_kind(path, format), _SEND_AGAIN),)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:
        return (
            _wrong(path, "file-truncated", _("the picture cannot be read: {reason}", reason=str(problem)), _SEND_AGAIN),
        )
    if found != format:
        what = _("the name says {claimed}, but it is {found}", claimed=format, found=found)
        return (_wrong(path, "file-wrong-extension", what, _("Rename it.")),)
    return ()


def _name_kind(path: Path, claimed: str) -> Text:
    with path.open("rb") as file:
        signature = recognise(file.read(HEAD))
    found = signature.name if signature else _("of no kind that we know")
    return _("the name says {claimed}, but it is {found}", claimed=claimed, found=found)


def _wrong(path: Path, id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, Place(str(path)), todo)
