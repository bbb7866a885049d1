"""Sample the inside of a video whose structure is sound: is the indexed data there, and does it decode?

A copy can have its full size and be full of holes. Reading every file completely would take hours, so only samples are
decoded: damage between them stays unnoticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.sources.media.facts import first_audio, first_video
from usbkit.sources.media.opening import go_to, load_av, open_media
from usbkit.workers.source_files import open_source

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

#: Packets whose first bytes are read, spread over the file, and how many bytes of each.
_PACKETS, _BYTES = 200, 32

#: Where decoding is tried, in parts of the length, and how many frames of picture and of sound each time.
_MOMENTS = (0.0, 0.25, 0.5, 0.75, 0.95)
_FRAMES, _SOUNDS = 8, 40

#: The part of a moment's packets that may fail: the leading frames of an open group lack what they refer to.
_TOLERATED = 0.6

#: The largest sample of silence: −66 dB of full scale.
_SILENCE = 0.0005

#: A sample as loud as can be, and the part of all that may be so: music has some, overdriven speech a tenth.
_FULL, _CLIPPED = 0.999, 0.02


@dataclass(frozen=True, slots=True)
class Samples:
    """What the samples showed. ``hole``, ``broken`` and ``broken_sound`` are the first such place, in milliseconds.

    ``rotation`` in degrees; ``is_silent``: all sound samples are silent, ``is_clipped``: many are at full level;
    ``is_woven``: most frames are interlaced; ``sizes``: the distinct frame sizes in pixels.
    """

    hole: int | None
    broken: int | None
    broken_sound: int | None
    rotation: int
    is_silent: bool
    is_clipped: bool = False
    is_woven: bool = False
    sizes: tuple[tuple[int, int], ...] = ()


def take_samples(path: Path, *, has_index: bool) -> Samples:
    """Return samples of the video at ``path``, which could be opened without error.

    Without an index, seeking is unreliable, so only the beginning is decoded.
    """
    moments = _MOMENTS if has_index else _MOMENTS[:1]
    with open_media(path) as container:
        video = first_video(container)
        hole = _find_hole(path, video) if video is not None else None
    with open_media(path) as container:
        picture = _try_picture(container, moments)
    with open_media(path) as container:
        broken_sound, loudest, clipped = _try_sound(container, moments)
    return Samples(
        hole=hole,
        broken=picture.broken,
        broken_sound=broken_sound,
        rotation=picture.rotation,
        is_silent=loudest is not None and loudest < _SILENCE,
        is_clipped=clipped > _CLIPPED,
        is_woven=picture.woven * 2 > picture.frames,
        sizes=tuple(picture.sizes),
    )


def _find_hole(path: Path, stream: VideoStream) -> int | None:
    """The moment of the first sampled packet that begins with nothing but zeros."""
    entries = stream.index_entries
    count = len(entries)
    chosen = range(0, count, max(1, count // _PACKETS))
    with open_source(path) as file:
        for index in chosen:
            entry = entries[index]
            if entry.size <= _BYTES or entry.pos < 0:
                continue
            file.seek(entry.pos)
            if not any(file.read(_BYTES)):
                return round(entry.timestamp * float(stream.time_base or 0) * 1000)
    return None


@dataclass(slots=True)
class _Picture:
    """The first moment at which the picture does not decode, how it is turned, and what its frames are."""

    broken: int | None = None
    rotation: int = 0
    frames: int = 0
    woven: int = 0
    sizes: dict[tuple[int, int], None] = field(default_factory=dict)


def _try_picture(container: InputContainer, parts: Sequence[float]) -> _Picture:
    picture = _Picture()
    stream = first_video(container)
    if stream is None:
        return picture
    stream.codec_context.thread_count = 1
    stream.codec_context.options = {"err_detect": "explode"}
    for moment in _moments(container, parts):
        frames = _decode(container, stream, moment, _FRAMES)
        if frames is None:
            picture.broken = moment
            break
        picture.rotation = next((int(f.rotation) for f in frames if f.rotation), picture.rotation)
        picture.frames += len(frames)
        picture.woven += sum(bool(f.interlaced_frame) for f in frames)
        picture.sizes |= dict.fromkeys((f.width, f.height) for f in frames)
    return picture


def _try_sound(container: InputContainer, parts: Sequence[float]) -> tuple[int | None, float | None, float]:
    """The first moment at which the sound does not decode; the loudest sample, None where there is no sound; and the
    part of all samples that are as loud as can be.
    """
    stream = first_audio(container)
    if stream is None:
        return None, None, 0.0
    loudest: float | None = None
    full = count = 0
    for moment in _moments(container, parts):
        frames = _decode(container, stream, moment, _SOUNDS)
        if frames is None:
            return moment, loudest, 0.0
        for frame in frames:
            samples = _samples_of(frame)
            if samples is None:
                return None, 1.0, 0.0  # a format that no playable sound decodes to: nothing is said of it
            loudest = max(loudest or 0.0, max(samples, default=0.0))
            full += sum(sample >= _FULL for sample in samples)
            count += len(samples)
    return None, loudest, full / max(1, count)


def _moments(container: InputContainer, parts: Sequence[float]) -> list[int]:
    length = (container.duration or 0) // 1000
    return sorted({int(length * part) for part in parts})


def _decode(container: InputContainer, stream: VideoStream | AudioStream, at_ms: int, wanted: int) -> list[Any] | None:
    """Up to ``wanted`` frames from ``at_ms`` on, None where too little of it decodes."""
    errors = load_av().error.FFmpegError
    go_to(container, at_ms * 1000)
    frames: list[Any] = []
    tried = failed = 0
    for packet in container.demux(stream):
        if packet.size and not packet.is_discard:  # an edit list leaves out some
            tried += 1
        try:
            frames += packet.decode()
        except MemoryError:  # of PyAV's too: no fault of the file
            raise
        except errors:
            failed += 1
        if len(frames) >= wanted or tried >= wanted * 4:
            break
    return frames if failed <= max(1, tried * _TOLERATED) and (frames or not tried) else None


def _samples_of(frame: Any) -> list[float] | None:
    """The samples of an audio frame without their signs, 1.0 being full scale; None for formats that we do not know."""
    from array import array

    format, planes = frame.format, frame.planes
    code, full = {"flt": ("f", 1.0), "dbl": ("d", 1.0), "s16": ("h", 32768.0), "s32": ("i", 2147483648.0)}.get(
        format.packed.name, ("", 1.0)
    )
    if not code:
        return None
    return [abs(value) / full for plane in planes for value in array(code, bytes(plane))]
