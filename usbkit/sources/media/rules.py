"""What browsers play, and what converts anything else. Pure: facts in, findings out.

The limit is what every browser of the last ten years and most television sets decode: MP4 with H.264 in 8 bits and
4:2:0, and AAC or MP3. ``usbkit mend`` does these repairs, and ``repair_command`` gives them as an ``ffmpeg`` command; a
stream that is already right is copied, never encoded again.
"""

from __future__ import annotations

import functools
import operator
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Flag, auto
from pathlib import Path

from usbkit.core.errors import Finding, Place
from usbkit.core.messages import Text, _
from usbkit.core.units import format_moment
from usbkit.sources.media.boxes import BoxStructure
from usbkit.sources.media.facts import HDR, AudioFacts, Facts, Pace, VideoFacts
from usbkit.sources.media.sampling import Samples
from usbkit.sources.media.signatures import MP4, Signature

_PLAYABLE_PIXELS = ("yuv420p", "yuvj420p")
_PLAYABLE_SOUND = ("aac", "mp3")
_SUBSAMPLING = {"422": "4:2:2", "444": "4:4:4", "440": "4:4:0", "411": "4:1:1", "410": "4:1:0"}

#: Pixels, and ten times H.264's level: more than this, and slow laptops and older television sets stutter.
_LARGEST = 1920 * 1088
_HIGHEST_LEVEL = 42

#: Bits a second that a USB 2 drive on an old hub still gives while a laptop decodes them.
_HEAVIEST = 25_000_000

#: Channels that every player has loudspeakers for.
_MOST_CHANNELS = 2

#: Milliseconds.
_SEEK_WAIT, _PAUSE, _APART, _LATE = 15_000, 10_000, 2_000, 500

#: A frame that stands this much longer than another makes the rate a variable one.
_UNEVEN = 1.6


class Repair(Flag):
    """What a command must do about a finding; empty if only the sender can help."""

    NOTHING = 0
    WRAP = auto()
    PICTURE = auto()
    SOUND = auto()
    WEAVE = auto()
    EVEN = auto()
    SQUARE = auto()
    SHRINK = auto()
    TONE = auto()
    HOLD = auto()
    STEREO = auto()


#: What ``ffmpeg`` does to the picture for each, in this order.
_FILTERS = {
    Repair.WEAVE: "yadif",
    Repair.TONE: "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=clip,zscale=t=bt709:m=bt709:r=tv",
    Repair.SQUARE: "scale=trunc(iw*sar/2)*2:ih,setsar=1",
    Repair.SHRINK: "scale=1920:1080:force_original_aspect_ratio=decrease:force_divisible_by=2",
    Repair.HOLD: "tpad=stop_mode=clone:stop=-1",
    Repair.EVEN: "fps=30:start_time=0",
}


#: A picture as good as the source's to the eye, within what a laptop reads and decodes, with a key frame each 5 s.
_ENCODE = shlex.split(
    "-c:v libx264 -crf 18 -maxrate 12M -bufsize 24M -profile:v high -pix_fmt yuv420p"
    " -force_key_frames 'expr:gte(t,n_forced*5)'"
)


@dataclass(frozen=True, slots=True)
class MediaFinding:
    """One finding about a video; an error keeps browsers from playing it, or viewers from following it."""

    id: str
    what: Text
    is_error: bool
    repair: Repair


_SEND_AGAIN = _("Ask for the file again, and compare its size with the sender's.")
_RUN = _("Run: {command}")


@dataclass(frozen=True, slots=True)
class Opinion:
    """All findings about a video, errors first, and the repairs for the errors.

    ``repairs`` are those of all errors; ``is_mendable``: they are enough. ``every_repair`` includes those for remarks.
    """

    findings: tuple[Finding, ...]
    repairs: Repair
    every_repair: Repair
    is_mendable: bool


def judge(path: Path, signature: Signature, structure: BoxStructure | None, facts: Facts, samples: Samples) -> Opinion:
    """Judge a video that could be opened."""
    found = [
        *_judge_container(path, signature, structure, facts),
        *_judge_video(facts.video, samples),
        *_judge_pace(facts.video.pace),
        *_judge_audio(facts),
        *_judge_samples(samples),
    ]
    found.sort(key=lambda j: not j.is_error)
    errors = [j for j in found if j.is_error]
    return Opinion(
        tuple(Finding(j.id, j.what, Place(str(path)), _advise(path, j), j.is_error) for j in found),
        _together(errors),
        _together(found),
        bool(errors) and all(j.repair is not Repair.NOTHING for j in errors),
    )


def _together(findings: Iterable[MediaFinding]) -> Repair:
    return functools.reduce(operator.or_, (j.repair for j in findings), Repair.NOTHING)


def _advise(path: Path, finding: MediaFinding) -> Text | None:
    """What to do about ``judgement``."""
    if finding.repair is Repair.NOTHING:
        return _SEND_AGAIN if finding.is_error else None
    words = ["usbkit", "mend", *([] if finding.is_error else ["--remarks"]), str(path)]
    return Text(_RUN.id, {"command": shlex.join(words)})


def repair_command(path: Path, repairs: Repair) -> str:
    """Return the ``ffmpeg`` command that makes a repaired copy beside the file at ``path``."""
    filters = [words for repair, words in _FILTERS.items() if repair in repairs]
    picture = ["-c:v", "copy"]
    if filters or Repair.PICTURE in repairs:
        picture = [*(["-vf", ",".join(filters)] if filters else []), *_ENCODE]
    sound = ["-c:a", "copy"]
    if Repair.SOUND in repairs:
        sound = ["-c:a", "aac", "-b:a", "160k", "-af", "aresample=async=1:first_pts=0"]
        sound += ["-ac", "2"] if Repair.STEREO in repairs else []
    ends = ["-shortest"] if Repair.HOLD in repairs else []
    target = path.with_name(f"{path.stem}-mended.mp4")
    parts = ["ffmpeg", "-i", str(path), "-map", "0:V:0", "-map", "0:a:0?", *picture, *sound, *ends]
    return shlex.join([*parts, "-movflags", "+faststart", str(target)])


def _judge_container(
    path: Path, signature: Signature, structure: BoxStructure | None, facts: Facts
) -> Iterator[MediaFinding]:
    suffix = path.suffix.lower()
    if signature is not MP4:
        what = _("this is {kind}; browsers play MP4", kind=signature.said)
        yield MediaFinding("media-container", what, True, Repair.WRAP)
    if suffix not in signature.suffixes:
        what = _("this is {kind}, but its name ends in {suffix}", kind=signature.said, suffix=suffix or "''")
        yield MediaFinding("media-wrong-extension", what, True, Repair.WRAP)
    if structure is not None and structure.has("moof"):
        what = _("the file is fragmented, as from a live stream: television sets and old players refuse it")
        yield MediaFinding("media-fragments", what, False, Repair.WRAP)
    elif structure is not None and not structure.has_index_first:
        what = _("the index (moov) is at the end: from the website it starts only after a full download")
        yield MediaFinding("media-index-last", what, False, Repair.WRAP)
    if structure is not None and structure.edits > 1:
        what = _("it is put together of {count} parts by a list that players read differently", count=structure.edits)
        yield MediaFinding("media-edit-list", what, False, Repair.PICTURE | Repair.SOUND)
    if structure is not None and structure.stray is not None:
        what = _("from byte {offset} on there is data that is not part of an MP4", offset=structure.stray)
        yield MediaFinding("media-stray-bytes", what, False, Repair.WRAP)
    if facts.duration <= 0:
        yield MediaFinding("media-no-length", _("it has no length: one picture, or no index"), True, Repair.WRAP)
    if facts.videos > 1:
        what = _("{count} pictures in one file; players show the first", count=facts.videos)
        yield MediaFinding("media-several-pictures", what, False, Repair.WRAP)
    if facts.audios > 1:
        what = _("{count} sound tracks in one file; browsers play the first", count=facts.audios)
        yield MediaFinding("media-several-sounds", what, False, Repair.WRAP)
    if facts.subtitles:
        what = _("subtitles are inside the file; ours come from files of their own")
        yield MediaFinding("media-subtitles-inside", what, False, Repair.WRAP)
    if facts.bit_rate > _HEAVIEST:
        what = _("{rate} megabits a second: more than an old laptop reads from a drive", rate=facts.bit_rate // 10**6)
        yield MediaFinding("media-heavy", what, False, Repair.PICTURE)


def _judge_video(video: VideoFacts, samples: Samples) -> Iterator[MediaFinding]:
    yield from _judge_picture_format(video)
    if len(samples.sizes) > 1:
        sizes = ", ".join(f"{width}×{height}" for width, height in samples.sizes)
        what = _("the size of the picture changes ({sizes}): television sets and old players stop there", sizes=sizes)
        yield MediaFinding("media-size-changes", what, False, Repair.PICTURE)
    if video.transfer in HDR:
        what = _("the picture is HDR ({curve}): its colours are pale on most screens", curve=HDR[video.transfer])
        yield MediaFinding("media-hdr", what, False, Repair.PICTURE | Repair.TONE)
    if video.is_interlaced or samples.is_woven:
        what = _("the picture is interlaced: moving edges look like combs")
        yield MediaFinding("media-interlaced", what, False, Repair.WEAVE)
    if not video.has_square_pixels:
        what = _("its pixels are not square: old players show it stretched")
        yield MediaFinding("media-pixel-shape", what, False, Repair.SQUARE)
    if video.width * video.height > _LARGEST:
        what = _(
            "{width}×{height} pixels: slow laptops stutter above 1920×1080", width=video.width, height=video.height
        )
        yield MediaFinding("media-large", what, False, Repair.SHRINK)
    elif video.codec == "h264" and video.level > _HIGHEST_LEVEL:
        what = _("H.264 level {level}: older players decode up to 4.2", level=video.level / 10)
        yield MediaFinding("media-level", what, False, Repair.PICTURE)


def _judge_picture_format(video: VideoFacts) -> Iterator[MediaFinding]:
    if video.codec != "h264":
        what = _("the picture is {codec}; browsers play H.264", codec=video.codec.upper())
        yield MediaFinding("media-video-codec", what, True, Repair.PICTURE)
    depth = _depth(video.pixels)
    if depth > 8:
        what = _("the picture has {depth} bits a sample; browsers play 8", depth=depth)
        tone = Repair.TONE if video.transfer in HDR else Repair.NOTHING
        yield MediaFinding("media-deep-colour", what, True, Repair.PICTURE | tone)
    sampling = next((name for digits, name in _SUBSAMPLING.items() if digits in video.pixels), None)
    if sampling is not None:
        what = _("the colours are kept as {sampling}; browsers play 4:2:0", sampling=sampling)
        yield MediaFinding("media-chroma", what, True, Repair.PICTURE)
    elif depth <= 8 and video.pixels not in _PLAYABLE_PIXELS:
        what = _("the picture is kept as {pixels}; browsers play 4:2:0", pixels=video.pixels or "?")
        yield MediaFinding("media-pixels", what, True, Repair.PICTURE)


def _depth(pixels: str) -> int:
    return next((bits for bits in (9, 10, 12, 14, 16) if pixels.endswith((f"p{bits}le", f"p{bits}be"))), 8)


def _judge_pace(pace: Pace | None) -> Iterator[MediaFinding]:
    if pace is None:
        return
    if pace.pause > _PAUSE:
        what = _("the picture stands still for {seconds} seconds at one place", seconds=round(pace.pause / 1000))
        yield MediaFinding("media-standstill", what, False, Repair.EVEN)
        return
    if pace.longest > pace.shortest * _UNEVEN:
        slow, fast = round(1000 / pace.longest, 1), round(1000 / pace.shortest, 1)
        what = _("the frame rate varies between {slow} and {fast} a second", slow=slow, fast=fast)
        yield MediaFinding("media-variable-rate", what, False, Repair.EVEN)
    if pace.key_interval > _SEEK_WAIT:
        what = _("up to {seconds} seconds between key frames: seeking is slow", seconds=round(pace.key_interval / 1000))
        yield MediaFinding("media-few-key-frames", what, False, Repair.PICTURE)


def _judge_audio(facts: Facts) -> Iterator[MediaFinding]:
    video, audio = facts.video, facts.audio
    if audio is None:
        yield MediaFinding("media-no-sound", _("there is no sound in it"), False, Repair.NOTHING)
        return
    if audio.codec not in _PLAYABLE_SOUND:
        what = _("the sound is {codec}; browsers play AAC", codec=audio.codec.upper())
        yield MediaFinding("media-sound-codec", what, True, Repair.SOUND)
    elif audio.channels > _MOST_CHANNELS:
        what = _("the sound has {count} channels: some players drop the one that carries speech", count=audio.channels)
        yield MediaFinding("media-many-channels", what, False, Repair.SOUND | Repair.STEREO)
    yield from _judge_lengths(video, audio)


def _judge_lengths(video: VideoFacts, audio: AudioFacts) -> Iterator[MediaFinding]:
    if video.duration and audio.duration and abs(video.duration - audio.duration) > _APART:
        what = _(
            "the picture lasts {picture}, the sound {sound}",
            picture=format_moment(video.duration),
            sound=format_moment(audio.duration),
        )
        is_short = audio.duration > video.duration  # then the last picture stays until the sound has ended
        yield MediaFinding("media-lengths", what, False, Repair.HOLD if is_short else Repair.NOTHING)
    if abs(video.start - audio.start) > _LATE:
        late = _("picture") if video.start > audio.start else _("sound")
        what = _("the {late} begins {gap} ms late", late=late, gap=abs(video.start - audio.start))
        mended = Repair.EVEN if video.start > audio.start else Repair.SOUND
        yield MediaFinding("media-late-start", what, False, mended)


def _judge_samples(samples: Samples) -> Iterator[MediaFinding]:
    if samples.hole is not None:
        what = _("at {moment} there are only zeros: a part of the copy never arrived", moment=_at(samples.hole))
        yield MediaFinding("media-hole", what, True, Repair.NOTHING)
    elif samples.broken is not None:
        what = _("the picture cannot be decoded at {moment}", moment=_at(samples.broken))
        yield MediaFinding("media-damaged", what, True, Repair.NOTHING)
    elif samples.broken_sound is not None:
        what = _("the sound cannot be decoded at {moment}", moment=_at(samples.broken_sound))
        yield MediaFinding("media-damaged", what, True, Repair.NOTHING)
    if samples.rotation % 360:
        what = _("the picture is turned by {degrees}° by a note that some players overlook", degrees=samples.rotation)
        yield MediaFinding("media-turned", what, False, Repair.PICTURE)
    if samples.is_silent:
        yield MediaFinding("media-silent", _("the sound is silent wherever it was sampled"), False, Repair.NOTHING)
    if samples.is_clipped:
        what = _("the sound is overdriven: it was recorded too loud")
        yield MediaFinding("media-clipped", what, False, Repair.NOTHING)


def _at(milliseconds: int) -> str:
    return format_moment(milliseconds)
