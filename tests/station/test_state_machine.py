"""The station's decisions: every "never wrong" rule, with simulated sticks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ledger.stories import SEAL, damaged, order
from tests.station.world import MIB, FakeMaker, FakeStick, World, verdict
from usbkit.drives.device import DriveKind
from usbkit.drives.record import Outcome, Phase
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked, FailuresForgiven
from usbkit.ledger.journey import Stage
from usbkit.station.messages import Checked, Ended, Looked, PortState
from usbkit.station.state_machine import RETRIES, RETRY_AFTER
from usbkit.station.work import Foreign, Policy
from usbkit.trust.passport import DriveNumber, Passport
from usbkit.trust.verdict import Structure


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def fill(world: World, port: str, serial: str) -> FakeStick:
    """A stick that is written whole and taken out."""
    stick = FakeStick(serial)
    world.plug(port, stick)
    world.finish(port)
    return world.pull(port)


def test_sticks_are_written_and_proven_and_the_order_is_filled(world: World) -> None:
    for port, serial in (("1-1", "A"), ("1-2", "B"), ("1-3", "C")):
        world.plug(port, FakeStick(serial))
        assert world.state(port) is PortState.WRITING
    assert not world.station.is_done
    for port in ("1-3", "1-1", "1-2"):
        world.advance(port)
        assert world.line(port).percent == 50
        world.advance(port, Phase.READ_BACK)
        assert world.state(port) is PortState.PROVING
        world.finish(port)
        assert world.state(port) is PortState.WHOLE
    assert world.whole() == [1, 2, 3]
    assert world.station.is_done
    line = world.line("1-2")
    assert (line.order, line.country, line.number, line.of) == ("guatemala-1", "guatemala", 2, 3)
    assert line.drive in world.text("1-2")


def test_the_passport_is_in_the_ledger_before_the_first_byte(world: World) -> None:
    world.plug("1-1", FakeStick("A"))  # World._require_begun reads the ledger's file anew before each write
    (journey,) = world.ledger.read().journeys.values()
    assert journey.stage is Stage.BEGUN
    assert journey.stick is not None and journey.stick.port == "1-1"


def test_more_sticks_than_the_order_needs_are_left_alone(world: World) -> None:
    for number in range(1, 5):
        world.plug(f"1-{number}", FakeStick(str(number)))
    assert world.state("1-4") is PortState.LEFT
    assert "not needed" in world.text("1-4")
    assert world.ports["1-4"][1].content is None


def test_a_spare_stick_takes_the_place_of_one_that_failed(world: World) -> None:
    for number in range(1, 5):
        world.plug(f"1-{number}", FakeStick(str(number)))
    world.finish("1-2", Outcome.DAMAGED)
    assert world.state("1-2") is PortState.BAD
    assert world.state("1-4") is PortState.WRITING
    assert world.line("1-4").number == 2


def test_a_whole_stick_is_recognised_and_not_rewritten(world: World) -> None:
    stick = fill(world, "1-1", "A")
    world.plug("2-2", stick)
    assert world.state("2-2") is PortState.CHECKING
    world.verified("2-2")
    assert world.state("2-2") is PortState.WHOLE
    assert "whole already" in world.text("2-2")
    assert world.started == [stick], "written once"
    assert world.whole() == [1]


def test_a_stick_that_was_whole_and_is_damaged_loses_its_number(world: World) -> None:
    stick = fill(world, "1-1", "A")
    stick.is_intact = False
    world.plug("1-1", stick)
    old = world.line("1-1").drive
    world.verified("1-1")
    assert world.ledger.read().journeys[str(old)].stage is Stage.VOID
    assert world.state("1-1") is PortState.ASKING, "its owner may have put files beside ours"
    world.agree("1-1")
    assert world.state("1-1") is PortState.WRITING
    assert world.line("1-1").number == 1
    assert world.line("1-1").drive != old


@pytest.mark.parametrize(
    "other",
    [
        lambda passport: replace(passport, metadata="e" * 64),
        lambda passport: replace(passport, nonce="f" * 32, drive=None),
    ],
)
def test_a_stick_with_two_faces_is_bad(world: World, other: Callable[[Passport], Passport]) -> None:
    """It shows the passport that the ledger knows at the first look, and another when all of it is read."""
    stick = fill(world, "1-1", "A")
    assert stick.passport is not None
    stick.second_face = other(stick.passport)
    world.plug("1-1", stick)
    world.verified("1-1")
    for _time in range(2):
        assert world.state("1-1") is PortState.BAD
        assert "another when all of it is read" in world.text("1-1")
        assert world.whole() == []
        world.die()
    assert world.started == [stick], "never written again"


def test_what_is_read_from_end_to_end_is_judged_by_the_digest_in_the_ledger(world: World) -> None:
    stick = fill(world, "1-1", "A")
    slot = world.plug("1-1", stick)
    journey = world.ledger.read().journeys[str(world.line("1-1").drive)]
    assert journey.begun is not None
    assert world.asked[slot] == journey.begun.metadata


def test_a_damaged_stick_of_an_order_that_is_not_of_this_batch_is_left_alone(tmp_path: Path) -> None:
    first = World(tmp_path, order(count=1))
    stick = fill(first, "1-1", "A")
    stick.is_intact = False
    second = World(tmp_path, order("guatemala-2"))
    second.station.recorder = replace(
        second.station.recorder, works=[w for w in second.station.recorder.works if w.id != "guatemala-1"]
    )
    second.plug("1-1", stick)
    second.verified("1-1")
    assert second.state("1-1") is PortState.LEFT
    assert "not as it was made" in second.text("1-1")
    assert second.whole("guatemala-1") == [], "its number is free for a stick that is whole"
    assert second.started == []


def test_an_opened_stick_of_an_order_that_is_not_of_this_batch_stays_whole(tmp_path: Path) -> None:
    """Its files are what they were: only its own order's run decides to write it anew."""
    first = World(tmp_path, order(count=1))
    stick = fill(first, "1-1", "A")
    second = World(tmp_path, order("guatemala-2"))
    second.station.recorder = replace(
        second.station.recorder, works=[w for w in second.station.recorder.works if w.id != "guatemala-1"]
    )
    slot = second.plug("1-1", stick)
    opened = replace(verdict(is_whole=True), structure=Structure.OPENED, passport=stick.passport)
    second.verifying.remove(slot)
    second.tell(Checked(slot, opened))
    assert second.state("1-1") is PortState.LEFT and "structure opened" in second.text("1-1")
    assert second.whole("guatemala-1") == [1] and second.started == []


def test_a_drive_that_came_back_with_trouble_is_read_and_counts_again(world: World) -> None:
    stick = fill(world, "1-1", "A")
    drive = world.ledger.read().holders("guatemala-1")[1].drive
    for event in (damaged(drive), DriveMarked(drive=drive, mark=Mark.RETURNED)):
        world.ledger.append(event)
    assert world.ledger.read().journey(drive).is_doubted
    world.plug("1-1", stick)
    world.verified("1-1")
    assert world.state("1-1") is PortState.WHOLE
    journey = world.ledger.read().journey(drive)
    assert journey.counts and not journey.is_doubted
    before = world.ledger.own_head()
    world.plug("1-1", world.pull("1-1"))
    world.verified("1-1")
    assert world.ledger.own_head() == before, "what is known is not written down again"


def test_a_passport_that_says_another_number_is_not_believed(world: World) -> None:
    stick = fill(world, "1-1", "A")
    assert stick.passport is not None
    stick.passport = replace(stick.passport, drive=DriveNumber(2, 3))
    world.plug("1-1", stick)
    world.verified("1-1")
    assert world.state("1-1") is PortState.ASKING
    assert world.whole() == []


def test_a_copy_of_a_whole_stick_does_not_count(world: World) -> None:
    stick, copy = fill(world, "1-1", "A"), FakeStick("B")
    copy.copy_of(stick)
    world.plug("1-2", copy)
    assert world.state("1-2") is PortState.BAD
    assert "a copy of guatemala-1, 1 of 3" in world.text("1-2")


def test_of_two_sticks_with_one_passport_and_one_serial_one_is_a_copy(world: World) -> None:
    stick, copy = fill(world, "1-1", "A"), FakeStick("A")
    copy.copy_of(stick)
    world.plug("1-1", stick)
    world.plug("1-2", copy)
    assert world.state("1-2") is PortState.BAD
    assert "stick in port 1-1" in world.text("1-2")


def test_pulled_and_plugged_into_another_port_it_goes_on(world: World) -> None:
    stick = FakeStick("A")
    world.plug("1-1", stick)
    drive = world.line("1-1").drive
    world.advance("1-1")
    world.pull("1-1")
    assert str(world.news[-1].text).startswith("pulled out while it was written")
    world.plug("2-4", stick)
    assert world.state("2-4") is PortState.WRITING
    assert world.line("2-4").drive == drive
    assert "continuing where it stopped" in world.text("2-4")
    assert world.writing[world.slot("2-4")].mode == "resume"
    world.finish("2-4")
    assert world.whole() == [1]


def test_pulled_at_the_last_moment_it_is_read_and_counted(world: World) -> None:
    stick = FakeStick("A")
    world.plug("1-1", stick)
    world.complete(stick, world.writing[world.slot("1-1")])
    world.pull("1-1")
    assert world.whole() == []
    world.plug("1-2", stick)
    assert world.state("1-2") is PortState.CHECKING
    world.verified("1-2")
    assert world.whole() == [1]
    assert world.started == [stick], "written once"


def test_the_number_of_a_pulled_stick_is_kept_as_long_as_others_are_free(world: World) -> None:
    world.plug("1-1", FakeStick("A"))
    world.pull("1-1")
    for number in (2, 3):
        world.plug(f"1-{number}", FakeStick(str(number)))
        assert world.line(f"1-{number}").number == number
    world.plug("1-4", FakeStick("4"))
    assert world.line("1-4").number == 1, "nobody came back for it"


def test_a_pulled_stick_whose_number_is_gone_gets_no_second_one(world: World) -> None:
    pulled = FakeStick("A")
    world.plug("1-1", pulled)
    world.complete(pulled, world.writing[world.slot("1-1")])
    world.pull("1-1")
    for number in (2, 3, 4):
        world.plug(f"1-{number}", FakeStick(str(number)))
        world.finish(f"1-{number}")
    assert world.whole() == [1, 2, 3]
    world.plug("1-1", pulled)
    assert world.state("1-1") is PortState.LEFT
    assert world.whole() == [1, 2, 3]


def test_no_number_is_taken_from_a_stick_that_is_just_being_looked_at(world: World) -> None:
    pulled = FakeStick("A")
    world.plug("1-1", pulled)
    world.pull("1-1")
    world.plug("1-2", FakeStick("2"))
    world.plug("1-3", FakeStick("3"))
    world.plug("1-1", pulled, looked=False)
    world.plug("1-4", FakeStick("4"))
    assert world.state("1-4") is PortState.WAITING
    world.look("1-1")
    assert world.line("1-1").number == 1
    assert world.state("1-4") is PortState.LEFT


def test_a_stick_that_failed_twice_is_refused_until_it_is_cleared(world: World) -> None:
    stick = FakeStick("A")
    for port in ("1-1", "1-2"):
        world.plug(port, stick)
        world.finish(port, Outcome.FAILED)
        assert world.state(port) is PortState.BAD
        world.pull(port)
    assert "failed twice" in str([n.text for n in world.news if n.state is PortState.BAD][-1])
    world.plug("1-1", stick)
    assert world.state("1-1") is PortState.BAD
    assert "usbkit station clear" in world.text("1-1")
    assert len(world.started) == 2
    failed = [j.drive for j in world.ledger.read().journeys.values() if j.stage is Stage.FAILED]
    world.pull("1-1")
    world.ledger.append(FailuresForgiven(drives=tuple(failed)))
    world.plug("1-1", stick)
    assert world.state("1-1") is PortState.WRITING


def test_a_nameless_stick_that_failed_twice_is_known_by_what_stands_on_it(world: World) -> None:
    stick, sibling = FakeStick(None), FakeStick(None)
    for port in ("1-1", "1-2"):
        world.plug(port, stick)
        world.finish(port, Outcome.DAMAGED)
        world.pull(port)
    world.plug("1-1", stick)
    assert world.state("1-1") is PortState.BAD
    world.plug("1-2", sibling)
    assert world.state("1-2") is PortState.WRITING, "its sibling without a serial is not to blame"


def test_sticks_with_the_same_serial_are_not_taken_for_each_other(world: World) -> None:
    for port in ("1-1", "1-2", "1-3"):
        world.plug(port, FakeStick("000000000001"))
        assert world.state(port) is PortState.WRITING
    for port in ("1-1", "1-2", "1-3"):
        world.finish(port)
    assert world.whole() == [1, 2, 3]


def test_a_pull_or_a_fault_of_ours_is_not_held_against_the_stick(world: World) -> None:
    stick = FakeStick("A")
    for outcome in (Outcome.VANISHED, Outcome.CRASHED, Outcome.INTERRUPTED):
        world.plug("1-1", stick)
        world.finish("1-1", outcome)
        assert world.state("1-1") is PortState.STOPPED
        world.pull("1-1")
    world.plug("1-1", stick)
    assert world.state("1-1") is PortState.WRITING


def test_a_stick_that_lies_about_its_size_is_refused_at_once(world: World) -> None:
    stick = FakeStick("A")
    world.plug("1-1", stick)
    world.finish("1-1", Outcome.FAKE, Phase.PROBE)
    assert "it holds 1.05 MB and says 67.1 MB" in world.text("1-1")
    world.pull("1-1")
    world.plug("1-2", stick)
    assert world.state("1-2") is PortState.BAD


def test_somebody_s_files_are_asked_about(world: World) -> None:
    stick = FakeStick("A", foreign="ntfs")
    world.plug("1-1", stick)
    assert world.state("1-1") is PortState.ASKING
    assert "not ours: ntfs" in world.text("1-1")
    world.agree("1-2")
    assert world.state("1-1") is PortState.ASKING
    world.agree("1-1")
    assert world.state("1-1") is PortState.WRITING
    (journey,) = world.ledger.read().journeys.values()
    assert journey.begun is not None
    assert journey.begun.consent == "it holds data that is not ours: ntfs"


def test_an_answer_is_for_one_stick_only(world: World) -> None:
    world.plug("1-1", FakeStick("A", foreign="ntfs"))
    world.agree("1-1")
    world.finish("1-1")
    world.pull("1-1")
    world.plug("1-1", FakeStick("B", foreign="ntfs"))
    assert world.state("1-1") is PortState.ASKING


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (Policy(foreign=Foreign.LEAVE), PortState.LEFT),
        (Policy(foreign=Foreign.OVERWRITE), PortState.WRITING),
        (Policy(foreign=Foreign.LEAVE, confirmed=frozenset(("A",))), PortState.WRITING),
        (Policy(foreign=Foreign.LEAVE, confirmed=frozenset(("1-1",))), PortState.WRITING),
    ],
)
def test_somebody_s_files_by_policy(tmp_path: Path, policy: Policy, state: PortState) -> None:
    world = World(tmp_path, policy=policy)
    world.plug("1-1", FakeStick("A", foreign="ntfs"))
    assert world.state("1-1") is state


def numbered_elsewhere() -> Passport:
    number = DriveNumber(1, 3)
    return Passport("forum-test", "GT", 3, dt.date(2020, 10, 30), "corps", SEAL, "0" * 64, number, "ab" * 16)


@pytest.mark.parametrize(
    ("foreign", "state"),
    [(Foreign.ASK, PortState.ASKING), (Foreign.LEAVE, PortState.LEFT), (Foreign.OVERWRITE, PortState.LEFT)],
)
def test_another_station_s_drive_is_not_overwritten_unasked(tmp_path: Path, foreign: Foreign, state: PortState) -> None:
    world = World(tmp_path, policy=Policy(foreign=foreign))
    world.plug("1-1", FakeStick("A", passport=numbered_elsewhere()))
    assert world.state("1-1") is state
    assert "another station" in world.text("1-1")


def test_a_finished_drive_without_a_number_is_asked_about(world: World) -> None:
    """`usbkit write` beside the station has just called it whole, or its owner keeps files on it."""
    world.plug("1-1", FakeStick("A", passport=replace(numbered_elsewhere(), drive=None, nonce=None)))
    assert world.state("1-1") is PortState.ASKING
    assert "a finished drive of ours" in world.text("1-1")
    world.agree("1-1")
    assert world.state("1-1") is PortState.WRITING


def test_a_stick_that_was_whole_and_is_found_unfinished_loses_its_number(world: World) -> None:
    stick = fill(world, "1-1", "A")
    old = world.whole()
    begun = next(j.begun for j in world.ledger.read().journeys.values() if j.begun is not None)
    world.plug("1-1", FakeStick("A", job=begun.job))
    assert old and world.whole() == []
    assert world.state("1-1") is PortState.WRITING
    assert world.line("1-1").number == 1
    assert stick.passport is not None


def test_another_stick_with_the_record_of_a_whole_one_takes_nothing_from_it(world: World) -> None:
    fill(world, "1-1", "A")
    old = world.whole()
    begun = next(j.begun for j in world.ledger.read().journeys.values() if j.begun is not None)
    world.plug("1-2", FakeStick("B", job=begun.job))
    assert world.whole() == old


def test_one_confirmation_for_two_sticks_is_none(tmp_path: Path) -> None:
    world = World(tmp_path, policy=Policy(confirmed=frozenset(("A",))))
    world.plug("1-1", FakeStick("A", foreign="ntfs"))
    assert world.state("1-1") is PortState.WRITING
    world.plug("1-2", FakeStick("A", foreign="ntfs"))
    assert world.state("1-2") is PortState.LEFT
    assert "1-1, 1-2" in world.text("1-2")
    world.pull("1-1")
    assert world.state("1-2") is PortState.WRITING


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"is_read_only": True}, "read-only"),
        ({"is_usb": False}, "not a USB drive"),
        ({"mounted_at": ("/media/kim",)}, "mounted at /media/kim"),
        ({"mounted_at": ("/",), "holds_system": True}, "this computer runs from it"),
        ({"other_interfaces": ("keyboard or mouse",)}, "also: keyboard or mouse"),
        ({"holders": ("dm-0",)}, "in use by dm-0"),
        ({"swap": True}, "swaps to it"),
        ({"sector_size": 520}, "520 bytes"),
    ],
)
def test_what_may_not_be_written_is_said_and_left_alone(world: World, facts: dict[str, object], said: str) -> None:
    world.plug("1-1", FakeStick("A", facts=facts))
    assert world.state("1-1") is PortState.LEFT
    assert said in world.text("1-1")
    assert "nothing was written" in world.text("1-1")
    assert world.started == []


def test_what_is_too_small_is_said_with_the_numbers(world: World) -> None:
    world.plug("1-1", FakeStick("A", size=8 * MIB))
    assert world.state("1-1") is PortState.LEFT
    assert "short" in world.text("1-1")


@pytest.mark.parametrize("facts", [{"is_removable": False}, {}])
def test_what_is_large_or_not_removable_is_asked_about(world: World, facts: dict[str, object]) -> None:
    world.plug("1-1", FakeStick("A", size=SIZE_OF_A_DISK if not facts else 64 * MIB, facts=facts))
    assert world.state("1-1") is PortState.ASKING


SIZE_OF_A_DISK = 2 * 10**12


def test_every_doubt_is_in_the_question(world: World) -> None:
    world.plug("1-1", FakeStick("A", foreign="ext4", facts={"is_removable": False}))
    assert "ext4" in world.text("1-1")
    assert "not removable" in world.text("1-1")


def test_only_the_station_s_ports_are_used_once_they_are_named(tmp_path: Path) -> None:
    world = World(tmp_path, policy=Policy(ports={"1-1": "left"}))
    world.plug("1-1", FakeStick("A"))
    world.plug("1-2", FakeStick("B"))
    assert world.line("1-1").port == "left"
    assert world.state("1-1") is PortState.WRITING
    assert world.state("1-2") is PortState.LEFT


@pytest.mark.parametrize("kind", [DriveKind.LOOP, DriveKind.FILE])
def test_loop_devices_and_files_only_where_they_are_named(tmp_path: Path, kind: DriveKind) -> None:
    stick = FakeStick("A")
    world = World(tmp_path, policy=Policy(files=frozenset((Path("/dev/sd1"),))))
    for port in ("1-1", "1-2"):
        world.plug(port, stick, looked=False)
        slot, _stick, identity = world.ports[port]
        world.looking.remove(slot)
        look = stick.look(replace(identity, kind=kind, port=None))
        world.tell(Looked(slot, replace(look, facts=replace(look.facts, is_usb=False))))
    assert world.state("1-1") is PortState.WRITING
    assert world.state("1-2") is PortState.LEFT


def test_a_stick_that_somebody_else_has_open_is_tried_again(world: World) -> None:
    world.plug("1-1", FakeStick("A"))
    for attempt in range(RETRIES):
        world.ports["1-1"][1].job = None  # nothing was written
        world.finish("1-1", Outcome.REFUSED, Phase.OPEN)
        assert world.state("1-1") is PortState.WAITING, attempt
        world.tick(RETRY_AFTER / 2)
        assert world.state("1-1") is PortState.WAITING
        world.tick(RETRY_AFTER)
        world.look("1-1")
        assert world.line("1-1").number == 1, "the number was taken back"
    world.finish("1-1", Outcome.REFUSED, Phase.OPEN)
    assert world.state("1-1") is PortState.BAD


def test_a_stick_that_does_not_answer_is_said(world: World) -> None:
    world.plug("1-1", FakeStick("A"), looked=False)
    world.tell(Looked(world.slot("1-1"), None))
    assert world.state("1-1") is PortState.BAD
    assert "does not respond" in world.text("1-1")


def test_a_source_that_changed_ends_the_order_and_blames_no_stick(world: World) -> None:
    world.plug("1-1", FakeStick("A"))
    world.finish("1-1", Outcome.SOURCE)
    assert world.state("1-1") is PortState.STOPPED
    assert world.station.is_done
    assert world.station.troubles[0].id == "drive-source"
    world.plug("1-2", FakeStick("B"))
    assert world.state("1-2") is PortState.LEFT


def test_the_second_order_begins_when_the_first_has_no_number_left(tmp_path: Path) -> None:
    world = World(tmp_path, order(count=1), order("guatemala-2", count=1))
    world.plug("1-1", FakeStick("A"))
    world.plug("1-2", FakeStick("B"))
    assert [world.line(p).order for p in ("1-1", "1-2")] == ["guatemala-1", "guatemala-2"]


def test_what_a_stick_that_is_gone_had_to_say_is_ignored(world: World) -> None:
    slot = world.plug("1-1", FakeStick("A"))
    _slot, _stick, identity = world.ports["1-1"]
    job = world.writing[slot]
    world.pull("1-1")
    world.tell(Ended(slot, world.record(identity, job, Outcome.WHOLE)))
    world.tell(Checked(slot, None))
    assert world.whole() == []


def test_each_change_is_news_once(world: World) -> None:
    world.plug("1-1", FakeStick("A"))
    for done in (10, 20, 30):
        world.advance("1-1", done=done)
    world.advance("1-1", Phase.READ_BACK)
    world.finish("1-1")
    world.tick(1)
    world.pull("1-1")
    assert [n.state for n in world.news] == [
        PortState.LOOKING,
        PortState.WRITING,
        PortState.WHOLE,
        PortState.EMPTY,
    ]


def test_too_large_an_order_for_the_image_is_said_and_ends_it(tmp_path: Path) -> None:
    from usbkit.core.errors import InputError
    from usbkit.core.messages import _

    class Stubborn(FakeMaker):
        def make(self, *arguments: object, **more: object) -> object:  # type: ignore[override]
            raise InputError.of("does-not-fit", _("it does not fit"))

    world = World(tmp_path, maker=Stubborn())
    world.plug("1-1", FakeStick("A"))
    assert world.state("1-1") is PortState.STOPPED
    assert world.station.is_done
    assert [j.stage for j in world.ledger.read().journeys.values()] == [Stage.VOID]
