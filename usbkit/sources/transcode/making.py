"""Make a transcode: the picture in pieces, in parallel; the sound; join both; check the result."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from usbkit.core.atomic import beside
from usbkit.core.errors import BrokenOffError, InputError
from usbkit.core.file_lock import slot
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.core.units import format_moment
from usbkit.sources.decoding import look_for_transcode, probe
from usbkit.sources.media import Media
from usbkit.sources.transcode.encoders import Encoders, bounds_for
from usbkit.sources.transcode.joining import SoftSubtitles, Streams
from usbkit.sources.transcode.looking import Look, say_failed
from usbkit.sources.transcode.pieces import Piece, plan_pieces
from usbkit.sources.transcode.recipe import Recipe
from usbkit.sources.transcode.sound import may_copy

#: Milliseconds by which a transcode may be shorter or longer than its source: a frame, and the sound's last one.
_APART = 1_000


@dataclass(frozen=True, slots=True)
class TranscodeJob:
    """One video to make: from ``source`` by ``recipe``, in ``folder``, which is private and may hold pieces of an
    earlier run. ``key`` is its key in ``Progress``; ``words`` are embedded as soft subtitles.
    """

    key: str
    source: Path
    recipe: Recipe
    folder: Path
    words: tuple[SoftSubtitles, ...] = ()


def make_video(job: TranscodeJob, progress: Progress, jobs: int | None = None) -> Path:
    """Make the video of ``job`` and return its path. ``jobs`` is how many pieces are made at once (default: one per
    core).

    Raises InputError if the source cannot be decoded, BrokenOffError if the result is wrong.
    """
    size, place = job.source.stat().st_size, job.folder / "joined.mp4"
    progress.begin(job.key, "transcode", _("Making {name}", name=job.source.name), size)
    look = look_for_transcode(job.source, job.recipe)
    pieces = tuple(plan_pieces(look.shape)) if look.shape is not None else ()
    sound = None
    if look.audio is not None and not may_copy(look.audio, look.sound_rate, job.recipe):
        sound = job.folder / "sound.mp4"
    seats = jobs or os.cpu_count() or 1
    needed = max(1, min(seats, len(pieces) + (sound is not None)))
    with Encoders(bounds_for(size, look, job.recipe), needed) as encoders:
        _make_parts(_Parts(job, size, look, pieces, sound, encoders), seats, progress)
        places = tuple(job.folder / piece.name for piece in pieces)
        with beside(place) as target:
            encoders.join(Streams(job.source, pieces, places, sound, job.words), target)
    _require_right(place, look.duration, job.source)
    progress.end(job.key, "made")
    return place


def make_sample(source: Path, folder: Path, recipe: Recipe, seconds: int) -> float:
    """Encode ``seconds`` from the middle of ``source`` in ``folder``; return the encoded fraction of its picture, up to
    1.

    Raises InputError if the source cannot be decoded.
    """
    look = look_for_transcode(source, recipe)
    if look.shape is None:
        return 1.0
    folder.mkdir(exist_ok=True)
    count = min(look.shape.frames, max(1, round(seconds * look.shape.rate)))
    piece = Piece(0, (look.shape.frames - count) // 2, count)
    with Encoders(bounds_for(source.stat().st_size, look, recipe), 1) as encoders:
        encoders.make_piece(source, folder / piece.name, piece, look.shape, recipe)
    return count / look.shape.frames


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is encoded for a job whose source has ``size`` bytes."""

    job: TranscodeJob
    size: int
    look: Look
    pieces: tuple[Piece, ...]
    sound: Path | None
    encoders: Encoders

    def tasks(self) -> Iterator[tuple[Path, int, Callable[[Path], None]]]:
        """Each part's place, its share of the source's bytes, and what makes it at another."""
        source, recipe, audio, shape = self.job.source, self.job.recipe, self.look.audio, self.look.shape
        if self.sound is not None and audio is not None:
            yield self.sound, 0, lambda target: self.encoders.make_sound(source, target, audio, recipe)
        if shape is not None:
            for piece in self.pieces:
                make = partial(self.encoders.make_piece, source, piece=piece, shape=shape, recipe=recipe)
                yield self.job.folder / piece.name, self.size * piece.count // shape.frames, make


def _make_parts(parts: _Parts, seats: int, progress: Progress) -> None:
    """Everything that is encoded and not there yet.

    However many runs there are, ``seats`` of their parts are encoded at a time: each takes its memory.
    """
    stop = threading.Event()

    def seated(place: Path, make: Callable[[Path], None]) -> None:
        with slot(parts.job.folder.parent / "slots", seats, stop.is_set):
            if not stop.is_set() and not place.exists():
                with beside(place) as target:
                    make(target)

    with ThreadPoolExecutor(seats) as pool:
        waiting = {pool.submit(seated, place, make): share for place, share, make in parts.tasks()}
        try:
            _await(waiting, parts.job.key, progress)
        except BaseException:
            stop.set()
            parts.encoders.stop()
            pool.shutdown(cancel_futures=True)
            raise


def _await(waiting: dict[Future[None], int], key: str, progress: Progress) -> None:
    left = set(waiting)
    while left:
        done, left = wait(left, timeout=1.0, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
            progress.advance(key, waiting[future])


def _require_right(place: Path, duration: int, source: Path) -> Media:
    """Look at what was made as at any other video. Raises BrokenOffError."""
    try:
        made = probe(place)
    except InputError as problem:
        raise BrokenOffError(
            say_failed(source, _("what was made of it is no video: {reason}", reason=problem))
        ) from None
    if not made.plays:
        raise BrokenOffError(say_failed(source, _("what was made of it would not play"), made.findings))
    if duration and abs(made.duration - duration) > max(_APART, duration // 200):
        what = _(
            "it lasts {length}, but what was made of it {made}",
            length=format_moment(duration),
            made=format_moment(made.duration),
        )
        raise BrokenOffError(say_failed(source, what))
    return made
