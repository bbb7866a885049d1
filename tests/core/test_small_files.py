"""Small input files are read whole only up to their limit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from usbkit.core.errors import InputError
from usbkit.core.small_files import open_file, read_file, read_small


def test_as_many_bytes_as_it_may_have_and_no_more(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 10)
    assert read_small(file, 10) == b"x" * 10
    with pytest.raises(InputError, match="larger than 9 B") as found:
        read_small(file, 9)
    (finding,) = found.value.findings
    assert finding.id == "file-too-large" and finding.place is not None and finding.place.file == str(file)


def test_what_never_ends_is_not_read_to_its_end() -> None:
    with pytest.raises(InputError, match="larger than"):
        read_small(Path("/dev/zero"), 2**20)


def test_one_byte_more_shows_that_a_file_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 10)
    assert [len(read_file(file, most)) for most in (0, 8, 9, 10, 11)] == [1, 9, 10, 10, 10]


def test_what_is_no_file_is_neither_waited_for_nor_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for path in (tmp_path / "pipe", tmp_path / "link", Path("/dev/null"), Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match=r"no file|directory"):
            open_file(path)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.parametrize("name", ["", "none"])
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="it cannot be read") as found:
        read_small(tmp_path / name, 10)
    assert found.value.findings[0].id == "file-unreadable"
