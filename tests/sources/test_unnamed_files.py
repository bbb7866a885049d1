"""Exactly the files that no manifest names are listed."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest

from usbkit.core import package_data
from usbkit.manifest.load import Manifests, load_programme
from usbkit.sources.library_check import list_sources
from usbkit.sources.unnamed_files import find_unnamed_files


@pytest.fixture
def manifests(tmp_path: Path) -> Manifests:
    shutil.copytree(package_data.manifests(), tmp_path / "manifests")
    return load_programme(tmp_path / "manifests/forum-2020")


@pytest.fixture
def library(manifests: Manifests, tmp_path: Path) -> Path:
    """Every file that a manifest names, empty."""
    root = tmp_path / "library"
    for path in list_sources(manifests, root):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def said(manifests: Manifests, root: Path) -> list[str]:
    found = list(find_unnamed_files(manifests, root))
    assert all(f.id == "library-unnamed" and not f.is_error for f in found)
    return [str(f.what) for f in found]


def test_nothing_is_said_where_all_are_named(manifests: Manifests, library: Path) -> None:
    assert said(manifests, library) == []
    assert said(manifests, library / "none") == []


def test_each_is_listed_whatever_form_its_name_has(manifests: Manifests, library: Path) -> None:
    (library / "videos/2019").mkdir()
    for name in ("opening (1).srt", "videos/2019/old.mp4", unicodedata.normalize("NFD", "한국.pdf")):
        (library / name).touch()
    (line,) = said(manifests, library)
    assert line.startswith("3 files that no manifest names: opening (1).srt, videos/2019/old.mp4, ")
    for number in range(9):
        (library / f"z{number}.bin").touch()
    (line,) = said(manifests, library)
    assert line.startswith("12 files") and line.endswith("z7.bin and 2 more")


def test_what_systems_leave_is_not_listed(manifests: Manifests, library: Path) -> None:
    for name in (".DS_Store", "videos/Thumbs.db", "videos/._a.mp4", "System Volume Information/x", "__MACOSX/a"):
        (library / name).parent.mkdir(exist_ok=True)
        (library / name).touch()
    assert said(manifests, library) == []


def test_names_are_the_same_in_either_form(manifests: Manifests, library: Path) -> None:
    source = next(p for p in list_sources(manifests, library) if p.is_relative_to(library))
    korean = library / unicodedata.normalize("NFD", "개회식.mp4")
    source.rename(korean)
    first = manifests.programme.recording[0]
    named = first.model_copy(update={"source": unicodedata.normalize("NFC", "개회식.mp4")})
    assert said(manifests, library) != []
    recordings = [named, *manifests.programme.recording[1:]]
    object.__setattr__(manifests, "programme", manifests.programme.model_copy(update={"recording": recordings}))
    assert said(manifests, library) == []


def test_a_library_around_the_manifests_does_not_list_them(manifests: Manifests, tmp_path: Path) -> None:
    root = manifests.folder
    for path in list_sources(manifests, root):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert said(manifests, root) == []
