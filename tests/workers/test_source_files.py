"""A file by its path, and the same file by a descriptor."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from usbkit.workers.source_files import hand_over, open_source, open_target, stat_source, take_back


@pytest.mark.parametrize("handed", [False, True])
def test_a_source_reads_and_seeks_alike(tmp_path: Path, handed: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    descriptor = os.open(path, os.O_RDONLY)
    if handed:
        path.unlink()
        hand_over(path, descriptor)
    try:
        assert stat_source(path).st_size == 10
        with open_source(path) as one, open_source(path) as other:
            assert one.read(3) == b"012"
            assert other.read(2) == b"01"  # each has its own position
            assert one.seek(-2, io.SEEK_END) == 8
            assert one.read() == b"89"
            assert one.seek(1) == 1
            assert one.seek(1, io.SEEK_CUR) == 2
            assert one.tell() == 2
            assert one.read(1) == b"2"
    finally:
        take_back(path)
        os.close(descriptor)
    with pytest.raises(FileNotFoundError) if handed else open_source(path):
        stat_source(path) if not handed else open_source(path)


@pytest.mark.parametrize("handed", [False, True])
def test_a_target_is_written_and_read_meanwhile(tmp_path: Path, handed: bool) -> None:
    path = tmp_path / "file"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    if handed:
        hand_over(path, descriptor)
    try:
        with open_target(path) as made:
            assert made.writable() and made.seekable()
            assert made.write(b"0123456789") == 10
            assert made.seek(2) == 2
            assert made.write(b"xy") == 2
            assert made.tell() == 4
            with open_source(path) as again:
                assert again.read() == b"01xy456789"
            if handed:
                assert not made.readable()
    finally:
        take_back(path)
        os.close(descriptor)
    assert path.read_bytes() == b"01xy456789"
