"""A bundle folder is proven by its seal: all that differs is named, and each byte is read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.writing.bundles import make_bundle_folder
from usbkit.bundle.folder_proof import require_sealed
from usbkit.bundle.read_folder import read_sealed_folder
from usbkit.core.errors import InputError
from usbkit.core.progress import Silence


class Counting(Silence):
    def __init__(self) -> None:
        self.total = self.done = 0
        self.outcome = ""

    def begin(self, key: str, phase: str, what: object, total: int | None) -> None:
        self.total = total or 0

    def advance(self, key: str, amount: int) -> None:
        self.done += amount

    def end(self, key: str, outcome: str, what: object = None) -> None:
        self.outcome = outcome


def test_a_whole_one(tmp_path: Path) -> None:
    folder, progress = make_bundle_folder(tmp_path / "gt", video=3 * 2**20 + 5), Counting()
    require_sealed(folder, read_sealed_folder(folder).sealed, progress)
    assert progress.done == progress.total > 3 * 2**20 and progress.outcome == "whole"


def test_each_file_that_differs_is_named(tmp_path: Path) -> None:
    folder, progress = make_bundle_folder(tmp_path / "gt", video=9000), Counting()
    sealed = read_sealed_folder(folder).sealed
    (folder / "index.html").write_bytes(b"other")
    (folder / "photos/01.jpg").unlink()
    with pytest.raises(InputError) as refused:
        require_sealed(folder, sealed, progress)
    named = {str(f.place).removeprefix(f"{folder}/"): str(f.what) for f in refused.value.findings}
    assert named.keys() == {"index.html", "photos/01.jpg"} and progress.outcome == "damaged"
    assert "not what the seal says" in named["index.html"] and "No such file" in named["photos/01.jpg"]


def test_what_the_seal_does_not_name_is_known(tmp_path: Path) -> None:
    folder = make_bundle_folder(tmp_path / "gt", video=9000)
    assert read_sealed_folder(folder).unsealed() == []
    (folder / "photos/raw").mkdir()
    (folder / "photos/raw/2.jpg").touch()
    (folder / "nobody").symlink_to("nowhere")
    (folder / "all").symlink_to("photos")
    assert read_sealed_folder(folder).unsealed() == ["all", "nobody", "photos/raw/2.jpg"]
