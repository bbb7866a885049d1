"""What PyAV says of a container's streams, as plain values; nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """The first video stream that is no cover picture. Pixels; milliseconds; frames a second."""

    codec: str
    profile: str
    pixels: str
    width: int
    height: int
    duration: int | None
    rate: float | None
    is_interlaced: bool


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """The first audio stream. Milliseconds; samples a second."""

    codec: str
    profile: str
    rate: int
    channels: int
    duration: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """A container's streams, and its own length in milliseconds."""

    duration: int
    video: VideoFacts
    audio: AudioFacts | None
    videos: int
    audios: int


def read_facts(container: InputContainer) -> Facts | None:
    """The facts of an opened container, None where it has no moving picture."""
    videos = [s for s in container.streams.video if not _is_cover(s)]
    audios = list(container.streams.audio)
    if not videos:
        return None
    video, audio = _video_facts(videos[0]), _audio_facts(audios[0]) if audios else None
    lengths = [d for d in (video.duration, audio.duration if audio else None) if d is not None]
    duration = _from_microseconds(container.duration) if container.duration is not None else max(lengths, default=0)
    return Facts(duration, video, audio, len(videos), len(audios))


def _is_cover(stream: VideoStream) -> bool:
    """Whether the stream is the one picture of an album's cover."""
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _video_facts(stream: VideoStream) -> VideoFacts:
    context = stream.codec_context
    return VideoFacts(
        codec=_codec_name(stream),
        profile=context.profile or "",
        pixels=context.pix_fmt or "",
        width=context.width,
        height=context.height,
        duration=_stream_duration(stream),
        rate=float(stream.average_rate) if stream.average_rate else None,
        is_interlaced=bool(getattr(context, "field_order", 0) not in (0, 1)),
    )


def _audio_facts(stream: AudioStream) -> AudioFacts:
    context = stream.codec_context
    return AudioFacts(
        codec=_codec_name(stream),
        profile=context.profile or "",
        rate=context.sample_rate,
        channels=context.channels,
        duration=_stream_duration(stream),
    )


def _codec_name(stream: VideoStream | AudioStream) -> str:
    """FFmpeg's name of the format (``h264``), not of the decoder that would be used (``libdav1d`` for ``av1``)."""
    return str(stream.codec_context.codec.canonical_name)


def _stream_duration(stream: VideoStream | AudioStream) -> int | None:
    if stream.duration is None or stream.time_base is None:
        return None
    return round(stream.duration * stream.time_base * 1000)


def _from_microseconds(value: int) -> int:
    return (value + 500) // 1000
