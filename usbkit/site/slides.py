"""Slides as a page can show and search them: each page of a PDF as a picture, and its text.

The PDF itself travels untouched; what is made here stands beside it. One that pdfium cannot open (encrypted, for
example) is still linked, only neither shown beside the video nor searched.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from usbkit.bundle.plan import Plan, PlannedFile, Role, made
from usbkit.core.cache import Cache, Identity
from usbkit.core.content import FileRange

#: Pixels across: sharp beside a video on a 1366-pixel screen and still legible when opened alone.
WIDTH = 1280
_QUALITY = 82
#: A PDF with more pages than this is a book, not slides; its further pages are neither shown nor searched.
MAX_PAGES = 400
_MAX_TEXT = 4_000
_KIND = f"slides 1 {WIDTH} {_QUALITY}"


@dataclass(frozen=True, slots=True)
class SlidePage:
    """Page ``number`` (from 1) of a PDF: its text on one line, its picture as JPEG where one was wanted."""

    number: int
    text: str
    picture: bytes | None


@dataclass(frozen=True, slots=True)
class SlideDeck:
    """The pages of the PDF that stands at ``path`` in the bundle."""

    path: str
    pages: tuple[SlidePage, ...]

    def image_path(self, number: int) -> str:
        """Where the picture of page ``number`` stands in the bundle."""
        return f"assets/slides/{PurePosixPath(self.path).stem}/{number:03}.jpg"

    def files(self) -> Iterator[PlannedFile]:
        for page in self.pages:
            if page.picture is not None:
                yield made(self.image_path(page.number), Role.ASSET, page.picture)


def read_decks(plan: Plan, cache: Cache | None) -> dict[str, SlideDeck]:
    """The slides of ``plan`` by their path in the bundle; pictures only where it is known when they were shown."""
    sources = {f.path: f.content for f in plan.files if f.role is Role.SLIDES}
    wanted = {s.path: bool(s.slides.shown) for r in plan.recordings for s in r.slides}
    decks = {}
    for path, is_shown in wanted.items():
        source = sources.get(path)
        if isinstance(source, FileRange) and source.path.suffix.lower() == ".pdf":
            decks[path] = SlideDeck(path, _read_cached(source.path, is_shown, cache))
    return decks


def _read_cached(path: Path, is_shown: bool, cache: Cache | None) -> tuple[SlidePage, ...]:
    kind = f"{_KIND} {'pictures' if is_shown else 'text'}"
    identity = Identity.of(path)
    if cache is None:
        return tuple(read_pages(path, is_shown))
    return _from_json(cache.learn(kind, identity, lambda: _to_json(tuple(read_pages(path, is_shown)))))


def read_pages(path: Path, with_pictures: bool) -> Iterator[SlidePage]:
    """The pages of the PDF at ``path``; none when it cannot be opened."""
    import pypdfium2 as pdfium  # heavy, and only needed when slides changed

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        return
    try:
        for index in range(min(len(document), MAX_PAGES)):
            page = document[index]
            picture = _draw(page) if with_pictures else None
            yield SlidePage(index + 1, _text_of(page), picture)
    finally:
        document.close()


def _text_of(page: object) -> str:
    text = page.get_textpage().get_text_bounded()  # type: ignore[attr-defined]
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:_MAX_TEXT]


def _draw(page: object) -> bytes:
    width, height = page.get_size()  # type: ignore[attr-defined]
    # A page may claim any shape; neither side of the picture may outgrow memory.
    scale = min(WIDTH / width, 2 * WIDTH / height)
    image = page.render(scale=scale).to_pil().convert("RGB")  # type: ignore[attr-defined]
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()


def _to_json(pages: tuple[SlidePage, ...]) -> bytes:
    rows = [[p.number, p.text, None if p.picture is None else base64.b64encode(p.picture).decode()] for p in pages]
    return json.dumps(rows).encode()


def _from_json(data: bytes) -> tuple[SlidePage, ...]:
    return tuple(SlidePage(n, text, None if p is None else base64.b64decode(p)) for n, text, p in json.loads(data))
