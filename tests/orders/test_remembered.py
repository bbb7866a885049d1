"""Whether a country may have changed since it was approved, by the cache alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.desks import Desk, copy_demo
from tests.ledger.stories import open_ledger


@pytest.fixture
def desk(demo: Path, tmp_path: Path) -> Desk:
    """Guatemala is approved; the library is the demo's, in a folder that can be exchanged."""
    copy_demo(demo, tmp_path)
    open_ledger(tmp_path)
    made = Desk(tmp_path)
    made.run("approve", "guatemala", "--by", "Lee", "--yes").expect(0)
    return made


def _approve_lines(desk: Desk) -> list[str]:
    found = desk.run("status", "guatemala", "--json").expect(0).json["waiting"]
    return [one["command"] for one in found if one["kind"] == "approve"]


def test_nothing_is_said_of_what_is_as_it_was_and_a_corrected_subtitle_is_seen(desk: Desk) -> None:
    assert _approve_lines(desk) == []
    library = desk.folder / "library"
    own = shutil.copytree(library.resolve(), desk.folder / "own")
    library.unlink()
    own.rename(library)
    path = library / "subtitles/opening.es.srt"
    path.write_bytes(path.read_bytes() + b"\n")
    assert _approve_lines(desk) == ["usbkit check guatemala"]


def test_another_title_is_seen(desk: Desk) -> None:
    (path,) = desk.folder.glob("manifests/*/guatemala.toml")
    path.write_text(path.read_text(encoding="utf-8").replace("drives = 20", "drives = 21"), encoding="utf-8")
    assert _approve_lines(desk) == ["usbkit check guatemala"]
