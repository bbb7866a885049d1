"""Recalling numbers: a running station returns them; a silent one loses them, and its late drives are recognised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.hub.computers import ID, Computer, Computers
from tests.ledger.stories import begun, stick
from tests.support.postgresql import running_server
from usbkit.core.errors import InputError, RefusedError
from usbkit.orders.recalling import lift_recall, recall_numbers

pytestmark = pytest.mark.needs("postgresql")


@pytest.fixture(scope="module")
def hubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    with running_server() as server:
        yield server


@pytest.fixture
def computers(tmp_path: Path, hubs: object) -> Computers:
    return Computers(tmp_path, hubs)  # type: ignore[arg-type]


@pytest.fixture
def busan(computers: Computers) -> Computer:
    computers.order(4)
    made = computers.add("busan")
    made.sync()
    made.claim(3)
    return made


def recall(computers: Computers, one: Computer, *, give_up: bool = False, seconds: float = 0):  # type: ignore[no-untyped-def]  # noqa: ANN201
    desk = computers.desk
    return recall_numbers(desk.ledger, desk.hub, ID, one.name, give_up=give_up, seconds=seconds)


def test_a_station_that_runs_gives_back_what_it_has_not_begun(computers: Computers, busan: Computer) -> None:
    with busan.ledger.write() as writing:
        drive = writing.mint(ID, 1)
        writing.append(begun(drive, stick("one")))
    with busan.running():
        found = recall(computers, busan, seconds=60)
    assert found.is_answered and found.returned == (2, 3) and found.kept == (1,)
    assert computers.numbers() == {1: ("used", busan.name), 2: ("free", None), 3: ("free", None), 4: ("free", None)}
    assert busan.claim(2) == ()
    lift_recall(computers.desk.ledger, computers.desk.hub, ID, busan.name)
    assert busan.claim(2) == (2, 3)


def test_one_that_does_not_answer_keeps_its_numbers_until_a_person_gives_it_up(
    computers: Computers, busan: Computer
) -> None:
    with pytest.raises(RefusedError, match=r"has not answered .* it holds 1, 2, 3, and has begun -"):
        recall(computers, busan)
    assert {state for state, _who in computers.numbers().values()} == {"held", "free"}


def test_lost_numbers_get_a_successor_and_a_drive_that_turns_up_is_a_named_conflict(
    computers: Computers, busan: Computer
) -> None:
    drive = busan.make(1)  # the hub does not know yet
    found = recall(computers, busan, give_up=True)
    assert found.void == (1, 2, 3) and found.successor is not None
    seoul = computers.add("seoul")
    seoul.sync()
    for number in seoul.claim(9, found.successor.id):
        seoul.make(number, found.successor.id)
    seoul.claim(9)
    seoul.make(4)
    seoul.sync()
    busan.sync()
    busan.sync()
    for one in (computers.desk, seoul, busan):
        one.sync()
    for one in (computers.desk, seoul, busan):
        state = one.ledger.read()
        late = state.journey(drive)
        assert late.is_beside and not late.counts and late.stage == "void", one.name
        assert late.reason == "its number was recalled"
        counting = sorted(j.number for j in state.journeys.values() if j.counts)
        assert counting == [1, 2, 3, 4]
    assert busan.claim(3) == ()


def test_a_station_that_has_nothing_is_not_waited_for(computers: Computers, busan: Computer) -> None:
    seoul = computers.add("seoul")
    seoul.sync()
    found = recall(computers, seoul, seconds=600)
    assert not found.is_answered and found.void == () and found.successor is None
    assert seoul.claim(1) == ()


def test_asked_again_nothing_is_done_twice(computers: Computers, busan: Computer) -> None:
    first = recall(computers, busan, give_up=True)
    again = recall(computers, busan, give_up=True)
    assert first.void == again.void and again.successor is None
    assert list(computers.desk.ledger.read().orders) == [ID, "guatemala-2"]


def test_killed_between_hub_and_entry_it_goes_on_where_it_was(computers: Computers, busan: Computer) -> None:
    key = (computers.desk.ledger.origin, ID)
    computers.desk.hub.recall(key, busan.name)
    assert computers.desk.hub.make_void(key, busan.name) == (1, 2, 3)
    found = recall(computers, busan, give_up=True)
    assert found.void == (1, 2, 3) and found.successor is not None


def test_a_whole_drive_is_not_lost(computers: Computers, busan: Computer) -> None:
    drive = busan.make(2)
    busan.sync()
    found = recall(computers, busan, give_up=True)
    assert found.void == (1, 3)
    assert computers.desk.ledger.read().journey(drive).counts


def test_an_order_or_a_station_that_is_not_there_is_named(computers: Computers, busan: Computer) -> None:
    with pytest.raises(InputError, match="there is no order"):
        recall_numbers(computers.desk.ledger, computers.desk.hub, "peru-1", busan.name)
    with pytest.raises(RefusedError, match="is no station of this hub"):
        recall_numbers(computers.desk.ledger, computers.desk.hub, ID, "nobody")
    with pytest.raises(RefusedError, match="is a station and recalls nothing"):
        recall_numbers(busan.ledger, busan.hub, ID, busan.name)
