"""The output of which station has which numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.stories import open_ledger, order
from usbkit.cli.output.columns import width
from usbkit.cli.output.order_stations import say_stations, stations_json
from usbkit.core.messages import use_language
from usbkit.ledger.events import NumbersClaimed, OrderSplit


def test_a_table_of_stations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    use_language("en")
    ledger = open_ledger(tmp_path)
    ledger.append(
        order(count=3),
        OrderSplit(order="guatemala-1", numbers=(1, 2, 3), to="hub", hub="0123456789abcdef"),
        NumbersClaimed(claim="a" * 32, order="guatemala-1", order_origin=ledger.origin, numbers=(1, 3)),
    )
    say_stations(ledger, ledger.read().order("guatemala-1"))
    assert "1, 3" in capsys.readouterr().out
    document = stations_json(ledger.read(), ledger.read().order("guatemala-1"))
    assert document["stations"][0]["numbers"] == (1, 3) and document["conflicts"] == document["recalled"] == []


@pytest.mark.parametrize("language", ["en", "ko"])
def test_four_stations_of_a_large_order_fit_into_eighty_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    """As the hub gives them out: runs of numbers, which a terminal need not break."""
    use_language(language)
    ledger = open_ledger(tmp_path)
    ledger.append(
        order(count=60),
        OrderSplit(order="guatemala-1", numbers=tuple(range(1, 61)), to="hub", hub="0123456789abcdef"),
        NumbersClaimed(
            claim="a" * 32,
            order="guatemala-1",
            order_origin=ledger.origin,
            numbers=(*range(1, 9), *range(20, 28), *range(40, 48), 60),
        ),
    )
    say_stations(ledger, ledger.read().order("guatemala-1"))
    use_language("en")
    lines = capsys.readouterr().out.splitlines()
    assert any("1-8, 20-27, 40-47, 60" in line for line in lines)
    assert max(map(width, lines)) <= 80
