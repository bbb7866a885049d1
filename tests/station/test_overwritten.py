"""A number is counted only while its stick is whole: wiped or written over by hand, it is not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.station.small import begin, make_sticks, station
from tests.station.world import FakeStick, World
from tests.support.cli import run, usbkit
from usbkit.drives.inspection import Inspection, inspect_drive
from usbkit.drives.signatures import claimed_ranges
from usbkit.station.messages import PortState
from usbkit.station.overwritten import void_overwritten
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
    assert world.whole() == [1]
    (voided,) = void_overwritten(world.ledger, [nonce], "wiped")
    assert voided.number == 1
    assert world.whole() == []
    assert void_overwritten(world.ledger, [nonce], "wiped") == [], "once"


def test_a_number_that_nobody_here_gave_is_nobody_s_here(world: World) -> None:
    assert void_overwritten(world.ledger, ["f" * 32], "wiped") == []
    assert whole_nonce(world)
    assert world.whole() == [1]


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


@pytest.mark.parametrize("command", [["wipe"], ["drives", "test"]])
def test_by_command(tmp_path: Path, command: list[str]) -> None:
    bundle, ledger = begin(tmp_path, 1)
    (stick,) = make_sticks(tmp_path, 1)
    runner, _machine = station(tmp_path, bundle, [stick])
    runner.run()
    look = inspect_drive(stick)
    assert isinstance(look, Inspection) and look.facts.numbered
    (order,) = ledger.read().orders
    assert ledger.read().whole_numbers(order) == [1]
    by_name = [*command, stick, "--yes"]
    assert usbkit("--ledger", ledger.place, *by_name).code == 2
    assert ledger.read().whole_numbers(order) == [1]
    usbkit("--ledger", ledger.place, *by_name, "--confirm", stick).expect(0)
    assert ledger.read().whole_numbers(order) == []
