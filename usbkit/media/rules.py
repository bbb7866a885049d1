"""What browsers play, and the command that turns anything else into it. Pure: facts in, findings out.

The bound is what every browser of the last ten years and most television sets decode: MP4 with H.264 in 8 bits and
4:2:0, and AAC or MP3. All commands are for ``ffmpeg``; a stream that is right already is copied, never encoded again.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from usbkit.errors import Finding, Place
from usbkit.media.boxes import Structure
from usbkit.media.facts import AudioFacts, Facts, VideoFacts
from usbkit.media.signatures import MP4, Signature
from usbkit.text import Text, _

_PLAYABLE_PIXELS = ("yuv420p", "yuvj420p")
_PLAYABLE_SOUND = ("aac", "mp3")

_SUBSAMPLING = {"422": "4:2:2", "444": "4:4:4", "440": "4:4:0", "411": "4:1:1", "410": "4:1:0"}


def judge(path: Path, signature: Signature, structure: Structure | None, facts: Facts) -> tuple[Finding, ...]:
    """Everything remarkable about a video that could be opened; errors are what keeps browsers from playing it."""
    repair = Text("Run: {command}", {"command": repair_command(path, facts)})
    place = Place(str(path))
    found = [*_judge_container(path, signature, structure), *_judge_video(facts.video), *_judge_audio(facts.audio)]
    return tuple(Finding(id, what, place, repair, is_error) for id, what, is_error in found)


def repair_command(path: Path, facts: Facts) -> str:
    """The command that makes an MP4 that browsers play, encoding only what has to be."""
    video = "copy" if not any(error for _id, _what, error in _judge_video(facts.video)) else "libx264"
    audio = "copy" if facts.audio is None or facts.audio.codec in _PLAYABLE_SOUND else "aac"
    picture = ["-c:v", "copy"] if video == "copy" else ["-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p"]
    sound = ["-c:a", "copy"] if audio == "copy" else ["-c:a", "aac", "-b:a", "160k"]
    target = path.with_name(f"{path.stem}-mended.mp4")
    parts = ["ffmpeg", "-i", str(path), "-map", "0:v:0", "-map", "0:a?", *picture, *sound]
    return shlex.join([*parts, "-movflags", "+faststart", str(target)])


_Judgement = tuple[str, Text, bool]


def _judge_container(path: Path, signature: Signature, structure: Structure | None) -> Iterator[_Judgement]:
    if signature is not MP4:
        yield "media-container", _("this is {kind}; browsers play MP4", kind=signature.name), True
    elif path.suffix.lower() not in signature.suffixes:
        what = _("this is {kind}, but its name ends in {suffix}", kind=signature.name, suffix=path.suffix or "''")
        yield "media-wrong-extension", what, True
    if structure is not None and not structure.has_index_first:
        what = _("the index (moov) stands at the end: from the website it starts only when all has arrived")
        yield "media-index-last", what, False


def _judge_video(video: VideoFacts) -> Iterator[_Judgement]:
    if video.codec != "h264":
        yield "media-video-codec", _("the picture is {codec}; browsers play H.264", codec=video.codec.upper()), True
        return
    depth = _depth(video.pixels)
    if depth > 8:
        what = _("the picture has {depth} bits a sample; browsers play 8", depth=depth)
        yield "media-deep-colour", what, True
    sampling = next((name for digits, name in _SUBSAMPLING.items() if digits in video.pixels), None)
    if sampling is not None:
        yield "media-chroma", _("the colours are kept as {sampling}; browsers play 4:2:0", sampling=sampling), True
    elif depth <= 8 and video.pixels not in _PLAYABLE_PIXELS:
        yield "media-pixels", _("the picture is kept as {pixels}; browsers play 4:2:0", pixels=video.pixels), True


def _depth(pixels: str) -> int:
    return next((bits for bits in (9, 10, 12, 14, 16) if pixels.endswith((f"p{bits}le", f"p{bits}be"))), 8)


def _judge_audio(audio: AudioFacts | None) -> Iterator[_Judgement]:
    if audio is None:
        yield "media-no-sound", _("there is no sound in it"), False
    elif audio.codec not in _PLAYABLE_SOUND:
        yield "media-sound-codec", _("the sound is {codec}; browsers play AAC", codec=audio.codec.upper()), True
