"""Find faults in a slide deck, photo or document, by the kind that its name claims."""

from __future__ import annotations

from pathlib import Path

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.run_names import is_run_name
from usbkit.sources.attachments.office import SUFFIXES, examine_office
from usbkit.sources.attachments.others import examine_other
from usbkit.sources.attachments.pdf import examine_pdf
from usbkit.sources.attachments.pictures import (
    BROWSERS_SHOW,
    MENDED,
    OTHERS_READ,
    advise_mending,
    examine_picture,
    find_pages,
)
from usbkit.workers.source_files import stat_source

_SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")

#: Pictures that cameras and offices send and that browsers do not show.
_OTHER_PICTURES = (*OTHERS_READ, ".psd", ".cr2", ".nef", ".arw", ".dng")


def examine_attachment(path: Path, purpose: str = "document") -> tuple[Finding, ...]:
    """Return the faults of the file at ``path``, which is ``slides``, a ``photo`` or a ``document``.

    Raises OSError if it cannot be read.
    """
    suffix = path.suffix.lower()
    if stat_source(path).st_size == 0:
        return (_wrong(path, "file-empty", _("the file is empty (0 bytes)"), _SEND_AGAIN),)
    if is_run_name(path.name):
        ending = Path(path.name.rstrip(". ")).suffix.lower() or path.name  # Windows passes over dots at the end
        what = _("a {suffix} file would be run or opened as a page on the recipient's computer", suffix=ending)
        return (_wrong(path, "file-runs", what, _("Send a PDF or a picture instead.")),)
    if (misplaced := _misplaced(path, suffix, purpose)) is not None:
        return (find_pages(path) if suffix in MENDED and purpose != "slides" else ()) or (misplaced,)
    if suffix == ".pdf":
        return examine_pdf(path)
    if suffix in BROWSERS_SHOW:
        return examine_picture(path)
    return examine_office(path) if suffix in SUFFIXES else examine_other(path)


def _misplaced(path: Path, suffix: str, purpose: str) -> Finding | None:
    """A file that may be whole, but that a page cannot show where it is named."""
    if purpose == "slides" and suffix != ".pdf":
        what = _("slides are shown from a PDF, and this is a {suffix} file", suffix=suffix)
        todo = _("Save it as a PDF and name that one, or list it as a document.")
        return _wrong(path, "slides-not-pdf", what, advise_mending(path) if suffix in SUFFIXES else todo)
    is_other = suffix not in BROWSERS_SHOW if purpose == "photo" else suffix in _OTHER_PICTURES
    if purpose in ("photo", "document") and is_other:
        what = (
            _("not every browser shows a {suffix} picture", suffix=suffix)
            if suffix in _OTHER_PICTURES
            else _("photos are shown from a JPEG or PNG, and this is a {suffix} file", suffix=suffix)
        )
        todo = _("Save it as a JPEG and name that one.")
        return _wrong(path, "photo-not-shown", what, advise_mending(path) if suffix in MENDED else todo)
    return None


def _wrong(path: Path, id: str, what: Text, todo: Text) -> Finding:
    return Finding(id, what, Place(str(path)), todo)
