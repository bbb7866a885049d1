"""Facts about a container's streams, from PyAV, as plain values; nothing is judged here."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

#: ITU-T H.273, 8.2: the curves of HDR pictures, and what they are called.
HDR = {16: "PQ", 18: "HLG"}

#: FFmpeg's AVFieldOrder: 0 unknown, 1 progressive, above it interlaced in some order.
_PROGRESSIVE = 1


@dataclass(frozen=True, slots=True)
class Pace:
    """Frame timing in milliseconds, from the file's index.

    ``shortest`` and ``longest`` ignore the rarest hundredth of all frames at either end; ``pause`` is the longest frame
    of all, and ``key_interval`` the longest distance between key frames, which a viewer waits for when seeking.
    """

    shortest: float
    longest: float
    pause: float
    key_interval: float


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """The first video stream that is no cover picture. Pixels; milliseconds. ``level`` is ten times H.264's.

    ``transfer`` is the transfer characteristic (ITU-T H.273, 8.2; FFmpeg's AVColorTransferCharacteristic).
    """

    codec: str
    profile: str
    level: int
    pixels: str
    width: int
    height: int
    start: int
    duration: int | None
    is_interlaced: bool
    has_square_pixels: bool
    pace: Pace | None
    transfer: int = 0


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """The first audio stream. Milliseconds; samples per second."""

    codec: str
    profile: str
    rate: int
    channels: int
    start: int
    duration: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """A container's streams; its own duration in milliseconds, 0 if not stated, and bits per second."""

    duration: int
    bit_rate: int
    video: VideoFacts
    audio: AudioFacts | None
    videos: int
    audios: int
    subtitles: int


def read_facts(container: InputContainer) -> Facts | None:
    """Return the facts of an opened container, None if it has no video."""
    video_stream = first_video(container)
    if video_stream is None:
        return None
    audios = container.streams.audio
    audio_stream = first_audio(container)
    video, audio = _video_facts(video_stream), _audio_facts(audio_stream) if audio_stream is not None else None
    return Facts(
        duration=_duration(container, video, audio),
        bit_rate=container.bit_rate or 0,
        video=video,
        audio=audio,
        videos=sum(not _is_cover(s) for s in container.streams.video),
        audios=len(audios),
        subtitles=len(container.streams.subtitles),
    )


def first_video(container: InputContainer) -> VideoStream | None:
    """Return the stream that players show: the first that can be decoded and is no cover picture."""
    return next((s for s in container.streams.video if not _is_cover(s) and has_decoder(s)), None)


def first_audio(container: InputContainer) -> AudioStream | None:
    """Return the first audio stream that can be decoded: players skip unknown ones."""
    return next((s for s in container.streams.audio if has_decoder(s)), None)


def has_decoder(stream: VideoStream | AudioStream) -> bool:
    """Whether FFmpeg can decode ``stream``; if not, PyAV gives it no context."""
    return stream.codec_context is not None


def _is_cover(stream: VideoStream) -> bool:
    """Whether the stream is the one picture of an album's cover."""
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _duration(container: InputContainer, video: VideoFacts, audio: AudioFacts | None) -> int:
    if container.duration is not None and container.duration > 0:
        return (container.duration + 500) // 1000  # FFmpeg counts microseconds
    return max(video.duration or 0, (audio.duration or 0) if audio else 0)


def _video_facts(stream: VideoStream) -> VideoFacts:
    context = stream.codec_context
    aspect = stream.sample_aspect_ratio
    return VideoFacts(
        codec=_codec_name(stream),
        profile=context.profile or "",
        level=getattr(context, "level", 0) or 0,
        pixels=context.pix_fmt or "",
        width=context.width,
        height=context.height,
        start=_milliseconds(stream, stream.start_time) or 0,
        duration=_milliseconds(stream, stream.duration),
        is_interlaced=int(context.field_order) > _PROGRESSIVE,
        has_square_pixels=not aspect or aspect == 1,
        pace=_pace(stream),
        transfer=int(context.color_trc or 0),
    )


def _audio_facts(stream: AudioStream) -> AudioFacts:
    context = stream.codec_context
    return AudioFacts(
        codec=_codec_name(stream),
        profile=context.profile or "",
        rate=context.sample_rate,
        channels=context.channels,
        start=_milliseconds(stream, stream.start_time) or 0,
        duration=_milliseconds(stream, stream.duration),
    )


def _codec_name(stream: VideoStream | AudioStream) -> str:
    """FFmpeg's name of the format (``av1``), not of the decoder that would be used (``libdav1d``)."""
    return str(stream.codec_context.codec.canonical_name)


def _milliseconds(stream: VideoStream | AudioStream, ticks: int | None) -> int | None:
    return None if ticks is None or stream.time_base is None else round(ticks * stream.time_base * 1000)


def _pace(stream: VideoStream) -> Pace | None:
    """The pace of a stream whose index names every frame, as MP4's does; None for others."""
    entries = stream.index_entries
    if stream.time_base is None or len(entries) < 3 or len(entries) != stream.frames:
        return None
    tick = float(stream.time_base) * 1000
    steps = sorted((b.timestamp - a.timestamp) * tick for a, b in pairwise(entries))
    keys = [e.timestamp for e in entries if e.is_keyframe] + [entries[len(entries) - 1].timestamp]
    rare = max(1, len(steps) // 100) if len(steps) > 20 else 0
    usual = steps[rare : len(steps) - rare]
    return Pace(
        shortest=usual[0] or statistics.fmean(usual),
        longest=usual[-1],
        pause=steps[-1],
        key_interval=max((b - a) * tick for a, b in pairwise(keys)) if len(keys) > 1 else 0.0,
    )
