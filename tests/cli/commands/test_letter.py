"""``usbkit letter`` as people run it, for an order of the demo."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.desks import Desk, copy_demo, open_desk
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


def of_older_usbkit(desk: Desk, id: str) -> None:
    """An order of the same drives that names no order sheet."""
    ledger = open_ledger(desk.folder)
    added = ledger.read().order("guatemala-1").added
    ledger.append(added.model_copy(update={"order": id, "sheet": None}))


def test_without_a_sheet_a_letter_is_made_only_of_what_was_ordered(desk: Desk, demo: Path, here: Path) -> None:
    of_older_usbkit(desk, "old-1")
    desk.run("letter", "verify", "old-1", "-o", "old.html").expect(0)
    manifests = copy_demo(demo, here)
    (country,) = manifests.glob("*/guatemala.toml")
    country.write_text(country.read_text(encoding="utf-8").replace('"opening",', ""), encoding="utf-8")
    for kind in ("cover", "verify"):
        refused = desk.run("letter", kind, "old-1", "-o", "x.html", manifests=manifests).expect(2)
        assert "something was changed since" in refused.err and not Path("x.html").exists()
    assert "there is no order nobody-1" in desk.run("letter", "cover", "nobody-1").expect(2).err


def next_edition(manifests: Path, edition: int) -> None:
    """The programme goes on: other words, another contact, a recording less, another name of the country."""
    (programme,), (country,) = manifests.glob("*/programme.toml"), manifests.glob("*/guatemala.toml")
    text = programme.read_text(encoding="utf-8")
    text = text.replace(f"edition = {edition - 1}\n", f"edition = {edition}\n").replace("Cornerstones", "Keystones")
    text = re.sub(r"^date = .*", f"date = 2021-03-0{edition}", text, count=1, flags=re.MULTILINE)
    text = text.replace("KOMSCO", f"KOMSCO {edition}")
    programme.write_text(text, encoding="utf-8")
    text = country.read_text(encoding="utf-8").replace('"promotion",', "").replace("FORUM2020GT", f"FORUM{edition}GT")
    country.write_text(text.replace('es = "Guatemala"', 'es = "República de Guatemala"'), encoding="utf-8")


def test_papers_three_editions_later_are_those_that_were_printed_at_once(demo: Path, here: Path) -> None:
    desk = open_desk(demo, here)

    def print_all(into: str) -> dict[str, bytes]:
        Path(into).mkdir()
        for name, what in (
            ("cover", ("letter", "cover", "guatemala-1")),
            ("verify", ("letter", "verify", "guatemala-1")),
            ("label", ("label", "guatemala-1")),
            ("drive", ("label", "--drive", drive)),
        ):
            desk.run(*what, "-o", f"{into}/{name}.html").expect(0)
        return {path.name: path.read_bytes() for path in Path(into).iterdir()}

    drive = next(iter(open_ledger(here).read().journeys))
    at_once = print_all("at-once")
    sealed = {open_ledger(here).read().order("guatemala-1").added.fingerprint}
    for edition in (2, 3, 4):
        next_edition(here / "manifests", edition)
        desk.run("build", "guatemala", "-o", here / "guatemala").expect(0)
        desk.run("approve", "guatemala", "--by", "Lee", "--yes").expect(0)
        made = desk.run("--json", "order", "add", "guatemala", "1", "--yes").expect(0).json
        sealed.add(made["fingerprint"])
    assert len(sealed) == 4, "every edition has a seal of its own"
    assert print_all("later") == at_once
    shutil.rmtree(here / "manifests")
    assert print_all("alone") == at_once, "and from the ledger alone"
    refused = desk.run("dispatch", "guatemala-1", "--verification", "note", "-o", "sent").expect(2)
    assert "are OUTDATED" in refused.err and not Path("sent").exists(), "they are here, and not to leave unasked"
    desk.run("ledger", "mark", "left", "--order", "guatemala-1", "--note", "one spelling").expect(0)
    dispatched = desk.run("dispatch", "guatemala-1", "--verification", "note", "-o", "sent").expect(0)
    assert (
        Path("sent/verification/guatemala-1-verification-letter.html").read_bytes().split(b"</title>")[1]
        == (at_once["verify.html"].split(b"</title>")[1])
    ), dispatched.err


def test_no_paper_is_made_of_what_was_taken_back(demo: Path, here: Path) -> None:
    desk = open_desk(demo, here)
    (programme,) = (here / "manifests").glob("*/programme.toml")
    text = programme.read_text(encoding="utf-8")
    programme.write_text(text.replace("insecure_demo = true", "insecure_demo = true\nwithdrawn = 2021-03-01"))
    refused = desk.run("letter", "verify", "guatemala-1", "-o", "x.html").expect(2)
    assert "which signed what guatemala-1 is for, was withdrawn on 2021-03-01" in refused.err
    programme.write_text(text, encoding="utf-8")
    desk.run("approve", "guatemala", "--withdraw", "--by", "Park").expect(0)
    for kind in ("cover", "verify"):
        refused = desk.run("letter", kind, "guatemala-1", "-o", "x.html").expect(2)
        assert "Park withdrew the approval of what guatemala-1 is for" in refused.err
    assert not Path("x.html").exists()


def test_a_signature_that_came_after_the_order_is_in_its_letters(demo: Path, here: Path) -> None:
    copy_demo(demo, here)
    (seal,) = (here / "manifests").glob("*/seals/guatemala")
    shutil.move(seal, here / "kept")
    desk = Desk(here)
    desk.run("approve", "guatemala", "--by", "Lee", "--yes").expect(0)
    desk.run("order", "add", "guatemala", "1").expect(0)
    letter = "letter", "verify", "guatemala-1", "-o"
    desk.run(*letter, "before.html").expect(0)
    shutil.move(here / "kept", seal)
    desk.run(*letter, "after.html").expect(0)
    assert "The seal is not signed" in Path("before.html").read_text(encoding="utf-8")
    assert "The seal is not signed" not in Path("after.html").read_text(encoding="utf-8")


def test_a_sheet_that_is_not_here_is_said(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    added = ledger.read().order("guatemala-1").added
    ledger.append(added.model_copy(update={"order": "far-1", "sheet": "0" * 64}))
    done = desk.run("letter", "verify", "far-1", "-o", "far.html").expect(0)
    assert "The order sheet of far-1 is not here: its bundle is made again." in done.err


def test_orders_of_two_programmes_are_not_dispatched_together(desk: Desk) -> None:
    ledger = open_ledger(desk.folder)
    added = ledger.read().order("guatemala-1").added
    ledger.append(added.model_copy(update={"order": "other-1", "programme": "other", "sheet": None}))
    refused = desk.run("dispatch", "guatemala-1", "other-1", "--verification", "note").expect(2)
    assert "guatemala-1 and other-1 are of two programmes" in refused.err


def test_a_cancelled_order_has_no_letters(desk: Desk) -> None:
    order = desk.run("--json", "order", "add", "guatemala", "1", "--yes").expect(0).json["order"]
    desk.run("order", "cancel", order, "--yes").expect(0)
    assert f"{order} is cancelled" in desk.run("letter", "verify", order).expect(2).err


def test_a_verification_letter_can_be_made_from_the_seal_alone(desk: Desk, demo: Path, here: Path) -> None:
    """The programme has gone on to its next edition; the bundle of the order cannot be made any more."""
    of_older_usbkit(desk, "old-2")
    manifests = copy_demo(demo, here)
    (programme,) = manifests.glob("*/programme.toml")
    text = programme.read_text(encoding="utf-8")
    programme.write_text(text.replace("edition = 1", "edition = 2").replace("date = 2020-10-30", "date = 2021-03-01"))
    letter = "letter", "verify", "old-2", "--language", "es"
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
