"""Slides to show and search on a page: each page of a PDF as a picture, and its text.

The PDF itself is copied unchanged; the results are placed beside it. If pdfium cannot open it (encrypted, for example),
it is still linked, but neither shown beside the video nor searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from usbkit.bundle.plan import Plan, PlannedFile, Role, made
from usbkit.core.cache import Cache, FileIdentity
from usbkit.core.content import FileRange
from usbkit.sources.attachments.pdf import WIDTH, SlidePage, pages_from_json, pages_to_json
from usbkit.sources.decoding import read_pages

_KIND = f"slides 3 {WIDTH}"


@dataclass(frozen=True, slots=True)
class SlideDeck:
    """The pages of the PDF at ``path`` in the bundle."""

    path: str
    pages: tuple[SlidePage, ...]

    def image_path(self, number: int) -> str:
        """Return the path in the bundle of the picture of page ``number``."""
        return f"assets/slides/{PurePosixPath(self.path).stem}/{number:03}.jpg"

    def files(self) -> Iterator[PlannedFile]:
        for page in self.pages:
            if page.picture is not None:
                yield made(self.image_path(page.number), Role.ASSET, page.picture)


def read_decks(plan: Plan, cache: Cache | None) -> dict[str, SlideDeck]:
    """Return the slides of ``plan`` by their path in the bundle; with pictures only if it is known when they were
    shown.
    """
    return _read(plan, {s.path: bool(s.slides.shown) for r in plan.recordings for s in r.slides}, cache)


def read_documents(plan: Plan, cache: Cache | None) -> dict[str, SlideDeck]:
    """Return the PDF documents of ``plan`` by their path in the bundle, with their text for search."""
    return _read(plan, {d.path: False for d in plan.documents}, cache)


def _read(plan: Plan, wanted: Mapping[str, bool], cache: Cache | None) -> dict[str, SlideDeck]:
    """PDFs by path; ``wanted`` says of each whether its pages are drawn as pictures too."""
    sources = {f.path: f.content for f in plan.files if f.path in wanted}
    decks = {}
    for path, is_shown in wanted.items():
        source = sources.get(path)
        if isinstance(source, FileRange) and source.path.suffix.lower() == ".pdf":
            decks[path] = SlideDeck(path, _read_cached(source.path, is_shown, cache))
    return decks


def _read_cached(path: Path, is_shown: bool, cache: Cache | None) -> tuple[SlidePage, ...]:
    kind = f"{_KIND} {'pictures' if is_shown else 'text'}"
    if cache is None:
        return read_pages(path, with_pictures=is_shown)
    made = cache.learn(kind, FileIdentity.of(path), lambda: pages_to_json(read_pages(path, with_pictures=is_shown)))
    return pages_from_json(made)
