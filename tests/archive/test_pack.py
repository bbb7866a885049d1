"""Packing and unpacking restore the bundle; the same bundle gives the same bytes; finished archives are kept."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.archive.packs import make_bundle, pack, reseal, tree, unpack
from tests.cli.calls import call
from tests.writing.bundles import make_bundle_folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "guatemala")


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


@pytest.mark.parametrize("options", [(), ("--store",), ("--fast",), ("--part-size", "100kB"), ("--fat32",)])
def test_there_and_back(bundle: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    pack(bundle, tmp_path / "out", "--archive-size", "1MB", *options)[0].expect(0)
    done = unpack(tmp_path / "out", tmp_path / "back").expect(0)
    assert tree(tmp_path / "back") == tree(bundle)
    assert "fingerprint 4" in done.out
    assert names(tmp_path) == ["back", "out"]


def test_the_same_bytes_each_time(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere/guatemala"
    shutil.copytree(bundle, copy)
    for path in copy.rglob("*"):
        os.utime(path, (0, 0))
        path.chmod(0o700)
    pack(bundle, tmp_path / "one", "--archive-size", "1MB")[0].expect(0)
    pack(copy, tmp_path / "other", "--archive-size", "1MB")[0].expect(0)
    assert tree(tmp_path / "one") == tree(tmp_path / "other")


def test_several_archives_and_their_index(bundle: Path, tmp_path: Path) -> None:
    done = pack(bundle, tmp_path / "out", "--archive-size", "1MB", "--json")[0].expect(0)
    result = json.loads(done.out.splitlines()[-1])
    index = json.loads((tmp_path / "out" / result["index"]).read_text())
    assert result["archives"] == len(index["archives"]) == 5
    assert index["complete"] is True
    listed = [c["path"] for a in index["archives"] for c in a["contents"]]
    assert sorted(listed) == sorted(tree(bundle))
    on_disk = tree(tmp_path / "out")
    assert all(on_disk[p["name"]] == p["sha256"] for a in index["archives"] for p in a["parts"])


def test_finished_archives_are_kept(bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pack(bundle, out, "--archive-size", "1MB")[0].expect(0)
    whole = tree(out)
    index = out / "guatemala.pack.json"
    values = json.loads(index.read_text())
    values["archives"], values["complete"] = values["archives"][:2], False
    index.write_text(json.dumps(values))
    (out / "guatemala-003.7z").unlink()
    (out / ".new-guatemala-003.7z").write_bytes(b"half")
    before = (out / "guatemala-001.7z").stat().st_mtime_ns
    done = unpack(out, tmp_path / "back").expect(1)
    assert "not finished" in done.err
    done = pack(bundle, out, "--archive-size", "1MB")[0].expect(0)
    assert "2 of 5 archives were finished before" in done.out
    assert (out / "guatemala-001.7z").stat().st_mtime_ns == before
    assert tree(out) == whole


def test_a_full_disk_keeps_what_is_finished(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, sync = [0], os.fsync

    def refuse(descriptor: int) -> None:
        synced[0] += 1
        if synced[0] > 10:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr("os.fsync", refuse)
    done = pack(bundle, tmp_path / "out", "--archive-size", "1MB")[0].expect(3)
    assert "finished archives were kept" in done.err
    monkeypatch.undo()
    assert not list((tmp_path / "out").glob(".new-*"))
    done = pack(bundle, tmp_path / "out", "--archive-size", "1MB")[0].expect(0)
    assert "were finished before" in done.out


def test_unpacking_onto_a_full_disk_leaves_nothing(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(bundle, tmp_path / "out")[0].expect(0)
    monkeypatch.setattr("usbkit.archive.packing.shutil.disk_usage", lambda path: SimpleNamespace(free=9))
    done = unpack(tmp_path / "out", tmp_path / "back").expect(2)
    assert "Free some space" in done.err
    assert names(tmp_path) == ["out"]


def test_a_bundle_with_names_that_would_be_refused(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "guatemala")
    (bundle / "videos/nul.mp4").write_bytes(b"x")
    reseal(bundle)
    assert "name of a device" in pack(bundle, tmp_path / "out")[0].expect(2).err


def test_a_damaged_archive_is_made_again(bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pack(bundle, out, "--archive-size", "1MB")[0].expect(0)
    whole = tree(out)
    with (out / "guatemala-002.7z").open("r+b") as file:
        file.seek(1000)
        file.write(b"x")
    pack(bundle, out, "--archive-size", "1MB")[0].expect(0)
    assert tree(out) == whole


def test_not_into_the_bundle_itself(bundle: Path) -> None:
    assert "inside the bundle" in pack(bundle, bundle / "packs")[0].expect(2).err
    assert not (bundle / "packs").exists()


def test_another_pack_is_left_alone(bundle: Path, tmp_path: Path) -> None:
    pack(bundle, tmp_path / "out")[0].expect(0)
    before = tree(tmp_path / "out")
    assert "another pack" in pack(bundle, tmp_path / "out", "--store")[0].expect(2).err
    other = make_bundle(tmp_path / "peru", words="otro")
    assert "another pack" in pack(other, tmp_path / "out")[0].expect(2).err
    assert tree(tmp_path / "out") == before


def test_a_dry_run_writes_nothing(bundle: Path, tmp_path: Path) -> None:
    done = pack(bundle, tmp_path / "out", "-n")[0].expect(0)
    assert "guatemala-002.7z" in done.out
    assert not (tmp_path / "out").exists()
    pack(bundle, tmp_path / "out")[0].expect(0)
    assert "would come out" in unpack(tmp_path / "out", tmp_path / "back", "-n").expect(0).out
    assert names(tmp_path) == ["out"]


def test_a_damaged_bundle_is_not_packed(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "guatemala")
    (bundle / "slides/01-opening.pdf").write_bytes(b"changed")
    done = pack(bundle, tmp_path / "out")[0].expect(2)
    assert "slides/01-opening.pdf: this file is not what the seal says" in done.err
    assert not list((tmp_path / "out").glob("*-002*"))
    (bundle / "slides/01-opening.pdf").unlink()
    assert "is not there" in pack(bundle, tmp_path / "more")[0].expect(2).err
    (bundle / "drive.js").write_bytes(b"window.alert(1)")
    assert "drive.js" in pack(bundle, tmp_path / "more")[0].expect(2).err
    assert not (tmp_path / "more").exists()


def test_an_empty_file_travels(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "guatemala")
    (bundle / "videos/empty.txt").write_bytes(b"")
    reseal(bundle)
    for options in ((), ("--encrypt",)):
        out, back = tmp_path / f"out{len(options)}", tmp_path / f"back{len(options)}"
        done, passphrase = pack(bundle, out, *options)
        done.expect(0)
        unpack(out, back, passphrase=passphrase or None).expect(0)
        assert tree(back) == tree(bundle)


def test_a_country_is_its_built_bundle(demo: Path, tmp_path: Path) -> None:
    asked = ("--manifests", demo / "manifests", "pack", "gt", "-o", tmp_path / "out")
    done = call(*asked, "--bundles", tmp_path).expect(2)
    assert "has not been built" in done.err
    call(*asked, "--bundles", demo).expect(0)
    call("unpack", tmp_path / "out", "-o", tmp_path / "back").expect(0)
    assert tree(tmp_path / "back") == tree(demo / "guatemala")


@pytest.mark.parametrize(("size", "words"), [("1kB", "too small"), ("100kB", "more than 999 parts")])
def test_parts_that_cannot_be(tmp_path: Path, size: str, words: str) -> None:
    bundle = tmp_path / "guatemala"
    make_bundle_folder(bundle, video=100_000)
    video = bundle / "videos/01-opening.mp4"
    os.truncate(video, 2 * 10**8)  # only its size is looked at before
    assert words in pack(bundle, tmp_path / "out", "--part-size", size)[0].expect(2).err
    assert not (tmp_path / "out").exists()


def test_where_archives_come_out_over_an_earlier_bundle(bundle: Path, tmp_path: Path) -> None:
    earlier = make_bundle(tmp_path / "back", words="antes")
    pack(bundle, tmp_path / "out")[0].expect(0)
    unpack(tmp_path / "out", earlier).expect(0)
    assert tree(earlier) == tree(bundle)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("mine")
    assert "it has no SHA256SUMS" in unpack(tmp_path / "out", tmp_path / "mine").expect(2).err
    assert tree(tmp_path / "mine").keys() == {"letter.txt"}
