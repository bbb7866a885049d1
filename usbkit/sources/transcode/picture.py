"""The frames of a video at a constant rate, upright, progressive and at the wanted size, from any frame on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.sources.media.facts import HDR, Facts, VideoFacts, first_video
from usbkit.sources.media.opening import go_to, load_av, open_media

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer

#: Frames a second that old laptops draw without a stutter; what is faster loses every second frame or comes out at it.
_FASTEST = Fraction(30)

#: Frames a second of cameras and broadcasters; a mean rate is off by a little where a frame was dropped.
_RATES = tuple(
    Fraction(*r) for r in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1))
)
_NEAR = Fraction(1, 400)

#: A longest gap between frames beyond this many times the shortest is no even rate (as in `sources.media.rules`).
_UNEVEN = 1.6

#: Seconds decoded before the first wanted frame: a deinterlacer looks back.
_RUN_UP = 1

#: Pixels round to these in width and height, since colours are kept for every second one.
_EVEN = 2


@dataclass(frozen=True, slots=True)
class Shape:
    """The output: pixels, frames per second, number of frames, and the source's rotation in degrees."""

    width: int
    height: int
    rate: Fraction
    frames: int
    rotation: int
    is_interlaced: bool
    is_hdr: bool = False


def read_shape(path: Path, facts: Facts, short_side: int | None) -> Shape:
    """Return the output shape for the video at ``path``, its shorter side at most ``short_side`` pixels."""
    with open_media(path) as container:
        stream = first_video(container)
        aspect = Fraction((stream and stream.sample_aspect_ratio) or 1)
        average = stream.average_rate if stream is not None else None
        frame = next((f for _moment, f in _from(container, Fraction(0))), None)
        turn = int(frame.rotation) % 360 if frame is not None else 0
    width, height = facts.video.width * aspect, Fraction(facts.video.height)
    if turn % 180:
        width, height = height, width
    scale = min(Fraction(1), Fraction(short_side) / min(width, height)) if short_side else Fraction(1)
    rate = _even_rate(facts.video, average)
    return Shape(
        width=_to_even(width * scale),
        height=_to_even(height * scale),
        rate=rate,
        frames=max(1, round(facts.duration * rate / 1000)),
        rotation=turn,
        is_interlaced=facts.video.is_interlaced or (frame is not None and bool(frame.interlaced_frame)),
        is_hdr=facts.video.transfer in HDR,
    )


def _even_rate(video: VideoFacts, average: Fraction | None) -> Fraction:
    """The source's own rate where it is even and slow enough, half of it where that is, else 30."""
    pace = video.pace
    if average is None or average <= 0 or (pace is not None and pace.longest > pace.shortest * _UNEVEN):
        return _FASTEST
    near = min(_RATES, key=lambda r: abs(r - average))
    rate = near if abs(near - average) < average * _NEAR else average.limit_denominator(1001)
    return rate if rate <= _FASTEST else rate / 2 if rate / 2 <= _FASTEST else _FASTEST


def _to_even(pixels: Fraction) -> int:
    return max(_EVEN, round(pixels / _EVEN) * _EVEN)


def read_frames(path: Path, shape: Shape, first: int, count: int) -> Iterator[VideoFrame]:
    """Yield ``count`` frames of ``shape`` from the frame ``first`` on, numbered from 0 in ``pts``.

    Each is the source's last frame before its time, so that a frame is the same wherever reading began.
    ``av.error.FFmpegError`` passes through.
    """
    number, end = first, first + count
    shown: Any = None
    for moment, frame in _decoded(path, shape, first):
        while number < end and shown is not None and moment > (number + Fraction(1, 2)) / shape.rate:
            yield _numbered(shown, number - first, shape)
            number += 1
        if number >= end:
            return
        shown = frame
    while number < end and shown is not None:  # the sound goes on when the picture has ended
        yield _numbered(shown, number - first, shape)
        number += 1


def _numbered(frame: Any, number: int, shape: Shape) -> Any:
    """``frame`` as the ``number``th; an encoder takes its own reference, so one may be shown several times."""
    frame.pts, frame.time_base, frame.pict_type = number, 1 / shape.rate, 0
    return frame


def _decoded(path: Path, shape: Shape, first: int) -> Iterator[tuple[Fraction, Any]]:
    """Frames in the shape wanted, each with its moment in seconds from the container's beginning."""
    wanted = first / shape.rate
    with open_media(path) as container:
        frames = _from(container, wanted)
        head = next(frames, None)
    if head is not None and wanted > 0 and head[0] > wanted:
        wanted = Fraction(0)  # no index: the seek went too far
    with open_media(path) as container:
        graph = None
        for moment, frame in _from(container, wanted):
            if graph is None:
                graph = _Graph(container, frame, shape)
            yield from graph.pass_on(moment, frame)
        if graph is not None:
            yield from graph.finish()


def _from(container: InputContainer, wanted: Fraction) -> Iterator[tuple[Fraction, Any]]:
    stream = first_video(container)
    if stream is None:
        return
    stream.codec_context.thread_count = 1
    origin = Fraction(container.start_time or 0, 1_000_000)
    if wanted > 0:
        go_to(container, int((origin + max(Fraction(0), wanted - _RUN_UP)) * 1_000_000))
    for packet in container.demux(stream):
        for frame in packet.decode():
            if frame.pts is not None and frame.time_base is not None:
                yield frame.pts * frame.time_base - origin, frame


class _Graph:
    """FFmpeg's filters for one run of frames."""

    def __init__(self, container: InputContainer, frame: Any, shape: Shape) -> None:
        stream = first_video(container)
        self._graph = load_av().filter.Graph()
        self._in = self._graph.add_buffer(template=stream)
        steps = [self._in]
        if shape.is_interlaced:
            steps.append(self._graph.add("bwdif", "mode=send_frame"))
        for turn in _TURNS.get(shape.rotation % 360, ()):
            steps.append(self._graph.add("transpose", turn))
        scale = f"{shape.width}:{shape.height}:flags=bicubic+accurate_rnd+full_chroma_int"
        steps.append(self._graph.add("scale", f"{scale}:{_TO_SDR}" if shape.is_hdr else scale))
        steps.append(self._graph.add("format", "pix_fmts=yuv420p"))
        steps.append(self._graph.add("setsar", "1"))
        steps.append(self._graph.add("buffersink"))
        self._graph.link_nodes(*steps).configure()
        self._out = steps[-1]
        self._moments: list[Fraction] = []

    def pass_on(self, moment: Fraction, frame: Any) -> Iterator[tuple[Fraction, Any]]:
        self._moments.append(moment)
        self._in.push(frame)
        yield from self._pull()

    def finish(self) -> Iterator[tuple[Fraction, Any]]:
        self._in.push(None)
        yield from self._pull()

    def _pull(self) -> Iterator[tuple[Fraction, Any]]:
        errors = load_av().error
        while True:
            try:
                frame = self._out.pull()
            except (errors.BlockingIOError, errors.EOFError):
                return
            yield self._moments.pop(0), frame


#: HDR as screens without it show it (ITU-R BT.2408: 203 cd/m² are white; what is brighter is white too).
_TO_SDR = "out_primaries=bt709:out_transfer=bt709:out_color_matrix=bt709:intent=relative_colorimetric"

#: What turns a picture counter-clockwise by so many degrees.
_TURNS = {90: ("cclock",), 180: ("clock", "clock"), 270: ("clock",)}
