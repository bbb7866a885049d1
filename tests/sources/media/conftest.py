"""The corpus is made once per run; its files are only read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.media.corpus import Case


@pytest.fixture(scope="session")
def corpus_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Case], Path]:
    """The path of a case's file, made when it is first asked for."""
    made: dict[str, Path] = {}

    def get(case: Case) -> Path:
        if case.name not in made:
            path = tmp_path_factory.mktemp("media") / case.name
            case.make(path)
            made[case.name] = path
        return made[case.name]

    return get
