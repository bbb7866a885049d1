"""The facts of a source that decide how it is transcoded: its length, its sound, and its output shape."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import Text, _
from usbkit.sources.media.facts import AudioFacts, first_audio, read_facts
from usbkit.sources.media.opening import load_av, open_media
from usbkit.sources.transcode.picture import Shape, read_shape
from usbkit.sources.transcode.recipe import Recipe

#: Milliseconds: no recording of a programme lasts longer. A file can claim any length, and so any number of pieces.
LONGEST = 48 * 3_600_000

#: Pictures in as long, at the fastest pace that is made (`usbkit.sources.transcode.picture`).
_MOST_FRAMES = LONGEST // 1000 * 30

#: Pixels of a side, which no encoder of ours takes more of.
_LARGEST = 16_384


@dataclass(frozen=True, slots=True)
class Look:
    """``duration`` in milliseconds; ``sound_rate`` in bits per second, 0 if unknown; ``shape`` of the picture if
    encoded.
    """

    duration: int
    audio: AudioFacts | None
    sound_rate: int
    shape: Shape | None

    def to_json(self) -> bytes:
        values = asdict(self)
        if self.shape is not None:
            values["shape"]["rate"] = [self.shape.rate.numerator, self.shape.rate.denominator]
        return json.dumps(values).encode("ascii")

    @classmethod
    def from_json(cls, data: bytes) -> Look:
        """The inverse of ``to_json``, for untrusted data. Raises ValueError, KeyError, TypeError, ArithmeticError."""
        values = json.loads(data)
        shape, audio = values.pop("shape"), values.pop("audio")
        look = cls(
            **values,
            audio=None if audio is None else AudioFacts(**audio),
            shape=None if shape is None else Shape(**{**shape, "rate": Fraction(*shape["rate"])}),
        )
        look._require_sense()
        return look

    def _require_sense(self) -> None:
        numbers: list[Any] = [self.duration, self.sound_rate]
        if self.shape is not None:
            numbers += [self.shape.frames, self.shape.rotation]
            if not (0 < self.shape.width <= _LARGEST and 0 < self.shape.height <= _LARGEST and self.shape.rate > 0):
                raise ValueError(self.shape)
        if not all(type(number) is int and 0 <= number < 2**63 for number in numbers):
            raise ValueError(numbers)


def look(source: Path, recipe: Recipe) -> Look:
    """Return the facts of ``source`` that ``recipe`` needs. Raises InputError."""
    with named_errors(source):
        with open_media(source) as container:
            facts = read_facts(container)
            audio = first_audio(container)
            rate = (audio.bit_rate or 0) if audio is not None else 0
        if facts is None:
            raise InputError(say_failed(source, _("there is no picture in it")))
        shape = None if recipe.copy_picture else read_shape(source, facts, recipe.short_side)
        return Look(facts.duration, facts.audio, rate, shape)


def require_length(source: Path, found: Look) -> None:
    """Raise InputError if the source claims to be longer than any recording."""
    frames = 0 if found.shape is None else found.shape.frames
    if found.duration > LONGEST or frames > _MOST_FRAMES:
        what = _("it says that it lasts longer than {hours} hours", hours=LONGEST // 3_600_000)
        raise InputError(say_failed(source, what))


#: Errors of our own disk, which FFmpeg passes on.
_OURS = (errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EFBIG)


@contextmanager
def named_errors(source: Path) -> Iterator[None]:
    """Turn FFmpeg's errors about ``source`` into InputError; errors of our own disk and lack of memory pass through."""
    errors = load_av().error
    try:
        yield
    except errors.FFmpegError as problem:
        if problem.errno == errno.ENOMEM:
            raise MemoryError from problem
        if isinstance(problem, OSError) and problem.errno in _OURS:
            raise
        what = _("it cannot be decoded to its end: {reason}", reason=problem.strerror or problem)
        raise InputError(say_failed(source, what)) from problem


def say_failed(source: Path, what: Text, found: tuple[Finding, ...] = ()) -> Finding:
    """The finding that nothing was made of ``source``; ``found`` is what is wrong with the result."""
    todo = found[0].what if found else _("Ask for the file again, or ask someone to examine it.")
    return Finding("transcode-failed", what, Place(str(source)), todo)
