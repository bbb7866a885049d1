"""`usbkit letter` as people run it, for an order of the demo."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.desks import Desk, copy_demo
from tests.ledger.stories import open_ledger

pytestmark = pytest.mark.usefixtures("here")


@pytest.mark.needs("browser")
def test_both_letters_of_an_order(desk: Desk) -> None:
    done = desk.run("letter", "cover", "guatemala-1").expect(0)
    assert done.out.split() == ["guatemala-1-covering-letter.html", "guatemala-1-covering-letter.pdf"]
    assert "the numbers 3 have no whole drive" in done.err
    told = desk.run("--json", "letter", "verify", "guatemala-1", "--foreword", "ko", "--language", "km").expect(0)
    files = ["guatemala-1-verification-letter.html", "guatemala-1-verification-letter.pdf"]
    assert told.json == {"order": "guatemala-1", "letter": "verify", "languages": ["ko", "km"], "files": files}
    word = open_ledger(desk.folder).letter_word("guatemala-1")
    assert word in Path(files[0]).read_text(encoding="utf-8")
    assert word not in told.out + told.err
    assert all(Path(file).stat().st_mode & 0o777 == 0o600 for file in files), "for nobody else's eyes"
    assert Path("guatemala-1-covering-letter.html").stat().st_mode & 0o777 == 0o644
    before = [Path(file).read_bytes() for file in files]
    desk.run("letter", "verify", "guatemala-1", "--foreword", "ko", "--language", "km").expect(0)
    assert [Path(file).read_bytes() for file in files] == before, "the same word, the same heads, the same bytes"


def test_a_letter_is_made_only_of_what_was_ordered(desk: Desk, demo: Path, here: Path) -> None:
    manifests = copy_demo(demo, here)
    (country,) = manifests.glob("*/guatemala.toml")
    country.write_text(country.read_text(encoding="utf-8").replace('"opening",', ""), encoding="utf-8")
    for kind in ("cover", "verify"):
        refused = desk.run("letter", kind, "guatemala-1", "-o", "x.html", manifests=manifests).expect(2)
        assert "something was changed since" in refused.err and not Path("x.html").exists()
    assert "there is no order nobody-1" in desk.run("letter", "cover", "nobody-1").expect(2).err


def test_a_cancelled_order_has_no_letters(desk: Desk) -> None:
    order = desk.run("--json", "order", "add", "guatemala", "1").expect(0).json["order"]
    desk.run("order", "cancel", order).expect(0)
    assert f"{order} is cancelled" in desk.run("letter", "verify", order).expect(2).err


def test_a_verification_letter_can_be_made_from_the_seal_alone(desk: Desk, demo: Path, here: Path) -> None:
    """The programme has gone on to its next edition; the bundle of the order cannot be made any more."""
    manifests = copy_demo(demo, here)
    (programme,) = manifests.glob("*/programme.toml")
    text = programme.read_text(encoding="utf-8")
    programme.write_text(text.replace("edition = 1", "edition = 2").replace("date = 2020-10-30", "date = 2021-03-01"))
    letter = "letter", "verify", "guatemala-1", "--language", "es"
    assert "something was changed" in desk.run(*letter, "-o", "x.html", manifests=manifests).expect(2).err
    desk.run(*letter, "-o", "then.html").expect(0)
    desk.run(*letter, "--seal", demo / "guatemala", "-o", "now.html", manifests=manifests).expect(0)
    then, now = (Path(name).read_text(encoding="utf-8") for name in ("then.html", "now.html"))
    assert "Edition 1 of 30 October 2020" in now and "INSECURE DEMO KEY" in now
    assert now.split("</title>")[1] == then.split("</title>")[1], "edition, date, key, digest, word: all as it was then"
    shutil.copy(demo / "guatemala/SHA256SUMS", here)
    desk.run(*letter, "--seal", "SHA256SUMS", "-o", "bare.html", manifests=manifests).expect(0)
    bare = Path("bare.html").read_text(encoding="utf-8")
    assert "<p>Edition 1 <" in bare and "2021" not in bare, "an edition whose date nobody signed is not given another's"
    assert "The seal is not signed" in bare


def test_another_seal_makes_no_letter(desk: Desk, demo: Path, here: Path) -> None:
    sums = (demo / "guatemala/SHA256SUMS").read_text()
    Path("SHA256SUMS").write_text(("0" if sums[0] != "0" else "1") + sums[1:])
    letter = "letter", "verify", "guatemala-1", "-o", "x.html", "--seal"
    assert "guatemala-1 is for seal" in desk.run(*letter, "SHA256SUMS").expect(2).err
    Path("SHA256SUMS").write_text(sums)
    signature = (demo / "guatemala/SHA256SUMS.minisig").read_bytes()
    Path("SHA256SUMS.minisig").write_bytes(signature.replace(b"edition=1", b"edition=2"))
    assert "the signature is refused" in desk.run(*letter, "SHA256SUMS").expect(2).err
    assert "cannot be read" in desk.run(*letter, here / "nowhere").expect(2).err
    assert not Path("x.html").exists()
