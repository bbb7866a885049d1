"""The forum with its made media library, once a run; a test that changes something takes a copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Done, usbkit
from usbkit.core import package_data
from usbkit.core.progress import Silence
from usbkit.demo import make_library


@pytest.fixture(scope="session")
def forum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``manifests`` and ``library``; read only."""
    folder = tmp_path_factory.mktemp("forum")
    shutil.copytree(package_data.manifests(), folder / "manifests")
    make_library(folder / "library", Silence())
    return folder


@pytest.fixture
def own_forum(forum: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(forum, tmp_path / "forum"))


Check = Callable[..., Done]


@pytest.fixture
def check(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """``usbkit check`` on a forum's folder, with a cache of the test's own."""
    cache = tmp_path_factory.mktemp("cache")

    def run(folder: Path, *arguments: object, **environ: Any) -> Done:
        return usbkit("--manifests", folder / "manifests", "--cache", cache, "check", *arguments, environ=environ)

    return run
