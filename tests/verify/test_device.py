"""An image and a device: separate answers for structure and content, damage named with its place."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from tests.support.loop import loop_device, sectors_read
from tests.verify.drives import PARTITION, make_drive
from tests.verify.folders import FILES, flip
from usbkit.core.errors import BrokenOffError, DeviceError
from usbkit.disk.image import ExtentKind, Image
from usbkit.trust.verdict import Content, Structure, Trouble
from usbkit.verify import Trust, rawread, verify_device
from usbkit.verify.rawread import RawReader, open_raw


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Image]:
    path = tmp_path_factory.mktemp("drive") / "made.img"
    return path, make_drive(path)


@pytest.fixture
def drive(made: tuple[Path, Image], tmp_path: Path) -> Path:
    subprocess.run(["cp", "--sparse=always", made[0], tmp_path / "drive.img"], check=True)
    return tmp_path / "drive.img"


def test_a_drive_as_it_was_made(drive: Path) -> None:
    verdict = verify_device(drive)
    assert (verdict.content, verdict.structure) == (Content.WHOLE, Structure.AS_IT_SAYS)
    assert verdict.files == len(FILES) and verdict.exit_code == 0


def test_untouched_needs_a_digest_from_outside(drive: Path, made: tuple[Path, Image]) -> None:
    digest = made[1].metadata_digest()
    assert verify_device(drive, Trust(metadata=digest)).structure is Structure.UNTOUCHED
    other = verify_device(drive, Trust(metadata="0" * 64))
    assert other.structure is Structure.DENIED and other.content is Content.WHOLE and other.exit_code == 1


@pytest.mark.needs("fat-tools")
def test_a_drive_that_was_opened_is_not_denied(drive: Path, made: tuple[Path, Image]) -> None:
    """Neither by the digest of when it was made nor by a wrong one: nothing tells them apart any more."""
    subprocess.run(["mmd", "-i", f"{drive}@@{PARTITION}", "::System Volume Information"], check=True)
    for digest in (made[1].metadata_digest(), "0" * 64, None):
        verdict = verify_device(drive, Trust(metadata=digest))
        assert (verdict.structure, verdict.exit_code) == (Structure.OPENED, 0)


@pytest.mark.needs("fat-tools")
def test_a_drive_with_another_label_was_opened(drive: Path) -> None:
    subprocess.run(["mlabel", "-i", f"{drive}@@{PARTITION}", "::X"], check=True)
    verdict = verify_device(drive)
    assert (verdict.content, verdict.structure, verdict.exit_code) == (Content.WHOLE, Structure.OPENED, 0)


@pytest.mark.parametrize("filesystem", ["fat32", "exfat"])
def test_a_passport_of_another_drive(tmp_path: Path, filesystem: Literal["fat32", "exfat"]) -> None:
    """Drive 2's passport and drive.js in the places of drive 1's, where they are as long."""
    one, two = tmp_path / "1.img", tmp_path / "2.img"
    first = make_drive(one, filesystem=filesystem, nonce="0a" * 16, number=1)
    second = make_drive(two, filesystem=filesystem, nonce="0b" * 16, number=2)
    assert verify_device(one).structure is verify_device(two).structure is Structure.AS_IT_SAYS
    for name in ("passport.json", "drive.js"):
        here, there = (next(f for f in image.files if f.path == name) for image in (first, second))
        assert here.size == there.size
        with one.open("r+b") as target, two.open("rb") as source:
            source.seek(there.offset)
            target.seek(here.offset)
            target.write(source.read(there.size))
    for digest in (None, first.metadata_digest(), second.metadata_digest()):
        verdict = verify_device(one, Trust(metadata=digest))
        assert (verdict.content, verdict.structure, verdict.exit_code) == (Content.WHOLE, Structure.BROKEN, 1)
        assert "of another drive" in verdict.structure_troubles[-1]


def test_a_drive_with_large_sectors(tmp_path: Path) -> None:
    make_drive(tmp_path / "drive.img", sector_size=4096)
    verdict = verify_device(tmp_path / "drive.img")
    assert (verdict.content, verdict.structure) == (Content.WHOLE, Structure.AS_IT_SAYS)


def test_one_changed_byte_is_named_with_its_place(drive: Path, made: tuple[Path, Image]) -> None:
    video = next(f for f in made[1].files if f.path == "videos/02-id-cards.mp4")
    flip(drive, video.offset + 1_000_000)
    verdict = verify_device(drive)
    assert (verdict.content, verdict.structure) == (Content.DAMAGED, Structure.AS_IT_SAYS)
    (trouble,) = verdict.troubles
    assert trouble.path == video.path and trouble.trouble is Trouble.DAMAGED
    assert f"{video.offset}-{video.offset + video.size - 1}" in str(trouble.detail)


def test_a_byte_changed_in_a_fat_is_a_broken_structure(drive: Path, made: tuple[Path, Image]) -> None:
    fat = next(e for e in made[1].extents if e.kind is ExtentKind.METADATA and "fat" in e.what.lower())
    flip(drive, fat.offset + 4 * 5)
    verdict = verify_device(drive)
    assert verdict.structure is Structure.BROKEN and verdict.structure_troubles and verdict.exit_code == 1


@pytest.mark.needs("fat-tools")
def test_a_drive_that_windows_opened(drive: Path) -> None:
    at = f"{drive}@@{PARTITION}"
    settings = drive.with_name("WPSettings.dat")
    settings.write_bytes(b"twelve bytes")
    subprocess.run(["mmd", "-i", at, "::System Volume Information"], check=True)
    subprocess.run(["mcopy", "-i", at, settings, "::System Volume Information/"], check=True)
    verdict = verify_device(drive)
    assert (verdict.content, verdict.structure) == (Content.WHOLE, Structure.OPENED)
    assert "System Volume Information/WPSettings.dat" in verdict.debris and verdict.exit_code == 0


@pytest.mark.needs("fat-tools")
def test_what_is_added_below_is_named(drive: Path, tmp_path: Path) -> None:
    (tmp_path / "autorun.inf").write_bytes(b"[autorun]\r\nopen=x.exe\r\n")
    subprocess.run(["mcopy", "-i", f"{drive}@@{PARTITION}", tmp_path / "autorun.inf", "::"], check=True)
    verdict = verify_device(drive)
    assert (verdict.content, verdict.structure) == (Content.ADDED_TO, Structure.OPENED)
    assert [(t.path, t.is_run) for t in verdict.troubles] == [("autorun.inf", True)]


def _wipe_table(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(512))


def _truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(6 * 2**20)


def _fill(path: Path) -> None:
    path.write_bytes(b"\xff" * 2**20)


@pytest.mark.parametrize("befall", [_wipe_table, _truncate, _fill, lambda path: path.write_bytes(b"")])
def test_what_is_no_drive_of_ours_gets_an_answer(drive: Path, befall: Callable[[Path], None]) -> None:
    befall(drive)
    verdict = verify_device(drive)
    assert verdict.structure is Structure.BROKEN and verdict.exit_code == 1
    assert verdict.content is not Content.WHOLE


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DeviceError):
        verify_device(tmp_path / "nothing")
    with pytest.raises(DeviceError):
        verify_device(Path("/dev/null"))


def test_an_unreadable_place_is_a_record_of_its_file(
    drive: Path, made: tuple[Path, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    video = next(f for f in made[1].files if f.path == "videos/01-opening.mp4")
    honest = RawReader._read_some

    def failing(self: RawReader, view: memoryview, offset: int) -> int:
        if offset <= video.offset + 10**6 < offset + len(view):
            raise OSError(5, "Input/output error")
        return honest(self, view, offset)

    monkeypatch.setattr(RawReader, "_read_some", failing)
    verdict = verify_device(drive)
    assert [(t.path, t.trouble) for t in verdict.troubles] == [(video.path, Trouble.UNREADABLE)]
    assert str(video.offset) in str(verdict.troubles[0].detail) and verdict.files == len(FILES) - 1


def test_a_drive_that_vanishes_breaks_off(drive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest, reads = RawReader._read_some, 0

    def vanishing(self: RawReader, view: memoryview, offset: int) -> int:
        nonlocal reads
        reads += 1
        if reads > 30:
            raise OSError(19, "No such device")
        return honest(self, view, offset)

    monkeypatch.setattr(RawReader, "_read_some", vanishing)
    with pytest.raises(BrokenOffError):
        verify_device(drive)


def test_any_offset_and_length_can_be_read(tmp_path: Path) -> None:
    data = bytes(range(251)) * 40_000
    (tmp_path / "x").write_bytes(data)
    with open_raw(tmp_path / "x") as raw:
        assert raw.size == len(data)
        for offset, length in ((0, 1), (4095, 2), (5, 3_000_000), (len(data) - 7, 7)):
            assert raw.read_at(offset, length) == data[offset : offset + length]
            assert b"".join(raw.stream([(offset, length)])) == data[offset : offset + length]
        with pytest.raises(OSError, match="ended"):
            raw.read_at(len(data) - 1, 2)


def test_an_image_is_read_where_the_system_has_no_positioned_reads(
    drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.preadv")
    monkeypatch.delattr("os.O_DIRECT")
    verdict = verify_device(drive)
    assert (verdict.content, verdict.structure) == (Content.WHOLE, Structure.AS_IT_SAYS)


@pytest.mark.needs("loop")
def test_a_device_is_read_past_the_caches(drive: Path) -> None:
    with loop_device(drive) as node:
        first = verify_device(node)
        before = sectors_read(node)
        second = verify_device(node)
        came = (sectors_read(node) - before) * 512
    assert first == second and second.structure is Structure.AS_IT_SAYS
    assert came >= second.bytes, "the second check was answered from memory"


@pytest.mark.needs("loop")
def test_a_device_with_large_sectors(tmp_path: Path) -> None:
    make_drive(tmp_path / "drive.img", sector_size=4096)
    with loop_device(tmp_path / "drive.img", None, "--sector-size", "4096") as node:
        verdict = verify_device(node)
    assert (verdict.content, verdict.structure) == (Content.WHOLE, Structure.AS_IT_SAYS)


@pytest.mark.needs("loop")
def test_a_partition_is_not_a_drive(drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "partition").write_text("1\n")  # what /sys shows of a partition; not every kernel splits loop devices
    monkeypatch.setattr(rawread, "_LINUX_PARTITION", str(tmp_path / "partition"))
    with loop_device(drive) as node, pytest.raises(DeviceError, match="partition"):
        verify_device(node)


def test_damage_of_many_files_does_not_hide_one(drive: Path, made: tuple[Path, Image]) -> None:
    for file in made[1].files:
        if file.path in FILES:
            flip(drive, file.offset)
    assert {t.path for t in verify_device(drive).troubles} == set(FILES)


@pytest.mark.needs("fat-tools")
@pytest.mark.parametrize("how", ["+h", "+s"])
@pytest.mark.parametrize("path", ["index.html", "videos", "passport.json"])
def test_what_is_hidden_from_its_recipient_is_named(drive: Path, path: str, how: str) -> None:
    at = f"{drive}@@{PARTITION}"
    subprocess.run(["mattrib", how, "-i", at, f"::{path}"], check=True)
    verdict = verify_device(drive)
    assert (verdict.content, verdict.structure, verdict.exit_code) == (Content.WHOLE, Structure.BROKEN, 1)
    assert path in verdict.structure_troubles[0] and len(verdict.structure_troubles) == 1


@pytest.mark.needs("fat-tools")
def test_what_systems_hide_of_their_own_is_not(drive: Path) -> None:
    at = f"{drive}@@{PARTITION}"
    subprocess.run(["mmd", "-i", at, "::System Volume Information"], check=True)
    subprocess.run(["mattrib", "+h", "+s", "-i", at, "::System Volume Information"], check=True)
    assert verify_device(drive).structure is Structure.OPENED
