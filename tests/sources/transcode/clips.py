"""Clips with faults, made by the ``ffmpeg`` program, so that they are independent of our code."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

#: Name, and what `ffmpeg` is told between its test picture with a tone and the file. A moving picture of 6 seconds.
KINDS = {
    "odd.mkv": "-vf scale=427:241,format=yuv444p -c:v libx264 -preset ultrafast",
    "uneven.mp4": "-vf setpts=PTS+if(mod(N\\,5)\\,0\\,0.02/TB) -fps_mode vfr -c:v libx264 -preset ultrafast",
    "silent.mp4": "-an -c:v libx264 -preset ultrafast",
    "mono.mkv": "-ac 1 -c:a ac3 -c:v libx264 -preset ultrafast",
    "hevc.mp4": "-c:v libx265 -x265-params log-level=error -preset ultrafast -c:a aac",
    "woven.mpg": "-vf tinterlace=interleave_top,fieldorder=tff -r 25 -c:v mpeg2video -q:v 3 -flags +ilme+ildct",
    "deep.webm": "-vf format=yuv420p10le -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus",
    "wide-pixels.mp4": "-vf setsar=4/3 -c:v libx264 -preset ultrafast",
    "surround.mkv": "-ac 6 -c:a flac -c:v libx264 -preset ultrafast",
    "fast.mp4": "-r 60 -c:v libx264 -preset ultrafast",
}

#: Seconds until a long clip is the same again; no whole number of them is a piece.
_TURN: Final = 7
_PLAIN: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "12")
_LOUD: Final = ("-c:a", "aac", "-b:a", "320k")


def make_clip(folder: Path, name: str, seconds: float = 6.0, rate: int = 25) -> Path:
    """The clip called ``name`` in ``folder``."""
    path = folder / name
    picture = f"testsrc2=size=640x360:rate={rate}:duration={seconds}"
    tone = f"sine=frequency=440:beep_factor=4:duration={seconds}:sample_rate=48000"
    _run("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone, *KINDS[name].split(), path)
    return path


def make_long_clip(folder: Path, seconds: int, size: str = "320x180") -> Path:
    """A plain H.264 clip that takes several pieces: one picture and tone again and again, at no piece's start alike."""
    path, picture, tone = folder / f"long-{seconds}.mp4", folder / "turn.mp4", folder / "turn.aac"
    _run("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={_TURN}", *_PLAIN, picture)
    _run("-f", "lavfi", "-i", f"sine=frequency=440:beep_factor=4:duration={_TURN}:sample_rate=48000", *_LOUD, tone)
    tone.write_bytes(tone.read_bytes() * (seconds // _TURN + 1))
    _run("-stream_loop", "-1", "-i", picture, "-i", tone, "-t", seconds, "-c", "copy", path)
    picture.unlink()
    tone.unlink()
    return path


def _run(*words: object) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, words)], check=True, stdin=subprocess.DEVNULL)
