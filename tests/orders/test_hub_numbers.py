"""Renewing and correcting an order at a hub while stations hold numbers of it, and what those do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ledger.hub.computers import ID, Computer, Computers
from tests.ledger.stories import begun, ended, stick
from tests.orders.test_ordering import MANIFESTS, orders_decisions
from tests.station.small import make_bundle
from tests.support.postgresql import running_server
from usbkit.bundle.assembly import Bundle
from usbkit.core.errors import RefusedError
from usbkit.drives.record import Outcome
from usbkit.ledger.audit import audit
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.state_view import StateView
from usbkit.ledger.tracking import Telling, mark_drives
from usbkit.orders import ordering
from usbkit.orders.cancelling import cancel_order
from usbkit.orders.correcting import Corrected, correct_order
from usbkit.orders.giving_up import AtHub, left_at_hub
from usbkit.orders.hub_numbers import claim_rest, return_rest
from usbkit.orders.recalling import lift_recall, recall_numbers
from usbkit.orders.renewing import Renewal, renew_order

pytestmark = pytest.mark.needs("postgresql")

#: The seal that the country has after its subtitle was corrected.
NEW = "5e" * 32


@pytest.fixture(scope="module")
def server() -> Iterator[object]:
    with running_server() as running:
        yield running


@pytest.fixture
def computers(tmp_path: Path, server: object, monkeypatch: pytest.MonkeyPatch) -> Computers:
    """A desk whose order of five is at the hub, and which approves of everything."""
    monkeypatch.setattr(ordering, "is_demo", lambda manifests: False)
    monkeypatch.setattr(ordering, "load_decisions", lambda manifests, stem: orders_decisions())
    monkeypatch.setattr(ordering, "require_orderable", lambda *arguments, **more: None)
    made = Computers(tmp_path, server)  # type: ignore[arg-type]
    made.order(5)
    return made


@pytest.fixture
def busan(computers: Computers) -> Computer:
    made = computers.add("busan")
    made.sync()
    return made


def renew(computers: Computers, named: str = ID, seal: str = NEW) -> Renewal:
    """As the command does it: claim what the hub still has, renew, give back what was not used."""
    desk = computers.desk
    bundle: Bundle = replace(make_bundle(computers.folder), fingerprint=seal)
    claim_rest(desk.ledger, desk.hub, named)
    try:
        return renew_order(desk.ledger, MANIFESTS, bundle, named, dry_run=False)  # type: ignore[arg-type]
    finally:
        return_rest(desk.ledger, desk.hub, named)


def correct(computers: Computers, wanted: int, *, dry_run: bool = False) -> Corrected:
    desk = computers.desk
    if not dry_run:
        claim_rest(desk.ledger, desk.hub, ID)
    try:
        return correct_order(desk.ledger, ID, wanted=wanted, route=None, note=None, reason="", dry_run=dry_run)
    finally:
        return_rest(desk.ledger, desk.hub, ID)


def settle(computers: Computers, *others: Computer) -> list[StateView]:
    """Everybody's state after two turns each; nobody refuses anything, and each ledger holds together."""
    everybody = (computers.desk, *others)
    for one in (*everybody, *everybody):
        assert one.sync().refused == {}
    for one in everybody:
        assert audit(one.ledger.entries(), one.ledger.secrets(), kept=one.ledger.state_rows()).holds
    return [one.ledger.read() for one in everybody]


def counting(state: StateView) -> list[int]:
    """The numbers that whole drives stand for; one that two stand for is in it twice."""
    return sorted(j.number for j in state.journeys.values() if j.counts)


def test_renewing_takes_over_what_the_hub_has_and_names_what_a_station_has(
    computers: Computers, busan: Computer
) -> None:
    assert busan.claim(2) == (1, 2)
    drive = busan.make(1)
    busan.sync()
    found = renew(computers)
    assert found.order is not None and found.order.id == "guatemala-2"
    assert (found.numbers, [j.drive for j in found.here]) == ((1, 3, 4, 5), [drive])
    assert found.at_hub == AtHub((), ((busan.name, (2,)),)), "it is the station's until it is recalled"
    assert computers.numbers()[2] == ("held", busan.name)
    assert {computers.numbers()[n][0] for n in (3, 4, 5)} == {"void"}
    assert busan.claim(9, ID) == (), "nobody gets numbers of the seal before"
    busan.sync()
    assert busan.claim(9, "guatemala-2") == (1, 3, 4, 5)
    for state in settle(computers, busan):
        assert state.orders[ID].numbers == (2,) and state.orders["guatemala-2"].added.fingerprint == NEW


def test_a_station_gives_back_and_the_rest_is_renewed(computers: Computers, busan: Computer) -> None:
    busan.claim(3)
    renew(computers)
    desk = computers.desk
    with busan.running():
        recalled = recall_numbers(desk.ledger, desk.hub, ID, busan.name, seconds=60)
    assert recalled.is_answered and recalled.returned == (1, 2, 3)
    again = renew(computers)
    assert again.numbers == (1, 2, 3) and not again.at_hub
    busan.sync()
    for id, numbers in (("guatemala-2", (4, 5)), ("guatemala-3", (1, 2, 3))):
        assert busan.claim(9, id) == numbers
        for number in numbers:
            busan.make(number, id)
    for state in settle(computers, busan):
        assert counting(state) == [1, 2, 3, 4, 5]
        assert state.orders[ID].numbers == ()


def test_a_station_that_made_an_old_drive_meanwhile_keeps_the_number(computers: Computers, busan: Computer) -> None:
    """It was cut off while the order was renewed: its drive counts, is of the old seal, and is renewed by itself."""
    busan.claim(2)
    drive = busan.make(2)  # the hub does not know yet
    assert renew(computers).numbers == (3, 4, 5)
    for state in settle(computers, busan):
        assert state.journey(drive).counts and state.orders[ID].numbers == (1, 2)
    again = renew(computers)
    assert [j.drive for j in again.here] == [drive] and again.at_hub.held == ((busan.name, (1,)),)
    busan.sync()
    assert busan.claim(1, "guatemala-3") == (2,)
    busan.make(2, "guatemala-3")
    for state in settle(computers, busan):
        assert counting(state) == [2] and not state.journey(drive).counts


def test_a_station_that_is_given_up_loses_its_numbers_and_their_successor_is_renewed(
    computers: Computers, busan: Computer
) -> None:
    busan.claim(2)
    late = busan.make(1)
    desk = computers.desk
    assert renew(computers).numbers == (3, 4, 5)
    lost = recall_numbers(desk.ledger, desk.hub, ID, busan.name, give_up=True, seconds=0)
    assert lost.successor is not None and lost.void == (1, 2)
    again = renew(computers, lost.successor.id)
    assert again.numbers == (1, 2) and again.order is not None and again.order.added.fingerprint == NEW
    seoul = computers.add("seoul")
    seoul.sync()
    for id in ("guatemala-2", again.order.id):
        for number in seoul.claim(9, id):
            seoul.make(number, id)
    for state in settle(computers, seoul, busan):
        assert counting(state) == [1, 2, 3, 4, 5], "the late one of the old seal does not count"
        assert state.journey(late).stage == "void"


def test_a_drive_in_work_at_another_station_is_not_taken_from_it(computers: Computers, busan: Computer) -> None:
    busan.claim(1)
    with busan.ledger.write() as writing:
        drive = writing.mint(ID, 1)
        writing.append(begun(drive, stick("one")))
    busan.sync()
    with pytest.raises(RefusedError, match="a station is writing drives of guatemala-1"):
        renew(computers)
    assert [s for s, _who in computers.numbers().values()] == ["used", "free", "free", "free", "free"], "given back"
    busan.ledger.append(ended(drive, Outcome.VANISHED))
    busan.sync()
    found = renew(computers)
    assert found.numbers == (2, 3, 4, 5) and found.at_hub.held == ((busan.name, (1,)),)


def test_killed_after_claiming_it_goes_on_where_it_was(computers: Computers, busan: Computer) -> None:
    desk = computers.desk
    assert claim_rest(desk.ledger, desk.hub, ID) == (1, 2, 3, 4, 5)
    assert busan.claim(1) == ()
    found = renew(computers)
    assert found.numbers == (1, 2, 3, 4, 5) and not found.at_hub
    busan.sync()
    assert busan.claim(9, "guatemala-2") == (1, 2, 3, 4, 5)


def test_cut_off_from_the_hub_only_what_is_here_is_renewed(computers: Computers, busan: Computer) -> None:
    busan.claim(1)
    drive = busan.make(1)
    busan.sync()
    computers.desk.sync()
    bundle: Bundle = replace(make_bundle(computers.folder), fingerprint=NEW)
    desk = computers.desk
    found = renew_order(desk.ledger, MANIFESTS, bundle, ID, dry_run=False)  # type: ignore[arg-type]
    assert [j.drive for j in found.here] == [drive] and found.numbers == (1,)
    assert found.at_hub == AtHub((2, 3, 4, 5), ())
    assert renew(computers).numbers == (2, 3, 4, 5)
    for state in settle(computers, busan):
        assert state.orders[ID].numbers == ()


def test_cancelling_a_renewal_gives_its_drives_back_and_nothing_at_the_hub(
    computers: Computers, busan: Computer
) -> None:
    busan.claim(1)
    drive = busan.make(1)
    busan.sync()
    renew(computers)
    cancel_order(computers.desk.ledger, "guatemala-2", "the correction was wrong", give_up_whole=False)
    for state in settle(computers, busan):
        assert state.journey(drive).counts
    assert busan.claim(9, "guatemala-2") == () == busan.claim(9, ID)


def test_who_made_a_cancelled_order_s_drive_makes_it_void(computers: Computers, busan: Computer) -> None:
    """The desk writes nothing about a drive of another station: that does so itself when it learns of it."""
    busan.claim(1)
    drive = busan.make(1)
    busan.sync()
    desk = computers.desk
    desk.sync()
    cancel_order(desk.ledger, ID, "", give_up_whole=True)
    for state in settle(computers, busan):
        assert state.journey(drive).stage == "void"
    voiding = [e.origin for e in desk.ledger.entries() if b'"drive-voided"' in e.body]
    assert voiding == [busan.ledger.origin]


def test_fewer_are_wanted(computers: Computers, busan: Computer) -> None:
    busan.claim(2)
    assert correct(computers, 3, dry_run=True).given_up == (4, 5)
    assert computers.numbers()[5] == ("free", None)
    assert correct(computers, 3).given_up == (4, 5)
    found = computers.numbers()
    assert (found[3], found[4][0], found[5][0]) == (("free", None), "void", "void")
    with pytest.raises(RefusedError, match="2 drives are made or in work") as refused:
        correct(computers, 1)
    assert busan.name in str(refused.value.findings[0].todo), "it says who has them"
    assert computers.numbers()[3] == ("free", None), "what was not used is given back"
    for state in settle(computers, busan):
        assert state.orders[ID].numbers == (1, 2, 3)


def test_another_s_order_and_one_without_a_hub_are_left(computers: Computers, busan: Computer) -> None:
    assert claim_rest(busan.ledger, busan.hub, ID) == ()
    return_rest(busan.ledger, busan.hub, ID)
    assert {state for state, _who in computers.numbers().values()} == {"free"}
    state = computers.desk.ledger.read()
    assert left_at_hub(state, replace(state.orders[ID], at_hub=frozenset()), computers.desk.ledger.origin) == AtHub()


def test_what_is_out_is_replaced_and_not_taken(computers: Computers, busan: Computer) -> None:
    busan.claim(1)
    drive = busan.make(1)
    busan.sync()
    computers.desk.sync()
    mark_drives(computers.desk.ledger, Mark.SENT, [drive], (), Telling())
    found = renew(computers)
    assert [j.drive for j in found.out] == [drive] and found.numbers == (2, 3, 4, 5)
    lift_recall(computers.desk.ledger, computers.desk.hub, ID, busan.name)
    for state in settle(computers, busan):
        assert state.orders[ID].numbers == (1,)
