"""The output for a reported arrival."""

from __future__ import annotations

import pytest

from usbkit.cli.output.arrival_view import ANSWERS, arrival_json, say_arrival
from usbkit.core.messages import _, use_language
from usbkit.ledger.state import LedgerState
from usbkit.orders.arrival_entry import Answer, Arriving, Telling


def test_every_answer_has_words() -> None:
    assert set(ANSWERS) == set(Answer)


def test_a_reference_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    use_language("en")
    one = Arriving(Telling("ZZZZZ", False), Answer.UNKNOWN, _("why"))
    say_arrival(LedgerState(), one)
    assert capsys.readouterr().out.splitlines()[:2] == ["ZZZZZ: NO SUCH DRIVE", "  why"]
    found = arrival_json(LedgerState(), one)
    assert found["drive"] is None and found["plays"] is False
