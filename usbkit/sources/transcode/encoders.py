"""Bounded processes that decode a source and encode the result, and the requests to them.

Hostile bytes can harm only such a process (``usbkit.workers.bounded``). It has the opened source and output file, and
the finished pieces when it joins them; no other file, no network.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from usbkit.core.errors import InputError
from usbkit.sources import decoding
from usbkit.sources.cache_format import findings_to_json
from usbkit.sources.media.facts import AudioFacts
from usbkit.sources.media.opening import load_all_of_av
from usbkit.sources.transcode.joining import SoftSubtitles, Streams, join
from usbkit.sources.transcode.looking import Look, named_errors
from usbkit.sources.transcode.picture import Shape
from usbkit.sources.transcode.pieces import PIECE_SECONDS, Piece, encode_piece
from usbkit.sources.transcode.recipe import Recipe
from usbkit.sources.transcode.sound import encode_sound
from usbkit.workers.bounded import BoundedProcess, DecoderError
from usbkit.workers.bounds import Bounds

#: Bytes: a picture of 8K takes 100 MB, a decoder keeps 16, and an encoder 40 of those that come out.
_MEMORY, _SPACE = 3 * 2**30, 6 * 2**30

#: Seconds of CPU for any request, for a second of picture that is encoded, and of video that is decoded or copied:
#: ten times what an old laptop takes.
_AT_LEAST, _A_SECOND_ENCODED, _A_SECOND_READ = 600, 60, 2

#: Seconds by the clock for one of CPU: others may want the processor too.
_PATIENCE = 10

#: Bytes that a file may come to beyond what was foreseen.
_MARGIN = 64 * 2**20


def bounds_for(size: int, look: Look, recipe: Recipe) -> Bounds:
    """Return bounds that suffice for any one request about a source of ``size`` bytes."""
    seconds = _AT_LEAST + _A_SECOND_ENCODED * PIECE_SECONDS + _A_SECOND_READ * (look.duration // 1000 + size // 10**7)
    copied = size if recipe.copy_picture or recipe.copy_sound else 0
    file = copied + 2 * recipe.bound(look.duration) + _MARGIN
    return Bounds(memory=_MEMORY, space=_SPACE, seconds=seconds, patience=_PATIENCE * seconds, file=file)


class Encoders:
    """``count`` processes, each handling one request at a time, from as many threads; within one ``with`` of the thread
    that starts them.
    """

    def __init__(self, bounds: Bounds, count: int) -> None:
        self._bounds = bounds
        self._processes = [BoundedProcess(__name__, bounds) for _number in range(count)]
        self._free: SimpleQueue[BoundedProcess] = SimpleQueue()

    def __enter__(self) -> Encoders:
        for process in self._processes:
            process.start()
            self._free.put(process)
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: object, trace: TracebackType | None) -> None:
        for process in self._processes:
            process.close()

    def stop(self) -> None:
        """End them at once: callers are told that they crashed."""
        for process in self._processes:
            process.kill()

    def make_piece(self, source: Path, target: Path, piece: Piece, shape: Shape, recipe: Recipe) -> None:
        """See ``usbkit.sources.transcode.pieces.encode_piece``. Raises InputError, OSError, like the other methods."""
        settings = {"piece": asdict(piece), "shape": asdict(shape), "recipe": asdict(recipe)}
        settings["shape"]["rate"] = _ratio(shape.rate)
        self._ask("piece", source, target, settings)

    def make_sound(self, source: Path, target: Path, audio: AudioFacts, recipe: Recipe) -> None:
        """See ``usbkit.sources.transcode.sound.encode_sound``."""
        self._ask("sound", source, target, {"audio": asdict(audio), "recipe": asdict(recipe)})

    def join(self, streams: Streams, target: Path) -> None:
        """See ``usbkit.sources.transcode.joining.join``."""
        settings = {
            "pieces": [asdict(piece) for piece in streams.pieces],
            "places": [str(place.absolute()) for place in streams.places],
            "sound": None if streams.sound is None else str(streams.sound.absolute()),
            "words": [asdict(words) for words in streams.words],
        }
        others = [*streams.places, *([] if streams.sound is None else [streams.sound])]
        self._ask("join", streams.source, target, settings, others)

    def _ask(
        self, kind: str, source: Path, target: Path, settings: Mapping[str, Any], others: Sequence[Path] = ()
    ) -> None:
        process = self._free.get()
        try:
            arguments = {"target": str(target.absolute()), **settings}
            answer = process.ask(kind, source.absolute(), arguments, others, target, doubts=bool)
        except DecoderError as problem:
            raise InputError(decoding.say_ended(source, problem, self._bounds)) from None
        finally:
            self._free.put(process)
        if answer:
            raise InputError(*decoding.understand(source, answer, decoding.read_refusal))


def _ratio(rate: Fraction) -> list[int]:
    return [rate.numerator, rate.denominator]


# What follows runs in the bounded processes.


def warm_up() -> None:
    """Import everything the handlers use, so that the process opens no file later."""
    for codec in decoding.CODECS:
        codecs.lookup(codec)
    load_all_of_av()


def _piece(source: Path, target: Path, piece: Any, shape: Any, recipe: Any) -> None:
    wanted = Shape(**{**shape, "rate": Fraction(*shape["rate"])})
    encode_piece(source, target, Piece(**piece), wanted, Recipe(**recipe))


def _sound(source: Path, target: Path, audio: Any, recipe: Any) -> None:
    encode_sound(source, target, AudioFacts(**audio), Recipe(**recipe))


def _join(source: Path, target: Path, pieces: Any, places: Any, sound: Any, words: Any) -> None:
    streams = Streams(
        source,
        pieces=tuple(Piece(**piece) for piece in pieces),
        places=tuple(map(Path, places)),
        sound=None if sound is None else Path(sound),
        words=tuple(SoftSubtitles(one["language"], tuple(map(tuple, one["cues"]))) for one in words),
    )
    join(streams, target)


def _answering(handler: Callable[..., None]) -> Callable[..., bytes]:
    """``handler`` whose answer is nothing, or the findings that say why there is none."""

    def answer(source: Path, target: str, **arguments: Any) -> bytes:
        try:
            with named_errors(source):
                handler(source, Path(target), **arguments)
        except InputError as problem:
            return findings_to_json(problem.findings)
        return b""

    return answer


HANDLERS: Mapping[str, Callable[..., bytes]] = {
    "piece": _answering(_piece),
    "sound": _answering(_sound),
    "join": _answering(_join),
}
