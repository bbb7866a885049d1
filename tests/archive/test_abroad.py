"""A station abroad has archives and nothing else: images and drives are made of the unpacked folder alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.archive.packs import make_bundle, pack, tree
from tests.support.cli import usbkit
from tests.support.loop import loop_device

ALONE = {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"}


@pytest.fixture
def abroad(tmp_path: Path) -> Path:
    """An empty folder into which a bundle was unpacked."""
    pack(make_bundle(tmp_path / "home/guatemala"), tmp_path / "sent")[0].expect(0)
    folder = tmp_path / "abroad"
    folder.mkdir()
    usbkit("unpack", tmp_path / "sent", cwd=folder, environ=ALONE).expect(0)
    return folder


def test_an_image_of_a_folder(abroad: Path) -> None:
    done = usbkit("image", "--bundle", "guatemala", "--json", cwd=abroad, environ=ALONE).expect(0)
    (made,) = done.json["images"]
    assert made["image"] == "guatemala.img"
    verdict = usbkit("verify", "guatemala.img", "--json", cwd=abroad, environ=ALONE).expect(0).json
    assert verdict["structure"] == "untouched"
    assert verdict["fingerprint"] == made["fingerprint"]
    other = ("--size", "64MiB", "--filesystem", "exfat", "-o", "small.img")
    usbkit("image", "--bundle", "guatemala", *other, cwd=abroad, environ=ALONE).expect(0)
    assert (abroad / "small.img").stat().st_size == 64 * 2**20
    usbkit("verify", "small.img", cwd=abroad, environ=ALONE).expect(0)
    explained = usbkit("image", "--bundle", "guatemala", "--explain", cwd=abroad, environ=ALONE).expect(0).out
    assert "videos/01-opening.mp4" in explained
    assert sorted(tree(abroad)) == sorted([*(f"guatemala/{p}" for p in tree(abroad / "guatemala")), *IMAGES])


IMAGES = ("guatemala.img", "guatemala.img.bmap", "small.img", "small.img.bmap")


def test_an_image_of_both_is_none(abroad: Path) -> None:
    done = usbkit("image", "guatemala", "--bundle", "guatemala", "--json", cwd=abroad, environ=ALONE).expect(2)
    assert done.json["error"]["findings"][0]["id"] == "bundle-and-country"


@pytest.mark.needs("loop")
def test_a_drive_of_a_folder(abroad: Path, tmp_path: Path) -> None:
    with loop_device(tmp_path / "stick", 64 * 2**20) as node:
        words = ("write", "--bundle", "guatemala", "--drive", node, "--yes", "--json")
        said = usbkit(*words, cwd=abroad, environ=ALONE).expect(0).out
        assert json.loads(said.splitlines()[-1])["drives"][0]["outcome"] == "whole"
        verdict = usbkit("verify", node, "--json", cwd=abroad, environ=ALONE).expect(0).json
    assert (verdict["content"], verdict["structure"]) == ("whole", "untouched")
    assert [p.name for p in abroad.iterdir()] == ["guatemala"]
