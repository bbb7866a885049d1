"""FAT32 volumes, judged by other people's programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.disk.judges import check_fat32, read_by_mtools, read_by_sleuthkit
from tests.disk.trees import MIB, file, options, write
from usbkit.disk.layout import lay_out

TREE = [
    file("videos/02-promotion.mp4", b"w" * (5 * MIB + 1), leads=True),
    file("videos/01-opening.mp4", b"v" * 100_000, leads=True),
    file("videos/01-opening.es.srt", b"s" * 77),
    file("index.html", b"<!doctype html>"),
    file("README.TXT", b"r" * 511),
    file("문서/안내 자료.pdf", b"p" * 5_000),
    file("문서/empty", b""),
]


@pytest.mark.needs("fat-tools")
def test_checker_says_nothing(tmp_path: Path) -> None:
    assert check_fat32(write(lay_out(TREE, options()), tmp_path)) == []


@pytest.mark.needs("fat-tools", "sleuthkit")
def test_two_foreign_readers_give_every_file_back(tmp_path: Path) -> None:
    image = write(lay_out(TREE, options()), tmp_path)
    expected = {f.path: f.sha256 for f in TREE}
    assert read_by_mtools(image, tmp_path / "mtools") == expected
    assert read_by_sleuthkit(image) == expected
