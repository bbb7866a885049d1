"""Make a playable video from one that browsers do not play, beside the source, which stays unchanged."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

from usbkit.core.progress import Progress
from usbkit.sources.media import Media
from usbkit.sources.media.rules import Repair
from usbkit.sources.mended import mended_file
from usbkit.sources.transcode.making import TranscodeJob, make_sample, make_video
from usbkit.sources.transcode.recipe import Recipe, recipe_for_mending

#: Repairs that only an encoder can do to a picture.
_OF_THE_PICTURE = (
    Repair.PICTURE | Repair.WEAVE | Repair.EVEN | Repair.SQUARE | Repair.SHRINK | Repair.TONE | Repair.HOLD
)

#: Bytes a second that an old disk reads and writes, and seconds of sound that are encoded in one.
_COPIED, _SOUND = 50_000_000, 40

#: Seconds of picture that are encoded to learn how fast this computer is.
_SAMPLE = 2

#: Lines above which slow laptops stutter (`usbkit.sources.media.rules`).
_LARGEST = 1080


def recipe_for_repairs(repairs: Repair) -> Recipe:
    """Return the recipe for these repairs: streams that are right are copied."""
    return recipe_for_mending(
        picture=bool(repairs & _OF_THE_PICTURE),
        sound=Repair.SOUND in repairs,
        largest=_LARGEST if Repair.SHRINK in repairs else None,
    )


def foresee_seconds(source: Path, recipe: Recipe, media: Media) -> int:
    """Estimate the seconds that mending takes on this computer, from an encoded sample; the rest is copied.

    Raises InputError if the source cannot be decoded.
    """
    copying = media.size / _COPIED
    if recipe.copy_picture:
        return round(copying + (0 if recipe.copy_sound else media.duration / 1000 / _SOUND))
    with tempfile.TemporaryDirectory(prefix="usbkit-sample-") as folder:
        began = time.monotonic()
        share = make_sample(source, Path(folder), recipe, _SAMPLE)
        took = time.monotonic() - began
    return round(copying + took / share / (os.cpu_count() or 1))


def mend_video(source: Path, recipe: Recipe, target: Path, folder: Path, progress: Progress) -> None:
    """Make ``target`` from ``source``, working in ``folder``; continues a killed run.

    Raises what ``make_video`` and ``mended_file`` raise.
    """
    status = source.stat()
    state = f"{status.st_size} {status.st_mtime_ns} {recipe}"
    work = folder / hashlib.sha256(state.encode()).hexdigest()[:16]
    work.mkdir(parents=True, exist_ok=True)
    made = make_video(TranscodeJob(source.name, source, recipe, work), progress)
    with mended_file(target) as unfinished:
        shutil.copyfile(made, unfinished)
    shutil.rmtree(folder, ignore_errors=True)
