"""Which file systems reveal changes, tested on real ones."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.cli import run
from tests.support.loop import loop_device
from usbkit.core.cache import Cache, FileIdentity, begin_run
from usbkit.core.filesystems import keeps_changes, name_of

MIB = 2**20


@pytest.mark.needs("loop", "exfat-fuse", "exfat-tools")
def test_what_is_learnt_from_a_program_s_file_system_holds_for_one_run(tmp_path: Path) -> None:
    """exFAT has no change time: a change that puts the time back could not be told."""
    place = tmp_path / "stick"
    place.mkdir()
    with loop_device(tmp_path / "exfat", 8 * MIB) as node:
        run("mkfs.exfat", node)
        run("mount.exfat-fuse", node, place)
        try:
            source = place / "video.mp4"
            source.write_bytes(b"video")
            subprocess.run(["touch", "-d", "2 days ago", source], check=True)
            assert (keeps_changes(place), name_of(source)) == (False, "fuseblk")
            cache = Cache(tmp_path / "cache")
            cache.store("sha256", FileIdentity.of(source), b"abc")
            assert cache.load("sha256", FileIdentity.of(source)) == b"abc"
            begin_run()
            assert cache.load("sha256", FileIdentity.of(source)) is None
        finally:
            subprocess.run(["umount", place], check=True)


@pytest.mark.needs("loop", "xfs")
def test_disks_of_linux_keep_it(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    with loop_device(tmp_path / "xfs", 400 * MIB) as node:
        run("mkfs.xfs", "-q", node)
        run("mount", node, place)
        try:
            assert (keeps_changes(place), name_of(place)) == (True, "xfs")
        finally:
            subprocess.run(["umount", place], check=True)


def test_what_the_kernel_makes_up_is_not_kept(tmp_path: Path) -> None:
    assert not keeps_changes(Path("/proc/self"))
    assert name_of(Path("/proc/self/status")) == "proc"


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        keeps_changes(tmp_path / "nowhere")


@pytest.mark.needs("loop", "xfs")
@pytest.mark.parametrize("name", ["disk 한글", os.fsdecode(b"disk\xff"), "disk\u2028\\x"])
def test_a_place_of_any_name(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    place.mkdir()
    with loop_device(tmp_path / "xfs", 400 * MIB) as node:
        run("mkfs.xfs", "-q", node)
        run("mount", node, place)
        try:
            assert name_of(place) == "xfs"
        finally:
            run("umount", place)
