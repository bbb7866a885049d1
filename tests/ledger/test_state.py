"""What may follow on what: numbers, journeys, and what is held against a stick."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import CHECK, begun, ended, make_drive, open_ledger, order, stick
from usbkit.core.errors import UsbkitError
from usbkit.drives.record import Outcome
from usbkit.ledger import Ledger
from usbkit.ledger.events import DriveFound, DriveVoided, FailuresForgiven, OrderCancelled, PassportMinted
from usbkit.ledger.journey import NEXT, Stage, stage_after
from usbkit.ledger.state_rows import StateRows
from usbkit.ledger.state_view import StateView


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
