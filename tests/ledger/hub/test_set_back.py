"""A restored older hub gives no numbers until every station has reported or was recalled, or a person confirms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ledger.hub.computers import ID, Computers
from tests.ledger.hub.test_syncing import clone
from tests.ledger.stories import make_drive, stick
from usbkit.core.errors import RefusedError
from usbkit.drives.record import Outcome
from usbkit.ledger.events import OrderCancelled
from usbkit.ledger.hub.making import tell_restarted
from usbkit.ledger.hub.recalled import give_back

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql")]

KEPT = (
    *("fact", "station", "entry", "chain", "told", "number", "claim", "claim_number"),
    *("recalled", "contested", "secret", "letter_word", "document"),
)


@contextmanager
def set_back(computers: Computers, *, is_told: bool = True) -> Iterator[None]:
    """What is done within is forgotten by the hub. ``is_told``: it shows, as it does where a server was started."""
    with computers.owner() as raw:
        for table in KEPT:
            raw.execute(f"DROP TABLE IF EXISTS public.kept_{table}")
            raw.execute(f"CREATE TABLE public.kept_{table} AS SELECT * FROM usbkit_hub.{table}")
        yield
        raw.execute("SET session_replication_role = replica")
        for table in KEPT:
            raw.execute(f"DELETE FROM usbkit_hub.{table}")
            raw.execute(f"INSERT INTO usbkit_hub.{table} SELECT * FROM public.kept_{table}")
        if is_told:
            raw.execute("UPDATE usbkit_hub.fact SET value = 'another' WHERE name = 'incarnation'")


def test_numbers_that_the_hub_forgot_are_given_to_nobody_else(computers: Computers) -> None:
    computers.order(4)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    busan.sync()
    with set_back(computers):
        assert seoul.claim(2) == (1, 2)
        seoul.make(1)
        seoul.sync()
    assert busan.claim(2) == ()
    computers.desk.sync()
    busan.sync()
    assert busan.claim(2) == ()
    assert busan.sync().look.waiting == (seoul.name,)
    seoul.sync()
    assert [state for state, _who in computers.numbers().values()] == ["used", "held", "free", "free"]
    assert busan.claim(4) == (3, 4)
    seoul.make(2)
    for one in (seoul, busan, seoul, busan):
        one.sync()
    assert busan.ledger.read().whole_numbers(ID) == [1, 2]


@pytest.mark.parametrize("makes", ["nothing", "a drive", "a failed drive"])
@pytest.mark.parametrize("first", ["seoul", "busan"])
def test_a_number_that_went_from_one_to_another_is_the_last_ones_whoever_reports_first(
    computers: Computers, first: str, makes: str
) -> None:
    """Which chain says the older thing about a number, no chain tells."""
    computers.order(3)
    seoul, busan, daegu = (computers.add(name) for name in ("seoul", "busan", "daegu"))
    for one in (seoul, busan, daegu):
        one.sync()
    seoul.claim(1)
    with set_back(computers):
        give_back(seoul.ledger, ID)
        seoul.sync()
        assert busan.claim(1) == (1,)
        if makes == "a drive":
            busan.make(1)
        if makes == "a failed drive":
            make_drive(busan.ledger, 1, stick("bad"), Outcome.FAILED)
        busan.sync()
    for one in (seoul, busan) if first == "seoul" else (busan, seoul):
        one.sync()
    for one in (computers.desk, daegu, seoul, busan):
        one.sync()
    assert computers.numbers()[1] == ("held" if makes == "nothing" else "used", busan.name)
    assert daegu.claim(3) == (2, 3)
    if makes != "a drive":
        busan.make(1)
    for one in (busan, daegu, seoul):
        one.sync()
        assert one.ledger.read().whole_numbers(ID) == [1]


def test_a_number_that_went_back_and_forth_is_free_where_both_gave_it_back(computers: Computers) -> None:
    computers.order(1)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    busan.sync()
    seoul.claim(1)
    with set_back(computers):
        for one, other in ((seoul, busan), (busan, seoul), (seoul, busan)):
            give_back(one.ledger, ID)
            one.sync()
            assert other.claim(1) == (1,)
        give_back(busan.ledger, ID)
        busan.sync()
    for one in (busan, seoul, computers.desk, busan):
        one.sync()
    assert computers.numbers() == {1: ("free", None)}
    assert busan.claim(1) == (1,)


def test_a_station_that_saw_more_than_the_hub_has_tells_it(computers: Computers) -> None:
    computers.order(4)
    seoul, busan, daegu = (computers.add(name) for name in ("seoul", "busan", "daegu"))
    for one in (seoul, busan, daegu, computers.desk):
        one.sync()
    with set_back(computers, is_told=False):
        seoul.claim(2)
        busan.sync()
    # Nothing shows at the server itself; busan has seen seoul's entries, daegu has not.
    assert busan.sync().look.epoch == 2
    assert daegu.claim(1) == ()
    for one in (daegu, computers.desk, seoul):
        one.sync()
    assert daegu.claim(1) == (3,)


def test_it_is_told_of_five_chains_at_most(computers: Computers) -> None:
    computers.order(4)
    busan, *others = (computers.add(name) for name in ("busan", "daegu", "jeju", "mokpo", "seoul", "ulsan"))
    busan.sync()
    with set_back(computers, is_told=False):
        for one in others:
            one.sync()
        computers.desk.ledger.append(OrderCancelled(order=ID))
        computers.desk.sync()
        busan.sync()
    busan.sync()
    gone = sorted(one.ledger.origin for one in (computers.desk, busan, *others))
    (note,) = (row["note"] for row in computers.desk.hub.stations() if row["name"] == busan.name)
    assert note == f"told that the hub was set back: {', '.join(gone[:5])}"


@pytest.mark.parametrize("forked", ["a", "z"])
def test_a_chain_that_two_computers_write_hides_no_other_that_is_gone(
    computers: Computers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forked: str
) -> None:
    computers.order(4)
    busan, daegu = computers.add("busan"), computers.add("daegu")
    monkeypatch.setattr("socket.gethostname", lambda: forked)  # a chain is called by it
    seoul = computers.add("seoul")
    for one in (busan, daegu, seoul):
        one.sync()
    seoul.claim(1)
    other = clone(seoul, tmp_path)
    for one in (seoul, other):
        one.make(1)
    seoul.sync()
    with pytest.raises(RefusedError, match="two computers write the chain"):
        other.sync()
    with set_back(computers, is_told=False):
        busan.claim(1)
        daegu.sync()
    assert daegu.sync().look.epoch == 2


def test_a_station_that_is_gone_for_good_is_recalled_and_the_order_goes_on(computers: Computers) -> None:
    from usbkit.orders.recalling import recall_numbers

    computers.order(4)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    busan.sync()
    with set_back(computers):
        seoul.claim(2)
        lost = seoul.make(1)
        seoul.ledger.close()
    busan.sync()
    computers.desk.sync()
    assert busan.claim(1) == ()
    found = recall_numbers(computers.desk.ledger, computers.desk.hub, ID, seoul.name, give_up=True, seconds=0)
    # Nobody knows which it had, so all that were free are given up, under an order of their own.
    assert found.void == (1, 2, 3, 4) and found.successor is not None
    busan.sync()
    got = busan.claim(4, found.successor.id)
    assert got == (1, 2, 3, 4)
    for number in got:
        busan.make(number, found.successor.id)
    busan.sync()
    computers.desk.sync()
    state = computers.desk.ledger.read()
    assert state.is_filled(found.successor.id) and state.is_filled(ID)
    assert lost not in state.journeys


def test_a_person_says_that_it_was_only_started_anew(computers: Computers) -> None:
    computers.order(4)
    seoul, busan = computers.add("seoul"), computers.add("busan")
    seoul.sync()
    busan.sync()
    with set_back(computers):
        pass
    assert busan.claim(1) == ()
    tell_restarted(computers.place)
    assert busan.claim(1) == (1,)


def test_a_station_that_the_hub_forgot_is_waited_for_where_a_desk_remembers_it(computers: Computers) -> None:
    computers.order(4)
    busan = computers.add("busan")
    busan.sync()
    with set_back(computers):
        seoul = computers.add("seoul")
        seoul.sync()
        seoul.claim(2)
        computers.desk.sync()
        computers.desk.sync()
    for one in (busan, computers.desk, busan):
        one.sync()
    assert busan.claim(1) == ()
    assert busan.sync().look.waiting == (seoul.ledger.origin,)
