"""The sound of a video: copied packet by packet, or encoded as AAC, from the container's start."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from usbkit.sources.media.facts import AudioFacts, first_audio
from usbkit.sources.media.opening import load_av, make_mp4, open_media
from usbkit.sources.transcode.recipe import Recipe

#: Samples a second that AAC is kept at; anything else becomes the second.
_RATES = (44_100, 48_000)

#: Samples in a frame of AAC-LC (ISO/IEC 14496-3).
_AAC_FRAME = 1024

#: Sound that takes this much more than the recipe's rate is encoded again.
_SLACK = 1.25


def may_copy(audio: AudioFacts, rate: int, recipe: Recipe) -> bool:
    """Whether the sound can be copied; ``rate`` is its present bit rate in bits per second, 0 if unknown."""
    if recipe.copy_sound:
        return True
    if recipe.encode_sound:
        return False
    return audio.codec == "aac" and audio.channels <= 2 and 0 < rate <= recipe.sound_rate * _SLACK


def encode_sound(source: Path, target: Path, audio: AudioFacts, recipe: Recipe) -> None:
    """Encode the sound of ``source`` as AAC in MP4 to ``target``. Gaps become silence."""
    av = load_av()
    rate = audio.rate if audio.rate in _RATES else _RATES[-1]
    layout = "mono" if audio.channels == 1 else "stereo"
    with open_media(source) as container, make_mp4(target) as out:
        stream = out.add_stream("aac", rate=rate, layout=layout, options={"threads": "1"})
        stream.bit_rate = recipe.sound_rate // (2 if layout == "mono" else 1)
        stream.codec_context.flags |= int(av.codec.context.Flags.bitexact)
        for number, frame in enumerate(_resampled(container, rate, layout)):
            frame.pts, frame.time_base = number * _AAC_FRAME, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _resampled(container: Any, rate: int, layout: str) -> Iterator[Any]:
    """Frames of `_AAC_FRAME` samples without a gap, from the container's beginning on."""
    av = load_av()
    stream = first_audio(container)
    if stream is None:
        return
    graph = av.filter.Graph()
    steps = [
        graph.add_abuffer(template=stream),
        graph.add("aresample", f"{rate}:async=1000:first_pts=0"),
        graph.add("aformat", f"sample_fmts=fltp:sample_rates={rate}:channel_layouts={layout}"),
        graph.add("asetnsamples", f"n={_AAC_FRAME}:p=0"),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*steps).configure()
    origin = Fraction(container.start_time or 0, 1_000_000)
    for packet in container.demux(stream):
        for frame in packet.decode():
            if frame.pts is not None and frame.time_base is not None:
                frame.pts -= int(origin / frame.time_base)
            steps[0].push(frame)
            yield from _pull(steps[-1])
    steps[0].push(None)
    yield from _pull(steps[-1])


def _pull(sink: Any) -> Iterator[Any]:
    errors = load_av().error
    while True:
        try:
            yield sink.pull()
        except (errors.BlockingIOError, errors.EOFError):
            return
