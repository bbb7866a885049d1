"""Slides as a page can show and search them: each page of a PDF as a picture, and its text.

The PDF itself travels untouched; what is made here stands beside it. One that pdfium cannot open (encrypted, for
example) is still linked, only neither shown beside the video nor searched.
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

_KIND = f"slides 2 {WIDTH}"


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
    return _read(plan, {s.path: bool(s.slides.shown) for r in plan.recordings for s in r.slides}, cache)


def read_documents(plan: Plan, cache: Cache | None) -> dict[str, SlideDeck]:
    """The documents of ``plan`` that are PDFs, by their path in the bundle: their text, for search."""
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
