"""One season through the command line: ten countries, forty drives on image files, and everything after.

Only the far end reads the ledger, for its drives' nonces: every other count comes from printed output.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import call
from tests.support.cli import Done, usbkit
from usbkit.core import clock
from usbkit.ledger import Ledger
from usbkit.ledger.place import LedgerPlace
from usbkit.trust.receipt_code import Found, Report, make_code

pytestmark = pytest.mark.timeout(1800)

COUNTRIES = (
    *("cambodia", "cote-divoire", "guatemala", "honduras", "indonesia"),
    *("kyrgyzstan", "myanmar", "paraguay", "russia", "uzbekistan"),
)
#: Drives of each country.
EACH = 4

#: What a report counts a drive as that stands for its number.
EXPLAINED = ("here", "out", "told", "whole", "trouble", "lost")
STICK = 256 * 2**20


@dataclass
class Season:
    """A desk with a station beside it, and another ledger at an office abroad; ``sticks`` are image files by number."""

    folder: Path
    sticks: list[Path] = field(default_factory=list)

    def run(self, *arguments: object, ledger: str = "ledger", code: int = 0) -> Done:
        return call(*self._shared(ledger), *arguments).expect(code)

    def ask(self, *arguments: object, code: int = 0) -> Any:
        return self.run("--json", *arguments, code=code).json

    def station(self, sticks: Sequence[Path], *options: object, ledger: str = "ledger", code: int = 0) -> Done:
        """The station with these sticks plugged in, until nothing is in work."""
        named = [word for stick in sticks for word in ("--drive", stick)]
        return usbkit(*self._shared(ledger), "station", "--yes", "--once", "--no-bell", *named, *options).expect(code)

    def buy(self, count: int) -> list[Path]:
        """New sticks: empty image files."""
        new = [self.folder / f"stick-{len(self.sticks) + n}.img" for n in range(1, count + 1)]
        for stick in new:
            with stick.open("wb") as file:
                file.truncate(STICK)
        self.sticks += new
        return new

    def code(self, drive: str, found: Found = Found.WHOLE, count: int = 0) -> str:
        """The receipt code that the far end's check of a drive shows."""
        ledger = Ledger.open(LedgerPlace(self.folder / "ledger.sqlite"), "far end", clock.now, create=False)
        ledger_state = ledger.read()
        journey = ledger_state.journeys[drive]
        seal = ledger_state.orders[journey.order].added.fingerprint
        return make_code(Report(drive, found, count, False), ledger.nonce_of(drive), seal, "")

    def drives(self, *options: str) -> dict[str, dict[str, Any]]:
        """The drives that `ledger list` lists, by reference."""
        return {d["drive"]: d for d in self.ask("ledger", "list", *options)["drives"]}

    def counts(self, country: str) -> dict[str, int]:
        """What the report counts for a country, without what is none."""
        groups = self.ask("ledger", "report")["groups"]
        return {name: count for name, count in groups.get(country, {}).items() if count}

    def waits(self, country: str) -> set[str]:
        """What `status` says that waits for somebody in a country, but for the samples' files."""
        waiting = self.ask("status", country)["waiting"]
        return {one["kind"] for one in waiting if one["kind"] != "missing"}

    def node_of(self, drive: str) -> Path:
        """The image file that a drive is on."""
        node = self.drives()[drive]["stick"]["port_name"]
        return Path(node)

    def _shared(self, ledger: str) -> list[object]:
        where = self.folder / "manifests"
        return ["--lang", "en", "--manifests", where, "--cache", self.folder / "cache",
                "--ledger", self.folder / f"{ledger}.sqlite"]  # fmt: skip


@pytest.fixture
def season(demo: Path, tmp_path: Path) -> Season:
    """The demo's programme, with its two countries of the website getting drives too, and four wanted of each."""
    shutil.copytree(demo / "manifests", tmp_path / "manifests")
    shutil.copytree(demo / "library", tmp_path / "library")
    shutil.copy(demo / "DEMO.txt", tmp_path)
    for country in COUNTRIES:
        path = tmp_path / "manifests/forum-2020" / f"{country}.toml"
        text = re.sub(r"(?m)^drives = \d+$", f"drives = {EACH}", path.read_text(encoding="utf-8"))
        path.write_text(
            text.replace('delivery = "website"', 'delivery = "both"\nroute = "mission"\ndrives = 4'), encoding="utf-8"
        )
    return Season(tmp_path)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def make_forty(season: Season) -> None:
    """Approved, ordered, split and made: four drives for each of ten countries, two of them at an office abroad."""
    for country in COUNTRIES:
        has_ledger = country != COUNTRIES[0]
        assert not has_ledger or season.waits(country) == {"approve"}
        season.run("approve", country, "--by", "Lee", "--yes")
        assert not has_ledger or season.waits(country) == {"order"}
        season.run("order", "add", country, EACH)
        assert season.waits(country) == {"make"}
    share = season.folder / "share.json"
    season.run("order", "split", "uzbekistan-1", "--numbers", "3-4", "-o", share, "--to", "Tashkent")
    season.run("order", "take", share, ledger="abroad")
    for at in range(0, 38, 19):
        season.station(season.buy(19), code=1 if at == 0 else 0)
    abroad = season.station(season.buy(2), ledger="abroad").out
    assert "uzbekistan-1.3 is filled: 2 drives are WHOLE." in abroad
    season.run("ledger", "merge", season.folder / "abroad.sqlite", "--yes")
    assert season.waits("guatemala") == season.waits("uzbekistan") == set(), "a demo's are not sent"
    everything = season.ask("ledger", "report")["all"]
    assert (everything["ordered"], everything["made"], everything["here"]) == (40, 40, 40)


def correct_before_it_is_sent(season: Season) -> None:
    """Cambodia's drives are still here when its name is corrected: all four are written again, under new passports."""
    before = set(season.drives("--country", "cambodia"))
    edit(season.folder / "manifests/forum-2020/cambodia.toml", 'en = "Cambodia"', 'en = "Kingdom of Cambodia"')
    season.run("approve", "cambodia", "--by", "Lee", "--yes")
    dry = season.ask("order", "renew", "cambodia-1", "--dry-run")
    assert set(dry["here"]) == before and dry["order"] is None
    season.run("order", "renew", "cambodia-1")
    sticks = [season.node_of(drive) for drive in sorted(before)]
    assert "cambodia-2: 0 of 4 drives for cambodia done" in season.station(sticks).err
    after = {d: v for d, v in season.drives("--country", "cambodia").items() if v["counts"]}
    assert len(after) == EACH and {v["instead_of"] for v in after.values()} == before
    assert {season.node_of(d) for d in after} == set(sticks)
    assert season.counts("cambodia") == {"ordered": 4, "made": 4, "here": 4}


def send_all(season: Season) -> None:
    for order in (o["order"] for o in season.ask("order", "list")["orders"] if o["state"] == "filled"):
        if any(d["counts"] and d["where"] == "here" for d in season.drives("--order", order).values()):
            season.run("ledger", "mark", "sent", "--order", order, "--bag", "7")
    assert season.ask("ledger", "report")["all"]["out"] == 40
    assert not any(season.waits(country) for country in COUNTRIES)


def lose_two(season: Season) -> None:
    """Two of Kyrgyzstan's are lost, and others made in their place; one of the lost ones then comes back, whole."""
    first, second = sorted(season.drives("--country", "kyrgyzstan"))[:2]
    season.run("ledger", "mark", "lost", first, second, "--note", "the bag was opened")
    assert season.waits("kyrgyzstan") == {"replace"}
    for drive in (first, second):
        added = season.ask("order", "add", "kyrgyzstan", "--replaces", drive)
        assert added["why"] == "replaces"
    season.station(season.buy(2))
    later = [d for d in season.drives("--country", "kyrgyzstan").values() if d["instead_of"]]
    assert sorted(d["instead_of"] for d in later) == [first, second]
    for one in later:
        season.run("ledger", "mark", "sent", one["drive"])
    season.run("ledger", "mark", "returned", first, "--note", "it lay under the seat")
    assert season.ask("ledger", "report", "--country", "kyrgyzstan")["back"] == [first]
    assert season.counts("kyrgyzstan") == {"ordered": 4, "made": 4, "out": 4, "replaced": 2}
    refused = season.run("ledger", "mark", "sent", first, code=2).err
    assert "stands in its place: name that one" in refused


def damage_one(season: Season) -> None:
    """One of Honduras' is damaged there: its code says so, another is sent, and the damaged one comes back."""
    drive = sorted(season.drives("--country", "honduras"))[0]
    answer = season.ask("receipt", "enter", season.code(drive, Found.DAMAGED, 2), "--from", "the office")["receipts"][0]
    assert answer["replacement"] == f"usbkit order add honduras --replaces {drive}"
    assert [c["drive"] for c in season.ask("receipt", "calls")["calls"]] == [drive]
    assert season.waits("honduras") == {"answer"}
    season.run(*answer["replacement"].split()[1:])
    season.station(season.buy(1))
    (new,) = (d for d, v in season.drives("--country", "honduras").items() if v["instead_of"] == drive)
    season.run("ledger", "mark", "sent", new)
    season.run("ledger", "mark", "returned", drive)
    assert season.ask("receipt", "calls")["calls"] == []
    assert season.counts("honduras") == {"ordered": 4, "made": 4, "out": 4, "replaced": 1}


def cancel_one(season: Season) -> None:
    """Myanmar is cancelled while its drives are out: they count no more, and one comes back."""
    assert "4 of them out" in season.run("order", "cancel", "myanmar-1", code=2).err
    season.run("order", "cancel", "myanmar-1", "--reason", "asked for by the ministry", "--yes")
    season.run("ledger", "mark", "returned", sorted(season.drives("--country", "myanmar"))[0])
    assert season.counts("myanmar") == {}


def correct_after_delivery(season: Season) -> None:
    """A Spanish subtitle is corrected: what is out stays, with a reason, or is replaced; an open order is left out."""
    delivered = sorted(season.drives("--country", "guatemala"))
    for drive in delivered:
        season.run("receipt", "enter", season.code(drive), "--from", "the embassy", "--by", "e-mail")
    question = season.run("order", "add", "guatemala", "--replaces", delivered[0], code=2).err
    assert "arrived and was found whole" in question
    season.run("order", "add", "paraguay", 1, "--yes")
    season.run("order", "add", "uzbekistan", 1, "--yes")
    subtitle = season.folder / "library/subtitles/opening.es.srt"
    subtitle.write_text(subtitle.read_text(encoding="utf-8").replace("a", "á", 1), encoding="utf-8")
    run = season.station(season.buy(1), code=1)
    assert "paraguay-2 is LEFT OUT, the others are filled:" in run.err
    assert "uzbekistan-2 is filled: 1 drive is WHOLE." in run.out
    season.run("order", "cancel", "paraguay-2", "--reason", "before the correction", "--yes")
    season.run("approve", "guatemala", "--by", "Lee", "--yes")
    assert set(season.drives("--outdated")) >= set(delivered), "from the release on, not from the next order"
    season.run("order", "add", "guatemala", "--replaces", delivered[0])
    listed = season.drives("--outdated")
    assert set(listed) >= set(delivered[1:])
    assert {d["where"] for d in listed.values() if d["country"] == "guatemala"} == {"received"}
    assert {"outdated", "make"} <= season.waits("guatemala")
    shown = season.run("ledger", "show", delivered[1]).out
    assert f"usbkit ledger mark left {delivered[1]} --note WHY" in shown
    season.run("ledger", "mark", "left", *delivered[1:], "--note", "a spelling; the next year's will have it")
    assert not [d for d in season.drives("--outdated").values() if d["country"] == "guatemala"]
    season.station(season.buy(1))
    (new,) = (d for d, v in season.drives("--country", "guatemala").items() if v["instead_of"] == delivered[0])
    season.run("ledger", "mark", "sent", new)
    assert season.counts("guatemala") == {"ordered": 4, "made": 4, "out": 1, "whole": 3, "replaced": 1}


def tell_and_check(season: Season) -> None:
    """Russia's office writes that two arrived and play; one of them is checked later, and one mail was a mistake."""
    first, second, third = sorted(season.drives("--country", "russia"))[:3]
    mail = f"Dear all, thank you. [USB {first} plays] [USB {second} plays]"
    season.run("receipt", "enter", mail, "--from", "the office", "--by", "e-mail")
    season.run("receipt", "enter", third, "--from", "somebody")
    assert {d["where"] for d in season.drives("--where", "arrived").values()} == {"arrived"}
    assert len(season.drives("--where", "arrived")) == 3
    season.run("receipt", "enter", season.code(first), "--from", "the office")
    story = season.run("ledger", "show", third).out
    (entry,) = re.findall(r"\[([a-z0-9-]+:[0-9]+)\]", story.splitlines()[-1])
    season.run("ledger", "mark", "undo", entry, "--note", "they meant the year before")
    counts = season.counts("russia")
    assert (counts["made"], counts["whole"]) == (4, 1) and season.drives()[third]["where"] == "sent"


def mistake_and_take_back(season: Season) -> None:
    """Somebody says that the wrong drive is lost, and takes it back."""
    drive = sorted(season.drives("--country", "indonesia"))[0]
    before = season.counts("indonesia")
    marked = season.ask("ledger", "mark", "lost", drive)["drives"][0]["marks"][-1]["entry"]
    assert season.counts("indonesia")["lost"] == 1
    season.run("ledger", "mark", "undo", f"{marked['chain']}:{marked['sequence']}", "--note", "another one")
    assert season.counts("indonesia") == before


def explain_every_count(season: Season) -> None:
    """At the end each number of each order has a story, what is counted adds up, and the ledger holds."""
    report = season.ask("ledger", "report")
    every = season.drives()
    for country, counts in report["groups"].items():
        of_it = [d for d in every.values() if d["country"] == country]
        standing = [d for d in of_it if d["counts"]]
        assert counts["made"] == len(standing) == sum(counts[n] for n in EXPLAINED)
        assert counts["replaced"] == sum(d["where"] == "replaced" for d in of_it)
        assert counts["ordered"] == counts["made"], country
    orders = {o["order"]: o for o in season.ask("order", "list")["orders"]}
    assert sum(o["state"] != "cancelled" for o in orders.values()) == 16
    for order in orders.values():
        for number in order["numbers"]:
            story = season.run("ledger", "show", f"{order['order']}:{number['number']}").out
            assert f"{order['order']} asks for number {number['number']} of" in story
            if order["state"] != "cancelled":
                assert f"drive {number['drive']}: WHOLE" in story
    for drive in every.values():
        assert drive["drive"] in season.run("ledger", "show", drive["drive"]).out
    checked = season.ask("ledger", "check")
    assert checked["holds"] and checked["state"] and not checked["breaks"]


@pytest.mark.timeout(1800)
def test_a_season(season: Season) -> None:
    make_forty(season)
    correct_before_it_is_sent(season)
    send_all(season)
    lose_two(season)
    damage_one(season)
    cancel_one(season)
    correct_after_delivery(season)
    tell_and_check(season)
    mistake_and_take_back(season)
    explain_every_count(season)
