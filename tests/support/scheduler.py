"""Assign tests to workers: those of a group to one worker, the groups in the order in which they were collected.

This is what ``--dist loadgroup`` of pytest-xdist is meant to do. It puts a test's group in the test's name, which
pytest 9.2 no longer allows; it then silently groups nothing (pytest-xdist's issue 1386, seen in 3.8.0). Here each
worker writes down what it collected, and the scheduler reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling


def write_groups(folder: Path, worker: str, groups: Mapping[str, str]) -> None:
    """What ``worker`` found: the group of each test, by its name."""
    (folder / f"{worker}.json").write_text(json.dumps(groups), encoding="utf-8")


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # of a package without types
    """Units of work are the groups that the workers wrote into ``folder``."""

    def __init__(self, config: pytest.Config, log: Any, folder: Path) -> None:
        super().__init__(config, log)
        self._folder = folder
        self._groups: dict[str, str] = {}

    def schedule(self) -> None:
        """Called when all workers have collected, and have found the same."""
        for found in self._folder.glob("*.json"):
            self._groups |= json.loads(found.read_text(encoding="utf-8"))
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return self._groups[nodeid]
