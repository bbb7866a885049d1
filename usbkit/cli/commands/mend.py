"""``usbkit mend``: of videos that browsers would not play, make others that they do."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _, mark

if TYPE_CHECKING:
    from usbkit.sources.media.probing import Diagnosis


@click.command(help=mark("Make of each video FILE another beside it (NAME-mended.mp4) that plays in every browser."))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help=mark("The folder that gets them instead.")
)
@click.option("--remarks", is_flag=True, help=mark("Mend what is only remarkable too: interlaced, uneven, too large."))
@click.option("-n", "--dry-run", is_flag=True, help=mark("Say what would be done, write nothing."))
@click.pass_obj
def mend(settings: Settings, files: tuple[Path, ...], output: Path | None, remarks: bool, dry_run: bool) -> None:
    from usbkit.sources.decoding import diagnose

    documents: list[dict[str, Any]] = []
    for file in files:
        found = diagnose(file)
        documents.append(_mend(settings, file, output or file.parent, found, remarks=remarks, dry_run=dry_run))
        if not settings.json:
            _say(documents[-1])
    if settings.json:
        show.document({"videos": documents})


def _mend(
    settings: Settings, file: Path, folder: Path, found: Diagnosis, *, remarks: bool, dry_run: bool
) -> dict[str, Any]:
    """What was, or would be, done about one video. Raises InputError where nothing can be."""
    from usbkit.core.file_lock import turn
    from usbkit.sources.media.rules import Repair, repair_command
    from usbkit.sources.transcode.mending import mend_video, recipe_for_repairs

    repairs = found.every_repair if remarks else found.repairs
    target = folder / f"{file.stem}-mended.mp4"
    document: dict[str, Any] = {
        "file": str(file),
        "mended": None,
        "picture": "kept",
        "sound": "kept",
        "written": False,
        "found": [f.id for f in found.media.findings],
    }
    if not found.media.plays and not found.media.is_mendable:
        raise InputError(*[f for f in found.media.findings if f.is_error])
    if repairs is Repair.NOTHING:
        return document
    recipe = recipe_for_repairs(repairs)
    document["mended"] = str(target)
    document["picture"] = "copied" if recipe.copy_picture else "encoded"
    document["sound"] = "copied" if recipe.copy_sound else "encoded"
    if dry_run:
        document["ffmpeg"] = repair_command(file, repairs)
    else:
        progress = settings.progress()
        work = settings.cache / "mending" / hashlib.sha256(str(file.absolute()).encode()).hexdigest()[:32]
        waiting = _("Waiting for {name}, which another run makes", name=target.name)
        with turn(work.with_suffix(".turn"), lambda: progress.remark(waiting)):
            _require_free(target)
            mend_video(file, recipe, target, work, progress)
        document["written"] = True
    return document


def _require_free(target: Path) -> None:
    if target.exists():
        what, todo = _("there is such a file already"), _("Look at it; take it away or name another folder with -o.")
        raise InputError(Finding("mended-exists", what, Place(str(target)), todo))


def _say(made: dict[str, Any]) -> None:
    values = {"file": made["file"], "mended": made["mended"]}
    if made["mended"] is None:
        show.answer(_("{file}: nothing to mend", **values))
        return
    what = {
        ("copied", "copied"): _("picture and sound as they were, wrapped anew"),
        ("copied", "encoded"): _("picture as it was, sound encoded"),
        ("encoded", "copied"): _("picture encoded, sound as it was"),
        ("encoded", "encoded"): _("picture and sound encoded"),
    }[made["picture"], made["sound"]]
    if made["written"]:
        show.answer(_("{mended}: made of {file}: {what}", what=what, **values))
        show.answer(_("  Look at it, then name it in programme.toml or put it in the old file's place."))
    else:
        show.answer(_("{mended}: would be made of {file}: {what}", what=what, **values))
        show.answer(_("  The same by another program: {command}", command=made["ffmpeg"]))
