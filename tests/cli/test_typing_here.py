"""How a next command begins: with the manifests where programmes stand side by side, else without."""

from __future__ import annotations

from pathlib import Path

import pytest

from usbkit.cli.typing_here import typed_here


def test_the_manifests_are_named_only_where_it_takes_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        assert typed_here(Path("manifests") / name) == "usbkit"
        (tmp_path / "manifests" / name).mkdir(parents=True)
        (tmp_path / "manifests" / name / "programme.toml").touch()
    assert typed_here(Path("manifests/two")) == "usbkit --manifests manifests/two"
    monkeypatch.chdir("manifests/two")
    assert typed_here(Path()) == "usbkit"
