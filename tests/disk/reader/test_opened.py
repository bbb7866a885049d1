"""Traces of systems that opened a drive are no damage: opened since, consistent, content whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.disk.judges import PARTITION, check_exfat, check_fat32, mounted_exfat, read_by_us, run
from tests.disk.reader.drives import START, TREE, Drive, make_drive
from tests.disk.trees import SMALL, options, write
from usbkit.disk.image import Image
from usbkit.disk.layout import lay_out
from usbkit.disk.reader import Examination
from usbkit.trust.verdict import Structure

MARKS_FAT32: dict[str, Callable[[Drive], None]] = {
    "dirty bit of Windows and Linux in the boot sector": lambda d: d.put(START + 65, b"\x01"),
    "clean-shutdown bit cleared in both FATs": lambda d: d.link(1, 0x07FFFFFF),
    "clean-shutdown bit cleared in the first FAT": lambda d: d.put(d.fats()[0] + 4, (0x07FFFFFF).to_bytes(4, "little")),
    "hard-error bit cleared": lambda d: d.link(1, 0x0BFFFFFF),
    "free count unknown": lambda d: d.put(START + 512 + 488, b"\xff" * 4),
    "free count stale": lambda d: d.put(START + 512 + 488, b"\x10\0\0\0"),
    "access date": lambda d: d.change_entry(d.find_short(b"README  TXT"), accessed_date=0x5678),
    "archive attribute": lambda d: d.change_entry(d.find_short(b"README  TXT"), attributes=0x21),
    "label changed": lambda d: d.put(d.find_short(b"FORUM2020"), b"OUR STICK  "),
    "label changed in the boot sector too": lambda d: d.put(START + 71, b"OUR STICK  "),
    "a third copy of the boot sector": lambda d: d.put(START + 12 * 512, d.read_at(START, 512)),
    "a bad cluster marked": lambda d: d.link(80_000, 0x0FFFFFF7),
    "upper bits of FAT entries kept": lambda d: d.link(90_000, 0xF0000000),
}
MARKS_EXFAT: dict[str, Callable[[Drive], None]] = {
    "volume dirty": lambda d: d.put(START + 106, b"\x02"),
    "media failure": lambda d: d.put(START + 106, b"\x04"),
    "percent in use": lambda d: d.put(START + 112, b"\x32"),
    "percent unknown": lambda d: d.put(START + 112, b"\xff"),
    "a file's entries deleted behind the last one": lambda d: d.put(
        d.cluster_offset(d.cluster_of("/")) + 4000, b"\x05" + bytes(31)
    ),
}


@pytest.mark.parametrize("kind", MARKS_FAT32)
def test_marks_on_fat32_are_no_damage(kind: str) -> None:
    _judge_mark(make_drive("fat32"), MARKS_FAT32[kind])


@pytest.mark.parametrize("kind", MARKS_EXFAT)
def test_marks_on_exfat_are_no_damage(kind: str) -> None:
    _judge_mark(make_drive("exfat"), MARKS_EXFAT[kind])


def _judge_mark(drive: Drive, mark: Callable[[Drive], None]) -> None:
    mark(drive)
    found = drive.examine()
    assert found.troubles == ()
    assert found.foreign == ()
    assert found.judge(drive.image.metadata_digest()) is Structure.OPENED


def _assert_opened(path: Path, image: Image) -> Examination:
    files, found = read_by_us(path)
    assert found.troubles == ()
    assert found.judge(image.metadata_digest()) is Structure.OPENED
    assert {f.path: f.sha256 for f in TREE}.items() <= files.items()
    return found


@pytest.mark.needs("fat-tools")
def test_fat32_after_a_system_wrote_to_it(tmp_path: Path) -> None:
    """By mtools: the folders and files of Windows, macOS and a camera, one of them deleted again."""
    image = lay_out(TREE, options())
    path = write(image, tmp_path)
    place = ("-i", f"{path}@@{PARTITION}")
    debris = tmp_path / "debris"
    debris.write_bytes(os.urandom(70_000))
    run("mmd", *place, "::System Volume Information", "::DCIM", "::.Trashes", "::.Spotlight-V100")
    for target in ("System Volume Information/WPSettings.dat", "DCIM/IMG_0001.JPG", "._README.TXT", "deleted.tmp"):
        run("mcopy", *place, debris, f"::{target}")
    run("mattrib", *place, "+h", "+s", "::System Volume Information")
    run("mdel", *place, "::deleted.tmp")
    assert check_fat32(path) == []
    found = _assert_opened(path, image)
    added = {e.path: e.attributes for e in found.entries}
    assert added["System Volume Information"] & 0x06 == 0x06
    assert "System Volume Information/WPSettings.dat" in added
    assert "deleted.tmp" not in added


@pytest.mark.needs("fat-tools")
@pytest.mark.parametrize("label", ["X", "FORUM2020"])
def test_fat32_after_mtools_set_its_label(tmp_path: Path, label: str) -> None:
    """It writes the boot sector and FSInfo a third time, to sectors 12 and 13."""
    image = lay_out(TREE, options())
    path = write(image, tmp_path)
    run("mlabel", "-i", f"{path}@@{PARTITION}", f"::{label}")
    assert check_fat32(path) == []
    assert _assert_opened(path, image).foreign == ()


@pytest.mark.needs("exfat-fuse", "exfat-tools")
def test_exfat_after_a_system_wrote_to_it(tmp_path: Path) -> None:
    """By exfat-fuse: folders and files added, grown and deleted; access dates set."""
    image = lay_out(TREE, options(filesystem="exfat"))
    path = write(image, tmp_path)
    with mounted_exfat(path, tmp_path / "mounted", read_only=False) as mounted:
        (mounted / "System Volume Information").mkdir()
        (mounted / "System Volume Information/WPSettings.dat").write_bytes(os.urandom(12))
        (mounted / "DCIM").mkdir()
        for number in range(60):
            (mounted / f"DCIM/IMG_{number:04}.JPG").write_bytes(os.urandom(9_000))
        (mounted / "DCIM/IMG_0003.JPG").unlink()
        (mounted / "DCIM/IMG_0004.JPG").write_bytes(os.urandom(50_000))
        os.utime(mounted / "README.TXT")
    assert check_exfat(path) == []
    found = _assert_opened(path, image)
    assert "DCIM/IMG_0004.JPG" in {e.path for e in found.entries}


@pytest.mark.needs("fat-tools")
@pytest.mark.parametrize("layout", ["plain", "without a partition table"])
def test_stick_that_mkfs_and_mtools_made(tmp_path: Path, layout: str) -> None:
    """Not ours at all, as handed in: consistent, and every file found."""
    path, offset = tmp_path / "stick.img", 0 if layout != "plain" else PARTITION
    path.touch()
    os.truncate(path, 100 * 10**6)
    if offset:
        write(lay_out([], options(100 * 10**6)), tmp_path, path.name)
    run("mkfs.fat", "-F", "32", "-s", "1", "--offset", str(offset // 512), path, str((10**8 - offset) // 1024))
    (tmp_path / "long name of a file.txt").write_bytes(b"content")
    run("mmd", "-i", f"{path}@@{offset}", "::folder")
    run("mcopy", "-i", f"{path}@@{offset}", tmp_path / "long name of a file.txt", "::folder/")
    files, found = read_by_us(path)
    assert found.troubles == ()
    assert list(files) == ["folder/long name of a file.txt"]


@pytest.mark.needs("exfat-tools", "exfat-fuse")
def test_stick_that_mkfs_exfat_made(tmp_path: Path) -> None:
    path, volume = tmp_path / "stick.img", tmp_path / "volume"
    volume.touch()
    os.truncate(volume, SMALL - PARTITION)
    run("mkfs.exfat", volume)
    path.write_bytes(write(lay_out([], options(filesystem="exfat")), tmp_path).read_bytes()[:PARTITION])
    with path.open("ab") as file:
        file.write(volume.read_bytes())
    with mounted_exfat(path, tmp_path / "mounted", read_only=False) as mounted:
        (mounted / "folder").mkdir()
        (mounted / "folder/파일 이름.txt").write_bytes(b"content")
    files, found = read_by_us(path)
    assert found.troubles == ()
    assert list(files) == ["folder/파일 이름.txt"]


@pytest.mark.parametrize("filesystem", ["fat32", "exfat"])
def test_as_we_write_it_nothing_says_that_it_was_opened(filesystem: str) -> None:
    assert make_drive(filesystem).examine().signs == ()


@pytest.mark.parametrize(
    ("kind", "said", "at"),
    [
        ("dirty bit of Windows and Linux in the boot sector", "a system opened it and did not close it", START + 65),
        ("clean-shutdown bit cleared in both FATs", "the FAT is marked as in use", None),
        ("clean-shutdown bit cleared in the first FAT", "the FAT is marked as in use", None),
        ("hard-error bit cleared", "met with a bad sector", None),
        ("free count unknown", "", None),
        ("free count stale", "FSInfo counts 16 free clusters of {free}", START + 512 + 488),
    ],
)
def test_a_sign_on_fat32_says_what_and_where(kind: str, said: str, at: int | None) -> None:
    drive = make_drive("fat32")
    MARKS_FAT32[kind](drive)
    found = drive.examine()
    free = sum(run.length for run in found.free) // found.cluster_size
    assert [str(sign.what).count(said.format(free=free)) for sign in found.signs] == ([1] if said else [])
    assert [sign.offset for sign in found.signs] == ([at or drive.fats()[0] + 4] if said else [])


def test_a_record_of_free_clusters_that_is_none_is_damage() -> None:
    drive = make_drive("fat32")
    drive.put(START + 512, b"rRaA")
    (trouble,) = drive.examine().troubles
    assert "FSInfo is broken" in str(trouble.what) and trouble.offset == START + 512


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("volume dirty", "a system opened it and did not close it"),
        ("media failure", "a system met with a bad sector"),
        ("percent in use", ""),
        ("a file's entries deleted behind the last one", ""),
    ],
)
def test_a_sign_on_exfat_says_what_and_where(kind: str, said: str) -> None:
    drive = make_drive("exfat")
    MARKS_EXFAT[kind](drive)
    signs = drive.examine().signs
    assert [said in str(sign.what) for sign in signs] == ([True] if said else [])
    assert [sign.offset for sign in signs] == ([START + 106] if said else [])
