"""Our own pauses are distinguished from the silence of others."""

from __future__ import annotations

import pytest

from usbkit.core.clock import seconds_asleep
from usbkit.workers.pauses import Pause, Pauses


@pytest.mark.parametrize(
    ("turn", "asleep", "found"),
    [
        (0.5, 0.0, None),
        (5.0, 0.0, None),
        (300.0, 0.0, Pause(300.0, slept=False)),
        (1.0, 3600.0, Pause(1.0, slept=True)),
        (1.0, 0.1, None),
    ],
)
def test_a_turn(turn: float, asleep: float, found: Pause | None) -> None:
    clock, sleep = iter((10.0, 10.0 + turn, 10.5 + turn)), iter((7.0, 7.0 + asleep, 7.0 + asleep))
    pauses = Pauses(lambda: next(clock), lambda: next(sleep))
    assert pauses.since_last_turn() == found
    assert pauses.since_last_turn() is None


def test_a_computer_has_not_slept_between_two_looks() -> None:
    assert seconds_asleep() >= 0
    assert Pauses().since_last_turn() is None
