"""Letter pairs by language: each has a letter outside ASCII, and none is listed twice."""

from __future__ import annotations

import pytest

from usbkit.sources.subtitles import pairs


@pytest.mark.parametrize("language", sorted(pairs._PAIRS))
def test_each_pair_has_a_letter_of_the_language(language: str) -> None:
    text = pairs._PAIRS[language]
    found = [text[i : i + 2] for i in range(0, len(text), 2)]
    assert all(len(pair) == 2 and not pair.isascii() for pair in found)
    assert len(set(found)) == len(found)
