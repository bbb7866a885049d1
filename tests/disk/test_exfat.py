"""exFAT volumes, judged by other people's programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.disk.judges import check_exfat, read_by_exfat_fuse, read_by_sleuthkit
from tests.disk.test_fat32 import TREE
from tests.disk.trees import options, write
from usbkit.disk.layout import lay_out


@pytest.mark.needs("exfat-tools")
def test_checker_says_nothing(tmp_path: Path) -> None:
    assert check_exfat(write(lay_out(TREE, options(filesystem="exfat")), tmp_path)) == []


@pytest.mark.needs("exfat-fuse", "sleuthkit")
def test_two_foreign_readers_give_every_file_back(tmp_path: Path) -> None:
    image = write(lay_out(TREE, options(filesystem="exfat")), tmp_path)
    expected = {f.path: f.sha256 for f in TREE}
    assert read_by_exfat_fuse(image, tmp_path / "mounted") == expected
    assert read_by_sleuthkit(image) == expected
