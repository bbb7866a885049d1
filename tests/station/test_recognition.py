"""What the ledger knows of a stick, and the remark on one that it counts but that has lost its passport."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.ledger.stories import order
from tests.station.world import SIZE, FakeStick, World
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked, DriveVoided, Stick
from usbkit.ledger.records import Journey
from usbkit.station.messages import PortState
from usbkit.station.recognition import counted_alike, is_same_hardware
from usbkit.station.work import Foreign, Policy


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def fill(world: World, serial: str | None = "A", port: str = "1-1") -> Journey:
    """A stick that is written whole and taken out."""
    world.plug(port, FakeStick(serial))
    world.finish(port)
    drive = world.line(port).drive
    world.pull(port)
    return world.ledger.read().journeys[str(drive)]


def remark(journey: Journey) -> str:
    return f"usbkit ledger mark replaced {journey.drive}"


def test_a_stick_that_another_computer_wiped_is_remarked_upon_from_beginning_to_end(world: World) -> None:
    first = fill(world)
    world.plug("2-2", FakeStick("A"))
    assert world.state("2-2") is PortState.WRITING, "two sticks may have one serial: nobody is asked"
    assert remark(first) in world.text("2-2") and "guatemala-1, 1 of 3" in world.text("2-2")
    world.finish("2-2")
    assert world.state("2-2") is PortState.WHOLE
    assert remark(first) in world.text("2-2"), "said once more when somebody comes for it"
    assert world.whole() == [1, 2], "a serial voids nothing by itself"


def test_as_the_remark_says_it_the_number_is_free(world: World) -> None:
    first = fill(world)
    world.plug("2-2", FakeStick("A"))
    world.finish("2-2")
    world.ledger.append(DriveMarked(drive=first.drive, mark=Mark.REPLACED))
    assert world.whole() == [2]
    assert world.ledger.read().free_numbers("guatemala-1") == [1, 3]


@dataclass(frozen=True)
class Case:
    """A stick that comes after the one with serial A was made whole, and whether it is remarked upon."""

    stick: Callable[[], FakeStick] = lambda: FakeStick("A")
    before: Callable[[World, Journey], object] = lambda _world, _journey: None
    is_said: bool = False


def _sent(world: World, journey: Journey) -> None:
    world.ledger.append(DriveMarked(drive=journey.drive, mark=Mark.SENT))


def _void(world: World, journey: Journey) -> None:
    world.ledger.append(DriveVoided(drive=journey.drive, reason="wiped"))


def _replaced(world: World, journey: Journey) -> None:
    world.ledger.append(DriveMarked(drive=journey.drive, mark=Mark.REPLACED))


def _in_sight(world: World, journey: Journey) -> None:
    (passport,) = (p for p in world.maker.made.values() if p.drive is not None and p.drive.number == journey.number)
    world.plug("3-3", FakeStick("A", passport=passport))


def _two_whole(world: World, _journey: Journey) -> None:
    fill(world, "A", "3-3")


CASES = {
    "wiped to zeros": Case(is_said=True),
    "formatted by another computer": Case(lambda: FakeStick("A", foreign=None), is_said=True),
    "sent, and here again": Case(before=_sent, is_said=True),
    "another serial": Case(lambda: FakeStick("B")),
    "a serial that differs in case": Case(lambda: FakeStick("a")),
    "no serial": Case(lambda: FakeStick(None)),
    "an empty serial": Case(lambda: FakeStick("")),
    "another size": Case(lambda: FakeStick("A", size=SIZE + 512)),
    "void already": Case(before=_void),
    "replaced already": Case(before=_replaced),
    "the drive itself stands in another port": Case(before=_in_sight),
    "two whole sticks have this serial": Case(before=_two_whole),
}


@pytest.mark.parametrize("name", CASES)
def test_which_are_remarked_upon(tmp_path: Path, name: str) -> None:
    case, world = CASES[name], World(tmp_path, order(count=5))
    first = fill(world)
    case.before(world, first)
    world.plug("2-2", case.stick())
    assert world.state("2-2") is PortState.WRITING
    assert ("which counts" in world.text("2-2")) is case.is_said
    assert (remark(first) in world.text("2-2")) is case.is_said


def test_somebody_s_files_on_it_are_asked_about_first(tmp_path: Path) -> None:
    world = World(tmp_path, policy=Policy(Foreign.ASK))
    first = fill(world)
    world.plug("2-2", FakeStick("A", foreign="exfat"))
    assert world.state("2-2") is PortState.ASKING
    world.agree("2-2")
    assert world.state("2-2") is PortState.WRITING and remark(first) in world.text("2-2")


def test_sticks_of_no_serial_are_never_alike(world: World) -> None:
    fill(world, None)
    assert counted_alike(Stick(size=SIZE, vendor="Maker", model="Stick"), world.ledger.read()) is None


@pytest.mark.parametrize("field", ["vendor", "model"])
def test_another_make_is_not_alike(world: World, field: str) -> None:
    first = fill(world)
    assert first.stick is not None
    assert counted_alike(first.stick, world.ledger.read()) == first
    assert counted_alike(first.stick.model_copy(update={field: "Other"}), world.ledger.read()) is None


def test_hardware_is_size_and_serial(world: World) -> None:
    first = fill(world)
    assert first.stick is not None
    assert is_same_hardware(first, first.stick)
    assert is_same_hardware(first, first.stick.model_copy(update={"port": "9-9"})), "in any port"
    assert not is_same_hardware(first, first.stick.model_copy(update={"serial": "B"}))
    assert not is_same_hardware(first, first.stick.model_copy(update={"size": SIZE + 512}))
    assert not is_same_hardware(replace(first, begun=None), first.stick)
