"""Image files: sparse, complete or absent, with the block map for bmaptool."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.disk.judges import check_exfat, check_fat32, loop_device, read_by_us, run
from tests.disk.trees import MIB, file, file_on_disk, options, write
from usbkit.core.content import FileRange
from usbkit.core.errors import BrokenOffError, DeviceError, SourceError
from usbkit.core.progress import Silence
from usbkit.disk.bmap import BLOCK_SIZE, find_ranges, make_bmap
from usbkit.disk.image import Image, TreeFile
from usbkit.disk.imagefile import write_image
from usbkit.disk.layout import lay_out
from usbkit.trust.verdict import Structure

FORMATS = ("fat32", "exfat")
SMALL_TREE = [file("videos/01.mp4", b"v" * (MIB + 5), leads=True), file("a/b/c.txt", b"c"), file("empty")]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.mp4"
    path.write_bytes(os.urandom(3 * MIB + 17))
    return path


def left_behind(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


@pytest.mark.parametrize("filesystem", FORMATS)
def test_file_holds_every_extent_and_nothing_else(tmp_path: Path, source: Path, filesystem: str) -> None:
    image = lay_out([*SMALL_TREE, file_on_disk("videos/02.mp4", source)], options(filesystem=filesystem))
    data = bytearray(write(image, tmp_path).read_bytes())
    assert len(data) == image.size
    for placed in image.files:
        if placed.path == "videos/02.mp4":
            assert data[placed.offset : placed.offset + placed.size] == source.read_bytes()
    for extent in image.extents:
        made = getattr(extent.content, "data", None)
        if made is not None:
            assert data[extent.offset : extent.end] == made
        data[extent.offset : extent.end] = bytes(extent.length)
    assert not any(data)


def test_file_costs_what_its_data_costs(tmp_path: Path, source: Path) -> None:
    image = lay_out([file_on_disk("videos/02.mp4", source)], options(16 * 10**9))
    written = write_image(image, tmp_path / "drive.img", Silence())
    assert written.path.stat().st_size == 16 * 10**9
    assert written.path.stat().st_blocks * 512 < written.stored + MIB
    assert written.stored < source.stat().st_size + MIB


def test_range_of_a_file(tmp_path: Path, source: Path) -> None:
    digest = hashlib.sha256(source.read_bytes()[1000 : 1000 + MIB]).hexdigest()
    part = TreeFile("part.bin", FileRange(source, 1000, MIB), digest, False)
    image = lay_out([part], options())
    files, _ = read_by_us(write(image, tmp_path))
    assert files == {"part.bin": hashlib.sha256(source.read_bytes()[1000 : 1000 + MIB]).hexdigest()}


def test_holes_of_a_source_stay_holes(tmp_path: Path) -> None:
    source = tmp_path / "sparse.mp4"
    with source.open("wb") as sparse:
        sparse.write(b"start")
        sparse.seek(90 * MIB)
        sparse.write(b"middle")
        sparse.truncate(150 * MIB)
    path = write(lay_out([file_on_disk("a.mp4", source)], options(256 * 10**6)), tmp_path)
    assert path.stat().st_blocks * 512 < 10 * MIB
    with source.open("rb") as sparse:
        assert read_by_us(path)[0] == {"a.mp4": hashlib.file_digest(sparse, "sha256").hexdigest()}


def test_source_on_another_file_system(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system")
    source = other / f"usbkit-{os.getpid()}.mp4"
    try:
        source.write_bytes(os.urandom(MIB))
        path = write(lay_out([file_on_disk("a.mp4", source)], options()), tmp_path)
        assert read_by_us(path)[0] == {"a.mp4": hashlib.sha256(source.read_bytes()).hexdigest()}
    finally:
        source.unlink(missing_ok=True)


def test_changed_source_leaves_nothing(tmp_path: Path, source: Path) -> None:
    image = lay_out([file_on_disk("a.mp4", source)], options())
    before = left_behind(tmp_path)
    os.utime(source, ns=(0, 1))
    with pytest.raises(BrokenOffError, match="changed"):
        write(image, tmp_path)
    source.write_bytes(b"short")
    with pytest.raises(BrokenOffError, match="changed"):
        write(image, tmp_path)
    source.unlink()
    with pytest.raises(BrokenOffError, match="cannot be read"):
        write(image, tmp_path)
    assert left_behind(tmp_path) == before - {source.name}


@pytest.mark.parametrize("at", [0, 3 * MIB + 16])
def test_a_source_with_other_bytes_and_the_same_time_leaves_nothing(tmp_path: Path, source: Path, at: int) -> None:
    image = lay_out([*SMALL_TREE, file_on_disk("a.mp4", source)], options())
    status = source.stat()
    with source.open("r+b") as opened:
        opened.seek(at)
        byte = opened.read(1)[0]
        opened.seek(at)
        opened.write(bytes([byte ^ 1]))
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(SourceError) as caught:
        write(image, tmp_path)
    assert caught.value.exit_code == 3
    assert [(f.id, str(f.place)) for f in caught.value.findings] == [("source-changed", str(source))]
    assert left_behind(tmp_path) == {source.name}


def test_a_source_that_changes_meanwhile_leaves_nothing(tmp_path: Path, source: Path) -> None:
    class Meddler(Silence):
        def begin(self, *_args: object) -> None:
            source.write_bytes(b"x" * (3 * MIB + 17))

    image = lay_out([file_on_disk("a.mp4", source)], options())
    with pytest.raises(BrokenOffError, match="changed"):
        write_image(image, tmp_path / "drive.img", Meddler())
    assert left_behind(tmp_path) == {source.name}


def test_interrupted_writing_leaves_nothing_and_keeps_the_old(tmp_path: Path) -> None:
    class Interrupt(Silence):
        def advance(self, *_args: object) -> None:
            raise KeyboardInterrupt

    old = write(lay_out(SMALL_TREE, options()), tmp_path).read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_image(lay_out(SMALL_TREE[:1], options()), tmp_path / "drive.img", Interrupt())
    assert left_behind(tmp_path) == {"drive.img", "drive.img.bmap"}
    assert (tmp_path / "drive.img").read_bytes() == old


def test_no_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    huge = FileRange(tmp_path / "huge", 0, 2**50)
    image = lay_out(SMALL_TREE, options())
    image = replace(image, extents=(replace(image.extents[0], content=huge),))
    with pytest.raises(DeviceError, match="free"):
        write(image, tmp_path)
    assert left_behind(tmp_path) == set()


@pytest.mark.parametrize("target", ["missing/drive.img", "folder", "pipe"])
def test_place_that_no_image_can_have(tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DeviceError):
        write(lay_out(SMALL_TREE, options()), tmp_path, target)
    assert (tmp_path / "pipe").is_fifo()


MAKE = """
import sys; from pathlib import Path; sys.path.insert(0, {root!r})
from tests.disk.test_imagefile import SMALL_TREE
from tests.disk.trees import options, write
from usbkit.disk.layout import lay_out
import os; os.umask(int(sys.argv[2], 8))
write(lay_out(SMALL_TREE[::int(sys.argv[3])], options(filesystem=sys.argv[4])), Path(sys.argv[1]))
"""


@pytest.mark.parametrize("filesystem", FORMATS)
def test_another_day_locale_zone_umask_and_order_make_the_same_bytes(tmp_path: Path, filesystem: str) -> None:
    root = str(Path(__file__).parents[2])
    made = []
    for number, (zone, umask, order) in enumerate([("UTC", "022", "1"), ("Asia/Phnom_Penh", "077", "-1")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        environment = {**os.environ, "TZ": zone, "LC_ALL": ["C", "ko_KR.UTF-8"][number], "PYTHONHASHSEED": str(number)}
        command = [sys.executable, "-c", MAKE.format(root=root), str(folder), umask, order, filesystem]
        subprocess.run(command, env=environment, check=True)
        made.append([(folder / name).read_bytes() for name in ("drive.img", "drive.img.bmap")])
    assert made[0] == made[1]


def blocks_of(image: Image) -> set[int]:
    return {block for first, last in find_ranges(image) for block in range(first, last + 1)}


@pytest.mark.parametrize("filesystem", FORMATS)
def test_block_map_lists_every_written_byte(filesystem: str) -> None:
    image = lay_out(SMALL_TREE, options(filesystem=filesystem))
    blocks = blocks_of(image)
    for extent in image.extents:
        for offset in (extent.offset, (extent.offset + extent.end) // 2, extent.end - 1):
            assert offset // BLOCK_SIZE in blocks
    assert sum(e.length for e in image.extents) <= len(blocks) * BLOCK_SIZE < image.written + 64 * BLOCK_SIZE


def test_block_map_sums_itself() -> None:
    text = make_bmap(lay_out(SMALL_TREE, options()))
    start = text.index("<BmapFileChecksum> ") + len("<BmapFileChecksum> ")
    said = text[start : start + 64]
    assert hashlib.sha256(text.replace(said, "0" * 64).encode()).hexdigest() == said


@pytest.fixture
def stale_drive(tmp_path: Path) -> Path:
    """A drive of 64 MB that is full of FFh."""
    path = tmp_path / "stale.img"
    path.write_bytes(b"\xff" * (64 * 10**6))
    return path


@pytest.mark.needs("loop", "bmaptool", "fat-tools", "exfat-tools")
@pytest.mark.parametrize("filesystem", FORMATS)
def test_bmaptool_writes_a_drive_full_of_ff_whole(tmp_path: Path, stale_drive: Path, filesystem: str) -> None:
    image = lay_out(SMALL_TREE, options(filesystem=filesystem))
    path = write(image, tmp_path)
    with loop_device(stale_drive, read_only=False) as device:
        run("bmaptool", "copy", "--bmap", f"{path}.bmap", path, device)
    check = {"fat32": check_fat32, "exfat": check_exfat}[filesystem]
    assert check(stale_drive) == []
    files, found = read_by_us(stale_drive)
    assert files == {f.path: f.sha256 for f in SMALL_TREE}
    assert found.judge(image.metadata_digest()) is Structure.UNTOUCHED
