"""Small videos of every kind, made by PyAV."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

_SAMPLE_RATE = 48_000


@dataclass(frozen=True)
class Spec:
    """How to make a video. Seconds, frames a second, pixels. ``codec`` or ``sound`` None leaves the stream out."""

    seconds: float = 4.0
    rate: int = 10
    size: tuple[int, int] = (160, 96)
    format: str = "mp4"
    codec: str | None = "libx264"
    pixels: str = "yuv420p"
    options: Mapping[str, str] = field(default_factory=dict)
    sound: str | None = "aac"
    sounds: int = 1
    sound_seconds: float | None = None
    sound_from: float = 0.0
    layout: str = "mono"
    loudness: float = 0.3
    muxer: Mapping[str, str] = field(default_factory=lambda: {"movflags": "+faststart"})
    times: tuple[int, ...] | None = None
    aspect: Fraction | None = None
    rotation: int = 0
    subtitles: bool = False


def make_video(path: Path, spec: Spec) -> Path:
    """Encode ``spec`` into ``path``."""
    with av.open(str(path), "w", format=spec.format, options=dict(spec.muxer)) as container:
        video = _add_picture(container, spec) if spec.codec else None
        sounds = [_add_sound(container, spec) for _ in range(spec.sounds)] if spec.sound else []
        words: Any = container.add_mux_stream("mov_text") if spec.subtitles else None
        if words is not None:
            _write_subtitle(container, words)
        frames: list[Any] = [(f.time, video, f) for f in _pictures(spec)] if video else []
        for stream in sounds:
            frames += [(f.time, stream, f) for f in _samples(spec, stream)]
        for _time, stream, frame in sorted(frames, key=lambda x: x[0]):
            container.mux(stream.encode(frame))
        for stream in [s for s in (video, *sounds) if s]:
            container.mux(stream.encode(None))
    return path


def _add_picture(container: Any, spec: Spec) -> Any:
    video = container.add_stream(spec.codec, rate=spec.rate, options=dict(spec.options))
    video.width, video.height = spec.size
    video.pix_fmt = spec.pixels
    if spec.times is not None:
        video.codec_context.time_base = Fraction(1, 1000)
    if spec.aspect is not None:
        video.codec_context.sample_aspect_ratio = spec.aspect
    if spec.rotation:
        video.set_display_rotation(spec.rotation)
    return video


def _add_sound(container: Any, spec: Spec) -> Any:
    options = {"strict": "-2"} if spec.sound in ("opus", "flac") else {}
    sound = container.add_stream(spec.sound, rate=_SAMPLE_RATE, layout=spec.layout, options=options)
    sound.bit_rate = 64_000
    return sound


def _write_subtitle(container: Any, stream: Any) -> None:
    text = b"Sample"
    packet = av.Packet(len(text).to_bytes(2, "big") + text)
    packet.pts = packet.dts = 0
    packet.duration, packet.time_base, packet.stream = 1000, Fraction(1, 1000), stream
    container.mux(packet)


def _pictures(spec: Spec) -> Iterator[av.VideoFrame]:
    times = spec.times or range(0, int(spec.seconds * 1000), 1000 // spec.rate)
    width, height = spec.size
    for number, at in enumerate(times):
        frame = av.VideoFrame(width, height, "yuv420p")
        for index, plane in enumerate(frame.planes):
            row = bytes((x * 3 + number * 5 + index * 40) % 200 + 20 for x in range(plane.line_size))
            plane.update(row * (plane.buffer_size // plane.line_size))
        if spec.pixels != "yuv420p":
            frame = frame.reformat(format=spec.pixels)
        frame.pts = at if spec.times is not None else number
        frame.time_base = Fraction(1, 1000) if spec.times is not None else Fraction(1, spec.rate)
        yield frame


def _samples(spec: Spec, stream: Any) -> Iterator[av.AudioFrame]:
    step = 960
    first = int(spec.sound_from * _SAMPLE_RATE) // step * step
    last = first + int((spec.sound_seconds or spec.seconds) * _SAMPLE_RATE)
    format = stream.codec_context.format.name
    for start in range(first, last, step):
        wave = [max(-1.0, min(1.0, spec.loudness * math.sin(i / 17))) for i in range(start, start + step)]
        floats = av.AudioFrame(format="flt", layout="mono", samples=step)
        floats.planes[0].update(array("f", wave).tobytes().ljust(floats.planes[0].buffer_size, b"\0"))
        floats.sample_rate, floats.pts, floats.time_base = _SAMPLE_RATE, start, Fraction(1, _SAMPLE_RATE)
        resampler = av.AudioResampler(format=format, layout=spec.layout, rate=_SAMPLE_RATE)
        yield from resampler.resample(floats)
