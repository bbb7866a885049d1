"""A station abroad has only the archives: images and drives are made from the unpacked folder alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.archive.packs import make_bundle, pack, tree
from tests.ledger.sheets import WORDS, sheet
from tests.ledger.stories import order
from tests.support.cli import Done, usbkit
from tests.support.loop import loop_device
from usbkit.core.errors import Place
from usbkit.ledger import Ledger
from usbkit.ledger.audit import audit
from usbkit.ledger.delivery_status import Answer, Mark
from usbkit.ledger.documents import ORDER_SHEET
from usbkit.ledger.merging import merge, visiting
from usbkit.ledger.place import LedgerPlace
from usbkit.ledger.tracking import Telling, mark_drives
from usbkit.orders.ordering import split_order
from usbkit.orders.receipt_entry import Coming, enter_receipt
from usbkit.trust.passport import Passport
from usbkit.trust.sums import fingerprint, parse_sums

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
    assert verdict["structure"] == "as it says of itself"
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
    beside = abroad / "guatemala/photos/more"
    beside.mkdir()
    for number in range(8):
        (beside / f"{number}.txt").write_text("a note")
    with loop_device(tmp_path / "stick", 64 * 2**20) as node:
        words = ("write", "--bundle", "guatemala", "--drive", node, "--yes", "--json")
        done = usbkit(*words, cwd=abroad, environ=ALONE).expect(0)
        said = done.out
        assert [f"guatemala/photos/more/{n}.txt" in done.err for n in range(8)] == [True] * 5 + [False] * 3
        assert "3 more files are not in the seal, and left out" in done.err
        assert json.loads(said.splitlines()[-1])["drives"][0]["outcome"] == "whole"
        verdict = usbkit("verify", node, "--json", cwd=abroad, environ=ALONE).expect(0).json
    assert (verdict["content"], verdict["structure"]) == ("whole", "as it says of itself")
    assert [p.name for p in abroad.iterdir()] == ["guatemala"]


@pytest.mark.needs("loop")
def test_numbers_of_an_order_are_filled_abroad_and_come_back(abroad: Path, tmp_path: Path) -> None:
    """With the pack goes a share of the order; the receipt of a drive made abroad is read at home."""
    home = Ledger.open(LedgerPlace(tmp_path / "home.sqlite"), "kim")
    seal = fingerprint((abroad / "guatemala" / "SHA256SUMS").read_bytes())
    home.append(order(count=3).model_copy(update={"fingerprint": seal}))
    (abroad / "share.json").write_text(split_order(home, "guatemala-1", (2, 3), "Lima").to_json())

    def there(*words: object, code: int = 0) -> Done:
        return usbkit("--ledger", "there.sqlite", "--lang", "en", *words, cwd=abroad, environ=ALONE).expect(code)

    assert "Unpack the bundle" in there("order", "take", "share.json", "--bundle", other(tmp_path), code=2).err
    assert "guatemala-1.2: 2 drives" in there("order", "take", "share.json", "--bundle", "guatemala").out
    with loop_device(tmp_path / "stick", 64 * 2**20) as node:
        batch = ("station", "--bundle", "guatemala", "--yes", "--no-bell", "--once", "--drive", node)
        page = abroad / "guatemala/index.html"
        whole = page.read_bytes()
        page.write_bytes(whole.swapcase())
        said = there(*batch, code=2).err
        assert f"{page.relative_to(abroad)}: this file is not what the seal says" in " ".join(said.split())
        assert not any(node.read_bytes())
        page.write_bytes(whole)
        (abroad / "guatemala/note.txt").write_text("for Lima")
        done = there(*batch, code=1)
        assert "guatemala-1.2: 1 of 2 drives are WHOLE" in done.out
        assert "guatemala/note.txt: not in the seal, and left out" in done.err
        shown = usbkit("verify", node, "--json", "--receipt", cwd=abroad, environ=ALONE).expect(0).json
        assert "is whole already" in there(*batch, code=1).err
    assert (shown["content"], shown["structure"]) == ("whole", "as it says of itself")
    assert "drive 2 of 3" in shown["receipt"]["sentence"]
    assert (
        "there is no open order for this bundle" in there("station", "--bundle", other(tmp_path), "--yes", code=2).err
    )

    with visiting(LedgerPlace(abroad / "there.sqlite")) as station:
        merge(home, station, Place("there"))
    (drive,) = home.read().journeys
    mark_drives(home, Mark.SENT, [drive], (), Telling())
    assert enter_receipt(home, shown["receipt"]["code"], Coming()).answer is Answer.ACCEPTED
    assert audit(home.entries(), home.secrets()).holds


def test_what_was_ordered_judges_a_folder_and_names_its_volume(abroad: Path, tmp_path: Path) -> None:
    seal = (abroad / "guatemala" / "SHA256SUMS").read_bytes()
    sizes = tuple((abroad / "guatemala" / path).stat().st_size for path in parse_sums(seal))
    passport = Passport.from_json((abroad / "guatemala" / "passport.json").read_bytes())
    words = WORDS.model_copy(
        update={
            "programme": WORDS.programme.model_copy(update={"id": passport.programme, "date": passport.date}),
            "country": WORDS.country.model_copy(update={"code": passport.country}),
        }
    )
    kept = sheet(edition=passport.edition, sums=seal.decode(), sizes=sizes, words=words, filesystem="exfat")
    home = Ledger.open(LedgerPlace(abroad / "home.sqlite"), "kim")
    said = {"programme": passport.programme, "code": passport.country, "edition": passport.edition}
    with home.write() as writing:
        name = writing.keep_document(ORDER_SHEET, kept.to_bytes())
        values = {**said, "fingerprint": kept.fingerprint, "sheet": name}
        writing.append(order().model_copy(update=values))
        writing.append(order("old-1").model_copy(update=values | {"sheet": None}))
    home.close()

    def image(*words: object, code: int = 0) -> Done:
        named = ("--ledger", "home.sqlite", "image", *words, "--explain")
        return usbkit(*named, cwd=abroad, environ=ALONE).expect(code)

    assert "label FORUMTEST" in image("--bundle", "guatemala", "--order", "guatemala-1").out
    assert "exfat, as asked for" in image("--bundle", "guatemala", "--order", "guatemala-1").out
    assert "label GT-ED" in image("--bundle", "guatemala").out
    assert "the order sheet of old-1 is not here" in image("--bundle", "guatemala", "--order", "old-1", code=2).err
    assert "no folder is named" in image("guatemala", "--order", "guatemala-1", code=2).err
    assert "guatemala-1 is for seal" in image("--bundle", other(tmp_path), "--order", "guatemala-1", code=2).err
    video = max((abroad / "guatemala/videos").iterdir(), key=lambda path: path.stat().st_size)
    video.write_bytes(b"cut short")
    for command in (("image",), ("write", "--drive", "stick", "--yes")):
        with (abroad / "stick").open("wb") as stick:
            stick.truncate(64 * 2**20)
        call = ("--ledger", "home.sqlite", *command, "--bundle", "guatemala", "--order", "guatemala-1")
        assert "it has 9 bytes, and" in usbkit(*call, cwd=abroad, environ=ALONE).expect(2).err


def other(folder: Path) -> Path:
    """A bundle with another seal."""
    return make_bundle(folder / "other", words="adios") if not (folder / "other").exists() else folder / "other"
