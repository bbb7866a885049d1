"""Small files of sysfs and proc, whatever stands in them."""

from __future__ import annotations

import os
from pathlib import Path

from usbkit.drives.sysfs import System, folder_of, parts_of, read_lines, read_name, read_number, read_text, to_number


def test_what_stands_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b" 12 \n")
    assert (read_text(file), read_number(file), read_name(file)) == ("12", 12, " 12 ")
    file.write_bytes(b"a\xff\x0bb\n\nc\n")
    assert read_name(file) == os.fsdecode(b"a\xff\x0bb\n\nc")
    assert read_lines(file) == [os.fsdecode(b"a\xff\x0bb"), "c"]
    assert read_number(file) is None


def test_what_is_not_there(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert (read_text(gone), read_number(gone), read_name(gone), read_lines(gone)) == (None, None, None, [])


def test_a_device_by_its_number_and_its_partitions(tmp_path: Path) -> None:
    (tmp_path / "devices/sdb/sdb1").mkdir(parents=True)
    (tmp_path / "devices/sdb/sdb1/partition").write_text("1\n")
    (tmp_path / "dev/block").mkdir(parents=True)
    (tmp_path / "dev/block/259:70000").symlink_to(tmp_path / "devices/sdb")
    number = os.makedev(259, 70_000)
    folder = folder_of(number, System(sys=tmp_path))
    assert (to_number(number), folder.name) == ("259:70000", "sdb")
    assert [part.name for part in parts_of(folder)] == ["sdb1"]
