"""The whole journey, judged by other people's tools."""

import os
from pathlib import Path

import pytest

from tests.disk.judges import check_fat32
from tests.support.cli import run, usbkit
from tests.support.loop import loop_device, sectors_read

FIRST_PARTITION = 4 * 2**20
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


def _files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


@pytest.mark.needs("fat-tools")
def test_the_image_passes_fsck_and_mtools_take_out_what_the_seal_says(demo: Path, tmp_path: Path) -> None:
    image = demo / "guatemala.img"
    assert check_fat32(image) == []
    out = tmp_path / "out"
    out.mkdir()
    run("mcopy", "-s", "-Q", "-m", "-i", f"{image}@@{FIRST_PARTITION}", "::/", out)
    assert _files(out) == _files(demo / "guatemala")
    run("sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS", cwd=out)


@pytest.mark.needs("sleuthkit")
def test_sleuthkit_lists_every_file(demo: Path) -> None:
    listed = run("fls", "-r", "-p", "-F", "-o", FIRST_PARTITION // 512, demo / "guatemala.img")
    names = {line.split(":\t", 1)[1] for line in listed.splitlines()}
    assert {n for n in names if not n.startswith("$")} - {"FORUM2020GT (Volume Label Entry)"} == _files(
        demo / "guatemala"
    )


def test_folder_and_image_are_whole(demo: Path) -> None:
    for place in (demo / "guatemala", demo / "guatemala.img"):
        verdict = usbkit("--json", "verify", place).expect(0).json
        assert verdict["content"] == "whole"


@pytest.fixture(scope="module")
def drive(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The backing file of a drive that was full of 0xFF and then written for Guatemala."""
    backing = tmp_path_factory.mktemp("drive") / "stick"
    with backing.open("wb") as file:
        for _megabyte in range(256):
            file.write(b"\xff" * 2**20)
    with loop_device(backing) as node:
        before = sectors_read(node)
        usbkit("--manifests", demo / "manifests", "write", "guatemala", "--drive", node, "--yes").expect(0)
        read_back = (sectors_read(node) - before) * 512
    bundle = sum(p.stat().st_size for p in (demo / "guatemala").rglob("*") if p.is_file())
    assert read_back >= bundle, "the read-back did not come from the device"
    return backing


@pytest.mark.needs("loop", "fat-tools")
def test_a_drive_full_of_ones_is_written_and_proven(drive: Path) -> None:
    with loop_device(drive) as node:
        verdict = usbkit("--json", "verify", node).expect(0).json
        assert (verdict["content"], verdict["structure"]) == ("whole", "as it says of itself")
    assert check_fat32(drive) == []


def _offset_of(image: Path, needle: bytes) -> int:
    data = image.read_bytes()
    offset = data.find(needle)
    assert offset > 0 and data.find(needle, offset + 1) < 0
    return offset


def _flip(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


@pytest.mark.needs("loop")
def test_one_changed_byte_is_named(demo: Path, drive: Path) -> None:
    victim = next(n for n in sorted(_files(demo / "guatemala")) if n.endswith(".es.srt"))
    offset = _offset_of(drive, (demo / "guatemala" / victim).read_bytes())
    _flip(drive, offset + 10)
    try:
        with loop_device(drive) as node:
            verdict = usbkit("--json", "verify", node).expect(1).json
    finally:
        _flip(drive, offset + 10)
    assert verdict["content"] == "damaged"
    assert verdict["structure"] == "as it says of itself"
    assert [t["path"] for t in verdict["troubles"]] == [victim]


@pytest.mark.needs("loop")
def test_a_changed_fat_is_a_broken_structure(drive: Path) -> None:
    reserved = int.from_bytes(drive.read_bytes()[FIRST_PARTITION + 14 : FIRST_PARTITION + 16], "little")
    entry = FIRST_PARTITION + reserved * 512 + 4 * 5
    _flip(drive, entry)
    try:
        with loop_device(drive) as node:
            verdict = usbkit("--json", "verify", node).expect(1).json
    finally:
        _flip(drive, entry)
    assert verdict["structure"] == "broken"


def _build_elsewhere(demo: Path, folder: Path, **environ: str) -> tuple[dict[str, bytes], bytes]:
    """Bundle and image of a library whose files were made in the other order, by a process in another world."""
    library = folder / "library"
    for path in sorted((demo / "library").rglob("*"), reverse=True):
        if path.is_file():
            target = library / path.relative_to(demo / "library")
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, target)
    shared = ("--manifests", demo / "manifests", "--library", library, "--cache", folder / "cache")
    usbkit(*shared, "build", "guatemala", "-o", folder, environ=environ).expect(0)
    usbkit(*shared, "image", "guatemala", "--size", "200MB", "-o", folder / "image", environ=environ).expect(0)
    files = {n: (folder / "guatemala" / n).read_bytes() for n in _files(folder / "guatemala")}
    return files, (folder / "image").read_bytes()


@pytest.mark.needs("faketime")
def test_day_locale_umask_zone_and_order_change_no_byte(demo: Path, tmp_path: Path) -> None:
    one = _build_elsewhere(demo, tmp_path / "one", TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="1")
    old = os.umask(0o077)
    try:
        other = _build_elsewhere(
            demo,
            tmp_path / "other",
            TZ="America/Guatemala",
            LC_ALL="ko_KR.UTF-8",
            LD_PRELOAD=str(FAKETIME),
            FAKETIME="+400d",
            PYTHONHASHSEED="2",
        )
    finally:
        os.umask(old)
    assert one[0] == other[0]
    assert one[1] == other[1]
