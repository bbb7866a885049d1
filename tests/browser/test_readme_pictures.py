"""The README's pictures show the code's real output: each shows its words, and the README names each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.readme_pictures import BOARD, PICTURES, take
from tests.browser.tabs import Tab
from tests.support.cli import TOP

#: The board's large words and digits are drawn of blocks: these are its small ones.
WORDS = {"station": ("guatemala-1, 4 of 20", "it holds 8.0 GB and says 64.0 GB"), "label": ("3/20", "GT")}


@pytest.mark.needs("browser")
@pytest.mark.parametrize("name", WORDS)
def test_a_picture_shows_its_words(name: str, tab: Tab, tmp_path: Path) -> None:
    assert take(tab.page, name, tmp_path).width == 480
    said = tab.page.inner_text("body")
    assert all(word in said for word in WORDS[name])


def test_the_readme_shows_each() -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"docs/pictures/(\w+)\.png", readme) == list(PICTURES)
    assert all((TOP / f"docs/pictures/{name}.png").read_bytes().startswith(b"\x89PNG") for name in PICTURES)
    assert len({line.state for line in BOARD}) == len(BOARD)
