"""`usbkit letter` as people run it, for an order of the demo."""

from __future__ import annotations

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
