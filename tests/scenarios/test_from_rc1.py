"""A programme of 1.0.0rc1 (commit 8ead8a1): its approvals, lock and ledger can be used further.

They were made by that version's ``demo``, ``approve``, ``lock``, ``order add``, ``station``, ``letter verify`` and
``ledger mark``.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.desks import Desk, copy_demo
from usbkit.bundle.lockfile import load_lock
from usbkit.bundle.seal_inputs import digest_manifests
from usbkit.manifest.finding import find_programme
from usbkit.manifest.load import load_programme
from usbkit.orders.approval import load_decisions

LEFT = Path(__file__).parent / "data" / "rc1"
SEAL = "4b7109adba7765986f8af95eba1dc44b28e5669f57e79eab2feff502c8ca9ebc"
HEAD = (
    "usbkit head v1 origin=vm-b32691bf sequence=7 hash=14ec20991d3cf3254bea7e554c99583c929854318fd933a5caf9103882df13e7"
)


@pytest.fixture(scope="module")
def desk(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("rc1")
    programme = find_programme(copy_demo(demo, folder))
    _ask_nothing(programme / "programme.toml")
    for kind, names in (("approvals", ("guatemala.toml", "kyrgyzstan.toml")), ("locks", ("guatemala.json",))):
        (programme / kind).mkdir()
        for name in names:
            shutil.copy(LEFT / name, programme / kind)
    made = sqlite3.connect(folder / "ledger.sqlite")
    made.executescript((LEFT / "ledger.sql").read_text())
    made.close()
    return Desk(folder)


def _ask_nothing(path: Path) -> None:
    """The demo of that version asked recipients nothing."""
    text = path.read_text()
    without, count = re.subn(r"# Asked of recipients.*?\n\]\n\n", "", text.replace(', "ask"]', "]"), flags=re.S)
    assert count == 1
    path.write_text(without)


def test_the_ledger_has_the_same_head_and_says_the_same(desk: Desk) -> None:
    assert desk.run("ledger", "head").expect(0).out.strip() == HEAD
    checked = desk.run("--json", "ledger", "check").expect(0).json
    assert checked["holds"] and (checked["lacking"], checked["unadopted"]) == ([], [])
    (order,) = desk.run("--json", "order", "list").expect(0).json["orders"]
    assert (order["order"], order["fingerprint"], order["sheet"], order["whole"]) == ("guatemala-1", SEAL, None, [1])
    (drive,) = desk.run("--json", "ledger", "list").expect(0).json["drives"]
    assert (drive["drive"], drive["where"]) == ("4B6SR", "sent")


def test_the_approvals_are_read_and_judged(desk: Desk) -> None:
    manifests = load_programme(find_programme(desk.folder / "manifests"))
    last = load_decisions(manifests, "guatemala").last
    assert last is not None and (last.by, last.seal, last.note) == ("Kim, 기록과", SEAL, "seen")
    standing = {c["country"]: c["approval"]["standing"] for c in desk.run("--json", "check", "--all").json["countries"]}
    assert (standing["guatemala"], standing["kyrgyzstan"]) == ("changed", "withdrawn"), "its pages were other ones"
    shown = desk.run("approve", "guatemala", "--show").expect(1).out
    assert "Changed since Kim, 기록과 decided on 2026-11-30" in shown and "pages that differ" in shown


def test_the_lock_is_read_and_its_manifests_are_what_they_were(desk: Desk) -> None:
    manifests = load_programme(find_programme(desk.folder / "manifests"))
    lock, stem = load_lock(manifests, "guatemala"), "guatemala"
    assert lock.fingerprint == SEAL
    assert digest_manifests(manifests.programme_for(stem), manifests.countries[stem], stem) == lock.manifests
    refused = desk.run("build", "guatemala", "--locked", "--dry-run")
    assert refused.code in (1, 2)
    assert "videos/opening.mp4: it is not what was locked" in refused.err, "the demo makes other videos now"
    assert ".toml: it is" not in refused.err


def test_it_is_gone_on_with(desk: Desk) -> None:
    refused = desk.run("letter", "cover", "guatemala-1", "-o", "x.html").expect(2).err
    assert "guatemala-1 is for seal 4b7109adba776598…, but the seal is" in refused
    released = desk.run("approve", "guatemala", "--by", "Lee", "--edition", "2", "--date", "2021-03-01", "--yes")
    assert "in the ledger" in released.expect(0).out
    ordered = desk.run("--json", "order", "add", "guatemala", "1", "--yes").expect(0).json
    assert ordered["edition"] == 2 and ordered["sheet"] is not None
    assert desk.run("--json", "ledger", "check").expect(0).json["entries"] == 9
    outdated = desk.run("ledger", "list").expect(0).out
    assert "4B6SR" in outdated
