"""`usbkit ledger` and `usbkit order` as people run them."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.stories import make_drive, named, open_ledger, order, stick, tamper
from tests.support.cli import Done, usbkit


def run(folder: Path, *arguments: object) -> Done:
    return usbkit("--ledger", named(folder), *arguments)


def test_lists_show_what_is_recorded_and_no_secret(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 2, stick("S\x1b[31m"))
    listed = run(tmp_path, "--json", "ledger", "list").expect(0)
    (only,) = listed.json["drives"]
    assert (only["drive"], only["number"], only["state"]) == (drive, 2, "whole")
    shown = run(tmp_path, "order", "show", "guatemala-1").expect(0)
    assert drive in shown.out and "WHOLE" in shown.out
    one = run(tmp_path, "ledger", "show", drive.lower()).expect(0)
    for done in (listed, shown, one):
        assert ledger.nonce_of(drive) not in done.out
    assert run(tmp_path, "--json", "order", "list").expect(0).json["orders"][0]["whole"] == [2]
    run(tmp_path, "ledger", "show", "ZZZZZ").expect(2)


def test_check_says_not_anchored_anchored_and_broken(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    head = tmp_path / "head"
    head.write_text(run(tmp_path, "ledger", "head").expect(0).out)
    assert "not anchored" in run(tmp_path, "ledger", "check").expect(0).out
    assert "not anchored" not in run(tmp_path, "ledger", "check", "--head", head).expect(0).out
    tamper(ledger, "DELETE FROM entry")
    run(tmp_path, "ledger", "check").expect(0)
    assert "entry 1 of" in run(tmp_path, "ledger", "check", "--head", head).expect(1).out
    head.write_text("something else\n")
    assert "expected a head" in run(tmp_path, "ledger", "check", "--head", head).expect(2).err


def test_a_station_without_an_order_says_what_to_do(tmp_path: Path) -> None:
    assert "usbkit order add" in run(tmp_path, "station", "--yes").expect(2).err
