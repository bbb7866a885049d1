"""Claims in the state: no chain blocks the others, and a number counts once."""

from __future__ import annotations

import pytest

from tests.ledger.stories import CHECK, begun, clock, ended, order, stick
from usbkit.core.errors import BrokenOffError
from usbkit.drives.record import Outcome
from usbkit.ledger.claiming import in_ranges, stations_of
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.events import (
    ChainAdopted,
    Event,
    NumbersClaimed,
    NumbersRecalled,
    NumbersReturned,
    OrderSplit,
    PassportMinted,
    Role,
)
from usbkit.ledger.state import LedgerState

pytestmark = pytest.mark.sqlite_only

ID, HUB, DESK, SEOUL, BUSAN = "guatemala-1", "0123456789abcdef", "desk-1", "seoul-1", "busan-1"


class Book:
    """Entries of several chains, folded in the order in which they come."""

    def __init__(self, home: str = DESK) -> None:
        self.state, self._counts = LedgerState(home), dict[str, int]()
        self.add(DESK, order(count=3))
        self.add(DESK, OrderSplit(order=ID, numbers=(1, 2, 3), to="hub", hub=HUB))
        for chain, name in ((SEOUL, "seoul"), (BUSAN, "busan")):
            self.add(home, ChainAdopted(chain=chain, role=Role.STATION, sequence=1, hash="0" * 64, name=name))

    def add(self, origin: str, event: Event) -> None:
        self._counts[origin] = self._counts.get(origin, 0) + 1
        self.state.apply(EntryBody(clock(), "kim", event), origin, self._counts[origin])

    def claim(self, origin: str, *numbers: int, claim: str = "a" * 32) -> None:
        self.add(origin, NumbersClaimed(claim=claim, order=ID, order_origin=DESK, numbers=numbers))

    def make(self, origin: str, number: int, drive: str) -> None:
        digest = (drive * 13)[:64].lower().translate(str.maketrans("ghijklmnopqrstuvwxyz", "0" * 20))
        minted = PassportMinted(drive=drive, order=ID, number=number, of=3, nonce_sha256=digest, ordered_in=DESK)
        self.add(origin, minted)
        self.add(origin, begun(drive, stick(drive)))
        self.add(origin, ended(drive))


def test_a_number_is_minted_by_who_claimed_it() -> None:
    book = Book()
    book.claim(SEOUL, 1, 2)
    book.make(SEOUL, 1, "AAAA1")
    assert book.state.journeys["AAAA1"].counts
    assert [(s.name, s.numbers, s.whole) for s in stations_of(book.state, book.state.order(ID))] == [
        ("seoul", (1, 2), 1)
    ]
    assert book.state.free_numbers(ID) == []  # of the desk: the hub gives them out


def test_anothers_drive_under_a_number_that_is_not_its_is_beside_and_stops_nobody() -> None:
    book = Book()
    book.claim(SEOUL, 1)
    book.claim(BUSAN, 1, claim="b" * 32)
    book.make(SEOUL, 1, "AAAA1")
    book.make(BUSAN, 1, "BBBB2")
    book.make(BUSAN, 3, "CCCC3")
    assert book.state.journeys["AAAA1"].counts
    for drive in ("BBBB2", "CCCC3"):
        assert book.state.journeys[drive].is_beside and not book.state.journeys[drive].counts
    assert book.state.whole_numbers(ID) == [1]


def test_our_own_chain_mints_no_such_number() -> None:
    book = Book(home=SEOUL)
    book.claim(SEOUL, 1)
    with pytest.raises(BrokenOffError, match="number 2 of order guatemala-1 was not claimed"):
        book.make(SEOUL, 2, "AAAA1")
    assert book.state.free_numbers(ID) == [1]


def test_what_was_given_back_may_be_anothers_but_not_what_a_drive_has() -> None:
    book = Book()
    book.claim(SEOUL, 1, 2)
    book.make(SEOUL, 1, "AAAA1")
    book.add(SEOUL, NumbersReturned(order=ID, order_origin=DESK, numbers=(1, 2)))
    book.claim(BUSAN, 1, 2, claim="b" * 32)
    claims = book.state.rows.claims(ID)
    assert {number: claim.origin for number, claim in claims.items()} == {1: SEOUL, 2: BUSAN}


def test_what_was_split_off_is_nobodys_claim_any_more() -> None:
    book = Book()
    book.claim(SEOUL, 1, 2)
    book.add(DESK, OrderSplit(order=ID, numbers=(2, 3), to="Lima"))
    assert {number: claim.origin for number, claim in book.state.rows.claims(ID).items()} == {1: SEOUL}
    book.make(SEOUL, 1, "AAAA1")
    book.make(SEOUL, 2, "BBBB2")
    assert book.state.whole_numbers(ID) == [1] and book.state.journeys["BBBB2"].is_beside


@pytest.mark.parametrize("is_late", [True, False])
def test_a_recalled_drive_never_counts_whichever_came_first(is_late: bool) -> None:
    book = Book()
    book.claim(SEOUL, 1, 2)
    recall = NumbersRecalled(order=ID, order_origin=DESK, numbers=(1, 2), station=SEOUL, successor="guatemala-2")
    if is_late:
        book.add(DESK, recall)
    book.make(SEOUL, 1, "AAAA1")
    if not is_late:
        book.add(DESK, recall)
    journey = book.state.journeys["AAAA1"]
    assert journey.is_beside and not journey.counts and journey.check == CHECK
    assert book.state.order(ID).numbers == (3,)
    assert [(r.number, r.origin, r.successor) for r in book.state.rows.recalled(ID)] == [
        (1, SEOUL, "guatemala-2"),
        (2, SEOUL, "guatemala-2"),
    ]


def test_a_station_recalls_nothing_from_another() -> None:
    book = Book()
    book.claim(SEOUL, 1)
    book.make(SEOUL, 1, "AAAA1")
    book.add(BUSAN, NumbersRecalled(order=ID, order_origin=DESK, numbers=(1,), station=SEOUL))
    assert book.state.journeys["AAAA1"].counts and book.state.rows.recalled(ID) == []


@pytest.mark.parametrize("home", [DESK, BUSAN])
@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_a_number_that_another_claimed_before_we_hear_that_it_was_given_back(home: str, when: str) -> None:
    """Chains come in any order: what the hub gave to busan is busan's once seoul's chain says that it is not its."""
    book = Book(home)
    book.claim(SEOUL, 1)
    back = NumbersReturned(order=ID, order_origin=DESK, numbers=(1,))
    if when == "before":
        book.add(SEOUL, back)
    book.claim(BUSAN, 1, claim="b" * 32)
    if when == "between":
        assert book.state.free_numbers(ID) == []
        book.add(SEOUL, back)
    if when != "after" or home != BUSAN:  # its own ledger lets it mint nothing that is not its yet
        book.make(BUSAN, 1, "BBBB2")
    if when == "after":
        book.add(SEOUL, back)
    if home == BUSAN and when == "after":
        assert book.state.free_numbers(ID) == [1]
        book.make(BUSAN, 1, "BBBB2")
    assert book.state.journeys["BBBB2"].counts
    assert book.state.whole_numbers(ID) == [1]
    assert [(s.origin, s.numbers, s.whole) for s in stations_of(book.state, book.state.order(ID))] == [(BUSAN, (1,), 1)]


def test_a_drive_that_failed_meanwhile_holds_no_number_and_the_next_does() -> None:
    book = Book()
    book.claim(SEOUL, 1)
    book.claim(BUSAN, 1, claim="b" * 32)
    book.add(BUSAN, PassportMinted(drive="BBBB1", order=ID, number=1, of=3, nonce_sha256="b" * 64, ordered_in=DESK))
    book.add(BUSAN, begun("BBBB1", stick("b")))
    book.add(BUSAN, ended("BBBB1", Outcome.FAILED))
    book.add(SEOUL, NumbersReturned(order=ID, order_origin=DESK, numbers=(1,)))
    assert book.state.rows.holder(ID, 1) is None
    assert not book.state.journeys["BBBB1"].is_beside
    book.make(BUSAN, 1, "CCCC3")
    assert book.state.whole_numbers(ID) == [1]


def test_what_was_recalled_is_nobodys_again() -> None:
    book = Book()
    book.claim(SEOUL, 1)
    book.claim(BUSAN, 1, claim="b" * 32)
    book.make(BUSAN, 1, "BBBB2")
    book.add(DESK, NumbersRecalled(order=ID, order_origin=DESK, station=BUSAN, numbers=(1,)))
    book.add(SEOUL, NumbersReturned(order=ID, order_origin=DESK, numbers=(1,)))
    assert not book.state.journeys["BBBB2"].counts
    assert stations_of(book.state, book.state.order(ID)) == []


@pytest.mark.parametrize(
    ("numbers", "line"),
    [
        ((), "-"),
        ((3,), "3"),
        ((1, 2), "1, 2"),
        ((1, 2, 3), "1-3"),
        ((1, 3, 4, 5, 9, 10), "1, 3-5, 9, 10"),
        (tuple(range(1, 100)), "1-99"),
    ],
)
def test_numbers_in_a_line(numbers: tuple[int, ...], line: str) -> None:
    assert in_ranges(numbers) == line


@pytest.mark.parametrize(("number", "of"), [(4, 3), (1, 4)])
def test_a_drive_of_no_such_number_is_beside_though_its_station_claimed_it(number: int, of: int) -> None:
    book = Book()
    book.claim(SEOUL, 1, 4)
    book.add(
        SEOUL, PassportMinted(drive="AAAA1", order=ID, number=number, of=of, nonce_sha256="a" * 64, ordered_in=DESK)
    )
    assert book.state.journeys["AAAA1"].is_beside


def test_a_number_that_no_hub_gives_out_is_its_own_desks() -> None:
    """What a station says to have claimed of it changes nothing."""
    state = LedgerState(DESK)
    count = 0

    def add(origin: str, event: Event) -> None:
        nonlocal count
        count += 1
        state.apply(EntryBody(clock(), "kim", event), origin, count)

    add(DESK, order(count=2))
    add(DESK, ChainAdopted(chain=SEOUL, role=Role.STATION, sequence=1, hash="0" * 64, name="seoul"))
    add(SEOUL, NumbersClaimed(claim="a" * 32, order=ID, order_origin=DESK, numbers=(1,)))
    add(SEOUL, PassportMinted(drive="BBBB1", order=ID, number=1, of=2, nonce_sha256="b" * 64, ordered_in=DESK))
    assert state.journeys["BBBB1"].is_beside
    assert state.free_numbers(ID) == [1, 2]
    add(DESK, PassportMinted(drive="AAAA1", order=ID, number=1, of=2, nonce_sha256="a" * 64))
    assert not state.journeys["AAAA1"].is_beside


def test_a_desk_mints_none_of_the_numbers_that_the_hub_gives_out() -> None:
    book = Book()
    with pytest.raises(BrokenOffError, match="number 1 of order guatemala-1 was not claimed"):
        book.add(DESK, PassportMinted(drive="AAAA1", order=ID, number=1, of=3, nonce_sha256="a" * 64))


def test_a_station_recalls_nothing() -> None:
    book = Book()
    book.claim(BUSAN, 1)
    book.add(SEOUL, NumbersRecalled(order=ID, order_origin=DESK, station=BUSAN, numbers=(1,)))
    assert [(s.origin, s.numbers) for s in stations_of(book.state, book.state.order(ID))] == [(BUSAN, (1,))]
