"""Entries are exchanged, each verified; invalid ones block nobody; a chain written by two computers is reported."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.ledger.hub.computers import ID, Computer, Computers, held, union
from tests.ledger.stories import clock
from usbkit.core.errors import RefusedError, UsbkitError
from usbkit.ledger import Ledger
from usbkit.ledger.chain import check_chain
from usbkit.ledger.events import DriveMarked, Role
from usbkit.ledger.hub.standing import HubStanding, note_standing, read_standing
from usbkit.ledger.place import LedgerPlace

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql")]


def test_after_two_turns_each_everybody_has_everything(computers: Computers) -> None:
    computers.order(4)
    stations = [computers.add("seoul"), computers.add("busan")]
    for one in stations:
        one.sync()
        one.claim(2)
    for number, one in enumerate([*stations, *stations], start=1):
        one.make((1, 3, 2, 4)[number - 1])
    everyone = [computers.desk, *stations]
    for _turn in range(3):
        for one in everyone:
            one.sync()
    for one in everyone:
        assert held(one.ledger) == union(computers)
        assert list(check_chain(sorted(one.ledger.entries(), key=lambda e: (e.origin, e.sequence)))) == []
        assert one.ledger.read().is_filled(ID)
        before = one.ledger.state_rows().every("state_drive")
        kept = [tuple(row)[1:] for row in before]
        one.ledger.rebuild()
        assert [tuple(row)[1:] for row in one.ledger.state_rows().every("state_drive")] == kept
    for one in everyone:
        done = one.sync()
        assert (done.pushed, done.taken) == (0, 0)


def test_a_station_is_adopted_as_what_the_hub_says_and_by_its_name(computers: Computers) -> None:
    computers.order()
    seoul, desk2 = computers.add("seoul"), computers.add("desk2", Role.DESK)
    for one in (seoul, desk2, seoul, computers.desk):
        one.sync()
    rows = computers.desk.ledger.read().rows
    assert rows.role(seoul.ledger.origin) is Role.STATION
    assert rows.chain_name(seoul.ledger.origin) == seoul.name
    assert seoul.ledger.read().rows.role(computers.desk.ledger.origin) is Role.HEADQUARTERS


def test_marks_of_a_desk_reach_the_station_and_those_of_a_station_change_nothing(computers: Computers) -> None:
    computers.order(2)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    seoul.claim(1)
    drive = seoul.make(1)
    seoul.sync()
    busan.sync()
    busan.ledger.append(DriveMarked(drive=drive, drive_origin=seoul.ledger.origin, mark="replaced"))
    busan.sync()
    computers.desk.sync()
    assert computers.desk.ledger.read().journey(drive).counts
    computers.desk.ledger.append(DriveMarked(drive=drive, drive_origin=seoul.ledger.origin, mark="sent"))
    computers.desk.sync()
    seoul.sync()
    assert seoul.ledger.read().journey(drive).where == "sent"


def clone(one: Computer, folder: Path) -> Computer:
    """A copy of its ledger on another computer."""
    for suffix in ("", "-wal"):
        beside = one.ledger.place.path.with_name(one.ledger.place.path.name + suffix)
        if beside.exists():
            shutil.copyfile(beside, folder / f"clone.sqlite{suffix}")
    ledger = Ledger.open(LedgerPlace(folder / "clone.sqlite"), "clone", clock)
    return Computer(one.name, ledger, one.hub, one.url)


def test_one_chain_on_two_computers_is_named_and_neither_is_followed(computers: Computers, tmp_path: Path) -> None:
    computers.order(5)
    seoul = computers.add("seoul")
    seoul.sync()
    seoul.claim(2)
    other = clone(seoul, tmp_path)
    other.make(1)
    seoul.make(1)
    seoul.sync()
    with pytest.raises(RefusedError, match=f"two computers write the chain of {seoul.name}: entry"):
        other.sync()
    with pytest.raises(RefusedError, match="Neither is followed"):
        seoul.sync()
    with pytest.raises(RefusedError, match="gets no numbers"):
        seoul.claim(1)
    busan = computers.add("busan")
    done = busan.sync()
    assert list(done.refused) == [seoul.ledger.origin]
    busan.claim(3)
    busan.make(3)
    busan.sync()
    assert busan.ledger.read().whole_numbers(ID) == [3]


def test_a_ledger_that_was_set_back_is_told_before_it_writes_more(computers: Computers, tmp_path: Path) -> None:
    computers.order(3)
    seoul = computers.add("seoul")
    seoul.sync()
    other = clone(seoul, tmp_path)
    seoul.claim(1)
    seoul.sync()
    with pytest.raises(RefusedError, match="it was set back, or is in use on another computer too"):
        other.sync()


def test_another_ledger_under_the_same_login_is_refused(computers: Computers, tmp_path: Path) -> None:
    computers.order()
    seoul = computers.add("seoul")
    seoul.sync()
    other = Ledger.open(LedgerPlace(tmp_path / "other.sqlite"), "kim", clock)
    with pytest.raises(RefusedError, match=r"the hub knows .* by the chain"):
        Computer(seoul.name, other, seoul.hub, seoul.url).sync()


def test_what_is_given_back_goes_there_in_the_same_turn(computers: Computers) -> None:
    computers.order()
    seoul = computers.add("seoul")
    seoul.sync()
    seoul.claim(3)
    seoul.make(1)
    computers.desk.hub.recall((computers.desk.ledger.origin, ID), seoul.name)
    before = seoul.ledger.own_head().sequence - 3  # minted, begun, ended
    done = seoul.sync()
    assert done.pushed == seoul.ledger.own_head().sequence - before == 4
    assert [state for state, _who in computers.numbers().values()] == ["used", "free", "free"]
    standing = read_standing(seoul.ledger)
    assert standing is not None and standing.known[seoul.ledger.origin] == before + 4


def test_where_we_stand_with_the_hub_is_remembered(computers: Computers) -> None:
    computers.order()
    computers.desk.sync()
    standing = read_standing(computers.desk.ledger)
    assert standing is not None
    assert standing.reached == clock() and standing.lost is None
    assert standing.known[computers.desk.ledger.origin] == computers.desk.ledger.own_head().sequence


def test_what_another_hub_had_is_no_sign_that_this_one_was_set_back(computers: Computers) -> None:
    computers.order()
    seoul = computers.add("seoul")
    seoul.sync()
    with seoul.ledger.write() as writing:
        note_standing(writing, HubStanding(hub="another", name="busan", known={computers.desk.ledger.origin: 99}))
    assert seoul.sync().look.epoch == 1
    standing = read_standing(seoul.ledger)
    assert standing is not None and (standing.hub, standing.name) == (seoul.sync().look.hub, seoul.name)


def test_a_hub_of_another_version_says_so(computers: Computers) -> None:
    with computers.owner() as raw:
        raw.execute("UPDATE usbkit_hub.fact SET value = '2' WHERE name = 'version'")
    with pytest.raises(UsbkitError, match="the hub speaks version 2, this usbkit version 1"):
        computers.desk.sync()
