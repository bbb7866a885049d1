"""Making a transcode: the picture in pieces, side by side; the sound; both joined; and a look at what came out."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from usbkit.core.errors import BrokenOffError, Finding, InputError, Place
from usbkit.core.file_lock import slot
from usbkit.core.messages import Text, _
from usbkit.core.progress import Progress
from usbkit.core.units import format_moment
from usbkit.sources.media import Media, probe
from usbkit.sources.media.facts import Facts, first_audio, read_facts
from usbkit.sources.media.opening import load_av, open_media
from usbkit.sources.transcode.joining import Streams, Words, join
from usbkit.sources.transcode.picture import Shape, read_shape
from usbkit.sources.transcode.pieces import Piece, encode_piece, plan_pieces
from usbkit.sources.transcode.recipe import Recipe
from usbkit.sources.transcode.sound import encode_sound, may_copy

#: Milliseconds by which a transcode may be shorter or longer than its source: a frame, and the sound's last one.
_APART = 1_000


@dataclass(frozen=True, slots=True)
class Job:
    """One video to be made: from ``source`` by ``recipe``, in ``folder``, which is the job's own and may hold pieces

    of an earlier run. ``key`` names it to a `Progress`; ``words`` go inside as soft subtitles.
    """

    key: str
    source: Path
    recipe: Recipe
    folder: Path
    words: tuple[Words, ...] = ()


def make_video(job: Job, progress: Progress, jobs: int | None = None) -> Path:
    """The video of ``job``, in its folder. ``jobs`` is how many pieces are made at once (default: a core each).

    Raises InputError where the source cannot be decoded, BrokenOffError where what came out is not right.
    """
    size = job.source.stat().st_size
    progress.begin(job.key, "transcode", _("Making {name}", name=job.source.name), size)
    with _ffmpeg_errors(job.source):
        facts, sound_rate = _look(job.source)
        sound = None
        if facts.audio is not None and not may_copy(facts.audio, sound_rate, job.recipe):
            sound = job.folder / "sound.mp4"
        shape = None if job.recipe.copy_picture else read_shape(job.source, facts, job.recipe.short_side)
        pieces = _make_parts(job, facts, shape, sound, progress, jobs or os.cpu_count() or 1)
        place = job.folder / "joined.mp4"
        join(Streams(job.source, job.folder, pieces, sound, job.words), place)
    _require_right(place, facts, job.source)
    progress.end(job.key, "made")
    return place


def _look(source: Path) -> tuple[Facts, int]:
    with open_media(source) as container:
        facts = read_facts(container)
        audio = first_audio(container)
        rate = (audio.bit_rate or 0) if audio is not None else 0
    if facts is None:
        raise InputError(_wrong(source, _("there is no picture in it")))
    return facts, rate


def _make_parts(
    job: Job, facts: Facts, shape: Shape | None, sound: Path | None, progress: Progress, jobs: int
) -> list[Piece] | None:
    """Everything that is encoded; the pieces of the picture, None where it is copied.

    However many runs there are, ``jobs`` of their pieces are encoded at a time: each takes its memory.
    """
    pieces = plan_pieces(shape) if shape is not None else []
    size, stop = job.source.stat().st_size, threading.Event()

    def seated(work: Callable[..., None], *arguments: object) -> None:
        with slot(job.folder.parent / "slots", jobs, stop.is_set):
            work(*arguments, stop)

    with ThreadPoolExecutor(jobs) as pool:
        waiting: dict[Future[None], int] = {}
        if sound is not None and facts.audio is not None:
            waiting[pool.submit(seated, encode_sound, job.source, sound, facts.audio, job.recipe)] = 0
        for piece in pieces:
            if shape is not None:
                future = pool.submit(seated, encode_piece, job.source, job.folder, piece, shape, job.recipe)
                waiting[future] = size * piece.count // shape.frames
        try:
            _await(waiting, job.key, progress)
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return pieces if shape is not None else None


def _await(waiting: dict[Future[None], int], key: str, progress: Progress) -> None:
    left = set(waiting)
    while left:
        done, left = wait(left, timeout=1.0, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
            progress.advance(key, waiting[future])


def _require_right(place: Path, facts: Facts, source: Path) -> Media:
    """Look at what was made as at any other video. Raises BrokenOffError."""
    try:
        made = probe(place)
    except InputError as problem:
        raise BrokenOffError(_wrong(source, _("what was made of it is no video: {reason}", reason=problem))) from None
    if not made.plays:
        raise BrokenOffError(_wrong(source, _("what was made of it would not play"), made.findings))
    if facts.duration and abs(made.duration - facts.duration) > max(_APART, facts.duration // 200):
        what = _(
            "it lasts {length}, but what was made of it {made}",
            length=format_moment(facts.duration),
            made=format_moment(made.duration),
        )
        raise BrokenOffError(_wrong(source, what))
    return made


@contextmanager
def _ffmpeg_errors(source: Path) -> Iterator[None]:
    errors = load_av().error
    try:
        yield
    except errors.FFmpegError as problem:
        if isinstance(problem, OSError) and problem.errno in _OURS:
            raise
        what = _("it cannot be decoded to its end: {reason}", reason=problem.strerror or problem)
        raise InputError(_wrong(source, what)) from problem


#: Errors of our own disk, which FFmpeg passes on: no space, no file handles, I/O.
_OURS = (28, 24, 23, 5, 122, 30)


def _wrong(source: Path, what: Text, found: tuple[Finding, ...] = ()) -> Finding:
    todo = found[0].what if found else _("Ask for the file again, or have somebody look at it.")
    return Finding("transcode-failed", what, Place(str(source)), todo)
