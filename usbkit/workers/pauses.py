"""Detect how long this process was paused: stopped with Ctrl-Z, asleep with the computer, or starved.

Workers' silence during a pause is not held against them: they could not be heard.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from usbkit.core.clock import seconds_asleep

#: Seconds that a turn of a loop may take, its wait included, before it is taken for a pause.
_TURN = 5.0

#: Seconds of sleep that count: the clocks are read one after the other.
_ASLEEP = 0.5


@dataclass(frozen=True, slots=True)
class Pause:
    """``seconds`` without hearing anything; ``slept``: the whole computer slept, and its USB devices were cut off."""

    seconds: float
    slept: bool


class Pauses:
    """Detects pauses; ask it once per turn of a loop."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, asleep: Callable[[], float] = seconds_asleep
    ) -> None:
        self._clock, self._asleep = clock, asleep
        self._last, self._slept = clock(), asleep()

    def since_last_turn(self) -> Pause | None:
        """Return the pause since the last call; None if there was none."""
        now, asleep = self._clock(), self._asleep()
        spent, slept = now - self._last, asleep - self._slept > _ASLEEP
        self._last, self._slept = now, asleep
        return Pause(spent, slept) if slept or spent > _TURN else None
