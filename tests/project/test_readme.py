"""What the README names exists; ``tests/project/test_manual.py`` checks its lines and links."""

import re
from pathlib import Path

TOP = Path(__file__).parent.parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")


def test_what_the_readme_names_is_there() -> None:
    targets = (TOP / "Makefile").read_text(encoding="utf-8")
    for name in re.findall(r"(?:^    |`)make (\w+)", README, re.M):
        assert re.search(rf"^{name}:", targets, re.M), f"the README says make {name}"
    for path in re.findall(r"`((?:docs|manifests/forum-2020|tests)/[\w./-]+)`", README):
        assert (TOP / path).exists(), path


def test_it_stays_a_screen_and_a_half() -> None:
    assert len(README.split()) < 750
