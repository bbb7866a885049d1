"""Pictures of each answer of ``verify.html``, for the helpdesk: ``python -m tests.browser.pictures``.

They show the real page in Chromium, on the drives of ``tests.verify.cases``. Their test compares words, not pixels:
another Chromium draws differently.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.support.cli import TOP
from tests.verify.cases import CASES, letter_of, make_case
from tests.verify.folders import KEY
from usbkit.core.content import Made
from usbkit.manifest.models import Programme
from usbkit.site.verify_page import render_verify_page

FOLDER = TOP / "docs/pictures"

#: Pixels across: half a page of paper, and legible.
_WIDTH = 720

#: Every picture but one ends where the answer does.
_WHOLE_PAGE, _BELOW, _GAP = "whole", "text=Fingerprint of the seal", 8


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of one answer: on which case's drive, and whether the letter's fingerprint is typed in."""

    case: str
    with_letter: bool = True


PICTURES: Mapping[str, Picture] = {
    "whole": Picture("whole"),
    "no-letter": Picture("whole", with_letter=False),
    "other-letter": Picture("all made again, not signed"),
    "damaged": Picture("one byte changed"),
    "incomplete": Picture("missing"),
    "added": Picture("a document more"),
    "program": Picture("autorun.inf"),
    "no-seal": Picture("no seal at all"),
}


def render_page() -> bytes:
    """``verify.html`` of a programme that signs with the tests' key and is at edition 3."""
    programme = Programme.model_validate(
        {
            "id": "forum-2020",
            "edition": 3,
            "date": "2020-11-02",
            "title": {"en": "The forum", "es": "El foro"},
            "library": "library",
            "organisers": [{"en": "The organiser"}],
            "event": {"date": "2020-09-24"},
            "contact": {"office": {"en": "The desk"}},
            "key": [{"name": "Desk", "public": KEY.public.to_base64()}],
            "recording": [
                {"id": "opening", "kind": "opening", "title": {"en": "Opening"}, "source": "a.mp4", "spoken": "ko"}
            ],
        }
    )
    content = render_verify_page(programme).content
    assert isinstance(content, Made)
    return content.data


def show(page: Page, picture: Picture, folder: Path) -> None:
    """Have ``page`` show the answer: open the drive's own verify.html, choose the drive, type the fingerprint."""
    html = render_page()
    case = next(c for c in CASES if c.name == picture.case)
    root = make_case(case, folder / "E", html)
    page.goto((root / "verify.html").as_uri())
    page.set_input_files("#folder", root)
    page.wait_for_selector("#result-heading")
    if picture.with_letter and page.locator("#typed").count():
        page.fill("#typed", letter_of(html))
        page.click("#compare")


def _take(page: Page, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        show(page, PICTURES[name], Path(folder))
        page.wait_for_timeout(200)
        drawn: Image.Image = Image.open(io.BytesIO(page.locator("#stage").screenshot()))
        if name != _WHOLE_PAGE and page.locator(_BELOW).count():
            top, below = (page.locator(s).first.bounding_box() for s in ("#stage", _BELOW))
            assert top is not None and below is not None
            drawn = drawn.crop((0, 0, drawn.width, int(below["y"] - top["y"] - _GAP)))
    # Sixteen colours are what the page has; so a picture is some kilobytes.
    drawn.convert("RGB").quantize(16, dither=Image.Dither.NONE).save(FOLDER / f"verify-{name}.png", optimize=True)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        tab = browser.new_page(viewport={"width": _WIDTH, "height": 900})
        for each in PICTURES:
            _take(tab, each)
        browser.close()
