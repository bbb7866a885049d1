"""The file behind a loop device is known whatever became of its name."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.cli import run
from usbkit.drives.linux import look_at
from usbkit.drives.loop_file import FileBehind, file_behind
from usbkit.drives.safety import Wish, judge

SIZE = 8 * 2**20


@contextmanager
def attached(file: Path, *options: str) -> Iterator[Path]:
    """As `tests.support.loop.loop_device`, for files that lose their names."""
    node = Path(run("losetup", "--find", "--show", *options, file).strip())
    try:
        yield node
    finally:
        subprocess.run(["losetup", "--detach", node], check=True)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "a.img"
    path.write_bytes(bytes(SIZE))
    return path


def rule_of(node: Path) -> str:
    return judge(look_at(node), Wish(confirmed=frozenset((str(node),)))).rule.id


@pytest.mark.needs("loop")
def test_device_and_inode_are_those_of_the_file(image: Path) -> None:
    with attached(image) as node:
        assert file_behind(node) == FileBehind(image.stat().st_dev, image.stat().st_ino)


@pytest.mark.needs("loop")
def test_a_block_device_is_known_by_its_number(image: Path) -> None:
    with attached(image) as inner, attached(inner) as outer:
        behind = file_behind(outer)
        assert behind is not None and behind.rdev == inner.stat().st_rdev
        assert behind.is_same(FileBehind(0, 0, inner.stat().st_rdev))
        assert not behind.is_same(FileBehind(behind.device, behind.inode))


def test_what_is_no_loop_device_has_none(image: Path, tmp_path: Path) -> None:
    assert file_behind(image) is None
    assert file_behind(tmp_path / "none") is None


@pytest.mark.needs("loop")
@pytest.mark.parametrize("befall", ["removed", "renamed", "another in its place", "another folder's"])
def test_an_image_whose_name_is_not_what_it_was_attached_by_is_held(image: Path, tmp_path: Path, befall: str) -> None:
    other = tmp_path / "b.img"
    other.hardlink_to(image)
    with attached(image) as node:
        if befall == "renamed":
            image.rename(tmp_path / "c.img")
        else:
            image.unlink()
        if befall == "another in its place":
            image.write_bytes(bytes(SIZE))
        if befall == "another folder's":
            (tmp_path / "folder").mkdir()
            other = other.rename(tmp_path / "folder" / "b.img")
        assert node.name in look_at(other).holders
        assert rule_of(other) == "held"
        if befall == "another in its place":
            assert look_at(image).holders == ()


@pytest.mark.needs("loop")
@pytest.mark.parametrize("options", [(), ("--offset", str(2**20)), ("--read-only",)])
def test_a_file_that_two_loop_devices_show_is_written_through_neither(image: Path, options: tuple[str, ...]) -> None:
    """The other one may be mounted."""
    with attached(image) as one:
        assert rule_of(one) == "loop-or-file"
        with attached(image, *options) as other:
            assert look_at(one).holders == (other.name,)
            assert rule_of(one) == "held"
        assert rule_of(one) == "loop-or-file"


@pytest.mark.needs("loop")
def test_a_loop_device_that_shows_a_drive_is_not_written(image: Path) -> None:
    """That drive's own row in the table would be passed by."""
    with attached(image) as inner, attached(inner) as outer:
        assert look_at(outer).holders == (inner.name,)
        assert rule_of(outer) == "held"
