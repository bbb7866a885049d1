"""Mistakes at a desk and at a station: one clear error each, the right exit code, nothing half-finished."""

import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.cli import Done, run, usbkit
from tests.support.loop import loop_device
from tests.support.strike import strike


@pytest.fixture
def copy(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo's manifests and library that a test may spoil."""
    shutil.copytree(demo / "manifests", tmp_path / "manifests")
    shutil.copytree(demo / "library", tmp_path / "library")
    return tmp_path


def _build(folder: Path, *options: object) -> Done:
    return usbkit("--manifests", folder / "manifests", *options, "build", "guatemala", "-o", folder / "out")


def _nothing_was_left(folder: Path) -> None:
    out = folder / "out"
    assert not out.exists() or list(out.iterdir()) == []


def test_a_mistaken_manifest(copy: Path) -> None:
    manifest = copy / "manifests/forum-2020/guatemala.toml"
    lines = manifest.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("drives"))
    lines[at] = lines[at].replace("drives", "drivse")
    manifest.write_text("\n".join(lines) + "\n")
    done = _build(copy).expect(2)
    assert f"guatemala.toml:{at + 1}" in done.err
    assert "drivse" in done.err and "Did you mean drives?" in done.err
    _nothing_was_left(copy)


def test_broken_toml(copy: Path) -> None:
    manifest = copy / "manifests/forum-2020/guatemala.toml"
    manifest.write_text(manifest.read_text() + '\nlabel = "never closed\n')
    assert "guatemala.toml:" in _build(copy).expect(2).err


def test_no_manifests_at_all(tmp_path: Path) -> None:
    done = usbkit("check", cwd=tmp_path).expect(2)
    assert "manifests" in done.err and "→" in done.err


def test_a_missing_library(copy: Path) -> None:
    done = _build(copy, "--library", copy / "nowhere").expect(2)
    assert str(copy / "nowhere") in done.err
    assert len(done.err.splitlines()) <= 4, "one missing folder is one error, not one a file"
    _nothing_was_left(copy)


def test_a_truncated_video(copy: Path) -> None:
    video = copy / "library/videos/id-cards.mp4"
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    assert "videos/id-cards.mp4" in _build(copy).expect(2).err
    _nothing_was_left(copy)


def test_a_subtitle_cut_in_half(copy: Path) -> None:
    subtitle = copy / "library/subtitles/id-cards.es.srt"
    text = subtitle.read_bytes()
    subtitle.write_bytes(text[: text.index(b"-->", len(text) // 2) + 5])
    done = _build(copy).expect(2)
    assert "subtitles/id-cards.es.srt:" in done.err
    _nothing_was_left(copy)


def test_a_missing_subtitle_and_a_missing_video_are_both_said(copy: Path) -> None:
    (copy / "library/subtitles/opening.es.srt").unlink()
    (copy / "library/videos/promotion.mp4").unlink()
    done = _build(copy).expect(2)
    assert "subtitles/opening.es.srt" in done.err and "videos/promotion.mp4" in done.err


def test_an_image_too_small_says_by_how_much_and_what_fits(demo: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.img"
    shared = ("--manifests", demo / "manifests", "image", "guatemala")
    done = usbkit(*shared, "--size", "20MB", "-o", target).expect(2)
    assert "MB" in done.err and "→" in done.err
    assert list(tmp_path.iterdir()) == []


@contextmanager
def _small_disk(folder: Path, size: str, *options: str) -> Iterator[Path]:
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", ",".join((f"size={size}", *options)), "tmpfs", folder)
    try:
        yield folder
    finally:
        run("umount", "--lazy", folder)


@pytest.mark.needs("loop")
@pytest.mark.parametrize("command", ["image", "build"])
def test_no_room(demo: Path, tmp_path: Path, command: str) -> None:
    with _small_disk(tmp_path / "disk", "2m") as disk:
        target = disk / "x.img" if command == "image" else disk
        done = usbkit("--manifests", demo / "manifests", command, "guatemala", "-o", target)
        assert done.code in (2, 3), done.err
        done.expect(done.code)
        assert str(disk) in done.err and "→" in done.err
        assert list(disk.iterdir()) == []


@pytest.mark.needs("loop")
@pytest.mark.parametrize("command", ["image", "build"])
def test_a_read_only_target(demo: Path, tmp_path: Path, command: str) -> None:
    with _small_disk(tmp_path / "disk", "500m", "ro") as disk:
        target = disk / "x.img" if command == "image" else disk / "out"
        done = usbkit("--manifests", demo / "manifests", command, "guatemala", "-o", target).expect(2)
        assert str(disk) in done.err and "→" in done.err


@pytest.mark.parametrize("command", ["image", "build"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_at_any_moment(demo: Path, tmp_path: Path, command: str, number: signal.Signals) -> None:
    target = tmp_path / ("x.img" if command == "image" else "")
    arguments = ["--manifests", demo / "manifests", "--cache", tmp_path / "cache", command, "guatemala", "-o", target]
    moments = random.Random(f"{command}{number}")
    for _attempt in range(6):
        done = strike(arguments, moments.randint(1, 120), number)
        assert done.returncode in (0, 128 + number), done.stderr
        assert "Traceback" not in done.stderr
        made = {p.name for p in tmp_path.iterdir()} - {"cache"}
        # What stands there under its own name is finished, also where the signal came just after that.
        assert made <= {"x.img", "x.img.bmap", "guatemala"}
        if made & {"x.img", "guatemala"}:
            usbkit("verify", tmp_path / ("x.img" if command == "image" else "guatemala")).expect(0)
            break


@pytest.mark.needs("loop")
def test_a_drive_too_small_says_by_how_much(demo: Path, tmp_path: Path) -> None:
    with loop_device(tmp_path / "stick", 8 * 2**20) as node:
        done = usbkit("--manifests", demo / "manifests", "write", "guatemala", "--drive", node, "--yes").expect(2)
    assert str(node) in done.err and "MB" in done.err
    assert (tmp_path / "stick").read_bytes() == bytes(8 * 2**20)


@pytest.mark.needs("loop")
def test_a_read_only_drive(demo: Path, tmp_path: Path) -> None:
    with loop_device(tmp_path / "stick", 256 * 2**20, "--read-only") as node:
        done = usbkit("--manifests", demo / "manifests", "write", "guatemala", "--drive", node, "--yes").expect(2)
    assert str(node) in done.err


@pytest.mark.needs("loop")
def test_a_mounted_drive(demo: Path, tmp_path: Path) -> None:
    with loop_device(tmp_path / "stick", 256 * 2**20) as node:
        run("mkfs.ext4", "-q", node)
        (tmp_path / "mnt").mkdir()
        run("mount", node, tmp_path / "mnt")
        try:
            (tmp_path / "mnt/thesis").write_text("precious")
            done = usbkit("--manifests", demo / "manifests", "write", "guatemala", "--drive", node, "--yes").expect(2)
            assert (tmp_path / "mnt/thesis").read_text() == "precious"
        finally:
            run("umount", tmp_path / "mnt")
    assert str(tmp_path / "mnt") in done.err


def test_the_system_s_disk(demo: Path) -> None:
    source = run("findmnt", "-n", "-o", "SOURCE", "/").strip()
    if not source.startswith("/dev/"):
        source = next(str(p) for p in map(Path, ("/dev/vda", "/dev/sda", "/dev/nvme0n1")) if p.exists())
    done = usbkit("--manifests", demo / "manifests", "write", "guatemala", "--drive", source, "--yes").expect(2)
    assert source in done.err


def test_a_drive_that_is_not_there(demo: Path) -> None:
    done = usbkit("--manifests", demo / "manifests", "write", "guatemala", "--drive", "/dev/sdzz", "--yes").expect(2)
    assert "/dev/sdzz" in done.err


def test_verifying_what_is_no_bundle(tmp_path: Path) -> None:
    assert usbkit("verify", tmp_path / "nowhere").expect(2).err
    (tmp_path / "noise").write_bytes(random.Random(1).randbytes(2**20))
    assert usbkit("verify", tmp_path / "noise").code in (1, 2)
