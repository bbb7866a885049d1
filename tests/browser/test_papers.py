"""Papers print correctly from a browser that does not make our PDFs: Firefox, by its own print command."""

from __future__ import annotations

import base64
import unicodedata
from pathlib import Path

import pytest

from tests.browser.firefox import Firefox
from tests.papers.test_labels import SAMPLE, labels, paper_of
from tests.papers.test_letters import cover, verification
from tests.papers.world import codes_of, filled, fonts_of, labels_of, matter_of, pictures_of, text_of
from usbkit.papers.paper_templates import Paper
from usbkit.papers.sheets import SHEETS, place_labels

#: A4 in centimetres, as WebDriver BiDi wants it.
A4 = {"width": 21.0, "height": 29.7}


def print_by(fox: Firefox, paper: Paper, folder: Path, margin: float) -> Path:
    """``paper`` as the PDF that Firefox makes, without backgrounds and at 100 %, as a user prints it."""
    page, pdf = folder / f"{paper.name}.html", folder / f"{paper.name}.pdf"
    page.write_text(paper.html, encoding="utf-8")
    fox.open(page.as_uri())
    wanted = {
        "context": fox.context,
        "page": A4,
        "margin": dict.fromkeys(("top", "bottom", "left", "right"), margin),
        "background": False,
        "shrinkToFit": False,
    }
    pdf.write_bytes(base64.b64decode(fox.command("browsingContext.print", wanted)["data"]))
    return pdf


@pytest.mark.needs("firefox", "poppler", "zbar")
def test_labels_stand_in_their_places(fox: Firefox, tmp_path: Path) -> None:
    made, sheet = labels(filled(tmp_path, 9), SAMPLE), SHEETS["a4-3x8"]
    pdf = print_by(fox, paper_of(made, sheet), tmp_path, 0)
    pages = pictures_of(pdf, 300)
    assert len(pages) == 1
    assert codes_of(labels_of(pages, sheet, list(place_labels(sheet, 9)), 300)) == [one.reference for one in made]
    assert text_of(pdf).count("SAMPLE") == 9


@pytest.mark.needs("firefox", "poppler")
def test_letters_are_whole_and_ask_for_nothing(fox: Firefox, tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    facts = matter_of(ledger, tmp_path)
    before = len(fox.requests)
    for paper, said, fonts in (
        (cover(facts, ("en", "km", "my", "ko")), ("Compare the labels", "지문"), ("NotoSansKhmer", "NotoSansMyanmar")),
        (verification(facts, ledger, ("en", "zh")), (facts.page_digest, "2020年10"), ("Mono", "CJK")),
    ):
        pdf = print_by(fox, paper, tmp_path, 1.7)
        text = unicodedata.normalize("NFKC", text_of(pdf, "-raw"))  # one glyph is a letter and a radical
        embedded = " ".join(name for name, is_there in fonts_of(pdf) if is_there)
        # Firefox loses letters on the way to a PDF's text (cairo), not to its picture: the fonts are asked for.
        assert [words for words in said if words not in text] == []
        assert [font for font in fonts if font not in embedded] == []
    asked = [address for address in fox.requests[before:] if not address.startswith(("file:", "data:"))]
    assert asked == []
