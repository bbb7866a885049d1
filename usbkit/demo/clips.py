"""Clips that look like a talk: a speaker beside slides that change, with a voice, as MP4 that every browser plays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.demo.canvas import DARK, HEIGHT, WHITE, WIDTH, Canvas, Colour, from_hue
from usbkit.demo.voice import murmur, opening
from usbkit.sources.media.opening import load_av

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame

#: Frames and samples a second.
_FRAME_RATE = 10
_SAMPLE_RATE = 48_000

#: Samples in a frame of AAC-LC.
_AAC_FRAME = 1024

#: One thread and no encoder's signature: nothing in the bytes depends on the machine's cores. With mbtree and trellis
#: (preset veryfast and slower) equal pictures came out in different bits from one run to the next.
_X264 = {
    "preset": "superfast",
    "crf": "27",
    "threads": "1",
    "x264-params": "threads=1:keyint=40:bframes=0:no-mbtree=1:psy=0:trellis=0",
}


#: Seconds: when the slide with the points replaces the title, as the manifests say, and from one point to the next.
_POINTS_FROM, _POINT = 8, 5

#: The slide, and where its words begin and end.
_SLIDE = (32, 32, 592, 392)
_LEFT, _RIGHT = 64, 560

#: The strip below, which names the recording and says that it is none.
_STRIP = 416

_INK, _FAINT = 40, 150
_FIGURE, _MOUTH = Colour(48, 128, 128), Colour(72, 128, 128)


@dataclass(frozen=True, slots=True)
class Clip:
    """What a clip shows and how it sounds. Units: seconds, degrees of hue, hertz; ``points`` are lines of the second
    slide.
    """

    heading: str
    title: str
    seconds: int
    hue: int
    tone: int
    points: tuple[str, ...] = ()


def write_clip(path: Path, clip: Clip) -> None:
    """Encode ``clip`` as H.264 and AAC in an MP4 with its index first."""
    av = load_av()
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        video = container.add_stream("libx264", rate=_FRAME_RATE, options=_X264)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = container.add_stream("aac", rate=_SAMPLE_RATE, layout="mono", options={"threads": "1"})
        audio.bit_rate = 64_000
        for stream in (video, audio):
            stream.codec_context.flags |= int(av.codec.context.Flags.bitexact)
        for stream, frame in _by_time(_pictures(av, clip), _sounds(av, clip), video, audio):
            container.mux(stream.encode(frame))
        for stream in (video, audio):
            container.mux(stream.encode(None))


def _by_time(
    pictures: Iterator[VideoFrame], sounds: Iterator[AudioFrame], video: Any, audio: Any
) -> Iterator[tuple[Any, VideoFrame | AudioFrame | None]]:
    """Pictures and sounds in the order of their moments, each with its stream."""
    picture, sound = next(pictures, None), next(sounds, None)
    while picture is not None or sound is not None:
        if sound is None or (picture is not None and _moment(picture) <= _moment(sound)):
            yield video, picture
            picture = next(pictures, None)
        else:
            yield audio, sound
            sound = next(sounds, None)


def _moment(frame: VideoFrame | AudioFrame) -> Fraction:
    return (frame.pts or 0) * (frame.time_base or Fraction(1))


def _pictures(av: Any, clip: Clip) -> Iterator[VideoFrame]:
    stills = {shown: _draw_still(clip, shown) for shown in range(len(clip.points) + 1)}
    for index in range(clip.seconds * _FRAME_RATE):
        canvas = stills[_points_shown(clip, index / _FRAME_RATE)].copy()
        _draw_motion(canvas, clip, index)
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane, image in zip(frame.planes, canvas.planes, strict=True):
            plane.update(image.tobytes("raw", "L", plane.line_size, 1))
        frame.pts, frame.time_base = index, Fraction(1, _FRAME_RATE)
        yield frame


def _points_shown(clip: Clip, seconds: float) -> int:
    """How many lines of the second slide are shown; with none, the title."""
    return min(len(clip.points), max(0, int((seconds - _POINTS_FROM) // _POINT + 1)))


def _draw_still(clip: Clip, shown: int) -> Canvas:
    """The room and a slide: the title, or ``shown`` of the points, the last of them dark."""
    canvas = Canvas(from_hue(clip.hue, 0.12, 0.62))
    accent = from_hue(clip.hue, 0.6, 0.7)
    left, top, right, bottom = _SLIDE
    canvas.rectangle((left - 4, top - 4, right + 4, bottom + 4), DARK)
    canvas.rectangle(_SLIDE, WHITE)
    canvas.rectangle((left, top, right, top + 16), accent)
    if shown:
        y = canvas.paragraph((_LEFT, 72), clip.title, 30, _RIGHT - _LEFT, _INK)
        for number, line in enumerate(clip.points[:shown], 1):
            canvas.ellipse((_LEFT, y + 32, _LEFT + 12, y + 44), accent)
            ink = _INK if number == shown else _FAINT
            y = canvas.paragraph((_LEFT + 28, y + 22), line, 26, _RIGHT - _LEFT - 28, ink)
    else:
        canvas.paragraph((_LEFT, 128), clip.title, 44, _RIGHT - _LEFT, _INK)
        canvas.text((_LEFT, 344), "Sample slides", 22, _FAINT)
    canvas.ellipse((630, 272, 814, 560), _FIGURE)
    canvas.rectangle((0, _STRIP, WIDTH, HEIGHT), DARK)
    canvas.rectangle((644, 344, 800, _STRIP), from_hue(clip.hue, 0.45, 0.4))
    canvas.text((32, 424), f"{clip.heading} · {clip.title}", 20)
    canvas.text((32, 449), "SAMPLE: made by usbkit demo, not a recording of the forum", 16, 170)
    return canvas


def _draw_motion(canvas: Canvas, clip: Clip, index: int) -> None:
    """The speaker's head and mouth, a clock, and a bar that grows: seeking can be seen."""
    seconds = index / _FRAME_RATE
    sway = round(4 * math.sin(seconds * 1.3)) // 2 * 2
    canvas.ellipse((680 + sway, 168, 764 + sway, 276), _FIGURE)
    mouth = 2 + round(12 * opening(seconds)) // 2 * 2
    canvas.ellipse((710 + sway, 244 - mouth // 2 // 2 * 2, 734 + sway, 246 + mouth // 2 // 2 * 2), _MOUTH)
    clock = f"{index // _FRAME_RATE // 60}:{index // _FRAME_RATE % 60:02}"
    canvas.text((WIDTH - 32, 424), clock, 20, anchor="ra")
    end = round(WIDTH * (index + 1) / (clip.seconds * _FRAME_RATE)) // 2 * 2
    canvas.rectangle((0, HEIGHT - 8, end, HEIGHT), from_hue(clip.hue, 0.6, 0.7))


def _sounds(av: Any, clip: Clip) -> Iterator[AudioFrame]:
    spoken = murmur(clip.tone, _SAMPLE_RATE)
    length = len(spoken)
    spoken += spoken[:_AAC_FRAME]  # a frame may reach from the end into the beginning
    total = clip.seconds * _SAMPLE_RATE
    for start in range(0, total, _AAC_FRAME):
        count = min(_AAC_FRAME, total - start)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=count)
        at = start % length
        samples = spoken[at : at + count]
        frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = _SAMPLE_RATE, start, Fraction(1, _SAMPLE_RATE)
        yield frame
