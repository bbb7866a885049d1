"""Join picture and sound into one MP4 with its index first."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from usbkit.sources.media.facts import first_audio, first_video
from usbkit.sources.media.opening import load_av, make_mp4, open_media
from usbkit.sources.transcode.pieces import Piece, read_pieces

#: Subtitles inside a file count milliseconds.
_TICK = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class SoftSubtitles:
    """One language's embedded subtitles: ISO 639-2 code, and (begin, end, text) in milliseconds."""

    language: str
    cues: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Streams:
    """What is joined: the ``pieces`` at ``places``, or if there are none the picture of ``source``; ``sound``, or if
    None the sound of ``source``, if any.
    """

    source: Path
    pieces: tuple[Piece, ...] = ()
    places: tuple[Path, ...] = ()
    sound: Path | None = None
    words: tuple[SoftSubtitles, ...] = ()


def join(streams: Streams, target: Path) -> None:
    """Write ``target``: the picture, the sound, and soft subtitles if any; its index comes first."""
    with ExitStack() as stack, make_mp4(target, movflags="+faststart") as out:
        packets = [_picture(out, streams, stack), *_sound(out, streams, stack), *_subtitles(out, streams.words)]
        for packet in heapq.merge(*packets, key=_moment):
            out.mux(packet)


def _moment(packet: Any) -> Fraction:
    return Fraction(packet.dts * packet.time_base)


def _picture(out: Any, streams: Streams, stack: ExitStack) -> Iterator[Any]:
    if not streams.pieces:
        container = stack.enter_context(open_media(streams.source))
        stream = first_video(container)
        return _copied(container, stream, out.add_stream_from_template(stream, opaque=True))
    first = stack.enter_context(open_media(streams.places[0]))
    target = out.add_stream_from_template(first.streams.video[0], opaque=True)
    return _to_stream(read_pieces(streams.places, streams.pieces), target)


def _sound(out: Any, streams: Streams, stack: ExitStack) -> Iterator[Iterator[Any]]:
    container = stack.enter_context(open_media(streams.sound or streams.source))
    if (stream := first_audio(container)) is not None:
        yield _copied(container, stream, out.add_stream_from_template(stream, opaque=True))


def _copied(container: Any, stream: Any, target: Any) -> Iterator[Any]:
    """The packets of ``stream``, counted from the container's beginning."""
    origin = Fraction(container.start_time or 0, 1_000_000)
    for packet in _in_decoding_order(container.demux(stream), stream):
        shift = int(origin / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts -= shift
        packet.stream = target
        yield packet


def _in_decoding_order(packets: Iterator[Any], stream: Any) -> Iterator[Any]:
    """``packets`` with the times of decoding that Matroska leaves out at the beginning, counted back from the first."""
    waiting: list[Any] = []
    for packet in packets:
        if not packet.size:
            continue
        if packet.dts is None:
            waiting.append(packet)
            continue
        yield from _count_back(waiting, packet.dts, stream)
        waiting = []
        yield packet
    yield from _count_back(waiting, 0, stream)


def _count_back(packets: list[Any], dts: int, stream: Any) -> Iterator[Any]:
    rate = getattr(stream, "average_rate", None)
    step = max(1, round(1 / rate / stream.time_base)) if rate else 1
    for back, packet in zip(range(len(packets), 0, -1), packets, strict=True):
        packet.dts = dts - back * step
        yield packet


def _to_stream(packets: Iterator[Any], target: Any) -> Iterator[Any]:
    for packet in packets:
        packet.stream = target
        yield packet


def _subtitles(out: Any, words: tuple[SoftSubtitles, ...]) -> Iterator[Iterator[Any]]:
    for one in words:
        stream = out.add_mux_stream("mov_text")
        stream.metadata["language"] = one.language
        yield _samples(one, stream)


def _samples(words: SoftSubtitles, stream: Any) -> Iterator[Any]:
    """3GPP TS 26.245 section 5.17: a sample is two bytes of length and the text, an empty one between two cues."""
    av = load_av()
    at = 0
    for begin, end, text in words.cues:
        for moment, until, shown in ((at, begin, ""), (max(at, begin), end, text)):
            if until <= moment:
                continue
            data = shown.encode()
            packet = av.Packet(len(data).to_bytes(2, "big") + data)
            packet.pts = packet.dts = moment
            packet.duration, packet.time_base, packet.stream = until - moment, _TICK, stream
            yield packet
            at = until
