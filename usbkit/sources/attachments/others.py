"""Documents that no page shows and no program here opens: what their first bytes say, and what a ZIP archive holds."""

from __future__ import annotations

from pathlib import Path

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import _
from usbkit.sources.attachments.inside import find_inside
from usbkit.sources.attachments.pictures import name_kind
from usbkit.sources.attachments.zips import examine_zip
from usbkit.sources.media.signatures import HEAD, recognise
from usbkit.workers.source_files import open_source

#: Texts, whatever their encoding: all that is asked is that there are no zeros in them, but in UTF-16.
_TEXTS = (".txt", ".csv", ".md", ".srt", ".vtt")
_MARKS = (b"\xff\xfe", b"\xfe\xff")

#: First bytes that `recognise` does not know, since no video is taken for them.
_BEGINNINGS = {".rtf": b"{\\rtf"}

#: What files of very different kinds begin with, whatever their names.
_OF_MANY_KINDS = ("text", "ZIP archive or Office document", "old Office document", "7z archive", "RAR archive")

_SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")


def examine_other(path: Path) -> tuple[Finding, ...]:
    """What is wrong with a document that is none of the formats that are opened. Raises OSError as files do."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return examine_zip(path, lambda archive: find_inside(path, archive))
    with open_source(path) as file:
        head = file.read(HEAD)
    signature = recognise(head)
    if suffix in _TEXTS:
        is_right = signature is None or signature.name in ("text", "web page")
        is_right = is_right and (b"\0" not in head or head.startswith(_MARKS))
    elif suffix in _BEGINNINGS:
        is_right = head.startswith(_BEGINNINGS[suffix])
    elif signature is None or signature.name in _OF_MANY_KINDS:
        return (_unread(path, suffix),)
    else:
        is_right = suffix in signature.suffixes
    if is_right:
        return ()
    return (Finding("file-wrong-extension", name_kind(path, suffix[1:].upper()), Place(str(path)), _SEND_AGAIN),)


def _unread(path: Path, suffix: str) -> Finding:
    what = _(
        "nothing here looks into a {suffix} file: nobody knows whether it is whole and whether recipients can open it",
        suffix=suffix or "''",
    )
    todo = _("Open it on a computer like the recipients', or send a PDF.")
    return Finding("document-unread", what, Place(str(path)), todo, is_error=False)
