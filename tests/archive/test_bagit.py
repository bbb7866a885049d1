"""Bags: valid according to bagit-python, reproducible, and without a drive's secrets."""

from __future__ import annotations

import hashlib
from pathlib import Path

import bagit
import pytest

from tests.cli.calls import call
from tests.cli.desks import copy_demo
from tests.papers.world import NASTY
from tests.support import plans
from usbkit.archive.bag_sources import Bag, bag_of_bundle, bag_of_folder
from usbkit.archive.bagit import DECLARATION
from usbkit.bundle.assembly import Bundle, assemble, write_folder
from usbkit.bundle.plan import plan_bundle
from usbkit.bundle.write_folder import fill_folder
from usbkit.core.errors import AnswerNoError, InputError
from usbkit.core.progress import Silence
from usbkit.manifest.models import Programme
from usbkit.trust.passport import DriveNumber, format_drive_js


def bundle(folder: Path, programme: Programme | None = None) -> Bundle:
    programme, country = programme or plans.programme(), plans.country()
    return assemble(
        plan_bundle(programme, country, "guatemala", plans.inventory(folder / "in", programme, country)), ()
    )


def put(bag: Bag, target: Path) -> bagit.Bag:
    fill_folder(bag.files, target, 0, Silence(), key="bag", marker=DECLARATION)
    return bagit.Bag(str(target))


def tree(folder: Path) -> dict[str, tuple[str, float]]:
    return {
        p.relative_to(folder).as_posix(): (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime)
        for p in folder.rglob("*")
        if p.is_file()
    }


def test_a_bag_is_valid_and_says_what_it_is(tmp_path: Path) -> None:
    bag = put(bag_of_bundle(bundle(tmp_path)), tmp_path / "bag")
    bag.validate(completeness_only=False)
    assert bag.version == "1.0" and bag.encoding == "UTF-8"
    info = bag.info
    assert info["Bagging-Date"] == "2020-10-30", "the edition's date, not today's"
    assert info["External-Identifier"] == "forum-test GT edition 3"
    assert (info["Source-Organization"], info["External-Description"]) == ("An office", "A forum")
    payload = [p for p in (tmp_path / "bag/data").rglob("*") if p.is_file()]
    assert info["Payload-Oxum"] == f"{sum(p.stat().st_size for p in payload)}.{len(payload)}"
    assert info["Usbkit-Seal"] == hashlib.sha256((tmp_path / "bag/data/SHA256SUMS").read_bytes()).hexdigest()


@pytest.mark.parametrize("change", ["edit", "remove", "add", "info"])
def test_bagit_python_notices_any_change(tmp_path: Path, change: str) -> None:
    bag = put(bag_of_bundle(bundle(tmp_path)), tmp_path / "bag")
    victim = tmp_path / "bag/data/videos/01-id-cards.mp4"
    if change == "edit":
        data = bytearray(victim.read_bytes())
        data[100] ^= 1
        victim.write_bytes(data)
    elif change == "remove":
        victim.unlink()
    elif change == "add":
        (tmp_path / "bag/data/more").write_bytes(b"")
    else:
        (tmp_path / "bag/bag-info.txt").write_text("Source-Organization: somebody else\n")
    with pytest.raises(bagit.BagError):
        bag.validate()


def test_the_same_bundle_is_the_same_bag_from_wherever_it_is_read(tmp_path: Path) -> None:
    made = bundle(tmp_path)
    write_folder(made, tmp_path / "built", Silence())
    bags = [bag_of_bundle(made), bag_of_bundle(made), *[bag_of_folder(tmp_path / "built", Silence())] * 2]
    for number, bag in enumerate(bags):
        put(bag, tmp_path / f"bag-{number}").validate()
    trees = [tree(tmp_path / f"bag-{number}") for number in range(4)]
    assert trees[0] == trees[1] and trees[2] == trees[3]
    payloads = [{k: v for k, v in t.items() if k.startswith(("data/", "manifest"))} for t in trees]
    assert payloads[0] == payloads[2]


def test_a_bag_of_a_drive_has_neither_its_number_nor_its_nonce(tmp_path: Path) -> None:
    made = bundle(tmp_path)
    write_folder(made, tmp_path / "drive", Silence())
    passport = made.passport("f" * 64, DriveNumber(2, 9), "ab" * 16)
    (tmp_path / "drive/passport.json").write_bytes(passport.to_json())
    (tmp_path / "drive/drive.js").write_bytes(format_drive_js(passport, is_signed=False))
    put(bag_of_folder(tmp_path / "drive", Silence()), tmp_path / "bag").validate()
    for file in (tmp_path / "bag").rglob("*"):
        assert not file.is_file() or b"ab" * 16 not in file.read_bytes()
    assert '"drive": null' in (tmp_path / "bag/data/passport.json").read_text()


def test_a_folder_that_is_not_whole_is_no_bag(tmp_path: Path) -> None:
    write_folder(bundle(tmp_path), tmp_path / "built", Silence())
    victim = tmp_path / "built/videos/01-id-cards.mp4"
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    with pytest.raises(AnswerNoError, match="this bundle is damaged") as caught:
        bag_of_folder(tmp_path / "built", Silence())
    assert str(victim) in str(caught.value)
    victim.unlink()
    with pytest.raises(InputError, match="it is not there"):
        bag_of_folder(tmp_path / "built", Silence())


def test_names_cannot_begin_another_label(tmp_path: Path) -> None:
    nasty = f"{NASTY}\nBagging-Date: 1999-01-01\r\nContact-Name: x"
    programme = plans.programme(title={"en": nasty}, organisers=[{"en": nasty}])
    bag = put(bag_of_bundle(bundle(tmp_path, programme)), tmp_path / "bag")
    bag.validate()
    assert bag.info["Bagging-Date"] == "2020-10-30" and "Contact-Name" not in bag.info


def test_only_a_bag_is_replaced(tmp_path: Path) -> None:
    made = bag_of_bundle(bundle(tmp_path))
    put(made, tmp_path / "bag")
    (tmp_path / "bag/data/left-over").write_bytes(b"x")
    put(made, tmp_path / "bag").validate()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match=r"it has no bagit\.txt"):
        put(made, tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_the_command(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    manifests = copy_demo(demo, tmp_path)
    shared = "--manifests", manifests, "--cache", tmp_path / "cache"
    told = call(*shared, "--json", "export", "bagit", "gt", "--allow-untranslated").expect(0).json
    bag = bagit.Bag("bags/guatemala")
    bag.validate()
    assert told["bag"] == "bags/guatemala" and told["fingerprint"] == bag.info["Usbkit-Seal"]
    call("export", "bagit", demo / "guatemala", "-o", "other").expect(0)
    bagit.Bag("other").validate()
    assert (tmp_path / "other/data/SHA256SUMS.minisig").is_file()
    assert "there is no country atlantis" in call(*shared, "export", "bagit", "atlantis").expect(2).err
    (tmp_path / "bags/other-things").mkdir()
    (tmp_path / "bags/other-things/a").touch()
    refused = call(*shared, "export", "bagit", "gt", "-o", "bags/other-things").expect(2)
    assert "it has no bagit.txt" in refused.err
