"""An image replaces nobody's file: only what is empty or an image of ours, and nothing that is in use."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.cli import usbkit
from tests.support.loop import loop_device
from tests.writing.bundles import make_bundle_folder
from usbkit.cli.main import run
from usbkit.core.errors import RefusedError
from usbkit.core.proven_copy import copy_proven
from usbkit.disk import imagefile
from usbkit.writing.image_place import require_replaceable

MIB = 2**20


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle_folder(tmp_path_factory.mktemp("bundle") / "guatemala", video=2 * MIB)


@pytest.fixture(scope="module")
def ours(bundle: Path) -> bytes:
    place = bundle.with_name("ours.img")
    usbkit("image", "--bundle", bundle, "-o", place, "--size", "64MiB").expect(0)
    return place.read_bytes()


def refusals(*paths: Path, sources: Path) -> str:
    with pytest.raises(RefusedError) as refused:
        require_replaceable(paths, [sources])
    return "\n".join(f"{f.id} {f.place} {f.what}" for f in refused.value.findings)


def test_what_may_be_replaced(tmp_path: Path, ours: bytes, bundle: Path) -> None:
    place = tmp_path / "x.img"
    for data in (b"", bytes(2 * MIB), ours):
        place.write_bytes(data)
        usbkit("image", "--bundle", bundle, "-o", place, "--size", "64MiB").expect(0)
        assert place.read_bytes() == ours


@pytest.mark.parametrize("what", ["a recording", "a text", "a short text", "ext4", "a FAT32 of theirs"])
def test_what_is_somebody_s_is_not_replaced(tmp_path: Path, bundle: Path, what: str) -> None:
    place = tmp_path / "x.img"
    recording = b"\0\0\0\x20ftypisom" + bytes(8180)
    place.write_bytes({"a text": b"thesis\n" * 1024, "a short text": b"x"}.get(what, recording))
    if what in ("ext4", "a FAT32 of theirs"):
        place.write_bytes(bytes(48 * MIB))
        program = ["mkfs.ext4", "-q"] if what == "ext4" else ["mkfs.fat", "-F", "32", "-n", "THEIRS"]
        subprocess.run([*program, place], check=True, capture_output=True)
        if what != "ext4":
            subprocess.run(["mcopy", "-i", place, "/etc/hostname", "::"], check=True)
    before = place.read_bytes()
    said = usbkit("image", "--bundle", bundle, "-o", place, "--size", "64MiB").expect(2)
    assert "does not replace it" in said.err and "-o" in said.err
    assert place.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["x.img"]
    usbkit("image", "--bundle", bundle, "-o", place, "--explain").expect(0)


def test_what_stands_among_the_sources_is_not_replaced_though_it_is_empty(tmp_path: Path, ours: bytes) -> None:
    (tmp_path / "library").mkdir()
    other = tmp_path / "library-2.img"
    for name, data in (("empty.srt", b""), ("ours.img", ours)):
        place = tmp_path / "library" / name
        place.write_bytes(data)
        other.write_bytes(data)
        link = tmp_path / f"{name}.link"
        link.symlink_to(place)
        said = refusals(place, link, other, tmp_path / "library" / "new.img", sources=tmp_path / "library")
        assert said.count("not-replaced") == 2 and "library-2" not in said


@pytest.mark.needs("loop")
def test_an_image_of_ours_that_is_in_use_is_not_replaced(tmp_path: Path, ours: bytes) -> None:
    place = tmp_path / "x.img"
    place.write_bytes(ours)
    with loop_device(place) as node:
        assert node.name in refusals(place, sources=tmp_path / "library")
    require_replaceable([place], [tmp_path / "library"])


def test_a_block_map_that_is_none_is_not_replaced(tmp_path: Path, bundle: Path, ours: bytes) -> None:
    place = tmp_path / "x.img"
    beside = tmp_path / "x.img.bmap"
    for data in (b"notes about x.img", b"<?xml version='1.0'?><bmap/>"):
        beside.write_bytes(data)
        assert "x.img.bmap" in refusals(place, sources=tmp_path / "library")
    beside.unlink()
    beside.symlink_to("nowhere")
    assert "x.img.bmap" in refusals(place, sources=tmp_path / "library")


@pytest.mark.parametrize("what", ["x.img", "x.img.bmap"])
def test_what_came_there_while_the_image_was_written_is_not_replaced(
    tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    place = tmp_path / "x.img"

    def write_meanwhile(*arguments: object, **named: object) -> None:
        copy_proven(*arguments, **named)  # type: ignore[arg-type]
        (tmp_path / what).write_bytes(b"thesis\n" * 1024)

    monkeypatch.setattr(imagefile, "copy_proven", write_meanwhile)
    assert run(["image", "--bundle", str(bundle), "-o", str(place), "--size", "64MiB"]) == 2
    assert [p.name for p in tmp_path.iterdir()] == [what], "nothing else is left"
    assert (tmp_path / what).read_bytes() == b"thesis\n" * 1024
