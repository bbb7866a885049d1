"""The lock files hold pyproject.toml's dependencies by hash, contain no machine's paths, and match this environment."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.cli import TOP

PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
DEPENDENCIES: list[str] = PROJECT["dependencies"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
#: Lock → what it is for.
LOCKS = {"release.txt": [*DEPENDENCIES, *EXTRAS["postgresql"]], "dev.txt": [*DEPENDENCIES, *EXTRAS["dev"]]}

_HASH = re.compile(r" --hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Locked:
    requirement: Requirement
    hashes: int

    @property
    def version(self) -> str:
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "=="
        return specifier.version


def _entries(lock: str) -> Iterator[_Locked]:
    lines = (line for line in (TOP / "locks" / lock).read_text().splitlines() if not line.startswith("#"))
    for entry in "\n".join(lines).replace("\\\n", " ").splitlines():
        text, hashes = _HASH.subn("", entry)
        yield _Locked(Requirement(text.strip()), hashes)


def _read(lock: str) -> Mapping[str, _Locked]:
    entries = list(_entries(lock))
    named: dict[str, _Locked] = {canonicalize_name(entry.requirement.name): entry for entry in entries}
    assert len(named) == len(entries), "a version for some Pythons only: other versions may make other bytes"
    return named


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_has_what_the_project_asks_for(lock: str) -> None:
    locked = _read(lock)
    for text in LOCKS[lock]:
        asked = Requirement(text)
        entry = locked.get(canonicalize_name(asked.name))
        assert entry is not None, f"{asked.name} is not in locks/{lock}: run make locks"
        assert asked.specifier.contains(entry.version), f"{text}: locks/{lock} has {entry.version}: run make locks"
    assert all(entry.hashes for entry in locked.values())


@pytest.mark.parametrize("lock", LOCKS)
def test_no_place_of_a_machine_is_in_the_lock(lock: str) -> None:
    text = (TOP / "locks" / lock).read_text()
    assert not re.search(r"://|(?<!\\)/|--(?!hash=)|@", text.replace("make locks", "")), "only names, versions, hashes"


def test_what_is_tested_is_what_is_released() -> None:
    dev, release = _read("dev.txt"), _read("release.txt")
    assert {name: dev[name].version for name in release} == {name: r.version for name, r in release.items()}


def test_the_build_backend_is_the_locked_one() -> None:
    (backend,) = tomllib.loads((TOP / "pyproject.toml").read_text())["build-system"]["requires"]
    assert backend in EXTRAS["dev"]


def test_this_environment_is_the_lock() -> None:
    here = [e for e in _read("dev.txt").values() if e.requirement.marker is None or e.requirement.marker.evaluate()]
    others = {
        e.requirement.name: installed
        for e in here
        if (installed := importlib.metadata.version(e.requirement.name)) != e.version
    }
    assert others == {}, "rm -r .venv, and let make install what is locked"
