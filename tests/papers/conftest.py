"""Shared by all tests of papers: letter words that papers do not contain by chance."""

from __future__ import annotations

import pytest

from tests.ledger.stories import UNLIKELY_WORDS


@pytest.fixture(autouse=True)
def unlikely_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that is drawn is looked for in what was made, where an everyday one would be found by chance."""
    monkeypatch.setattr("usbkit.ledger.appending.words", lambda: UNLIKELY_WORDS)
