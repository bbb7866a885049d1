"""Clips: a moving picture that says which recording it is, with sound, as MP4 that every browser plays."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.demo.canvas import DARK, HEIGHT, WHITE, WIDTH, Canvas, Colour, from_hue
from usbkit.sources.media.opening import load_av

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame

#: Frames and samples a second.
_FRAME_RATE = 10
_SAMPLE_RATE = 48_000

#: Samples in a frame of AAC-LC.
_AAC_FRAME = 1024

#: Seconds between two notes, and the steps of a pentatonic scale that they take.
_NOTE = 0.5
_STEPS = (0, 2, 4, 7, 9, 7, 4, 2)
_LOUDNESS = 0.2

#: One thread and no encoder's signature: nothing in the bytes depends on the machine's cores. With mbtree and trellis
#: (preset veryfast and slower) equal pictures came out in different bits from one run to the next.
_X264 = {
    "preset": "superfast",
    "crf": "27",
    "threads": "1",
    "x264-params": "threads=1:keyint=40:bframes=0:no-mbtree=1:psy=0:trellis=0",
}


@dataclass(frozen=True, slots=True)
class Clip:
    """What a clip shows and how it sounds. Seconds; degrees; hertz."""

    heading: str
    title: str
    seconds: int
    hue: int
    tone: int


def write_clip(path: Path, clip: Clip) -> None:
    """Encode ``clip`` as H.264 and AAC in an MP4 whose index stands first."""
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
    still = _draw_still(clip)
    for index in range(clip.seconds * _FRAME_RATE):
        canvas = still.copy()
        _draw_motion(canvas, clip, index)
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane, image in zip(frame.planes, canvas.planes, strict=True):
            plane.update(image.tobytes("raw", "L", plane.line_size, 1))
        frame.pts, frame.time_base = index, Fraction(1, _FRAME_RATE)
        yield frame


def _draw_still(clip: Clip) -> Canvas:
    canvas = Canvas(from_hue(clip.hue, 0.55, 0.45))
    canvas.rectangle((0, 0, WIDTH, 96), DARK)
    canvas.text((32, 28), clip.heading, 36)
    canvas.rectangle((0, 352, WIDTH, HEIGHT), DARK)
    canvas.text((32, 370), clip.title, 32)
    canvas.text((32, 416), "SAMPLE: made by usbkit demo, not a recording of the forum", 20, 170)
    return canvas


def _draw_motion(canvas: Canvas, clip: Clip, index: int) -> None:
    """A ball that bounces, a clock, and a bar that grows: seeking can be seen."""
    seconds = index / _FRAME_RATE
    x = 80 + round((WIDTH - 220) * (0.5 - 0.5 * math.cos(seconds * 0.9))) // 2 * 2
    y = 272 - round(140 * abs(math.sin(seconds * 1.8))) // 2 * 2
    canvas.ellipse((x, y, x + 64, y + 64), _ball(clip))
    canvas.text((WIDTH - 32, 28), f"{index // _FRAME_RATE // 60}:{index // _FRAME_RATE % 60:02}", 36, anchor="ra")
    canvas.rectangle((0, HEIGHT - 12, round(WIDTH * (index + 1) / (clip.seconds * _FRAME_RATE)), HEIGHT), _ball(clip))


def _ball(clip: Clip) -> Colour:
    return from_hue((clip.hue + 40) % 360, 0.35, 1.0) if clip.hue != 0 else WHITE


def _sounds(av: Any, clip: Clip) -> Iterator[AudioFrame]:
    melody = array("f", (s for step in _STEPS for s in _note(clip.tone * 2 ** (step / 12))))
    total = clip.seconds * _SAMPLE_RATE
    for start in range(0, total, _AAC_FRAME):
        count = min(_AAC_FRAME, total - start)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=count)
        samples = array("f", (melody[(start + i) % len(melody)] for i in range(count)))
        frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = _SAMPLE_RATE, start, Fraction(1, _SAMPLE_RATE)
        yield frame


def _note(frequency: float) -> Iterator[float]:
    """A tone that swells and fades, so that notes join without a click."""
    count = int(_SAMPLE_RATE * _NOTE)
    for i in range(count):
        swell = math.sin(math.pi * i / count)
        yield _LOUDNESS * swell * math.sin(2 * math.pi * frequency * i / _SAMPLE_RATE)
