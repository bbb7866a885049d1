"""Drives written again for an order that renews theirs: under their numbers, and without asking twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import order
from tests.station.world import FakeStick, World
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked, OrderAdded
from usbkit.station.messages import PortState
from usbkit.writing.job import Mode


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, list[FakeStick]]:
    """A ledger's folder, and the sticks of its order of two drives."""
    world = World(tmp_path, order(count=2))
    sticks = [FakeStick("A"), FakeStick("B")]
    for port, stick in zip(("1-1", "1-2"), sticks, strict=True):
        world.plug(port, stick)
        world.finish(port)
    return tmp_path, sticks


def renewed(folder: Path, *gone: int) -> World:
    """A station with the order that makes both numbers again; drives of the numbers ``gone`` were away meanwhile."""
    world = World(folder, order(count=2))
    journeys = world.ledger.read().journeys_of("guatemala-1")
    values = {**order("guatemala-2", 2).model_dump(), "why": "outdated", "renews": "guatemala-1"}
    world.ledger.append(OrderAdded.model_validate(values))
    for journey in journeys:
        if journey.number in gone:
            world.ledger.append(
                DriveMarked(drive=journey.drive, mark=Mark.SENT), DriveMarked(drive=journey.drive, mark=Mark.RETURNED)
            )
        world.ledger.append(DriveMarked(drive=journey.drive, mark=Mark.REPLACED, successor="guatemala-2"))
    return World(folder, order(count=2))


def test_each_keeps_its_number_and_what_it_holds(made: tuple[Path, list[FakeStick]]) -> None:
    folder, sticks = made
    world = renewed(folder)
    world.plug("1-2", sticks[1])  # the second comes first
    assert world.state("1-2") is PortState.WRITING and world.line("1-2").number == 2
    (job,) = world.writing.values()
    assert job.mode is Mode.REFRESH
    world.plug("1-1", sticks[0])
    assert world.line("1-1").number == 1
    for port in ("1-1", "1-2"):
        world.finish(port)
    assert world.whole("guatemala-2") == [1, 2]
    assert "2 of 2 done" in world.text("1-2")
    later = world.ledger.read().journeys_of("guatemala-2")
    earlier = {j.number: j.reference for j in world.ledger.read().journeys_of("guatemala-1")}
    assert {j.number: j.instead_of for j in later} == earlier
    assert {world.ledger.read().journeys[d].stage for d in earlier.values()} == {"void"}, "their sticks are others now"
    assert [s.passport.drive.replaces for s in sticks if s.passport and s.passport.drive] == [earlier[1], earlier[2]]


def test_one_that_was_away_is_asked_about_and_keeps_its_number(made: tuple[Path, list[FakeStick]]) -> None:
    folder, sticks = made
    world = renewed(folder, 2)
    world.plug("1-2", sticks[1])
    assert world.state("1-2") is PortState.ASKING
    world.agree("1-2")
    assert world.state("1-2") is PortState.WRITING and world.line("1-2").number == 2


def test_one_on_which_somebody_put_files_is_asked_about_and_keeps_its_number(
    made: tuple[Path, list[FakeStick]],
) -> None:
    folder, sticks = made
    world = renewed(folder)
    sticks[1].facts["strangers"] = 2
    world.plug("1-2", sticks[1])
    assert world.state("1-2") is PortState.ASKING
    world.agree("1-2")
    assert world.state("1-2") is PortState.WRITING and world.line("1-2").number == 2


def test_another_stick_that_says_so_is_asked_about(made: tuple[Path, list[FakeStick]]) -> None:
    folder, sticks = made
    world = renewed(folder)
    copy = FakeStick("C")
    copy.copy_of(sticks[1])
    world.plug("1-2", copy)
    assert world.state("1-2") is PortState.ASKING
    world.agree("1-2")
    assert world.line("1-2").number == 1, "the lowest free one"


def test_a_stick_that_could_not_be_opened_has_its_number_free_again(made: tuple[Path, list[FakeStick]]) -> None:
    from usbkit.drives.record import Outcome, Phase

    folder, sticks = made
    world = renewed(folder)
    world.plug("1-1", sticks[0])
    world.finish("1-1", Outcome.REFUSED, Phase.OPEN)
    assert world.ledger.read().free_numbers("guatemala-2") == [1, 2]


def test_a_whole_drive_of_an_older_seal_is_said_to_be_outdated(made: tuple[Path, list[FakeStick]]) -> None:
    folder, sticks = made
    world = World(folder, order(count=2))
    values = {**order("guatemala-2", 1).model_dump(), "fingerprint": "5e" * 32}
    world.ledger.append(OrderAdded.model_validate(values))
    world.plug("1-1", sticks[0])
    world.verified("1-1")
    assert world.state("1-1") is PortState.WHOLE
    assert "OUTDATED; to write it again: usbkit order renew guatemala-1" in world.text("1-1")
