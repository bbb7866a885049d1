"""Untrusted videos, pictures and documents, decoded by native code in a separate process (design section 14).

The process has the one opened file and no other, no network, and bounded memory and time, so that hostile bytes can do
no harm through FFmpeg, Pillow or pdfium. One process handles file after file; if it dies, its file is named, and the
next file gets a new process.
"""

from __future__ import annotations

import codecs
import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.workers.bounds import Bounds

if TYPE_CHECKING:
    from usbkit.sources.attachments.pdf import SlidePage
    from usbkit.sources.attachments.pictures import Jpeg
    from usbkit.sources.media import Media
    from usbkit.sources.media.probing import Diagnosis
    from usbkit.sources.transcode.looking import Look
    from usbkit.sources.transcode.recipe import Recipe
    from usbkit.workers.bounded import BoundedProcess, DecoderError

_T = TypeVar("_T")

#: For one file: a photo of 250 million pixels takes 1.8 GiB, a deck of 400 pages some minutes on an old computer.
BOUNDS = Bounds(memory=2 * 2**30, space=4 * 2**30, seconds=300, patience=1800)

#: The first byte of an answer: what was asked for, or findings that say why not.
_ANSWER, _REFUSAL = b"+", b"-"

#: What reading an answer raises that is none.
_NO_ANSWER = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


def diagnose(path: Path) -> Diagnosis:
    """See ``usbkit.sources.media.probing.diagnose``."""
    from usbkit.sources.cache_format import media_from_json
    from usbkit.sources.media.probing import Diagnosis
    from usbkit.sources.media.rules import Repair

    def read(answer: bytes) -> Diagnosis:
        head, _line, rest = answer.partition(b"\n")
        repairs, every = json.loads(head)
        return Diagnosis(_sensible(media_from_json(rest)), Repair(repairs), Repair(every))

    def is_well(found: Diagnosis) -> bool:
        """What can be mended, such as another codec, is no damage."""
        return found.media.is_mendable or not any(f.is_error for f in found.media.findings)

    return _understood(path, "diagnose", read, is_well)


def _sensible(media: Media) -> Media:
    """``media`` if it is one. Raises ValueError."""
    numbers = (media.size, media.duration, media.width, media.height)
    words = (media.container, media.video_codec, media.audio_codec or "")
    if not all(type(n) is int and 0 <= n < 2**63 for n in numbers) or not all(type(w) is str for w in words):
        raise ValueError(media)
    if not all(type(flag) is bool for flag in (media.plays, media.is_mendable)):
        raise ValueError(media)
    return media


def probe(path: Path) -> Media:
    """See ``usbkit.sources.media.probing.probe``."""
    return diagnose(path).media


def make_poster(path: Path, at_ms: int | None = None) -> bytes:
    """See ``usbkit.sources.media.poster.make_poster``."""
    return _ask("poster", path, at_ms=at_ms)


def examine_attachment(path: Path, purpose: str) -> tuple[Finding, ...]:
    """See ``usbkit.sources.attachments.examining.examine_attachment``."""
    from usbkit.sources.cache_format import findings_from_json

    def is_well(found: tuple[Finding, ...]) -> bool:
        return not any(f.is_error for f in found)

    return _understood(path, "attachment", findings_from_json, is_well, purpose=purpose)


def count_pages(path: Path) -> int:
    """See ``usbkit.sources.attachments.pdf.count_pages``."""
    return _understood(path, "count", int, bool)


def read_pages(path: Path, *, with_pictures: bool) -> tuple[SlidePage, ...]:
    """See ``usbkit.sources.attachments.pdf.read_pages``."""
    from usbkit.sources.attachments.pdf import pages_from_json

    answer = _ask("pages", path, lambda pages: pages == b"[]", with_pictures=with_pictures)
    return understand(path, answer, pages_from_json)


def shrink(path: Path) -> bytes:
    """See ``usbkit.sources.attachments.pictures.shrink``."""
    return _ask("shrink", path, lambda small: not small)


def look_for_transcode(path: Path, recipe: Recipe) -> Look:
    """See ``usbkit.sources.transcode.looking.look``; refuses a video that claims to be longer than any recording."""
    from usbkit.sources.transcode.looking import Look, require_length

    found = understand(path, _ask("look", path, recipe=asdict(recipe)), Look.from_json)
    require_length(path, found)
    return found


def to_jpeg(path: Path) -> Jpeg:
    """See ``usbkit.sources.attachments.pictures.to_jpeg``."""
    from usbkit.sources.attachments.pictures import Jpeg
    from usbkit.sources.cache_format import findings_from_json

    def read(answer: bytes) -> Jpeg:
        head, _line, data = answer.partition(b"\n")
        return Jpeg(data, findings_from_json(head))

    return understand(path, _ask("jpeg", path), read)


def read_text(path: Path) -> str:
    """Return the text of all pages of the PDF at ``path``."""
    return "\n".join(page.text for page in read_pages(path, with_pictures=False))


def read_refusal(answer: bytes) -> tuple[Finding, ...]:
    """The findings of a refusal, one at least. Raises what `understand` expects."""
    from usbkit.sources.cache_format import findings_from_json

    found = findings_from_json(answer)
    if not found:
        raise ValueError("a refusal without a reason")
    return found


def understand(path: Path, answer: bytes, read: Callable[[bytes], _T]) -> _T:
    """What ``read`` makes of an answer, which may be anything: its process may have been taken over by the file."""
    from usbkit.workers.bounded import DecoderError

    try:
        return read(answer)
    except _NO_ANSWER as problem:
        raise InputError(say_ended(path, DecoderError("content", type(problem).__name__), BOUNDS)) from None


def _understood(
    path: Path, kind: str, read: Callable[[bytes], _T], is_well: Callable[[_T], bool], **arguments: Any
) -> _T:
    """What ``read`` makes of the handler's answer; one that is not well speaks against the file."""

    def doubts(answer: bytes) -> bool:
        try:
            return not is_well(read(answer))
        except _NO_ANSWER:
            return False  # `understand` says so

    return understand(path, _ask(kind, path, doubts, **arguments), read)


@functools.cache
def _process() -> BoundedProcess:
    from usbkit.workers.bounded import BoundedProcess

    return BoundedProcess(__name__, BOUNDS)


def _ask(kind: str, path: Path, doubts: Callable[[bytes], bool] | None = None, **arguments: Any) -> bytes:
    """The handler's answer; ``doubts`` says whether one speaks against the file, as a refusal does.

    Raises InputError with what is wrong with the file, OSError where it cannot be read.
    """
    from usbkit.workers.bounded import DecoderError

    def speaks_against(answer: bytes) -> bool:
        return answer[:1] == _REFUSAL or (doubts is not None and doubts(answer[1:]))

    path = path.absolute()
    try:
        answer = _process().ask(kind, path, arguments, doubts=speaks_against)
    except FileNotFoundError:
        return _ask_here(kind, path, arguments)  # nothing to open, so nothing hostile: what is said of it is ours
    except IsADirectoryError:
        return _ask_here(kind, path, arguments)
    except DecoderError as problem:
        raise InputError(say_ended(path, problem, BOUNDS)) from None
    if answer[:1] == _REFUSAL:
        raise InputError(*understand(path, answer[1:], read_refusal))
    if answer[:1] != _ANSWER:
        raise InputError(say_ended(path, DecoderError("crash", "no answer"), BOUNDS))
    return answer[1:]


def _ask_here(kind: str, path: Path, arguments: Mapping[str, Any]) -> bytes:
    return _HANDLED[kind](path, **arguments)


def say_ended(path: Path, problem: DecoderError, bounds: Bounds) -> Finding:
    """The finding that reading ``path`` failed or exceeded ``bounds``."""
    what: Mapping[str, Text] = {
        "memory": _("reading it takes more than {size} MB of memory, so it was given up", size=bounds.memory // 10**6),
        "time": _("reading it takes more than {seconds} seconds of work, so it was given up", seconds=bounds.seconds),
        "file": _("what is made of it grows beyond {size} MB, so it was given up", size=bounds.file // 10**6),
        "crash": _("the program that reads it was ended by it ({code})", code=problem.detail),
        "content": _("it cannot be read: {reason}", reason=problem.detail),
    }
    todo = _("Ask for the file again, or for another form of it. If it plays for you, send us the file.")
    return Finding("file-undecodable", what[problem.reason], Place(str(path)), todo)


# What follows runs in the bounded process.

#: Python loads these when a name or a text is first in them.
CODECS = ("ascii", "latin-1", "cp437", "cp949", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le")


def warm_up() -> None:
    """Import everything the handlers use, so that the process needs no other file later."""
    from usbkit.sources import cache_format  # noqa: F401
    from usbkit.sources.attachments import examining, pdf, pictures  # noqa: F401
    from usbkit.sources.media import poster, probing  # noqa: F401
    from usbkit.sources.media.opening import load_all_of_av
    from usbkit.sources.transcode import looking  # noqa: F401

    for codec in CODECS:
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


def _look(path: Path, recipe: Mapping[str, Any]) -> bytes:
    from usbkit.sources.transcode.looking import look
    from usbkit.sources.transcode.recipe import Recipe

    return look(path, Recipe(**recipe)).to_json()


def _jpeg(path: Path) -> bytes:
    from usbkit.sources.attachments.pictures import to_jpeg as convert
    from usbkit.sources.cache_format import findings_to_json

    made = convert(path)
    return findings_to_json(made.findings) + b"\n" + made.data


_HANDLED: Mapping[str, Callable[..., bytes]] = {
    "diagnose": _diagnose,
    "poster": _poster,
    "attachment": _attachment,
    "count": _count,
    "pages": _pages,
    "shrink": _shrink,
    "look": _look,
    "jpeg": _jpeg,
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
