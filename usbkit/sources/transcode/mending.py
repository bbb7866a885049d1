"""A video that plays, made of one that does not: beside it, so that the source stays what it was."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from usbkit.core.atomic import beside
from usbkit.core.errors import DeviceError, Finding, Place
from usbkit.core.messages import _
from usbkit.core.progress import Progress
from usbkit.sources.media.rules import Repair
from usbkit.sources.transcode.making import Job, make_video
from usbkit.sources.transcode.recipe import Recipe, recipe_for_mending

#: Repairs that only an encoder can do to a picture.
_OF_THE_PICTURE = Repair.PICTURE | Repair.WEAVE | Repair.EVEN | Repair.SQUARE | Repair.SHRINK

#: Lines above which slow laptops stutter (`usbkit.sources.media.rules`).
_LARGEST = 1080


def recipe_for_repairs(repairs: Repair) -> Recipe:
    """How a video with these faults is mended: what is right already is copied."""
    return recipe_for_mending(
        picture=bool(repairs & _OF_THE_PICTURE),
        sound=Repair.SOUND in repairs,
        largest=_LARGEST if Repair.SHRINK in repairs else None,
    )


def mend_video(source: Path, recipe: Recipe, target: Path, folder: Path, progress: Progress) -> None:
    """Make ``target`` of ``source``, in ``folder`` until it is whole; a killed run is gone on with.

    Raises what `make_video` raises, DeviceError where ``target`` cannot be written.
    """
    status = source.stat()
    state = f"{status.st_size} {status.st_mtime_ns} {recipe}"
    work = folder / hashlib.sha256(state.encode()).hexdigest()[:16]
    work.mkdir(parents=True, exist_ok=True)
    made = make_video(Job(source.name, source, recipe, work), progress)
    try:
        with beside(target) as unfinished:
            shutil.copyfile(made, unfinished)
    except OSError as problem:
        what = _("it cannot be written: {reason}", reason=problem.strerror or repr(problem))
        todo = _("Name a folder that can be written with -o.")
        raise DeviceError(Finding("mended-unwritable", what, Place(str(target)), todo)) from problem
    shutil.rmtree(folder, ignore_errors=True)
