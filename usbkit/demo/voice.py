"""A voice without words: syllables of vowels and pauses, in the rhythm of speech."""

from __future__ import annotations

import math
from array import array
from typing import Final

#: Seconds of a syllable.
_SYLLABLE = 0.25

#: First and second formant of the vowels of father, bed, see, law and boot, in hertz (Peterson and Barney 1952, men).
_VOWELS: Final = ((730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870))

#: The melody of four seconds: the vowel and its height in semitones, or None for a pause.
_SPOKEN: Final = (
    (0, 2), (1, 3), (4, 1), (0, 0), None, (2, 3), (3, 2), (1, 1),
    (0, 2), None, (3, 4), (0, 2), (1, 0), (4, -1), (0, -3), None,
)  # fmt: skip

_LOUDNESS = 0.25

#: Hertz: overtones above are not made, and how wide a formant is.
_HIGHEST, _WIDTH = 3000, 120


def opening(seconds: float) -> float:
    """Return how far the mouth is open at a moment, from 0 to 1."""
    at = seconds / _SYLLABLE
    return 0.0 if _SPOKEN[int(at) % len(_SPOKEN)] is None else math.sin(math.pi * (at % 1))


def murmur(tone: float, rate: int) -> array[float]:
    """Return four seconds of the voice at about ``tone`` hertz, with ``rate`` samples per second, to be repeated."""
    count = int(rate * _SYLLABLE)
    swell = [_LOUDNESS * math.sin(math.pi * i / count) for i in range(count)]
    samples = array("f")
    for syllable in _SPOKEN:
        if syllable is None:
            samples.extend([0.0] * count)
        else:
            vowel, height = syllable
            period = _period(tone * 2 ** (height / 12), _VOWELS[vowel], rate)
            samples.extend(swell[i] * period[i % len(period)] for i in range(count))
    return samples


def _period(frequency: float, formants: tuple[int, int], rate: int) -> list[float]:
    """One period of a vowel, no sample above 1."""
    length = round(rate / frequency)
    weights = [_weight(number * rate / length, formants) for number in range(1, int(_HIGHEST * length / rate) + 1)]
    wave = [
        sum(weight * math.sin(2 * math.pi * number * i / length) for number, weight in enumerate(weights, 1))
        for i in range(length)
    ]
    loudest = max(map(abs, wave))
    return [value / loudest for value in wave]


def _weight(frequency: float, formants: tuple[int, int]) -> float:
    """How loud an overtone is: it falls with its height, and stands out near a formant."""
    return sum(1 / (1 + ((frequency - formant) / _WIDTH) ** 2) for formant in formants) / frequency + 0.02 / frequency
