"""The database gives a number to at most one holder; asking again gives the same; used numbers are final."""

from __future__ import annotations

import threading

import pytest

from tests.ledger.hub.computers import ID, Computers
from usbkit.core.errors import BrokenOffError, Finding, RefusedError
from usbkit.core.messages import _
from usbkit.ledger.events import OrderCancelled
from usbkit.ledger.hub.claims import claim_numbers, is_asking
from usbkit.ledger.hub.line import HubUnreachedError
from usbkit.ledger.hub.recalled import give_back

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql")]


def test_two_stations_never_get_one_number(computers: Computers) -> None:
    computers.order(3)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    busan.sync()
    assert seoul.claim(2) == (1, 2)
    assert busan.claim(5) == (3,)
    seoul.make(1)
    busan.make(3)
    with pytest.raises(BrokenOffError, match="number 3 of order guatemala-1 was not claimed"):
        seoul.make(3)
    for one in (seoul, busan, computers.desk, seoul):
        one.sync()
    for one in (seoul, busan, computers.desk):
        state = one.ledger.read()
        assert state.whole_numbers(ID) == [1, 3]
        assert {n: state.holders(ID)[n].origin for n in (1, 3)} == {1: seoul.ledger.origin, 3: busan.ledger.origin}
    assert seoul.ledger.read().free_numbers(ID) == [2]
    assert busan.ledger.read().free_numbers(ID) == computers.desk.ledger.read().free_numbers(ID) == []


def test_many_at_once_share_an_order_without_waiting_for_each_other(computers: Computers) -> None:
    computers.order(12)
    stations = [computers.add(f"s{n}") for n in range(4)]
    for one in stations:
        one.sync()
    got: dict[str, list[int]] = {one.name: [] for one in stations}

    def take(index: int) -> None:
        one = stations[index]
        for _turn in range(4):
            got[one.name] += one.claim(1)

    threads = [threading.Thread(target=take, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(n for numbers in got.values() for n in numbers) == list(range(1, 13))


def test_asked_again_it_gives_the_same_though_the_first_answer_was_lost(computers: Computers) -> None:
    computers.order(9)
    seoul = computers.add("seoul")
    seoul.sync()
    order = seoul.ledger.read().order(ID)
    hung_up = seoul.hub.claim

    def lose(*values: object) -> None:
        hung_up(*values)  # type: ignore[arg-type]
        raise HubUnreachedError(Finding("hub-unreached", _("it went")))

    seoul.hub.claim = lose  # type: ignore[assignment]
    with pytest.raises(HubUnreachedError):
        claim_numbers(seoul.ledger, seoul.hub, order, 2)
    assert is_asking(seoul.ledger, order)
    seoul.hub.claim = hung_up  # type: ignore[method-assign]
    assert claim_numbers(seoul.ledger, seoul.hub, order, 4).numbers == (1, 2)
    assert not is_asking(seoul.ledger, order)
    assert [n for n, (state, _who) in computers.numbers().items() if state == "held"] == [1, 2]


def test_asked_twice_at_once_under_one_id_nobody_gets_four_for_two(computers: Computers) -> None:
    computers.order(9)
    seoul = computers.add("seoul")
    seoul.sync()
    origin, id = computers.desk.ledger.origin, "a" * 32
    got = list[str]()

    def ask() -> None:
        with seoul.raw() as raw:
            row = raw.execute("SELECT usbkit_hub.claim(1, %s, %s, %s, 2)", (id, origin, ID)).fetchone()
            got.append(str(row))

    with seoul.raw() as hanging:
        hanging.autocommit = False
        hanging.execute("SELECT usbkit_hub.claim(1, %s, %s, %s, 2)", (id, origin, ID))
        threads = [threading.Thread(target=ask) for _n in range(3)]
        for thread in threads:
            thread.start()
        hanging.commit()
        for thread in threads:
            thread.join()
    assert len(got) == 3 and len(set(got)) == 1 and "[1, 2]" in got[0]
    assert sum(state == "held" for state, _who in computers.numbers().values()) == 2


def test_a_session_that_hangs_with_numbers_keeps_nobody_waiting(computers: Computers) -> None:
    computers.order(4)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    busan.sync()
    with seoul.raw() as hanging:
        hanging.autocommit = False
        hanging.execute("SELECT usbkit_hub.claim(1, %s, %s, %s, 2)", ("b" * 32, computers.desk.ledger.origin, ID))
        assert busan.claim(2) == (3, 4)


def test_a_station_holds_no_more_than_its_cap(computers: Computers) -> None:
    computers.order(9)
    seoul = computers.add("seoul", cap=3)
    seoul.sync()
    assert seoul.claim(9) == (1, 2, 3)
    assert seoul.claim(1) == ()
    seoul.make(2)
    seoul.sync()
    assert seoul.claim(9) == (4,)


def test_used_is_final_and_what_was_not_used_is_given_back(computers: Computers) -> None:
    computers.order(3)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    busan.sync()
    seoul.claim(3)
    seoul.make(2)
    assert give_back(seoul.ledger, ID) == (1, 3)
    seoul.sync()
    assert {n: state for n, (state, _who) in computers.numbers().items()} == {1: "free", 2: "used", 3: "free"}
    with pytest.raises(BrokenOffError, match="was not claimed"):
        seoul.make(1)
    busan.sync()
    assert busan.claim(3) == (1, 3)
    with computers.owner() as raw, pytest.raises(Exception, match="number 2 of guatemala-1 is used and stays so"):
        raw.execute("UPDATE usbkit_hub.number SET state = 'free' WHERE number = 2")


def test_a_drive_that_failed_leaves_its_number_with_its_station(computers: Computers) -> None:
    from tests.ledger.stories import make_drive, stick
    from usbkit.drives.record import Outcome

    computers.order(1)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    busan.sync()
    seoul.claim(1)
    make_drive(seoul.ledger, 1, stick("bad"), Outcome.FAILED)
    seoul.sync()
    assert busan.claim(1) == ()
    assert seoul.ledger.read().free_numbers(ID) == [1]
    seoul.make(1)
    for one in (seoul, busan):
        one.sync()
    assert busan.ledger.read().is_filled(ID)


def test_an_order_that_is_cancelled_while_claimed_gives_nothing_more(computers: Computers) -> None:
    from usbkit.orders.cancelling import cancel_order

    computers.order(3)
    seoul = computers.add("seoul")
    seoul.sync()
    seoul.claim(2)
    drive = seoul.make(1)
    cancel_order(computers.desk.ledger, ID, "", give_up_whole=True)
    computers.desk.sync()
    seoul.sync()
    assert seoul.ledger.read().order(ID).is_cancelled
    assert seoul.ledger.read().journey(drive).stage == "void"
    assert seoul.claim(1) == ()
    seoul.sync()
    computers.desk.sync()
    assert computers.desk.ledger.read().journey(drive).reason == "its order was cancelled"


def test_a_drive_minted_before_the_station_knew_of_the_cancelling_never_counts(computers: Computers) -> None:
    from usbkit.orders.cancelling import cancel_order

    computers.order(2)
    seoul = computers.add("seoul")
    seoul.sync()
    seoul.claim(2)
    cancel_order(computers.desk.ledger, ID, "", give_up_whole=True)
    computers.desk.sync()
    drive = seoul.make(1)
    seoul.sync()
    computers.desk.sync()
    for one in (seoul, computers.desk):
        assert not one.ledger.read().journey(drive).counts, one.name


def test_numbers_of_an_order_at_the_hub_are_not_split_off(computers: Computers) -> None:
    from usbkit.orders.ordering import split_order

    computers.order(2)
    with pytest.raises(RefusedError, match="the hub gives out the numbers 1"):
        split_order(computers.desk.ledger, ID, [1], "")


def test_what_was_cancelled_by_mistake_is_to_whom_it_was(computers: Computers) -> None:
    """One number is free, one held, one has a drive that became void, one a drive that nobody heard of meanwhile."""
    from usbkit.ledger.correcting import undo_entry
    from usbkit.orders.cancelling import cancel_order

    computers.order(6)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    for one in (seoul, busan):
        one.sync()
    assert (seoul.claim(2), busan.claim(3)) == ((1, 2), (3, 4, 5))
    void = seoul.make(1)
    seoul.sync()
    found = cancel_order(computers.desk.ledger, ID, "", give_up_whole=True).cancelling
    computers.desk.sync()
    seoul.sync()  # busan is cut off
    kept = busan.make(3)
    assert [s for s, _who in computers.numbers().values()] == ["used", *["cancelled"] * 5]
    assert seoul.claim(9) == ()
    give_back(busan.ledger, ID, keep=1)  # number 5
    assert found is not None
    undo_entry(computers.desk.ledger, found.entry, "it was another one")
    computers.desk.sync()
    assert [s for s, _who in computers.numbers().values()] == ["used", "held", "held", "held", "held", "free"]
    for one in (busan, seoul, computers.desk, busan, seoul):
        one.sync()
    assert [s for s, _who in computers.numbers().values()] == ["used", "held", "used", "held", "free", "free"]
    for one in (seoul, busan, computers.desk):
        state = one.ledger.read()
        assert not state.order(ID).is_cancelled and state.journey(void).stage == "void"
        assert state.journey(kept).counts and state.whole_numbers(ID) == [3], one.name
    assert seoul.claim(9) == (5, 6)
    assert seoul.ledger.read().free_numbers(ID) == [1, 2, 5, 6]
    assert busan.ledger.read().free_numbers(ID) == [4]


def test_a_drive_made_and_numbers_given_back_while_it_was_cancelled(computers: Computers) -> None:
    from usbkit.ledger.correcting import undo_entry
    from usbkit.orders.cancelling import cancel_order

    computers.order(2)
    seoul = computers.add("seoul")
    seoul.sync()
    assert seoul.claim(2) == (1, 2)
    found = cancel_order(computers.desk.ledger, ID, "", give_up_whole=True).cancelling
    computers.desk.sync()
    drive = seoul.make(1)
    give_back(seoul.ledger, ID)
    seoul.sync()
    assert list(computers.numbers().values()) == [("cancelled", seoul.name), ("cancelled", None)]
    assert found is not None and seoul.ledger.read().journey(drive).stage == "void"
    undo_entry(computers.desk.ledger, found.entry, "")
    computers.desk.sync()
    assert list(computers.numbers().values()) == [("used", seoul.name), ("free", None)]
    seoul.sync()
    again = seoul.make(1)
    for one in (seoul, computers.desk):
        one.sync()
        assert one.ledger.read().journey(again).counts


def test_a_cancelling_is_taken_back_at_the_hub_by_its_own_chain_alone(computers: Computers) -> None:
    from usbkit.ledger.events import EntryUndone, Role
    from usbkit.orders.cancelling import cancel_order

    computers.order(2)
    other = computers.add("other", Role.DESK)
    other.sync()
    found = cancel_order(computers.desk.ledger, ID, "", give_up_whole=True).cancelling
    computers.desk.sync()
    assert found is not None
    other.ledger.append(EntryUndone(chain=found.chain, sequence=found.sequence))
    other.sync()
    assert {s for s, _who in computers.numbers().values()} == {"cancelled"}
    computers.desk.sync()
    for one in (other, computers.desk):
        assert one.ledger.read().order(ID).is_cancelled
    cancel_again = OrderCancelled(order=ID)
    computers.desk.ledger.append(cancel_again, EntryUndone(chain=found.chain, sequence=found.sequence))
    computers.desk.sync()
    assert {s for s, _who in computers.numbers().values()} == {"cancelled"}, "the second one holds"
