"""An order is put right: how many drives, their route and their note, down to what is made and never to none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.ledger.stories import begin_with_order, make_drive, stick
from usbkit.core.errors import InputError, RefusedError
from usbkit.ledger import Ledger
from usbkit.ledger.correcting import undo_entry
from usbkit.ledger.reporting import By, report
from usbkit.ledger.selecting import Choice
from usbkit.ledger.succession import count_ordered
from usbkit.orders.correcting import correct_order


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return begin_with_order(tmp_path)


def test_numbers_that_were_given_up_are_no_other_orders(ledger: Ledger, tmp_path: Path) -> None:
    fields = {"route": None, "note": None, "reason": ""}
    correct_order(ledger, "guatemala-1", wanted=2, **fields)  # type: ignore[arg-type]
    place = "--ledger", tmp_path / "ledger.sqlite", "--lang", "en"
    for _again in range(2):
        shown = call(*place, "order", "show", "guatemala-1").expect(0).out
        assert "numbers that were given up: 3" in shown and "other orders" not in shown
        assert "elsewhere" not in call(*place, "order", "list").expect(0).out
        assert "number 3 was given up" in call(*place, "ledger", "show", "guatemala-1:3").expect(0).out
        assert count_ordered(list(ledger.read().orders.values())) == 2
        if _again == 0:
            entry = str(ledger.heads()[0].sequence)
            undone = call(*place, "ledger", "mark", "undo", entry).expect(0).out
            assert "given up, and not given back: 3" in undone and "usbkit order add" in undone


def test_an_order_is_put_right_down_to_what_is_made_and_never_to_none(ledger: Ledger) -> None:
    def to(wanted: int) -> tuple[int, ...]:
        fields = {"route": None, "note": None, "reason": "", "dry_run": True}
        return correct_order(ledger, "guatemala-1", wanted=wanted, **fields).given_up  # type: ignore[arg-type]

    assert (to(3), to(2), to(1)) == ((), (3,), (2, 3))
    with pytest.raises(RefusedError) as refused:
        to(5)
    assert "usbkit order add guatemala 2 --yes" in str(refused.value.findings[0].todo)
    with pytest.raises(RefusedError) as refused:
        to(0)
    assert "usbkit order cancel guatemala-1" in str(refused.value.findings[0].todo)
    for number in (1, 3):
        make_drive(ledger, number, stick(f"S{number}"))
    assert to(2) == (2,)
    with pytest.raises(RefusedError, match="2 drives are made or in work"):
        to(1)


def test_an_order_is_put_right(ledger: Ledger, tmp_path: Path) -> None:
    make_drive(ledger, 3, stick())
    fields = {"route": None, "note": None, "reason": ""}
    for wanted, said in ((4, "it cannot grow"), (0, "1 drive is made"), (-1, "1 drive is made")):
        with pytest.raises(RefusedError, match=said):
            correct_order(ledger, "guatemala-1", wanted=wanted, **fields)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no correction is given"):
        correct_order(ledger, "guatemala-1", wanted=None, **fields)  # type: ignore[arg-type]
    before = len(list(ledger.entries()))
    dry = correct_order(ledger, "guatemala-1", wanted=2, dry_run=True, **fields)  # type: ignore[arg-type]
    assert dry.given_up == (2,) and len(list(ledger.entries())) == before
    corrected = correct_order(ledger, "guatemala-1", wanted=2, route="mission", note="ring twice", reason="moved")
    found = corrected.order
    assert (found.numbers, found.route, found.note) == ((1, 3), "mission", "ring twice")
    assert report(ledger.read(), By.ROUTE, Choice(), ledger.now()).groups["mission"].ordered == 2
    shown = call("--ledger", tmp_path / "ledger.sqlite", "--lang", "en", "order", "show", "guatemala-1").expect(0).out
    assert (
        "by route mission" in shown and "note: ring twice" in shown and "put right on 2026-11-24 by kim: moved" in shown
    )
    undo_entry(ledger, str(ledger.heads()[0].sequence), "")
    order = ledger.read().orders["guatemala-1"]
    assert (order.route, order.note, order.numbers) == ("corps", "", (1, 3)), "numbers that were given up stay so"
    with pytest.raises(RefusedError, match="1 drive is made"):
        correct_order(ledger, "guatemala-1", wanted=0, **fields)  # type: ignore[arg-type]
