"""The helpdesk's pictures show what their paragraph says, judged by the page's words, not by pixels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.pictures import PICTURES, show
from tests.browser.tabs import Tab
from tests.support.cli import TOP

#: What the page answers in each picture: contents and origin.
ANSWERS = {
    "whole": ("whole", "proven"),
    "no-letter": ("whole", "not checked"),
    "other-letter": ("whole", "refused"),
    "damaged": ("damaged", "proven"),
    "incomplete": ("incomplete", "proven"),
    "added": ("added to", "proven"),
    "program": ("added to", "proven"),
    "no-seal": ("no seal", "not checked"),
}


@pytest.mark.needs("browser")
@pytest.mark.parametrize("name", PICTURES)
def test_the_page_answers_so(name: str, tab: Tab, tmp_path: Path) -> None:
    show(tab.page, PICTURES[name], tmp_path)
    content, origin = tab.page.evaluate("[window.usbkitVerdict.content, window.usbkitVerdict.origin]")
    assert (content, origin) == ANSWERS[name]
    runs = tab.page.locator("text=A computer could run this file").count()
    assert runs == (name == "program")


def test_every_answer_has_its_paragraph() -> None:
    text = (TOP / "docs/helpdesk.md").read_text(encoding="utf-8")
    assert re.findall(r"pictures/verify-([a-z-]+)\.png", text) == list(PICTURES)
    assert set(ANSWERS) == set(PICTURES)
