"""Recipes for transcoding a video, and the upper bound of its size. Pure."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass

#: Bits a second of picture at 1080 lines; other heights get less by the power below, as encoders need it.
_RATE_AT_1080 = 4_500_000
_POWER = 1.5

#: Bits a second of sound: speech and music in stereo.
SOUND_RATE = 128_000

#: x264's quality (lower is better) for what is made smaller, and for what is only made to play.
_CRF_SMALLER, _CRF_SAME = 22, 18

#: A picture as good as the source's to the eye, within what a laptop reads from a drive and decodes.
_RATE_SAME = 12_000_000

#: The encoder may save up this many seconds' worth of bits for a moment that needs them.
BUFFER_SECONDS = 2

#: What the container takes beside the streams: bytes a second of tables, and once.
_TABLES_A_SECOND, _TABLES = 1_200, 65_536

#: Raised whenever the same recipe would come to give something else. 2: the same bytes on x86 processors
#: with and without AVX2.
FORMAT = 2


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make a video. Rates in bits per second; ``short_side`` in pixels, None for unchanged.

    ``copy_…`` copies a stream; sound that is good enough is copied too unless ``encode_sound``. An encoded picture is
    upright, progressive, with square pixels and at a constant rate, never larger than the source.
    """

    copy_picture: bool = False
    copy_sound: bool = False
    short_side: int | None = None
    crf: int = _CRF_SMALLER
    picture_rate: int = _RATE_AT_1080
    sound_rate: int = SOUND_RATE
    words: str = ""
    encode_sound: bool = False

    def digest(self, source: str) -> str:
        """Return the key, in hex, of a transcode of the source with the digest ``source``."""
        recipe = asdict(self)
        if not self.encode_sound:
            del recipe["encode_sound"]  # as digests were before there was such a thing
        values = json.dumps([FORMAT, source, recipe], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(values.encode("ascii")).hexdigest()

    def bound(self, duration: int) -> int:
        """Return the maximum bytes for ``duration`` milliseconds; meaningless if the picture is copied."""
        seconds = duration / 1000
        streams = (self.picture_rate + self.sound_rate) / 8
        buffered = self.picture_rate * BUFFER_SECONDS / 8
        return int(streams * seconds + buffered + _TABLES_A_SECOND * seconds) + _TABLES


#: Nothing is encoded.
COPY = Recipe(copy_picture=True, copy_sound=True)


def picture_rate(height: int) -> int:
    """Return the maximum bits per second of a picture of ``height`` lines."""
    return int(round(_RATE_AT_1080 * math.pow(height / 1080, _POWER), -3))


def recipe_for_height(height: int) -> Recipe:
    """Return the recipe for at most ``height`` lines, with matching bit rates."""
    return Recipe(short_side=height, picture_rate=picture_rate(height))


def recipe_for_mending(*, picture: bool, sound: bool, largest: int | None) -> Recipe:
    """Return a recipe that plays everywhere and looks the same: streams that are right are copied."""
    return Recipe(
        copy_picture=not picture,
        copy_sound=not sound,
        short_side=largest,
        crf=_CRF_SAME,
        picture_rate=_RATE_SAME,
        sound_rate=160_000,
        encode_sound=sound,
    )
