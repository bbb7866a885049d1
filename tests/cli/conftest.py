"""One desk per test run; tests add to its ledger and change nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desks import Desk, open_desk
from tests.ledger.stories import UNLIKELY_WORDS


@pytest.fixture(scope="session")
def desk(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return open_desk(demo, tmp_path_factory.mktemp("desk"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands write to."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def unlikely_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that is drawn is looked for in what was made, where an everyday one would be found by chance."""
    monkeypatch.setattr("usbkit.ledger.appending.words", lambda: UNLIKELY_WORDS)
