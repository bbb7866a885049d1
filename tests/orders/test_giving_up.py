"""Which numbers of an order are ours to give up, and what of it a hub or another station has."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.stories import begin_with_order, make_drive, stick
from usbkit.ledger.events import NumbersClaimed, OrderSplit
from usbkit.orders.giving_up import AtHub, left_at_hub, ours_to_give_up


def test_without_a_hub_what_has_no_drive_is_ours(tmp_path: Path) -> None:
    ledger = begin_with_order(tmp_path)
    make_drive(ledger, 2, stick())
    state = ledger.read()
    order = state.orders["guatemala-1"]
    assert ours_to_give_up(state, order, ledger.origin) == [1, 3]
    assert left_at_hub(state, order, ledger.origin) == AtHub() and not AtHub()


def test_at_a_hub_only_what_we_claimed_is_ours(tmp_path: Path) -> None:
    ledger = begin_with_order(tmp_path)
    ledger.append(
        OrderSplit(order="guatemala-1", numbers=(1, 2, 3), to="hub", hub="ab" * 8),
        NumbersClaimed(order="guatemala-1", order_origin=ledger.origin, claim="0" * 32, numbers=(2,)),
    )
    state = ledger.read()
    order = state.orders["guatemala-1"]
    assert ours_to_give_up(state, order, ledger.origin) == [2]
    assert left_at_hub(state, order, ledger.origin) == AtHub((1, 3))
    assert left_at_hub(state, order, "another") == AtHub((1, 3), ((ledger.origin, (2,)),))
