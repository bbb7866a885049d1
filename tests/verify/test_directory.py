"""A folder against its seal: every file read, every difference named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verify.folders import FILES, flip, make_sealed
from usbkit.core.errors import DeviceError
from usbkit.trust.sums import fingerprint
from usbkit.trust.verdict import Content, Origin, Structure, Trouble, Verdict
from usbkit.verify import verify_directory


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    return make_sealed(tmp_path / "drive")


def named(verdict: Verdict) -> dict[str, str]:
    return {t.path: str(t.trouble) for t in verdict.troubles}


def add(path: str, data: bytes = b"x") -> Callable[[Path], None]:
    def befall(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)

    return befall


def test_a_whole_folder(sealed: Path) -> None:
    verdict = verify_directory(sealed)
    assert (verdict.content, verdict.structure, verdict.origin) == (
        Content.WHOLE,
        Structure.NOT_CHECKED,
        Origin.NOT_CHECKED,
    )
    assert (verdict.files, verdict.bytes) == (len(FILES), sum(map(len, FILES.values())))
    assert verdict.fingerprint == fingerprint((sealed / "SHA256SUMS").read_bytes())
    assert verdict.exit_code == 0 and not verdict.troubles and not verdict.debris


def test_one_changed_byte(sealed: Path) -> None:
    flip(sealed / "videos/01-opening.mp4", 2_000_000)
    verdict = verify_directory(sealed)
    assert verdict.content is Content.DAMAGED
    assert named(verdict) == {"videos/01-opening.mp4": Trouble.DAMAGED}
    assert verdict.files == len(FILES) - 1 and verdict.exit_code == 1


def test_a_truncated_file(sealed: Path) -> None:
    os.truncate(sealed / "videos/01-opening.mp4", 100)
    assert named(verify_directory(sealed)) == {"videos/01-opening.mp4": Trouble.DAMAGED}


def test_a_missing_file(sealed: Path) -> None:
    (sealed / "slides/01-id-cards.pdf").unlink()
    verdict = verify_directory(sealed)
    assert verdict.content is Content.INCOMPLETE
    assert named(verdict) == {"slides/01-id-cards.pdf": Trouble.MISSING}


def test_a_renamed_file_is_recognised(sealed: Path) -> None:
    (sealed / "slides/01-id-cards.pdf").rename(sealed / "slides/other.pdf")
    verdict = verify_directory(sealed)
    assert verdict.content is Content.INCOMPLETE
    assert "slides/01-id-cards.pdf under another name" in str(verdict.troubles[-1].detail)


def test_a_missing_drive_script_and_a_missing_passport(sealed: Path) -> None:
    (sealed / "drive.js").unlink()
    assert named(verify_directory(sealed)) == {"drive.js": Trouble.MISSING}
    (sealed / "passport.json").unlink()
    assert named(verify_directory(sealed)) == {"drive.js": Trouble.MISSING, "passport.json": Trouble.MISSING}


@pytest.mark.parametrize(
    ("path", "data", "is_run"),
    [
        ("documents/more.pdf", b"%PDF", False),
        ("letter.txt", b"hello", False),
        ("autorun.inf", b"[autorun]", True),
        ("AUTORUN.INF", b"", True),
        ("videos.lnk", b"", True),
        ("videos/01-opening.mp4.exe", b"MZ", True),
        ("videos/03.mp4", b"MZ\x90\0", True),
        ("slides/readme", b"#!/bin/sh\n", True),
        ("photo.jpg", b"\xef\xbb\xbf\n <HTML>", True),
        ("System Volume Information/x.exe", b"MZ", True),
        ("System Volume Information/WPSettings.dat", b"thirteen byte", False),
        ("videos/WPSettings.dat", b"twelve bytes", False),
        (".fseventsd/run.command", b"x", True),
        ("._index.html", b"\0\5\x16\7", True),
        ("._nothing.pdf", b"\0\5\x16\7", False),
        ("other/.DS_Store", b"\0\0\0\1Bud1", False),
        ("x.exe. ", b"", True),
    ],
)
def test_what_is_added_is_named_and_what_may_run_is_marked(sealed: Path, path: str, data: bytes, is_run: bool) -> None:
    add(path, data)(sealed)
    verdict = verify_directory(sealed)
    assert verdict.content is Content.ADDED_TO and verdict.exit_code == 1
    assert [(t.path, t.trouble, t.is_run) for t in verdict.troubles] == [(path, Trouble.EXTRA, is_run)]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("System Volume Information/WPSettings.dat", b"twelve bytes"),
        ("System Volume Information/IndexerVolumeGuid", b"g" * 76),
        (".DS_Store", b"\0\0\0\1Bud1"),
        ("videos/.DS_Store", b"\0\0\0\1Bud1"),
        ("slides/._01-id-cards.pdf", b"\0\5\x16\7"),
        (".fseventsd/fseventsd-uuid", b"u" * 36),
        (".Spotlight-V100/Store-V2/01234567-89AB-CDEF-0123-456789ABCDEF/0.indexHead", b"x"),
    ],
)
def test_an_operating_systems_debris_is_allowed(sealed: Path, path: str, data: bytes) -> None:
    add(path, data)(sealed)
    verdict = verify_directory(sealed)
    assert verdict.content is Content.WHOLE and verdict.exit_code == 0
    assert path in verdict.debris


def test_an_empty_folder_is_an_addition_unless_a_system_makes_it(sealed: Path) -> None:
    (sealed / ".Trashes").mkdir()
    assert verify_directory(sealed).content is Content.WHOLE
    (sealed / "call us").mkdir()
    assert named(verify_directory(sealed)) == {"call us/": Trouble.EXTRA}


def test_links_are_never_followed(sealed: Path) -> None:
    video = sealed / "videos/01-opening.mp4"
    video.rename(sealed.parent / "elsewhere.mp4")
    video.symlink_to(sealed.parent / "elsewhere.mp4")
    (sealed / "up").symlink_to("..")
    verdict = verify_directory(sealed)
    assert named(verdict) == {"videos/01-opening.mp4": Trouble.DAMAGED, "up": Trouble.EXTRA}


def test_no_seal_and_no_readable_seal(sealed: Path) -> None:
    (sealed / "SHA256SUMS").write_bytes(b"garbage")
    verdict = verify_directory(sealed)
    assert verdict.content is Content.NO_SEAL and verdict.exit_code == 1 and verdict.fingerprint is None
    (sealed / "SHA256SUMS").unlink()
    assert named(verify_directory(sealed)) == {"SHA256SUMS": Trouble.MISSING}
    (sealed / "SHA256SUMS").mkdir()
    assert verify_directory(sealed).content is Content.NO_SEAL


def test_a_name_that_steers_a_terminal_is_shown_as_text(sealed: Path) -> None:
    add("\x1b[2J\u202egpj.exe")(sealed)
    verdict = verify_directory(sealed)
    assert verdict.troubles[0].path == "\x1b[2J\u202egpj.exe" and verdict.troubles[0].is_run


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DeviceError):
        verify_directory(tmp_path / "nowhere")


def test_a_tree_too_deep_ends_in_an_error(sealed: Path) -> None:
    (sealed / "/".join(["d"] * 40)).mkdir(parents=True)
    with pytest.raises(DeviceError):
        verify_directory(sealed)


@pytest.mark.parametrize("link", [False, True])
def test_a_file_or_link_in_a_sealed_folder_s_place_is_named(tmp_path: Path, link: bool) -> None:
    root = make_sealed(tmp_path / "drive", FILES)
    (root / "videos").rename(tmp_path / "videos")
    if link:
        (root / "videos").symlink_to(tmp_path / "videos")
    else:
        (root / "videos").write_bytes(b"my own film")
    verdict = verify_directory(root)
    named = {t.path: t.trouble for t in verdict.troubles}
    assert named["videos"] == Trouble.EXTRA and named["videos/01-opening.mp4"] == Trouble.MISSING
    assert verdict.content is Content.INCOMPLETE
