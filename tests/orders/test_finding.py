"""An order by its name, and what is said of one that is not there, or is cancelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import begin_with_order
from usbkit.core.errors import InputError
from usbkit.orders.cancelling import cancel_order
from usbkit.orders.finding import find_order, find_standing_order


def test_an_unknown_order_and_those_that_are_there(tmp_path: Path) -> None:
    ledger = begin_with_order(tmp_path)
    assert find_order(ledger.read(), "guatemala-1").id == "guatemala-1"
    with pytest.raises(InputError, match="there is no order peru-1") as problem:
        find_order(ledger.read(), "peru-1")
    assert str(problem.value.findings[0].todo) == "There are: guatemala-1"


def test_a_cancelled_order_is_found_and_stands_no_more(tmp_path: Path) -> None:
    ledger = begin_with_order(tmp_path)
    assert find_standing_order(ledger.read(), "guatemala-1").id == "guatemala-1"
    cancel_order(ledger, "guatemala-1", "", give_up_whole=False)
    assert find_order(ledger.read(), "guatemala-1").is_cancelled
    with pytest.raises(InputError, match="guatemala-1 is cancelled already"):
        find_standing_order(ledger.read(), "guatemala-1")
