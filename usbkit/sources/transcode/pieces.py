"""A picture encoded in pieces, each whole on the disk before it counts, so that a kill costs one of them at most."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from usbkit.core.atomic import beside
from usbkit.sources.media.opening import load_av
from usbkit.sources.transcode.picture import Shape, read_frames
from usbkit.sources.transcode.recipe import BUFFER_SECONDS, Recipe

#: Seconds of a piece: little to lose, and so few that nothing is lost by beginning each with a key frame.
_PIECE = 60

#: Seconds between key frames at the most: what a viewer waits for when seeking.
_KEY_EVERY = 5


class StoppedError(Exception):
    """The work was called off; never leaves `usbkit.sources.transcode`."""


def until_stopped(frames: Iterable[Any], stop: threading.Event) -> Iterator[Any]:
    """``frames``, and StoppedError as soon as ``stop`` is set: a thread hears no signal."""
    for frame in frames:
        if stop.is_set():
            raise StoppedError
        yield frame


@dataclass(frozen=True, slots=True)
class Piece:
    """``count`` frames from ``first`` on."""

    number: int
    first: int
    count: int

    @property
    def name(self) -> str:
        return f"piece-{self.number:05}.mp4"


def plan_pieces(shape: Shape) -> list[Piece]:
    """The pieces of a whole picture."""
    length = max(1, round(_PIECE * shape.rate))
    starts = range(0, shape.frames, length)
    return [Piece(n, first, min(length, shape.frames - first)) for n, first in enumerate(starts)]


def encode_piece(source: Path, folder: Path, piece: Piece, shape: Shape, recipe: Recipe, stop: threading.Event) -> None:
    """Make ``piece`` in ``folder`` unless it is there. One thread: the same bytes on however many cores."""
    place = folder / piece.name
    if place.exists():
        return
    with beside(place) as target:
        frames = until_stopped(read_frames(source, shape, piece.first, piece.count), stop)
        first = next(frames, None)
        if first is None:
            raise load_av().error.InvalidDataError(0, "no frame")
        _encode(target, [first], frames, shape, recipe)


def _encode(target: Path, head: list[Any], frames: Iterator[Any], shape: Shape, recipe: Recipe) -> None:
    av = load_av()
    with av.open(str(target), "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=shape.rate, options=_options(shape, recipe))
        stream.width, stream.height, stream.pix_fmt = shape.width, shape.height, "yuv420p"
        stream.codec_context.time_base = 1 / shape.rate
        for name in ("colorspace", "color_primaries", "color_trc", "color_range"):
            setattr(stream.codec_context, name, getattr(head[0], name))
        for part in (head, frames):
            for frame in part:
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _options(shape: Shape, recipe: Recipe) -> dict[str, str]:
    keys = max(1, round(shape.rate * _KEY_EVERY))
    return {
        "preset": "fast",
        "profile": "high",
        "crf": str(recipe.crf),
        "maxrate": str(recipe.picture_rate),
        "bufsize": str(recipe.picture_rate * BUFFER_SECONDS),
        "g": str(keys),
        "threads": "1",
        # else x264 takes other roundings where a processor has other instructions (x264.h, b_cpu_independent)
        "x264-params": "cpu-independent=1",
    }


def read_pieces(folder: Path, pieces: list[Piece]) -> Iterator[Any]:
    """The packets of all pieces, numbered on; ``dts`` rises throughout."""
    av = load_av()
    last: int | None = None
    for piece in pieces:
        with av.open(str(folder / piece.name)) as container:
            stream = container.streams.video[0]
            for packet in container.demux(stream):
                if packet.pts is None or packet.dts is None:
                    continue
                ticks = 1 / stream.average_rate / packet.time_base
                packet.pts = round(packet.pts / ticks) + piece.first
                packet.dts = round(packet.dts / ticks) + piece.first
                packet.duration, packet.time_base = 1, 1 / stream.average_rate
                if last is not None and packet.dts <= last:
                    packet.dts = last + 1
                last = packet.dts
                yield packet
