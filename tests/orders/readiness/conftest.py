"""The forum with its generated media library, once per run; a test that changes something uses a copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Done, usbkit
from usbkit.core import package_data


@pytest.fixture(scope="session")
def forum(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``manifests`` and ``library``; read only."""
    folder = tmp_path_factory.mktemp("forum")
    shutil.copytree(package_data.manifests(), folder / "manifests")
    shutil.copytree(demo / "library", folder / "library")
    return folder


@pytest.fixture
def own_forum(forum: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(forum, tmp_path / "forum"))


Check = Callable[..., Done]


@pytest.fixture(scope="session")
def check(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """``usbkit check`` on a forum's folder; what it remembers of a folder's files is that folder's alone."""
    cache = tmp_path_factory.mktemp("cache")

    def run(folder: Path, *arguments: object, **environ: Any) -> Done:
        return usbkit("--manifests", folder / "manifests", "--cache", cache, "check", *arguments, environ=environ)

    return run
