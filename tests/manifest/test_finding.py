"""Which programme is used by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from usbkit.core.errors import InputError
from usbkit.manifest.finding import find_around, find_default, find_named, find_programme, programmes_in


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "programme.toml").touch()


def test_inside_a_programme_it_is_the_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "manifests/one", "manifests/two")
    inside = tmp_path / "manifests" / "one"
    (inside / "guatemala").mkdir()
    assert find_around(inside / "guatemala") == inside and find_around(tmp_path) is None
    for here, expected in ((inside, Path()), (inside / "guatemala", Path(".."))):
        monkeypatch.chdir(here)
        assert find_default(here) == expected and find_programme(expected).resolve() == inside


def test_beside_manifests_and_beside_programmes(tmp_path: Path) -> None:
    make(tmp_path, "desk/manifests/one", "other/one")
    assert find_default(tmp_path / "desk") == Path("manifests")
    assert find_default(tmp_path / "other") == Path()
    assert find_default(tmp_path) == Path("manifests"), "and an error that says so, since there is none"


def test_several_are_named(tmp_path: Path) -> None:
    make(tmp_path, "one", "two")
    assert [p.name for p in programmes_in(tmp_path)] == ["one", "two"]
    with pytest.raises(InputError) as found:
        find_programme(tmp_path)
    assert str(tmp_path / "one") in str(found.value.findings[0].todo)
    assert find_named(tmp_path, "two") == tmp_path / "two"
    with pytest.raises(InputError) as unknown:
        find_named(tmp_path, "three")
    assert "one, two" in str(unknown.value.findings[0].todo)
