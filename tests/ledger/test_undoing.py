"""Who has a number after a mark on its drive is taken back: rules over rows, without earlier checks."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.stories import make_drive, open_ledger, order, stick
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked, EntryUndone, OrderAdded
from usbkit.ledger.undoing import is_undone, may_take_back, subject_of


def test_a_successor_that_made_nothing_yet_gives_the_number_back(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 2, stick())
    values = {**order("guatemala-2").model_dump(), "numbers": (2,), "of": 3, "replaces": drive}
    ledger.append(OrderAdded.model_validate(values))
    place = ledger.origin, ledger.heads()[0].sequence
    state = ledger.read()
    assert may_take_back(state, state.journeys[drive]) and not is_undone(state, place)
    ledger.append(EntryUndone(chain=place[0], sequence=place[1]))
    state = ledger.read()
    assert is_undone(state, place) and subject_of(place) == f"{place[0]}#{place[1]}"
    assert state.orders["guatemala-2"].numbers == () and state.orders["guatemala-1"].numbers == (1, 2, 3)
    assert state.journeys[drive].counts and state.free_numbers("guatemala-2") == []


def test_what_nobody_said_is_not_undone(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    assert not is_undone(ledger.read(), (ledger.origin, 99))
    drive = make_drive(ledger, 1, stick())
    assert not may_take_back(ledger.read(), ledger.read().journeys[drive]), "it was not replaced"
    ledger.append(DriveMarked(drive=drive, mark=Mark.SENT))
    sent = ledger.origin, ledger.heads()[0].sequence
    ledger.append(EntryUndone(chain=sent[0], sequence=sent[1]))
    undoing = ledger.origin, ledger.heads()[0].sequence
    assert is_undone(ledger.read(), sent) and not is_undone(ledger.read(), undoing)
    ledger.append(EntryUndone(chain=undoing[0], sequence=undoing[1]))
    assert is_undone(ledger.read(), undoing) and not is_undone(ledger.read(), sent)
