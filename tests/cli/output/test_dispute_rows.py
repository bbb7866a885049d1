"""What is said of drives that several chains say they made."""

from __future__ import annotations

import pytest

from tests.ledger.stories import clock
from usbkit.cli.output.dispute_rows import disputes_json, say_dispute
from usbkit.ledger.records import Dispute, Journey


def drive(origin: str, dispute: Dispute | None) -> Journey:
    name, at = f"7K3QF@{origin}", clock()
    return Journey(name, origin, "x", 1, 2, "a" * 64, at, at, "kim", sequence=7, dispute=dispute)


def test_one_that_is_anothers_names_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    say_dispute([drive("evil", Dispute.LOST), drive("busan", None)])
    said = capsys.readouterr().out
    assert "CONFLICT: evil says that it made drive 7K3QF@evil, which is 7K3QF@busan of busan" in said
    assert "Ask at evil" in said and "mark undo" not in said


def test_where_nobody_knows_each_has_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    claimed = [drive("evil", Dispute.OPEN), drive("busan", Dispute.OPEN)]
    say_dispute(claimed)
    said = capsys.readouterr().out
    assert "usbkit ledger mark undo evil:7" in said and "usbkit ledger mark undo busan:7" in said
    assert disputes_json([claimed]) == [
        {"drive": f"7K3QF@{one}", "origin": one, "dispute": "open", "entry": f"{one}:7"} for one in ("evil", "busan")
    ]
