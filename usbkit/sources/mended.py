"""What ``usbkit mend`` can do with a file of each kind, and where the result goes."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from usbkit.core.atomic import beside
from usbkit.core.errors import DeviceError, Finding, InputError, Place
from usbkit.core.messages import _
from usbkit.core.small_files import open_file
from usbkit.sources.attachments.office import SUFFIXES
from usbkit.sources.attachments.pictures import BROWSERS_SHOW, MENDED
from usbkit.sources.media.signatures import HEAD, VIDEO_SUFFIXES, recognise
from usbkit.sources.subtitles.formats import ASS, SBV, SRT, TTML, WEBVTT, recognise_format

_SUBTITLES = (".srt", ".vtt", ".ass", ".ssa", ".sbv", ".ttml", ".dfxp")
_FORMATS = (ASS, SBV, TTML, SRT, WEBVTT)
_PICTURES = (*BROWSERS_SHOW, *MENDED)

#: Bytes of a text in which its first cue is expected.
_BEGINNING = 65_536


class Kind(StrEnum):
    """The kind of a file to mend; each is mended in its own way."""

    VIDEO = "video"
    SUBTITLES = "subtitles"
    PICTURE = "picture"
    DOCUMENT = "document"


def recognise_kind(path: Path) -> Kind:
    """Return the kind of the file at ``path``: by its first bytes, and by its name if they are not enough.

    A text counts as subtitles, also in a format that is not converted, unless its name says that it is a video. Any
    other or unreadable file counts as a video, and its faults are reported as a video's.
    """
    try:
        with open_file(path) as file:
            head = file.read(_BEGINNING)
    except OSError:
        head = b""
    suffix, signature = path.suffix.lower(), recognise(head[:HEAD])
    if signature is not None and signature.is_video:
        return Kind.VIDEO
    if suffix in SUFFIXES:
        return Kind.DOCUMENT
    if suffix in _PICTURES or (signature is not None and signature.name.endswith(" picture")):
        return Kind.PICTURE
    format = recognise_format(_as_text(head))
    if suffix in _SUBTITLES or format in _FORMATS:
        return Kind.SUBTITLES
    is_text = format or (signature is not None and signature.name == "text")
    return Kind.SUBTITLES if is_text and suffix not in VIDEO_SUFFIXES else Kind.VIDEO


def _as_text(head: bytes) -> str:
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return head.decode("utf-16" if is_wide else "utf-8", "replace").removeprefix("\ufeff")


@contextmanager
def mended_file(target: Path) -> Iterator[Path]:
    """Yield a path to write to; on success the file is moved to ``target``.

    Raises InputError if ``target`` exists, DeviceError if it cannot be written.
    """
    require_free(target)
    try:
        with beside(target) as unfinished:
            yield unfinished
    except OSError as problem:
        what = _("it cannot be written: {reason}", reason=problem.strerror or repr(problem))
        todo = _("Name a folder that can be written with -o.")
        raise DeviceError(Finding("mended-unwritable", what, Place(str(target)), todo)) from problem


def require_free(target: Path) -> None:
    """Raise InputError if ``target`` exists."""
    if target.exists():
        what, todo = _("this file exists already"), _("Check it; remove it, or name another folder with -o.")
        raise InputError(Finding("mended-exists", what, Place(str(target)), todo))
