"""A stranger's videos, pictures and documents, opened by native code in a process of its own (design section 14).

What FFmpeg, Pillow and pdfium make of hostile bytes is theirs to answer for, in a process that has the one opened file
and no other, no network, and bounded memory and time. One process serves file after file; one that is ended is named
with its file, and the next file gets a new one.
"""

from __future__ import annotations

import codecs
import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.workers.bounded import BoundedProcess, DecoderError
from usbkit.workers.bounds import Bounds

if TYPE_CHECKING:
    from usbkit.sources.attachments.pdf import SlidePage
    from usbkit.sources.media import Media
    from usbkit.sources.media.probing import Diagnosis

#: For one file: a photo of 250 million pixels takes 1.8 GiB, a deck of 400 pages some minutes on an old computer.
BOUNDS = Bounds(memory=2 * 2**30, space=4 * 2**30, seconds=300, patience=1800)

#: The first byte of an answer: what was asked for, or findings that say why not.
_ANSWER, _REFUSAL = b"+", b"-"


def diagnose(path: Path) -> Diagnosis:
    """See `usbkit.sources.media.probing.diagnose`."""
    from usbkit.sources.cache_format import media_from_json
    from usbkit.sources.media.probing import Diagnosis
    from usbkit.sources.media.rules import Repair

    answer = _ask("diagnose", path)
    head, _line, rest = answer.partition(b"\n")
    repairs, every = json.loads(head)
    return Diagnosis(media_from_json(rest), Repair(repairs), Repair(every))


def probe(path: Path) -> Media:
    """See `usbkit.sources.media.probing.probe`."""
    return diagnose(path).media


def make_poster(path: Path, at_ms: int | None = None) -> bytes:
    """See `usbkit.sources.media.poster.make_poster`."""
    return _ask("poster", path, at_ms=at_ms)


def examine_attachment(path: Path, purpose: str) -> tuple[Finding, ...]:
    """See `usbkit.sources.attachments.examining.examine_attachment`."""
    from usbkit.sources.cache_format import findings_from_json

    return findings_from_json(_ask("attachment", path, purpose=purpose))


def count_pages(path: Path) -> int:
    """See `usbkit.sources.attachments.pdf.count_pages`."""
    return int(_ask("count", path))


def read_pages(path: Path, *, with_pictures: bool) -> tuple[SlidePage, ...]:
    """See `usbkit.sources.attachments.pdf.read_pages`."""
    from usbkit.sources.attachments.pdf import pages_from_json

    return pages_from_json(_ask("pages", path, with_pictures=with_pictures))


def shrink(path: Path) -> bytes:
    """See `usbkit.sources.attachments.pictures.shrink`."""
    return _ask("shrink", path)


@functools.cache
def _process() -> BoundedProcess:
    return BoundedProcess(__name__, BOUNDS)


def _ask(kind: str, path: Path, **arguments: Any) -> bytes:
    """The handler's answer. Raises InputError with what is wrong with the file, OSError where it cannot be read."""
    from usbkit.sources.cache_format import findings_from_json

    path = path.absolute()
    try:
        answer = _process().ask(kind, path, arguments)
    except FileNotFoundError:
        return _ask_here(kind, path, arguments)  # nothing to open, so nothing hostile: what is said of it is ours
    except IsADirectoryError:
        return _ask_here(kind, path, arguments)
    except DecoderError as problem:
        raise InputError(_say_ended(path, problem)) from None
    if answer[:1] == _REFUSAL:
        raise InputError(*findings_from_json(answer[1:]))
    return answer[1:]


def _ask_here(kind: str, path: Path, arguments: Mapping[str, Any]) -> bytes:
    return _HANDLED[kind](path, **arguments)


def _say_ended(path: Path, problem: DecoderError) -> Finding:
    """What became of the process that read ``path``."""
    what: Mapping[str, Text] = {
        "memory": _("reading it takes more than {size} MB of memory, so it was given up", size=BOUNDS.memory // 10**6),
        "time": _("reading it takes more than {seconds} seconds of work, so it was given up", seconds=BOUNDS.seconds),
        "crash": _("the program that reads it was ended by it ({code})", code=problem.detail),
        "content": _("it cannot be read: {reason}", reason=problem.detail),
    }
    todo = _("Ask for the file again, or for another form of it. If it plays for you, send us the file.")
    return Finding("file-undecodable", what[problem.reason], Place(str(path)), todo)


# What follows runs in the bounded process.

#: Python loads these when a name or a text is first in them.
_CODECS = ("ascii", "latin-1", "cp437", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le")


def warm_up() -> None:
    """Import all that the handlers use: afterwards this process opens no file."""
    from usbkit.sources import cache_format  # noqa: F401
    from usbkit.sources.attachments import examining, pdf, pictures  # noqa: F401
    from usbkit.sources.media import poster, probing  # noqa: F401
    from usbkit.sources.media.opening import load_all_of_av

    for codec in _CODECS:
        codecs.lookup(codec)
    load_all_of_av()
    pictures.load_pillow()
    pdf.load_pdfium()


def _diagnose(path: Path) -> bytes:
    from usbkit.sources.cache_format import media_to_json
    from usbkit.sources.media.probing import diagnose as look

    found = look(path)
    head = json.dumps([found.repairs.value, found.every_repair.value]).encode()
    return head + b"\n" + media_to_json(found.media)


def _poster(path: Path, at_ms: int | None) -> bytes:
    from usbkit.sources.media.poster import make_poster as draw

    return draw(path, at_ms)


def _attachment(path: Path, purpose: str) -> bytes:
    from usbkit.sources.attachments.examining import examine_attachment as examine
    from usbkit.sources.cache_format import findings_to_json

    return findings_to_json(examine(path, purpose))


def _count(path: Path) -> bytes:
    from usbkit.sources.attachments.pdf import count_pages as count

    return str(count(path)).encode()


def _pages(path: Path, with_pictures: bool) -> bytes:
    from usbkit.sources.attachments.pdf import pages_to_json
    from usbkit.sources.attachments.pdf import read_pages as read

    return pages_to_json(tuple(read(path, with_pictures)))


def _shrink(path: Path) -> bytes:
    from usbkit.sources.attachments.pictures import shrink as make_small

    return make_small(path)


_HANDLED: Mapping[str, Callable[..., bytes]] = {
    "diagnose": _diagnose,
    "poster": _poster,
    "attachment": _attachment,
    "count": _count,
    "pages": _pages,
    "shrink": _shrink,
}


def _answering(handler: Callable[..., bytes]) -> Callable[..., bytes]:
    """``handler`` whose refusals are answers too: the process goes on."""

    def answer(path: Path, **arguments: Any) -> bytes:
        from usbkit.sources.cache_format import findings_to_json

        try:
            return _ANSWER + handler(path, **arguments)
        except InputError as problem:
            return _REFUSAL + findings_to_json(problem.findings)

    return answer


HANDLERS: Mapping[str, Callable[..., bytes]] = {kind: _answering(handler) for kind, handler in _HANDLED.items()}
