"""Which entries may follow which: numbers, journeys, and failures of a stick."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import CHECK, SEAL, begun, clock, ended, make_drive, open_ledger, order, stick
from usbkit.core.errors import UsbkitError
from usbkit.drives.record import Outcome
from usbkit.ledger import Ledger
from usbkit.ledger.chain import Entry, follow, head_of
from usbkit.ledger.checking import check_ledger
from usbkit.ledger.delivery_status import Answer, Mark, Where
from usbkit.ledger.entry_body import EntryBody
from usbkit.ledger.entry_limits import MOST_SAID
from usbkit.ledger.events import (
    ArrivalTold,
    ChainAdopted,
    DriveFound,
    DriveMarked,
    DriveVoided,
    EntryUndone,
    Event,
    FailuresForgiven,
    LetterWordMade,
    OrderCancelled,
    OrderCorrected,
    OrderSplit,
    OutdatedLeft,
    PassportMinted,
    ReceiptEntered,
    Role,
)
from usbkit.ledger.journey import NEXT, Stage, stage_after
from usbkit.ledger.state import LedgerState, fold
from usbkit.ledger.state_rows import StateRows
from usbkit.ledger.state_view import StateView
from usbkit.trust.receipt_code import Found


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = open_ledger(tmp_path)
    made.append(order())
    return made


def test_an_order_is_filled_number_by_number(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        assert ledger.read().free_numbers("guatemala-1")[0] == number
        make_drive(ledger, number, stick(f"S{number}"))
    ledger_state = ledger.read()
    assert ledger_state.whole_numbers("guatemala-1") == [1, 2, 3]
    assert ledger_state.is_filled("guatemala-1")
    assert ledger_state.open_orders() == []


def test_a_number_is_given_once(ledger: Ledger) -> None:
    make_drive(ledger, 2, stick())
    with pytest.raises(UsbkitError, match="number 2 of order guatemala-1 is taken"), ledger.write() as writing:
        writing.mint("guatemala-1", 2)
    assert ledger.read().free_numbers("guatemala-1") == [1, 3]


@pytest.mark.parametrize("number", [4, 99])
def test_a_number_that_the_order_has_not(ledger: Ledger, number: int) -> None:
    with pytest.raises(UsbkitError, match="has no number"), ledger.write() as writing:
        writing.mint("guatemala-1", number)


def test_a_failed_drive_gives_its_number_back_and_never_comes_to_life(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick(), Outcome.DAMAGED)
    assert ledger.read().free_numbers("guatemala-1") == [1, 2, 3]
    with pytest.raises(UsbkitError, match="is failed and cannot become whole"):
        ledger.append(ended(drive))


def test_an_interrupted_drive_keeps_its_number_and_may_go_on(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick(), Outcome.VANISHED)
    assert ledger.read().free_numbers("guatemala-1") == [2, 3]
    ledger.append(begun(drive, stick(port="1-2")), ended(drive))
    assert ledger.read().whole_numbers("guatemala-1") == [1]


def test_a_whole_drive_that_is_void_frees_its_number_and_stays_void(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    ledger.append(DriveVoided(drive=drive, reason="lost its cap"))
    assert ledger.read().free_numbers("guatemala-1") == [1, 2, 3]
    found = DriveFound(drive=drive, stick=stick(), is_whole=True, check=CHECK)
    with pytest.raises(UsbkitError, match="is void and cannot become whole"):
        ledger.append(found)


def test_a_refused_entry_leaves_nothing_behind(ledger: Ledger) -> None:
    before = len(list(ledger.entries()))
    with pytest.raises(UsbkitError), ledger.write() as writing:
        drive = writing.mint("guatemala-1", 1)
        writing.append(ended(drive))
    assert len(list(ledger.entries())) == before
    assert ledger.read().free_numbers("guatemala-1") == [1, 2, 3]
    assert not ledger.secrets().nonces


def test_a_cancelled_order_gives_out_no_numbers(ledger: Ledger) -> None:
    ledger.append(OrderCancelled(order="guatemala-1"))
    with pytest.raises(UsbkitError, match="is cancelled"), ledger.write() as writing:
        writing.mint("guatemala-1", 1)
    assert ledger.read().open_orders() == []


def test_a_passport_of_another_count_is_refused(ledger: Ledger) -> None:
    event = PassportMinted(drive="00001", order="guatemala-1", number=1, of=9, nonce_sha256="0" * 64)
    with pytest.raises(UsbkitError, match="has no number 1 of 9"):
        ledger.append(event)


def test_rows_that_are_remembered_are_forgotten_when_another_wrote_them(tmp_path: Path, ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    ours, rows = ledger.read(), StateRows.in_memory()
    assert isinstance(ours, StateView) and ours.journeys[drive].stage is Stage.WHOLE
    open_ledger(tmp_path).append(DriveVoided(drive=drive, reason="bent"))
    assert ledger.read().journeys[drive].stage is Stage.VOID
    assert (len(rows.journeys), list(rows.orders), "x" in rows.by_nonce, len(rows.by_job)) == (0, [], False, 0)


def test_every_outcome_leads_somewhere_that_begun_may_go() -> None:
    assert all(stage_after(outcome) in NEXT[Stage.BEGUN] for outcome in Outcome)
    assert set(NEXT) == set(Stage)


def test_failures_follow_the_hardware(ledger: Ledger) -> None:
    make_drive(ledger, 1, stick("A1"), Outcome.DAMAGED)
    make_drive(ledger, 1, stick("A1", "1-2"), Outcome.FAILED)
    make_drive(ledger, 1, stick("B2"), Outcome.VANISHED)
    ledger_state = ledger.read()
    assert len(ledger_state.failures(stick("A1", "2-1"), None)) == 2
    assert ledger_state.failures(stick("B2"), None) == []


def test_failures_follow_the_passport_where_serials_say_nothing(ledger: Ledger) -> None:
    nameless = stick(None)
    first = make_drive(ledger, 1, nameless, Outcome.DAMAGED)
    with ledger.write() as writing:
        second = writing.mint("guatemala-1", 1)
        writing.append(begun(second, nameless, after=first))
    ledger.append(ended(second, Outcome.FAILED))
    ledger_state = ledger.read()
    assert [j.drive for j in ledger_state.failures(nameless, second)] == [second, first]
    assert ledger_state.failures(nameless, None) == []


def test_a_serial_that_two_sticks_have_blames_neither(ledger: Ledger) -> None:
    make_drive(ledger, 1, stick("000000000001"), Outcome.DAMAGED)
    assert len(ledger.read().failures(stick("000000000001"), None)) == 1
    with ledger.write() as writing:  # two with it at once: it is nobody's own
        one, other = writing.mint("guatemala-1", 1), writing.mint("guatemala-1", 2)
        writing.append(begun(one, stick("000000000001", "1-1")))
        writing.append(begun(other, stick("000000000001", "1-2")))
    assert ledger.read().failures(stick("000000000001"), None) == []


def test_two_whole_drives_with_one_serial_are_two_sticks(ledger: Ledger) -> None:
    make_drive(ledger, 1, stick("7"))
    assert not ledger.read().is_shared(stick("7"))
    make_drive(ledger, 2, stick("7"))
    assert ledger.read().is_shared(stick("7"))


def test_forgiven_failures_no_longer_count(ledger: Ledger) -> None:
    drives = [make_drive(ledger, 1, stick("A1"), Outcome.FAILED) for _n in range(2)]
    ledger.append(FailuresForgiven(drives=tuple(drives)))
    assert ledger.read().failures(stick("A1"), drives[-1]) == []


def other(ledger: Ledger, count: int, event: Event, origin: str = "a-station") -> None:
    """Another chain says the same thing ``count`` times."""
    with ledger.write() as writing:
        entries = list[Entry]()
        for _time in range(count):
            head = head_of(entries[-1]) if entries else writing.end(origin)
            entries.append(follow(head, EntryBody(clock(), "mallory", event).to_body()))
            writing.adopt(entries[-1])
        writing.keep(entries)


@pytest.mark.parametrize("kind", ["marks", "arrivals", "receipts", "left", "words"])
def test_one_chain_does_not_talk_without_end_and_stops_no_other(ledger: Ledger, kind: str) -> None:
    drive, of = make_drive(ledger, 1, stick()), {"drive_origin": ledger.origin}
    receipt = {"code": "0" * 20, "found": Found.WHOLE, "count": 0, "has_letter": False, "answer": Answer.ACCEPTED}
    every: dict[str, Event] = {
        "marks": DriveMarked(drive=drive, mark=Mark.SENT, drive_origin=ledger.origin),
        "arrivals": ArrivalTold(drive=drive, drive_origin=ledger.origin),
        "receipts": ReceiptEntered.model_validate({"drive": drive, **of, **receipt}),
        "left": OutdatedLeft(drives=(drive,), seal=SEAL, reason="x", drives_origin=ledger.origin),
        "words": LetterWordMade(order="guatemala-1", word_sha256=SEAL, order_origin=ledger.origin),
    }
    said = every[kind]
    other(ledger, MOST_SAID, said)
    with pytest.raises(UsbkitError, match=f"more than {MOST_SAID} entries about"):
        other(ledger, 1, said)
    other(ledger, 1, said, "another-station")
    ledger.append(DriveMarked(drive=drive, mark=Mark.SENT))
    assert ledger.read().journey(drive).marks[-1].chain == ledger.origin


def test_what_waits_for_a_drive_is_bounded_before_it_comes(ledger: Ledger) -> None:
    """Else the drive itself could not come any more."""
    told = LetterWordMade(order="guatemala-2", word_sha256=SEAL, order_origin=ledger.origin)
    other(ledger, MOST_SAID, told)
    with pytest.raises(UsbkitError, match=f"more than {MOST_SAID} entries about guatemala-2"):
        other(ledger, 1, told)
    ledger.append(order("guatemala-2"))
    assert len(ledger.read().order("guatemala-2").words) == MOST_SAID


def test_a_correction_is_made_as_often_as_somebody_needs_it(ledger: Ledger) -> None:
    ledger.append(*(OrderCorrected(order="guatemala-1", note=f"{n}") for n in range(MOST_SAID)))
    with pytest.raises(UsbkitError, match="entries about guatemala-1"):
        ledger.append(OrderCorrected(order="guatemala-1", note="once more"))
    assert ledger.read().order("guatemala-1").note == f"{MOST_SAID - 1}"


def test_a_number_is_given_away_once_and_none_that_a_drive_has(ledger: Ledger) -> None:
    make_drive(ledger, 1, stick())
    ledger.append(OrderSplit(order="guatemala-1", numbers=(2,), to="Lima"))
    for number in (1, 2, 4):
        with pytest.raises(UsbkitError, match=f"number {number} of order guatemala-1 is taken"):
            ledger.append(OrderSplit(order="guatemala-1", numbers=(number,), to="Lima"))
    assert ledger.read().order("guatemala-1").numbers == (1, 3)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("origin", ["a-1", "z-1"])
def test_who_names_an_order_of_ours_cancels_none(origin: str) -> None:
    state = fold([("m-1", EntryBody(clock(), "kim", order()))], "m-1")
    with pytest.raises(UsbkitError, match="there is no order guatemala-1"):
        state.apply(EntryBody(clock(), "x", OrderCancelled(order="guatemala-1")), origin, 1)
    assert not state.order("guatemala-1").is_cancelled


@pytest.mark.sqlite_only
def test_each_drive_that_comes_finds_what_was_told_of_it() -> None:
    """In the order in which it was told."""
    state = LedgerState("desk-1")
    drives = ["00001", "00002"]
    told = [
        DriveMarked(drive=drive, drive_origin="a-1", mark=mark) for drive in drives for mark in (Mark.SENT, Mark.LOST)
    ]
    for sequence, event in enumerate(told, start=1):
        state.apply(EntryBody(clock(), "kim", event), "desk-1", sequence)
    state.apply(EntryBody(clock(), "x", order()), "a-1", 1)
    for number, drive in enumerate(drives, start=1):
        minted = PassportMinted(drive=drive, order="guatemala-1", number=number, of=3, nonce_sha256=f"{number}" * 64)
        state.apply(EntryBody(clock(), "x", minted), "a-1", number + 1)
        assert [m.mark for m in state.journey(drive).marks] == [Mark.SENT, Mark.LOST]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("is_there", [True, False])
def test_who_may_say_that_a_drive_arrived_or_stays_as_it_is(is_there: bool) -> None:
    """A desk of others' drives, a station of its own; whether or not the drive has come by then."""
    state, made = LedgerState("desk-1"), dict[str, int]()

    def say(origin: str, *told: Event) -> None:
        for event in told:
            made[origin] = made.get(origin, 0) + 1
            state.apply(EntryBody(clock(), origin, event), origin, made[origin])

    def mint() -> None:
        say("a-1", order(), PassportMinted(drive="00001", order="guatemala-1", number=1, of=3, nonce_sha256=SEAL))

    for chain in ("a-1", "b-1"):
        say("desk-1", ChainAdopted(chain=chain, role=Role.STATION, sequence=0, hash="0" * 64))
    if is_there:
        mint()
    for origin in ("desk-1", "b-1"):
        left = OutdatedLeft(drives=("00001",), seal=SEAL, reason="plays", drives_origin="a-1")
        say(origin, left, ArrivalTold(drive="00001", drive_origin="a-1"))
    if not is_there:
        mint()
    say("a-1", OutdatedLeft(drives=("00001",), seal=SEAL, reason="plays"), ArrivalTold(drive="00001"))
    journey = state.journey("00001")
    assert [one.by for one in journey.left] == [one.by for one in journey.arrivals] == ["desk-1", "a-1"]
    assert [(told.origin, told.arrival is not None) for told in journey.told] == [("b-1", True)]


def test_undoings_that_wait_for_each_other_come_at_once(ledger: Ledger) -> None:
    """Each takes back the next, and the last of them comes to something that can be taken back."""
    drive = make_drive(ledger, 1, stick())
    first = ledger.own_head().sequence + 1
    with ledger.write() as writing:
        for at in range(first, first + 3000):
            writing.append(EntryUndone(chain=ledger.origin, sequence=at + 1))
        writing.append(DriveMarked(drive=drive, mark=Mark.SENT))
    assert ledger.read().journey(drive).where is Where.SENT  # what takes it back was taken back, and no further
    assert check_ledger(ledger).holds
