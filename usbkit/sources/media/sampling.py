"""A look inside a video whose outside is well: is what the index points to there, and does it decode?

A copy can have its full size and be full of holes. Reading all of every file would take hours, so samples are taken:
damage between them is found by nobody but a viewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usbkit.sources.media.facts import first_audio, first_video
from usbkit.sources.media.opening import load_av, open_media
from usbkit.workers.handed import open_source

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


@dataclass(frozen=True, slots=True)
class Samples:
    """What the samples showed. Milliseconds of the first place where nothing decodes or nothing is.

    ``rotation`` in degrees; ``is_silent`` where every sample of the sound is.
    """

    hole: int | None
    broken: int | None
    broken_sound: int | None
    rotation: int
    is_silent: bool


def take_samples(path: Path, *, has_index: bool) -> Samples:
    """Samples of the video at ``path``, which has been opened before without error.

    Without an index a seek lands anywhere, so that decoding is tried at the beginning only.
    """
    moments = _MOMENTS if has_index else _MOMENTS[:1]
    with open_media(path) as container:
        video = first_video(container)
        hole = _find_hole(path, video) if video is not None else None
    with open_media(path) as container:
        broken, rotation = _try_picture(container, moments)
    with open_media(path) as container:
        broken_sound, loudest = _try_sound(container, moments)
    is_silent = loudest is not None and loudest < _SILENCE
    return Samples(hole, broken, broken_sound, rotation, is_silent)


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


def _try_picture(container: InputContainer, parts: Sequence[float]) -> tuple[int | None, int]:
    """The first moment at which the picture does not decode, and how it is turned."""
    stream = first_video(container)
    if stream is None:
        return None, 0
    stream.codec_context.thread_count = 1
    stream.codec_context.options = {"err_detect": "explode"}
    rotation = 0
    for moment in _moments(container, parts):
        frames = _decode(container, stream, moment, _FRAMES)
        if frames is None:
            return moment, rotation
        rotation = next((int(f.rotation) for f in frames if f.rotation), rotation)
    return None, rotation


def _try_sound(container: InputContainer, parts: Sequence[float]) -> tuple[int | None, float | None]:
    """The first moment at which the sound does not decode, and the loudest sample, None where there is no sound."""
    stream = first_audio(container)
    if stream is None:
        return None, None
    loudest: float | None = None
    for moment in _moments(container, parts):
        frames = _decode(container, stream, moment, _SOUNDS)
        if frames is None:
            return moment, loudest
        for frame in frames:
            loudest = max(loudest or 0.0, _peak(frame))
    return None, loudest


def _moments(container: InputContainer, parts: Sequence[float]) -> list[int]:
    length = (container.duration or 0) // 1000
    return sorted({int(length * part) for part in parts})


def _decode(container: InputContainer, stream: VideoStream | AudioStream, at_ms: int, wanted: int) -> list[Any] | None:
    """Up to ``wanted`` frames from ``at_ms`` on, None where too little of it decodes."""
    errors = load_av().error.FFmpegError
    container.seek(at_ms * 1000)
    frames: list[Any] = []
    tried = failed = 0
    for packet in container.demux(stream):
        if packet.size:
            tried += 1
        try:
            frames += packet.decode()
        except errors:
            failed += 1
        if len(frames) >= wanted or tried >= wanted * 4:
            break
    return frames if failed <= max(1, tried * _TOLERATED) and (frames or not tried) else None


def _peak(frame: Any) -> float:
    """The largest sample of an audio frame, 1.0 being full scale."""
    from array import array

    format, planes = frame.format, frame.planes
    code, full = {"flt": ("f", 1.0), "dbl": ("d", 1.0), "s16": ("h", 32768.0), "s32": ("i", 2147483648.0)}.get(
        format.packed.name, ("", 1.0)
    )
    if not code:
        return 1.0  # a format that no playable sound decodes to: not called silent
    return max(max(map(abs, array(code, bytes(p))), default=0) / full for p in planes)
