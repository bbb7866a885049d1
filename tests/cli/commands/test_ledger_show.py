"""``ledger show``: the history of a drive, and of a number through all its orders."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from tests.cli.calls import call
from tests.ledger.stories import make_drive, named, open_ledger, order, stick
from tests.support.cli import TOP
from usbkit.cli.commands.ledger_show import show_
from usbkit.core.messages import use_language
from usbkit.ledger.delivery_status import Mark
from usbkit.ledger.events import DriveMarked, OrderAdded
from usbkit.ledger.explaining import explain_reason, steps_in_order, tell_drive, tell_number
from usbkit.ledger.succession import predecessor_of, successor_of, was_whole
from usbkit.orders.cancelling import cancel_order


def test_a_number_is_followed_through_the_orders_that_had_it(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    old = make_drive(ledger, 2, stick("A"))
    ledger.append(DriveMarked(drive=old, mark=Mark.SENT), DriveMarked(drive=old, mark=Mark.LOST))
    values = {**order("guatemala-2").model_dump(), "numbers": (2,), "of": 3, "replaces": old}
    ledger.append(OrderAdded.model_validate(values))
    state = ledger.read()
    assert successor_of(state, state.journeys[old]) is None, "it is still to be made"
    assert predecessor_of(state, state.orders["guatemala-2"], 2) == old
    assert predecessor_of(state, state.orders["guatemala-1"], 1) is None
    new = make_drive(ledger, 2, stick("B"), id="guatemala-2")
    state = ledger.read()
    assert successor_of(state, state.journeys[old]) == state.journeys[new]
    assert was_whole(state.journeys[old]) and was_whole(state.journeys[new])
    steps = list(steps_in_order(tell_number(state, state.orders["guatemala-1"], 2)))
    assert [s.drive for s in steps if s.drive] == [old, old, new, new]
    assert [s.entry is not None for s in tell_drive(state.journeys[old])] == [False, False, True, True, True]
    said = call("--ledger", named(tmp_path), "ledger", "show", "guatemala-1:2").expect(0).out
    assert f"drive {new}: WHOLE, here" in said and f"in place of {old}" in said
    assert "guatemala-2 asks for number 2 of 3, edition 3" in said
    assert show_.name == "show"


def test_a_number_that_went_to_another_station_says_so(tmp_path: Path) -> None:
    from usbkit.ledger.events import OrderSplit

    ledger = open_ledger(tmp_path)
    ledger.append(order(), OrderSplit(order="guatemala-1", numbers=(3,), to="Lima"))
    said = call("--ledger", named(tmp_path), "ledger", "show", "guatemala-1:3").expect(0).out
    assert "no drive has it now" in said and "number 3 was given to another station" in said


def test_a_cancelled_order_says_when_and_why_in_the_language_in_use(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 1, stick("A"))
    later = open_ledger(tmp_path, "lee", lambda: dt.datetime(2031, 5, 6, tzinfo=dt.UTC))
    cancel_order(later, "guatemala-1", "they use the website", give_up_whole=True)
    place = "--ledger", named(tmp_path)
    said = call(*place, "ledger", "show", "guatemala-1:1").expect(0).out
    assert "2031-05-06 00:00  lee: guatemala-1 is cancelled: they use the website" in said
    assert "was written and read back WHOLE, stick A, and no longer counts: its order was cancelled" in said
    korean = call(*place, "--lang", "ko", "ledger", "show", drive).expect(0).out
    assert "주문이 취소됨" in korean and "cancelled" not in korean
    shown = call(*place, "order", "show", "guatemala-1").expect(0).out
    assert "cancelled on 2031-05-06 by lee: they use the website" in shown
    assert f"{drive} (무효)" in call(*place, "--lang", "ko", "order", "show", "guatemala-1").expect(0).out


def test_every_reason_that_usbkit_writes_is_translated() -> None:
    """Entries hold them in English; whoever reads them in Korean gets Korean."""
    written = set[str]()
    for path in (TOP / "usbkit").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"DriveVoided\(|\.void\(|free_numbers\(counted|reason = \"|(RECALLED|CANCELLED) = \"", line):
                written |= set(re.findall(r'"([a-z][a-z ]+)"', line))
    assert {"its order was renewed", "never begun", "wiped", "its number was recalled"} <= written
    use_language("ko")
    try:
        assert [reason for reason in written if not re.search("[가-힣]", str(explain_reason(reason)))] == []
    finally:
        use_language("en")
    assert (explain_reason(""), explain_reason("a cat sat on it")) == ("-", "a cat sat on it")


def test_a_number_without_a_drive_is_named_as_one(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.append(order())
    drive = make_drive(ledger, 1, stick("A"))
    place = "--ledger", named(tmp_path)
    call(*place, "ledger", "mark", "replaced", drive).expect(0)
    for number in (1, 2):
        said = call(*place, "ledger", "mark", "lost", f"guatemala-1:{number}").expect(2).err
        assert f"no drive has the number guatemala-1:{number} now" in said
        assert f"usbkit ledger show guatemala-1:{number}" in said
        call(*place, "ledger", "show", f"guatemala-1:{number}").expect(0)
    assert "there is no drive guatemala-1:9" in call(*place, "ledger", "mark", "lost", "guatemala-1:9").expect(2).err
    for command in (("show",), ("mark", "lost")):
        said = call(*place, "ledger", *command, "guatemala-1").expect(2).err
        assert "It is an order: usbkit order show guatemala-1" in said
