"""The voice: as long as its syllables, silent in pauses, never too loud, the same on every machine."""

from __future__ import annotations

from itertools import pairwise

from usbkit.demo.voice import murmur, opening

RATE = 8000


def test_four_seconds_within_bounds_and_the_same_again() -> None:
    spoken = murmur(110, RATE)
    assert len(spoken) == 4 * RATE
    assert 0.1 < max(map(abs, spoken)) <= 0.25
    assert spoken == murmur(110, RATE) != murmur(165, RATE)


def test_the_mouth_is_closed_where_nothing_is_said() -> None:
    spoken = murmur(110, RATE)
    for syllable in range(16):
        heard = any(spoken[syllable * RATE // 4 : (syllable + 1) * RATE // 4])
        assert (opening(syllable / 4 + 0.125) > 0.9) is heard
    assert opening(1.1) == 0.0


def test_no_click_between_syllables() -> None:
    spoken = murmur(175, RATE)
    assert max(abs(b - a) for a, b in pairwise(spoken[i] for i in range(RATE // 4 - 4, RATE // 4 + 4))) < 0.02
