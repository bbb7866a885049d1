"""A number counts only while its stick is whole, not after a wipe or overwrite by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ledger.stories import open_ledger
from tests.station.small import begin, make_sticks, station
from tests.station.world import FakeStick, World
from tests.support.cli import run, usbkit
from usbkit.drives.inspection import Inspection, inspect_drive
from usbkit.drives.signatures import claimed_ranges
from usbkit.ledger import Ledger
from usbkit.ledger.appending import digest_nonce
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked
from usbkit.station.messages import PortState
from usbkit.station.overwritten import give_up
from usbkit.station.work import Foreign


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def whole_nonce(world: World) -> str:
    stick = FakeStick("A")
    world.plug("1-1", stick)
    world.finish("1-1")
    assert stick.passport is not None and stick.passport.nonce is not None
    return stick.passport.nonce


def test_a_whole_number_is_free_again(world: World) -> None:
    nonce = whole_nonce(world)
    ledger_state = world.ledger.read()
    journey = ledger_state.journeys[ledger_state.by_nonce[digest_nonce(nonce)]]
    assert world.whole() == [1]
    (gone,) = give_up(world.ledger, [journey], "wiped")
    assert gone.number == 1
    assert world.whole() == []
    assert give_up(world.ledger, [journey], "wiped") == [], "once"


@pytest.mark.needs("fat-tools")
def test_a_drive_that_came_back_with_its_owner_s_files_is_asked_about(tmp_path: Path) -> None:
    bundle, ledger = begin(tmp_path, 2)
    (stick,) = make_sticks(tmp_path, 1)
    runner, _machine = station(tmp_path, bundle, [stick], once=True, foreign=Foreign.LEAVE)
    runner.run()
    (start,) = (r.offset for r in claimed_ranges(_reader(stick), stick.stat().st_size))
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("three years of work\n" * 1000)
    run("mcopy", "-i", f"{stick}@@{start}", thesis, "::thesis.txt")
    before = hashlib.sha256(stick.read_bytes()).digest()
    runner, machine = station(tmp_path, bundle, [stick], once=True, foreign=Foreign.LEAVE)
    runner.run()
    (line,) = machine.lines
    assert line.state is PortState.LEFT
    assert "a numbered drive of ours" in str(line.text)
    assert hashlib.sha256(stick.read_bytes()).digest() == before
    (order,) = ledger.read().orders
    assert ledger.read().whole_numbers(order) == []


def _reader(path: Path) -> Callable[[int, int], bytes]:
    data = path.read_bytes()
    return lambda offset, length: data[offset : offset + length]


def one_drive(folder: Path) -> tuple[Ledger, str, Path, str]:
    """A ledger with an order of one drive, which a station made of an image file: order, file and reference."""
    bundle, ledger = begin(folder, 1)
    (stick,) = make_sticks(folder, 1)
    runner, _machine = station(folder, bundle, [stick])
    runner.run()
    (order,) = ledger.read().orders
    assert ledger.read().whole_numbers(order) == [1]
    (drive,) = ledger.read().journeys
    return ledger, order, stick, drive


@pytest.mark.parametrize("command", [["wipe"], ["drives", "test"]])
def test_by_command(tmp_path: Path, command: list[str]) -> None:
    ledger, order, stick, drive = one_drive(tmp_path)
    look = inspect_drive(stick)
    assert isinstance(look, Inspection) and look.facts.numbered
    by_name = [*command, stick, "--yes"]
    assert usbkit("--ledger", ledger.place, *by_name).code == 2
    asked = usbkit("--ledger", ledger.place, "--lang", "en", *by_name, "--confirm", stick).expect(2).err
    assert f"this is drive {drive}, 1 of 1 of {order}, and it is counted" in asked and f"--free {drive}" in asked
    assert ledger.read().whole_numbers(order) == [1]
    usbkit("--ledger", ledger.place, *by_name, "--confirm", stick, "--free", drive.lower()).expect(0)
    assert ledger.read().whole_numbers(order) == []


def test_one_that_is_out_is_not_written_over_until_it_came_back(tmp_path: Path) -> None:
    ledger, order, stick, drive = one_drive(tmp_path)
    before = hashlib.sha256(stick.read_bytes()).digest()
    ledger.append(DriveMarked(drive=drive, mark=Mark.SENT))
    wipe = ["--ledger", ledger.place, "--lang", "en", "wipe", stick, "--yes", "--confirm", stick, "--free", drive]
    refused = usbkit(*wipe).expect(2).err
    assert f"drive {drive}, 1 of 1 of {order}: sent" in refused and f"ledger mark returned {drive}" in refused
    assert hashlib.sha256(stick.read_bytes()).digest() == before
    ledger.append(DriveMarked(drive=drive, mark=Mark.RETURNED))
    usbkit(*wipe).expect(0)
    assert ledger.read().free_numbers(order) == [1]


def test_without_its_ledger_the_passport_is_enough_to_ask(tmp_path: Path) -> None:
    _ledger, _order, stick, _drive = one_drive(tmp_path)
    wipe = ["--lang", "en", "wipe", stick, "--yes"]
    (tmp_path / "there").mkdir()
    open_ledger(tmp_path / "there")
    for ledger in ([], ["--ledger", tmp_path / "there" / "ledger.sqlite"]):
        refused = usbkit(*ledger, *wipe).expect(2).err
        assert "a numbered drive of ours" in refused
