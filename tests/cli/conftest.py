"""One desk a run of tests; tests add to its ledger and change nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desks import Desk, open_desk


@pytest.fixture(scope="session")
def desk(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return open_desk(demo, tmp_path_factory.mktemp("desk"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands write to."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
