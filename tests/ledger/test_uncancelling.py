"""An order that was cancelled by mistake stands again, by a further entry: what of it, what not, and who may say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.ledger.stories import make_drive, named, open_ledger, order, stick
from tests.ledger.test_claiming import DESK, SEOUL, Book
from usbkit.core.errors import InputError, Place, RefusedError
from usbkit.ledger import Ledger
from usbkit.ledger.audit import audit
from usbkit.ledger.correcting import undo_entry
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import (
    DriveMarked,
    EntryUndone,
    OrderAdded,
    OrderCancelled,
    OrderSplit,
    Role,
)
from usbkit.ledger.merging import MergeWish, merge, visiting
from usbkit.ledger.tracking import Telling, mark_drives
from usbkit.orders.cancelling import cancel_order

ID = "guatemala-1"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = open_ledger(tmp_path)
    made.append(order())
    return made


def cancel(ledger: Ledger, id: str = ID) -> str:
    """Cancel an order: the entry that says so."""
    found = cancel_order(ledger, id, "a mistake", give_up_whole=True)
    assert found.cancelling is not None
    return found.cancelling.entry


def sound(ledger: Ledger) -> bool:
    return audit(ledger.entries(), ledger.secrets(), kept=ledger.state_rows()).holds


def instead(id: str, **values: object) -> OrderAdded:
    return OrderAdded.model_validate({**order(id).model_dump(), **values})


def test_its_numbers_stand_again_and_its_drives_stay_void(ledger: Ledger) -> None:
    drive = make_drive(ledger, 1, stick())
    entry = cancel(ledger)
    assert ledger.read().open_orders() == []
    undone = undo_entry(ledger, entry, "it was the other one")
    state = ledger.read()
    assert (undone.kind, undone.orders) == ("order-cancelled", (ID,))
    assert not state.order(ID).is_cancelled and [o.id for o in state.open_orders()] == [ID]
    assert state.free_numbers(ID) == [1, 2, 3] and state.journey(drive).stage == "void"
    again = make_drive(ledger, 1, stick("B"))
    assert ledger.read().journey(again).instead_of == drive and sound(ledger)


def test_its_seal_holds_again(ledger: Ledger) -> None:
    entry = cancel(ledger)
    assert ledger.read().rows.seal("forum-test", "guatemala") is None
    undo_entry(ledger, entry, "")
    seal = ledger.read().rows.seal("forum-test", "guatemala")
    assert seal is not None and seal.fingerprint == order().fingerprint


def test_it_is_taken_back_once_and_cancelled_again_by_its_own_entry(ledger: Ledger) -> None:
    entry = cancel(ledger)
    undo_entry(ledger, entry, "")
    with pytest.raises(RefusedError, match="is taken back already"):
        undo_entry(ledger, entry, "")
    undoing = str(ledger.heads()[0].sequence)
    with pytest.raises(RefusedError, match="takes back that guatemala-1 was cancelled") as refused:
        undo_entry(ledger, undoing, "")
    assert "usbkit order cancel guatemala-1" in str(refused.value.findings[0].todo)
    ledger.append(EntryUndone(chain=ledger.origin, sequence=int(undoing)))  # whoever writes it all the same
    assert not ledger.read().order(ID).is_cancelled
    second = cancel(ledger)
    assert ledger.read().order(ID).is_cancelled and second != entry
    ledger.append(EntryUndone(chain=ledger.origin, sequence=int(entry.rpartition(":")[2])))
    assert ledger.read().order(ID).is_cancelled, "the second one was not taken back"
    undo_entry(ledger, second, "")
    assert not ledger.read().order(ID).is_cancelled and sound(ledger)


def test_numbers_that_others_stand_for_stay_theirs(ledger: Ledger) -> None:
    ledger.append(OrderSplit(order=ID, numbers=(3,), to="Lima"))
    drive = make_drive(ledger, 2, stick())
    ledger.append(instead("guatemala-2", numbers=(2,), replaces=drive))
    entry = cancel(ledger)
    undo_entry(ledger, entry, "")
    state = ledger.read()
    assert state.order(ID).numbers == (1,) and state.order("guatemala-2").numbers == (2,) and sound(ledger)


def test_not_where_another_order_was_made_instead(ledger: Ledger) -> None:
    ledger.append(instead("guatemala-0"))  # it stood beside it before
    entry = cancel(ledger)
    ledger.append(instead("peru-1", country="peru", code="PE"), instead("guatemala-2"))
    with pytest.raises(RefusedError, match="guatemala-2 was ordered after guatemala-1 was cancelled: 3 drives") as no:
        undo_entry(ledger, entry, "")
    assert len(no.value.findings) == 1 and "Cancel guatemala-2 first" in str(no.value.findings[0].todo)
    cancel(ledger, "guatemala-2")
    undo_entry(ledger, entry, "")
    assert not ledger.read().order(ID).is_cancelled


def replacing(ledger: Ledger) -> tuple[str, str]:
    """A drive that an order stands for, which is cancelled: the drive, and the entry of the cancelling."""
    drive = make_drive(ledger, 2, stick())
    ledger.append(instead("guatemala-2", numbers=(2,), replaces=drive))
    return drive, cancel(ledger, "guatemala-2")


def test_a_replacement_stands_for_its_drive_again(ledger: Ledger) -> None:
    drive, entry = replacing(ledger)
    assert ledger.read().journey(drive).counts
    assert (ledger.read().order(ID).numbers, ledger.read().order("guatemala-2").numbers) == ((1, 2, 3), ())
    undo_entry(ledger, entry, "")
    state = ledger.read()
    assert state.journey(drive).is_replaced and state.free_numbers("guatemala-2") == [2]
    assert (state.order(ID).numbers, state.order("guatemala-2").numbers) == ((1, 3), (2,)) and sound(ledger)
    cancel(ledger, "guatemala-2")
    assert ledger.read().journey(drive).counts and ledger.read().order(ID).numbers == (1, 2, 3) and sound(ledger)


@pytest.mark.parametrize("how", ["void", "replaced"])
def test_not_where_the_drive_that_it_stood_for_is_another(ledger: Ledger, how: str) -> None:
    drive, entry = replacing(ledger)
    if how == "void":
        cancel(ledger)
    else:
        ledger.append(instead("guatemala-3", numbers=(2,), replaces=drive))
    before = list(ledger.entries())
    with pytest.raises(RefusedError, match=f"guatemala-2 stood for drive {drive}, which is {how} by now"):
        undo_entry(ledger, entry, "")
    assert list(ledger.entries()) == before


def test_a_mark_that_was_taken_back_before_the_cancelling_stays_so(ledger: Ledger) -> None:
    """A renewal replaces two drives; of one that is taken back, then the renewal is cancelled, and stands again."""
    one, two = make_drive(ledger, 1, stick("A")), make_drive(ledger, 2, stick("B"))
    ledger.append(instead("guatemala-2", numbers=(1, 2), renews=ID, why="outdated"))
    for drive in (one, two):
        ledger.append(DriveMarked(drive=drive, mark=Mark.REPLACED, successor="guatemala-2"))
    undo_entry(ledger, str(ledger.heads()[0].sequence), "")
    assert ledger.read().order("guatemala-2").numbers == (1,)
    entry = cancel(ledger, "guatemala-2")
    assert ledger.read().order(ID).numbers == (1, 2, 3)
    undo_entry(ledger, entry, "")
    state = ledger.read()
    assert (state.order(ID).numbers, state.order("guatemala-2").numbers) == ((2, 3), (1,)) and sound(ledger)


def test_a_desk_takes_no_cancelling_of_another_back_and_cancels_no_order_of_another(
    tmp_path: Path, ledger: Ledger
) -> None:
    entry = cancel(ledger)
    (tmp_path / "desk").mkdir()
    desk = open_ledger(tmp_path / "desk")
    take(desk, ledger)
    with pytest.raises(RefusedError, match="was cancelled by another station"):
        undo_entry(desk, entry, "")
    ledger.append(order("guatemala-5"))
    take(desk, ledger)
    with pytest.raises(InputError, match="guatemala-5 is of another station"):
        cancel_order(desk, "guatemala-5", "", give_up_whole=True)
    desk.append(EntryUndone(chain=ledger.origin, sequence=int(entry.rpartition(":")[2])))
    assert desk.read().order(ID).is_cancelled, "nor does whoever writes it all the same"
    take(ledger, desk, Role.DESK)
    assert ledger.read().order(ID).is_cancelled and sound(ledger) and sound(desk)


def take(ledger: Ledger, other: Ledger, role: Role = Role.STATION) -> None:
    with visiting(other.place) as visited:
        merge(ledger, visited, Place("there"), MergeWish(role=role))


def test_merged_chains_come_to_the_same(tmp_path: Path, ledger: Ledger) -> None:
    entry = cancel(ledger)
    (tmp_path / "third").mkdir()
    third = open_ledger(tmp_path / "third")
    take(third, ledger)
    assert third.read().order(ID).is_cancelled
    undo_entry(ledger, entry, "")
    drive = make_drive(ledger, 1, stick())
    take(third, ledger)
    assert not third.read().order(ID).is_cancelled and third.read().journey(drive).counts and sound(third)


def test_a_drive_that_a_station_made_meanwhile_counts_again() -> None:
    """The station did not know of the cancelling: its drive was beside, and is not once the order stands."""
    book = Book()
    book.claim(SEOUL, 1)
    book.add(DESK, OrderCancelled(order=ID))
    book.make(SEOUL, 1, "AAAA1")
    assert book.state.journeys["AAAA1"].is_beside
    book.add(DESK, EntryUndone(chain=DESK, sequence=5))
    assert book.state.journeys["AAAA1"].counts and book.state.whole_numbers(ID) == [1]


def test_the_commands_say_how_and_what_stands(tmp_path: Path, ledger: Ledger) -> None:
    place = "--ledger", named(tmp_path), "--lang", "en"
    drive = make_drive(ledger, 1, stick())
    said = call(*place, "order", "cancel", ID, "--yes").expect(0).out
    entry = f"{ledger.origin}:{ledger.heads()[0].sequence}"
    assert f"by mistake? usbkit ledger mark undo {entry}" in said
    assert f": - [{entry}]" in call(*place, "order", "show", ID).expect(0).out
    undone = call(*place, "ledger", "mark", "undo", entry, "--note", "the wrong one").expect(0).out
    assert "numbers that stand again: 1-3" in undone and f"drives that stay void, and are made again: {drive}" in undone
    assert "(TAKEN BACK)" in call(*place, "order", "show", ID).expect(0).out
    told = call(*place, "ledger", "show", f"{ID}:1").expect(0).out
    assert "guatemala-1 is cancelled (TAKEN BACK)" in told
    shown = call(*place, "--json", "order", "show", ID).expect(0).json
    assert shown["state"] == "open"


def test_marks_that_are_taken_back_twice_say_so(ledger: Ledger) -> None:
    """Taking back a taking back of a taking back said "taken back", and changed nothing."""
    drive = make_drive(ledger, 1, stick())
    mark_drives(ledger, Mark.SENT, [drive], (), Telling())
    first = ledger.heads()[0].sequence
    undo_entry(ledger, str(first), "")
    undo_entry(ledger, str(first + 1), "")
    assert ledger.read().journey(drive).where == "sent"
    with pytest.raises(RefusedError, match=f"says that {ledger.origin}:{first} is to hold again") as refused:
        undo_entry(ledger, str(first + 2), "")
    assert f"usbkit ledger mark undo {ledger.origin}:{first}" in str(refused.value.findings[0].todo)
    undo_entry(ledger, str(first), "")
    assert ledger.read().journey(drive).where == "here" and sound(ledger)
