"""Drives that another station made, in a ledger that knows them: only that station records what becomes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import order
from tests.ledger.test_merging import take
from tests.station.world import FakeMaker, FakeStick, World
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import _
from usbkit.disk.image import Image
from usbkit.drives.record import Phase
from usbkit.ledger.events import OrderCancelled
from usbkit.ledger.journey import Stage
from usbkit.station.messages import PortState, Working
from usbkit.station.work import Foreign, Policy
from usbkit.trust.passport import DriveNumber


@pytest.fixture
def theirs(tmp_path: Path) -> World:
    """Another station, with an order of its own."""
    (tmp_path / "theirs").mkdir()
    return World(tmp_path / "theirs", order("theirs-1", 2))


def ours(theirs: World, folder: Path, *, foreign: Foreign = Foreign.ASK) -> World:
    """Our station, which merged what theirs wrote down until now."""
    (folder / "ours").mkdir()
    world = World(folder / "ours", order("ours-1", 2), policy=Policy(foreign))
    take(world.ledger, theirs.ledger.place.path.parent)
    world.maker.made |= theirs.maker.made
    world.station = world._new_station()
    return world


def whole_stick(world: World) -> FakeStick:
    stick = FakeStick("T1")
    world.plug("1-1", stick)
    world.finish("1-1")
    return world.pull("1-1")


def unfinished_stick(world: World, serial: str = "T2") -> FakeStick:
    world.plug("1-2", FakeStick(serial))
    world.advance("1-2")
    return world.pull("1-2")


def test_a_whole_one_is_whole_here_too_and_kept(theirs: World, tmp_path: Path) -> None:
    stick = whole_stick(theirs)
    world = ours(theirs, tmp_path)
    entries = len(list(world.ledger.entries()))
    world.plug("1-1", stick)
    world.verified("1-1")
    assert world.state("1-1") is PortState.WHOLE and "whole already" in world.text("1-1")
    assert len(list(world.ledger.entries())) == entries, "nothing is written of another's drive"
    assert not world.started


def test_one_that_was_finished_unseen_is_their_s_to_tell(theirs: World, tmp_path: Path) -> None:
    """Theirs was killed behind the last byte: their ledger has it as unfinished."""
    stick = FakeStick("T1")
    slot = theirs.plug("1-1", stick)
    job = theirs.writing[slot]
    theirs.pull("1-1")
    theirs.complete(stick, job)
    world = ours(theirs, tmp_path)
    world.plug("1-1", stick)
    world.verified("1-1")
    assert world.state("1-1") is PortState.LEFT
    assert f"of the station {theirs.ledger.origin}" in world.text("1-1")
    assert not world.started and world.whole("theirs-1") == []


def test_a_damaged_one_is_left_to_them(theirs: World, tmp_path: Path) -> None:
    stick = whole_stick(theirs)
    stick.is_intact = False
    world = ours(theirs, tmp_path)
    world.plug("1-1", stick)
    world.verified("1-1")
    assert world.state("1-1") is PortState.LEFT and "not as it was made" in world.text("1-1")
    assert world.whole("theirs-1") == [1], "nobody else's word voids a drive"


@pytest.mark.parametrize(("foreign", "state"), [(Foreign.ASK, PortState.ASKING), (Foreign.LEAVE, PortState.LEFT)])
def test_an_unfinished_one_is_asked_about_and_never_gone_on_with(
    theirs: World, tmp_path: Path, foreign: Foreign, state: PortState
) -> None:
    stick = unfinished_stick(theirs)
    world = ours(theirs, tmp_path, foreign=foreign)
    world.plug("1-1", stick)
    assert world.state("1-1") is state and "another station made" in world.text("1-1")
    assert not world.started
    if foreign is Foreign.ASK:
        world.agree("1-1")
        assert world.state("1-1") is PortState.WRITING and world.line("1-1").order == "ours-1"


def test_our_own_unfinished_one_is_not_asked_about(tmp_path: Path) -> None:
    """Neither where it is gone on with, nor where its order was cancelled and another one takes it."""
    world = World(tmp_path, order("a-1", 1), order("b-1", 1))
    first = unfinished_stick(world)
    world.plug("1-1", first)
    assert world.state("1-1") is PortState.WRITING and world.line("1-1").order == "a-1"
    world.pull("1-1")
    world.ledger.append(OrderCancelled(order="a-1"))
    world.plug("1-1", first)
    assert world.state("1-1") is PortState.WRITING and world.line("1-1").order == "b-1"


class Torn(FakeMaker):
    """A source that went: nothing can be laid out any more, for two reasons."""

    is_torn = False

    def make(self, capacity: int, sector_size: int, drive: DriveNumber, nonce: str) -> Image:
        if self.is_torn:
            raise InputError(Finding("first-reason", _("the one")), Finding("second-reason", _("the other")))
        return super().make(capacity, sector_size, drive, nonce)


def test_an_order_that_cannot_be_filled_any_more_says_why_and_resumes_nothing(tmp_path: Path) -> None:
    maker = Torn()
    world = World(tmp_path, order("a-1", 3), maker=maker)
    unfinished = unfinished_stick(world)
    maker.is_torn = True
    world.plug("1-1", FakeStick("X"))
    assert world.state("1-1") is PortState.STOPPED
    assert [f.id for f in world.station.troubles] == ["first-reason"]
    world.plug("1-2", unfinished)
    assert world.state("1-2") is PortState.LEFT and len(world.started) == 1
    (journey,) = (j for j in world.ledger.read().journeys.values() if j.stick is not None and j.stick.serial == "T2")
    assert journey.stage is Stage.INTERRUPTED, "its number is kept: it may be gone on with once the source is there"


@pytest.mark.parametrize(
    ("done", "total", "percent"),
    [(0, 1000, 0), (9, 1000, 0), (10, 1000, 1), (995, 1000, 99), (1000, 1000, 100), (7, 3, 100)],
)
def test_percent_is_what_is_done_and_never_rounded_up(tmp_path: Path, done: int, total: int, percent: int) -> None:
    world = World(tmp_path)
    world.plug("1-1", FakeStick("A"))
    world.tell(Working(world.slot("1-1"), Phase.DATA, done, total))
    assert world.line("1-1").percent == percent
    world.tell(Working(world.slot("1-1"), Phase.DATA, done, None))
    assert world.line("1-1").percent is None
