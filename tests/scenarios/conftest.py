"""The demo, made once a test run: a real media library and everything the spine makes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import usbkit


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that ``usbkit demo`` made; tests read it and change nothing in it."""
    folder = tmp_path_factory.mktemp("spine") / "demo"
    usbkit("demo", folder).expect(0)
    yield folder
