"""``order renew`` and ``order correct`` as a desk calls them, after a country's content has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desks import Desk, open_desk
from tests.ledger.stories import open_ledger
from usbkit.cli.output.drive_counts import print_counts
from usbkit.cli.output.order_rows import WHY
from usbkit.cli.output.outdated_rows import print_outdated


@pytest.fixture
def desk(demo: Path, tmp_path: Path) -> Desk:
    """Two whole drives of three for Guatemala, whose name was corrected since."""
    desk = open_desk(demo, tmp_path)
    path = tmp_path / "manifests/forum-2020/guatemala.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('es = "Guatemala"', 'es = "La Guatemala"'), "utf-8")
    desk.run("ledger", "mark", "sent", "guatemala-1:2").expect(0)
    return desk


def test_renewed_as_the_commands_say(desk: Desk) -> None:
    desk.run("approve", "guatemala", "--by", "Lee", "--yes").expect(0)
    dry = desk.run("order", "renew", "guatemala-1", "--dry-run").expect(0).out
    assert "Numbers 1, 3 of guatemala-1 would be made again; nothing was written." in dry
    assert "(2/3) is out: replace it: usbkit order add guatemala --replaces" in dry
    renewed = desk.run("--json", "order", "renew", "guatemala-1").expect(0).json
    assert renewed["numbers"] == [1, 3] and renewed["order"]["why"] == "outdated"
    assert [d["action"] for d in renewed["out"]] == ["replace"] and len(renewed["here"]) == 1
    listed = desk.run("order", "list").expect(0).out
    assert str(WHY["outdated"]) in listed and "guatemala-1: 1 drive is outdated" in listed
    nothing = desk.run("order", "renew", "guatemala-1").expect(1).out
    assert "No drive of guatemala-1 is here, and each of its numbers has one." in nothing
    desk.run("order", "renew", "guatemala-2").expect(2)


def test_a_dry_run_says_what_is_missing(desk: Desk) -> None:
    """It said what would be made again, and the renewal then that nobody had approved it."""
    before = len(list(open_ledger(desk.folder).entries()))
    dry = desk.run("order", "renew", "guatemala-1", "--dry-run").expect(1).out
    assert "Numbers 1, 3 of guatemala-1 would be made again" in dry and "not as things stand: " in dry
    refused = desk.run("order", "renew", "guatemala-1").expect(2).err
    (said,) = (line.partition("not as things stand: ")[2] for line in dry.splitlines() if "not as things" in line)
    assert said in refused and "usbkit approve guatemala" in dry
    found = desk.run("--json", "order", "renew", "guatemala-1", "--dry-run").expect(1).json["refused"]
    assert len(found) == 1 and found[0]["id"]
    assert len(list(open_ledger(desk.folder).entries())) == before


def test_check_counts_what_is_wanted_ordered_made_and_outdated(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.run("approve", "guatemala", "--by", "Lee", "--yes").expect(0)
    desk.run("order", "renew", "guatemala-1").expect(0)
    done = desk.run("--json", "check", "guatemala", "honduras")
    counted = done.json["drives"]
    assert counted["guatemala"] == {"wanted": 20, "ordered": 3, "made": 1, "outdated": 1}
    assert counted["honduras"] == {"wanted": 10, "ordered": 0, "made": 0, "outdated": 0}
    said = desk.run("check", "guatemala", "honduras").out
    assert "guatemala: 20 drives wanted, 3 ordered, 1 made" in said and "honduras: 10 drives wanted" not in said
    assert "1 are OUTDATED: usbkit ledger list --outdated --country guatemala" in said
    print_counts({})
    print_outdated(None, [])  # type: ignore[arg-type]
    assert capsys.readouterr().out == ""


def test_put_right_as_the_commands_say(desk: Desk) -> None:
    desk.run("order", "correct", "guatemala-1").expect(2)
    said = desk.run("order", "correct", "guatemala-1", "--count", 2, "--note", "ring twice").expect(0).out
    assert "note: ring twice" in said
    found = desk.run("--json", "order", "correct", "guatemala-1", "--route", "mission").expect(0).json
    assert (found["route"], found["note"], [n["number"] for n in found["numbers"]]) == ("mission", "ring twice", [1, 2])
