"""The tour's folder and its damaged stick: separate from the demo's, and one bit different from a whole one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import TOP
from usbkit.demo.tour import DAMAGED, LEDGER, STICKS, damage, prepare_tour, steps
from usbkit.manifest.finding import find_programme
from usbkit.manifest.load import load_programme


def make_demo(folder: Path) -> Path:
    (folder / "manifests").symlink_to(TOP / "manifests")
    (folder / "library").mkdir()
    (folder / "DEMO.txt").write_text("sample\n")
    return folder


def test_it_has_its_own_ledger_and_the_demos_library(tmp_path: Path) -> None:
    tour = prepare_tour(make_demo(tmp_path))
    manifests = load_programme(find_programme(tour / "manifests"))
    assert manifests.library == tmp_path / "library"
    assert manifests.programme.ledger is not None
    assert (manifests.folder / manifests.programme.ledger).resolve() == tour / LEDGER
    assert {p.name for p in tour.glob("*.img")} == set(STICKS)


def test_it_begins_anew(tmp_path: Path) -> None:
    tour = prepare_tour(make_demo(tmp_path))
    (tour / LEDGER).write_text("of the last time")
    assert not (prepare_tour(tmp_path) / LEDGER).exists()


def test_one_bit_of_the_copy_differs(tmp_path: Path) -> None:
    video, stick, copy = (tmp_path / name for name in ("video.mp4", "stick.img", DAMAGED))
    video.write_bytes(bytes(range(256)) * 20)
    stick.write_bytes(b"\1" * 1024 + video.read_bytes() + b"\2" * 1024)
    place = damage(stick, video, copy)
    assert 1024 <= place < 1024 + video.stat().st_size
    before, after = stick.read_bytes(), copy.read_bytes()
    assert [(i, a ^ b) for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [(place, 1)]


def test_a_stick_without_the_video_is_refused(tmp_path: Path) -> None:
    video, stick = tmp_path / "video.mp4", tmp_path / "stick.img"
    video.write_bytes(b"video" * 400)
    stick.write_bytes(b"\0" * 4096)
    with pytest.raises(ValueError, match="does not hold"):
        damage(stick, video, tmp_path / DAMAGED)


def test_only_the_damaged_stick_is_answered_by_no() -> None:
    assert [s.exit_code for s in steps()] == [1 if DAMAGED in s.arguments else 0 for s in steps()]
