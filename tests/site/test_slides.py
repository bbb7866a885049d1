from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.site.plans import COUNTRY, make_pdf, make_plan
from usbkit.core.cache import Cache, FileIdentity
from usbkit.site.slides import SlideDeck, read_decks, read_documents
from usbkit.sources.attachments.pdf import WIDTH, SlidePage, read_pages


def _pdf(folder: Path, *pages: str) -> Path:
    path = folder / "slides.pdf"
    path.write_bytes(make_pdf(pages))
    return path


def test_pages_have_text_and_pictures(tmp_path: Path) -> None:
    pages = list(read_pages(_pdf(tmp_path, "Issuing a card", "Losing it"), with_pictures=True))
    assert [(p.number, p.text) for p in pages] == [(1, "Issuing a card"), (2, "Losing it")]
    assert pages[0].picture is not None
    picture = Image.open(io.BytesIO(pages[0].picture))
    assert (picture.format, picture.width) == ("JPEG", WIDTH)


def test_the_same_pdf_gives_the_same_pictures(tmp_path: Path) -> None:
    path = _pdf(tmp_path, "Once", "Twice")
    assert list(read_pages(path, with_pictures=True)) == list(read_pages(path, with_pictures=True))


def test_what_is_no_pdf_has_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "slides.pdf"
    path.write_bytes(b"%PDF-1.7 nothing more")
    assert list(read_pages(path, with_pictures=True)) == []


def test_pictures_are_made_only_where_their_moments_are_known(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    [deck] = read_decks(plan, None).values()
    assert [f.path for f in deck.files()] == [f"assets/slides/01-id-cards-1/{n:03}.jpg" for n in (1, 2, 3)]


def test_what_was_read_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan(tmp_path / "library")
    while FileIdentity.of(tmp_path / "library" / "cards.pdf").is_young:
        pass
    cache = Cache(tmp_path / "cache")
    first = read_decks(plan, cache)
    monkeypatch.setattr("usbkit.site.slides.read_pages", None)  # only memory can give the pages now
    assert read_decks(plan, cache) == first
    assert isinstance(next(iter(first.values())).pages[0], SlidePage)


def test_a_page_without_a_picture_has_no_file() -> None:
    deck = SlideDeck("slides/a.pdf", (SlidePage(1, "one", None), SlidePage(2, "two", b"picture")))
    assert [f.path for f in deck.files()] == ["assets/slides/a/002.jpg"]


def test_documents_that_are_pdfs_are_read_for_search_alone(tmp_path: Path) -> None:
    documents = [{"file": name, "title": {"en": "Letter"}} for name in ("letter.pdf", "letter.docx")]
    plan = make_plan(tmp_path, country={**COUNTRY, "document": documents})
    (deck,) = read_documents(plan, None).values()
    assert [p.picture for p in deck.pages] == [None] * 3
    assert deck.pages[0].text == "Issuing a national card"
