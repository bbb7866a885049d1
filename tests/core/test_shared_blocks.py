"""Clones on a disk that shares blocks: verified once, independent of their source, removed afterwards."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import run
from tests.support.loop import loop_device
from usbkit.bundle.plan import PlannedFile, Role, made
from usbkit.bundle.write_folder import fill_folder
from usbkit.core.content import FileRange
from usbkit.core.errors import SourceError
from usbkit.core.progress import Silence
from usbkit.core.shared_blocks import can_share, private_clones

MIB = 2**20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """An empty XFS, which shares blocks."""
    (tmp_path / "disk").mkdir()
    with loop_device(tmp_path / "xfs", 400 * MIB) as node:
        run("mkfs.xfs", "-q", node)
        run("mount", node, tmp_path / "disk")
        try:
            yield tmp_path / "disk"
        finally:
            subprocess.run(["umount", tmp_path / "disk"], check=True)


@pytest.fixture
def source(disk: Path) -> Path:
    path = disk / "source.mp4"
    path.write_bytes(os.urandom(20 * MIB + 5))
    os.sync()
    return path


def _bundle(source: Path, digest: str | None = None) -> list[PlannedFile]:
    status = source.stat()
    digest = digest or hashlib.sha256(source.read_bytes()).hexdigest()
    content = FileRange(source, 0, status.st_size, status.st_mtime_ns)
    return [PlannedFile("videos/a.mp4", Role.VIDEO, content, digest), made("SHA256SUMS", Role.SEAL, b"s")]


def _used(disk: Path) -> int:
    os.sync()
    status = os.statvfs(disk)
    return (status.f_blocks - status.f_bfree) * status.f_frsize


def _flip(path: Path, at: int) -> None:
    """Change one byte and keep the time."""
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.needs("loop", "xfs")
def test_countries_share_what_was_proven_once(disk: Path, source: Path) -> None:
    files, before, whole = _bundle(source), _used(disk), source.read_bytes()
    with private_clones(disk / "out", 2) as clones:
        assert clones is not None
        fill_folder(files, disk / "out" / "one", 0, Silence(), key="one", clones=clones)
        _flip(source, 5 * MIB)  # too late: the clone has the proven bytes
        fill_folder(files, disk / "out" / "two", 0, Silence(), key="two", clones=clones)
    assert (disk / "out/one/videos/a.mp4").read_bytes() == (disk / "out/two/videos/a.mp4").read_bytes() == whole
    assert _used(disk) - before < 2 * MIB
    assert sorted(p.name for p in (disk / "out").iterdir()) == ["one", "two"]
    assert sorted(p.name for p in disk.iterdir()) == ["out", "source.mp4"]


@pytest.mark.needs("loop", "xfs")
@pytest.mark.parametrize("count", [1, 2])
def test_a_clone_of_other_bytes_is_refused(disk: Path, source: Path, count: int) -> None:
    files = _bundle(source)
    _flip(source, 20 * MIB + 4)
    with private_clones(disk / "out", count) as clones, pytest.raises(SourceError) as caught:
        fill_folder(files, disk / "out" / "one", 0, Silence(), key="one", clones=clones)
    assert (clones is None) == (count == 1)
    assert str(caught.value.findings[0].place) == str(source)
    assert list((disk / "out").iterdir()) == []


@pytest.mark.needs("loop", "xfs")
def test_a_source_on_another_disk_is_copied(disk: Path, tmp_path: Path) -> None:
    source = tmp_path / "elsewhere"
    source.write_bytes(os.urandom(MIB))
    with private_clones(disk / "out", 2) as clones:
        fill_folder(_bundle(source), disk / "out" / "one", 0, Silence(), key="one", clones=clones)
    assert (disk / "out/one/videos/a.mp4").read_bytes() == source.read_bytes()


@pytest.mark.needs("loop", "xfs")
def test_one_country_alone_makes_no_clones_beside(disk: Path) -> None:
    assert can_share(disk)
    with private_clones(disk, 1) as clones:
        assert clones is None


def test_nowhere_to_put_them_is_left_to_whoever_writes(tmp_path: Path) -> None:
    with private_clones(tmp_path / "no" / "such" / "folder", 2) as clones:
        assert clones is None
    assert list(tmp_path.iterdir()) == []
