"""Making a video smaller: ours compared with ``ffmpeg``, same settings, in one run: seconds, bytes, likeness."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.sources.transcode.test_making import likeness, make
from usbkit.sources.transcode.recipe import BUFFER_SECONDS, Recipe, recipe_for_height

#: Lines that the picture is made to, and seconds of the source.
_HEIGHT, _SECONDS = 480, 240


def run(runs: int, quick: bool) -> None:
    """Print the table."""
    recipe = recipe_for_height(_HEIGHT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = _make_source(folder, _SECONDS // 4 if quick else _SECONDS)
        print(
            f"{source.stat().st_size / 1e6:.0f} MB of 1280x720 to {_HEIGHT}p, median of {runs}, {os.cpu_count()} cores"
        )
        print(f"{'':28}{'seconds':>10}{'MB':>8}{'likeness':>10}")
        times = {}
        for title, once in (
            ("usbkit", lambda at: _ours(source, at, recipe)),
            ("ffmpeg, its own threads", lambda at: _ffmpeg(source, at, recipe, 0)),
            ("ffmpeg, one thread", lambda at: _ffmpeg(source, at, recipe, 1)),
        ):
            spent, made = _measure(folder, once, runs)
            times[title] = spent
            alike = likeness(made, source, change=f"scale=-2:{_HEIGHT}:flags=bicubic")
            print(f"{title:28}{spent:10.1f}{made.stat().st_size / 1e6:8.2f}{alike:10.4f}", flush=True)
        ratio = times["usbkit"] / times["ffmpeg, its own threads"]
        print(f"usbkit takes {ratio:.2f} of ffmpeg's time with its own threads")


def _make_source(folder: Path, seconds: int) -> Path:
    """A picture that moves everywhere, with grain, and a tone."""
    path = folder / "source.mp4"
    picture = f"testsrc2=size=1280x720:rate=25:duration={seconds},noise=alls=6:allf=t"
    tone = f"sine=frequency=440:beep_factor=4:duration={seconds}:sample_rate=48000"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone]
    rest = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "16", "-c:a", "aac", "-b:a", "320k", str(path)]
    subprocess.run([*command, *rest], check=True, stdin=subprocess.DEVNULL)
    return path


def _measure(folder: Path, once: Callable[[Path], Path], runs: int) -> tuple[float, Path]:
    spent = []
    made = folder
    for number in range(runs):
        at = folder / f"run-{len(list(folder.iterdir()))}-{number}"
        at.mkdir()
        began = time.monotonic()
        made = once(at)
        spent.append(time.monotonic() - began)
    return statistics.median(spent), made


def _ours(source: Path, folder: Path, recipe: Recipe) -> Path:
    return make(source, folder, recipe)


def _ffmpeg(source: Path, folder: Path, recipe: Recipe, threads: int) -> Path:
    target = folder / "made.mp4"
    rate, buffer = recipe.picture_rate, recipe.picture_rate * BUFFER_SECONDS
    picture = f"-vf scale=-2:{recipe.short_side}:flags=bicubic,format=yuv420p -c:v libx264 -preset fast -profile:v high"
    bits = f"-crf {recipe.crf} -maxrate {rate} -bufsize {buffer} -g 125 -threads {threads} -filter_threads 1"
    sound = f"-c:a aac -b:a {recipe.sound_rate // 2} -movflags +faststart"
    words = [*picture.split(), *bits.split(), *sound.split(), str(target)]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(source), *words], check=True, stdin=subprocess.DEVNULL)
    return target
