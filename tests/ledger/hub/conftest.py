from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.hub.computers import Computers
from tests.support.postgresql import Server


@pytest.fixture
def computers(tmp_path: Path, server: Server) -> Computers:
    return Computers(tmp_path, server)
