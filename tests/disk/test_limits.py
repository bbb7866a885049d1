"""The limits of both formats, with foreign programs as judges: sizes, counts, names, conventions."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.disk import judges
from tests.disk.judges import PARTITION, check_exfat, check_fat32, cut_volume, mounted_exfat, read_by_us, run
from tests.disk.trees import MIB, file, file_on_disk, options, write
from tests.support.sample import sample
from usbkit.core.content import FileRange
from usbkit.core.errors import InputError
from usbkit.disk.fat32 import LARGEST_FILE
from usbkit.disk.image import TreeFile
from usbkit.disk.layout import lay_out, smallest_capacity
from usbkit.disk.structures import exfat, fat

GB = 10**9
SOLD = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "reference"
    path.touch()
    yield path
    path.unlink()


@pytest.mark.needs("fat-tools")
@pytest.mark.parametrize("sold", SOLD)
def test_fat32_clusters_are_those_mkfs_takes_for_sticks_of_every_size(volume: Path, sold: int) -> None:
    os.truncate(volume, sold * GB - PARTITION)
    run("mkfs.fat", "-F", "32", volume)
    with volume.open("rb") as made:
        boot = fat.BootSector.from_bytes(made.read(512))
    assert lay_out([], options(sold * GB)).cluster_size == boot.sectors_per_cluster * boot.bytes_per_sector


@pytest.mark.needs("exfat-tools")
@pytest.mark.parametrize("sold", SOLD)
def test_exfat_clusters_are_those_mkfs_takes_for_sticks_of_every_size(volume: Path, sold: int) -> None:
    os.truncate(volume, sold * GB - PARTITION)
    run("mkfs.exfat", volume)
    with volume.open("rb") as made:
        boot = exfat.BootSector.from_bytes(made.read(512))
    chosen = lay_out([], options(sold * GB, filesystem="exfat")).cluster_size
    assert chosen == 1 << boot.sectors_per_cluster_shift + boot.bytes_per_sector_shift


EDGES = [2**28, 2**33, 2**34, 2**35]


@pytest.mark.needs("fat-tools", "exfat-tools")
@pytest.mark.parametrize("filesystem", ["fat32", "exfat"])
@pytest.mark.parametrize("capacity", [e + d for e in EDGES for d in (-512, 0, 512)])
def test_checkers_say_nothing_around_each_change_of_cluster_size(
    tmp_path: Path, filesystem: str, capacity: int
) -> None:
    tree = [file("videos/01.mp4", b"v" * (5 * MIB), leads=True), file("한글.txt", b"t")]
    image = lay_out(tree, options(capacity, filesystem=filesystem))
    path = write(image, tmp_path)
    assert {"fat32": check_fat32, "exfat": check_exfat}[filesystem](path) == []
    found, examination = read_by_us(path)
    assert found == {f.path: f.sha256 for f in tree}
    assert examination.metadata_digest == image.metadata_digest()


@pytest.mark.needs("fat-tools")
def test_smallest_fat32_has_clusters_enough_to_be_one(tmp_path: Path) -> None:
    """65,525 make FAT32, and we stay 16 away from them; every checker takes it for FAT32 all the same."""
    smallest = smallest_capacity([], options())
    image = lay_out([], options(smallest))
    assert image.clusters == 65_525 + 16
    path = write(image, tmp_path)
    assert check_fat32(path) == []
    assert b"32 bit entries" in run("fsck.fat", "-n", "-v", cut_volume(path)).stdout


def test_64_mb_with_clusters_of_1_kib_would_be_fat16() -> None:
    image = lay_out([file("a", b"a")], options(64 * 10**6))
    assert image.cluster_size == 512
    with pytest.raises(InputError, match="are needed"):
        lay_out([], options(64 * 10**6, sector_size=4096))


def _marks(size: int) -> Iterator[tuple[int, bytes]]:
    """What stands where in a file that is otherwise a hole, so that all of it need not be written to be told apart."""
    for offset in (0, size // 3, 2**31 - 5, 2**32 - 10, size - 9):
        if offset + 9 <= size:
            yield offset, b"%09d" % (offset % 10**9)


def _sparse(path: Path, size: int) -> Path:
    """A file of ``size`` bytes, a few of which say where they are; the rest is a hole."""
    with path.open("wb") as sparse:
        sparse.truncate(size)
        for offset, mark in _marks(size):
            sparse.seek(offset)
            sparse.write(mark)
    return path


def _gives(source: Path, *command: str | Path) -> bool:
    """Whether the foreign program prints the bytes of ``source``, all of them and no more."""
    with subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE) as process, source.open("rb") as wanted:
        assert process.stdout is not None
        while piece := process.stdout.read(MIB):
            if piece != wanted.read(len(piece)):
                process.kill()
                return False
        is_whole = not wanted.read(1)
    return is_whole and process.returncode == 0


def _inode(path: Path) -> str:
    """What sleuthkit calls the image's only recording."""
    listing = run("fls", "-o", "8192", "-F", path).stdout.decode()
    return next(line for line in listing.splitlines() if line.endswith("\ta.mp4")).split()[1].rstrip(":")


@pytest.mark.needs("fat-tools", "sleuthkit")
def test_largest_file_on_fat32(tmp_path: Path) -> None:
    source = _sparse(tmp_path / "source", LARGEST_FILE)
    recording = file_on_disk("a.mp4", source)
    path = write(lay_out([recording], options(8 * GB, filesystem="auto")), tmp_path)
    assert check_fat32(path) == []
    assert _gives(source, "mtype", "-i", f"{path}@@{PARTITION}", "::a.mp4")
    if sample("limits: others that read the largest file on FAT32", 1, 2) > 1:
        assert _gives(source, "icat", "-o", "8192", path, _inode(path))
    assert read_by_us(path)[0] == {"a.mp4": recording.sha256}


@pytest.mark.needs("fat-tools")
@pytest.mark.parametrize("capacity", [8 * GB, 64 * GB])
def test_checker_bears_the_largest_file_and_no_larger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capacity: int
) -> None:
    """Why the largest file is smaller than FAT32's own limit: were it larger, fsck.fat would cut it to nothing."""

    def remarks(size: int) -> list[str]:
        """About a file of which only the structures are written: the checker reads nothing else."""
        image = lay_out([TreeFile("a.mp4", FileRange(tmp_path / "none", 0, size, 0), "", True)], options(capacity))
        written = tuple(e for e in image.extents if not isinstance(e.content, FileRange))
        return check_fat32(write(replace(image, extents=written), tmp_path))

    assert remarks(LARGEST_FILE) == []
    monkeypatch.setattr("usbkit.disk.fat32.LARGEST_FILE", 2**32 - 1)
    assert any("Truncating file to 0 bytes" in remark for remark in remarks(2**32 - 1))


@pytest.mark.needs("exfat-tools", "exfat-fuse", "sleuthkit")
def test_recording_of_5_gib_goes_to_exfat_by_itself(tmp_path: Path) -> None:
    source = _sparse(tmp_path / "source", 5 * 2**30)
    recording, chosen = file_on_disk("a.mp4", source), options(16 * GB, filesystem="auto")
    with pytest.raises(InputError, match="FAT32 holds files of at most"):
        lay_out([recording], replace(chosen, filesystem="fat32"))
    image = lay_out([recording], chosen)
    assert image.filesystem == "exfat"
    path = write(image, tmp_path)
    assert check_exfat(path) == []
    if sample("limits: others that read 5 GiB on exFAT", 1, 2) > 1:
        assert _gives(source, "icat", "-o", "8192", path, _inode(path))
    with mounted_exfat(path, tmp_path / "mounted") as mounted, (mounted / "a.mp4").open("rb") as found:
        assert found.seek(0, os.SEEK_END) == recording.size
        for offset, mark in _marks(recording.size):
            found.seek(offset)
            assert found.read(len(mark)) == mark
    assert read_by_us(path)[0] == {"a.mp4": recording.sha256}


@pytest.mark.needs("fat-tools", "exfat-tools", "exfat-fuse", "sleuthkit")
@pytest.mark.parametrize("filesystem", ["fat32", "exfat"])
def test_thousands_of_entries_in_one_folder(tmp_path: Path, filesystem: str) -> None:
    tree = [file(f"사진/{n:05} photograph of the forum.jpeg", b"%d" % n) for n in range(4_000)]
    image = lay_out(tree, options(256 * 10**6, filesystem=filesystem))
    path = write(image, tmp_path)
    expected = {f.path: f.sha256 for f in tree}
    assert read_by_us(path)[0] == expected
    if filesystem == "fat32":
        assert check_fat32(path) == []
        assert judges.read_by_mtools(path, tmp_path / "mtools") == expected
    else:
        assert check_exfat(path) == []
        assert judges.read_by_exfat_fuse(path, tmp_path / "mounted") == expected
    listing = run("fls", "-o", "8192", "-r", "-p", "-F", "-u", path).stdout.decode()
    assert {line.partition("\t")[2] for line in listing.splitlines()} >= set(expected)


LONGEST = ["x" * 255, "é" * 255, "한" * 255, "𝔸" * 127 + "z", "y" * 251 + ".mp4"]


@pytest.mark.needs("fat-tools", "exfat-tools", "sleuthkit", "7zip")
@pytest.mark.parametrize("filesystem", ["fat32", "exfat"])
def test_names_of_255_units(tmp_path: Path, filesystem: str) -> None:
    """Most are longer in UTF-8 than Linux lets a name be, so mtools can only say those that are ASCII."""
    tree = [file(name, name.encode()) for name in LONGEST]
    path = write(lay_out(tree, options(filesystem=filesystem)), tmp_path)
    expected = {f.path: f.sha256 for f in tree}
    assert read_by_us(path)[0] == expected
    if filesystem == "exfat":
        assert check_exfat(path) == []
        assert judges.read_by_sleuthkit(path) == expected
        return
    assert check_fat32(path) == []
    assert judges.read_by_7zip(path) == expected
    cut = {_cut_by_sleuthkit(name): digest for name, digest in expected.items() if "𝔸" not in name}
    assert cut.items() <= judges.read_by_sleuthkit(path).items()
    ascii_alone = [f for f in tree if f.path.isascii()]
    path = write(lay_out(ascii_alone, options()), tmp_path)
    assert judges.read_by_mtools(path, tmp_path / "mtools") == {f.path: f.sha256 for f in ascii_alone}


def _cut_by_sleuthkit(name: str) -> str:
    """Sleuthkit 4.11 reads 19 of the 20 entries that the longest names take on FAT, and no half surrogate pair."""
    return name[: 19 * 13]
