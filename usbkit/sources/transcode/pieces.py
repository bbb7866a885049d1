"""Encode a picture in pieces, each synced to disk before it counts, so that a kill costs one piece at most.

The code that reads a source runs in a bounded process (``usbkit.sources.transcode.encoders``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from usbkit.sources.media.opening import load_av, make_mp4, open_media
from usbkit.sources.transcode.picture import Shape, read_frames
from usbkit.sources.transcode.recipe import BUFFER_SECONDS, Recipe

#: Seconds of a piece: little to lose, and so few that nothing is lost by beginning each with a key frame.
PIECE_SECONDS = 60

#: Seconds between key frames at the most: what a viewer waits for when seeking.
_KEY_EVERY = 5


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
    length = max(1, round(PIECE_SECONDS * shape.rate))
    starts = range(0, shape.frames, length)
    return [Piece(n, first, min(length, shape.frames - first)) for n, first in enumerate(starts)]


def encode_piece(source: Path, target: Path, piece: Piece, shape: Shape, recipe: Recipe) -> None:
    """Encode ``piece`` to ``target``. It uses one thread, so that the bytes do not depend on the number of cores."""
    frames = read_frames(source, shape, piece.first, piece.count)
    first = next(frames, None)
    if first is None:
        raise load_av().error.InvalidDataError(0, "no frame")
    with make_mp4(target) as container:
        stream = container.add_stream("libx264", rate=shape.rate, options=_options(shape, recipe))
        stream.width, stream.height, stream.pix_fmt = shape.width, shape.height, "yuv420p"
        stream.codec_context.time_base = 1 / shape.rate
        for name in ("colorspace", "color_primaries", "color_trc", "color_range"):
            setattr(stream.codec_context, name, getattr(first, name))
        for frame in chain([first], frames):
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


def read_pieces(places: Sequence[Path], pieces: Sequence[Piece]) -> Iterator[Any]:
    """Yield the packets of all pieces at ``places``, renumbered; ``dts`` increases throughout."""
    last: int | None = None
    for place, piece in zip(places, pieces, strict=True):
        with open_media(place) as container:
            stream: Any = container.streams.video[0]
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
