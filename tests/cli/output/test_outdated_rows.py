"""What is said to be done with a drive of an older seal, by where it is and whose order it is of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import make_drive, open_ledger, order, stick
from usbkit.cli.output.outdated_rows import outdated_line, todo_of
from usbkit.core.errors import Place
from usbkit.ledger import Ledger
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked, Role
from usbkit.ledger.foreign_ledger import visiting
from usbkit.ledger.merging import MergeWish, merge
from usbkit.orders.ordering import _ask_about_a_good_drive


@pytest.fixture
def desk(tmp_path: Path) -> Ledger:
    """A desk with a newer seal, which merged the ledger of an office abroad and its drive."""
    (tmp_path / "abroad").mkdir()
    abroad, desk = open_ledger(tmp_path / "abroad"), open_ledger(tmp_path)
    abroad.append(order("guatemala-9"))
    make_drive(abroad, 1, stick("A"), id="guatemala-9")
    desk.append(order())
    make_drive(desk, 1, stick("B"))
    with visiting(abroad.place) as theirs:
        merge(desk, theirs, Place("abroad"), MergeWish(Role.DESK))
    desk.append(order("guatemala-2").model_copy(update={"fingerprint": "ab" * 32, "edition": 9}))
    return desk


def test_only_what_is_ours_is_renewed_here(desk: Ledger) -> None:
    """An order that is another station's was to be renewed here, which is refused."""
    state = desk.read()
    (ours,), (theirs,) = state.journeys_of("guatemala-1"), state.journeys_of("guatemala-9")
    assert str(todo_of(state, ours)) == "refresh it here: usbkit order renew guatemala-1"
    assert str(todo_of(state, theirs)) == f"replace it: usbkit order add guatemala --replaces {theirs.drive}"
    asked = _ask_about_a_good_drive(state, ours)
    assert asked is not None and "usbkit order renew guatemala-1" in str(asked.todo)
    assert _ask_about_a_good_drive(state, theirs) is None, "it is to be replaced, and nobody is asked"


@pytest.mark.parametrize(("mark", "words"), [(Mark.SENT, "or leave it"), (Mark.LOST, "replace it")])
def test_what_is_out_is_replaced_or_left(desk: Ledger, mark: Mark, words: str) -> None:
    (ours,) = desk.read().journeys_of("guatemala-1")
    desk.append(DriveMarked(drive=ours.reference, mark=mark))
    state = desk.read()
    said = str(todo_of(state, state.journey(ours.drive)))
    assert words in said and f"--replaces {ours.drive}" in said


def test_an_order_of_which_none_is_here_is_listed_and_not_renewed(desk: Ledger) -> None:
    """Renewing it is refused."""
    assert str(outdated_line(desk.read(), "guatemala-1", 1)).endswith("usbkit order renew guatemala-1 --dry-run")
    listed = "guatemala-{n}: 1 drive is outdated: usbkit ledger list --outdated --order guatemala-{n}"
    assert str(outdated_line(desk.read(), "guatemala-9", 1)) == listed.format(n=9), "it is another's"
    (ours,) = desk.read().journeys_of("guatemala-1")
    desk.append(DriveMarked(drive=ours.reference, mark=Mark.SENT))
    assert str(outdated_line(desk.read(), "guatemala-1", 1)) == listed.format(n=1)
