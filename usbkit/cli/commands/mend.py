"""``usbkit mend``: convert files that pages cannot show."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli.commands import mend_attachments
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, InputError, Place, UsbkitError
from usbkit.core.messages import _, mark
from usbkit.core.units import format_moment

if TYPE_CHECKING:
    from usbkit.sources.media.probing import Diagnosis
    from usbkit.sources.mended import Kind


@click.command(
    help=mark(
        "Make of each FILE another beside it (NAME-mended…) that pages can show: of videos MP4 that plays in every"
        " browser, of ASS, SSA, SBV and TTML subtitles SRT, of HEIC and other pictures JPEG, of Office documents and"
        " HWP PDF, by LibreOffice where it is installed."
    )
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help=mark("The folder that gets them instead.")
)
@click.option(
    "--remarks", is_flag=True, help=mark("Also mend what is only a remark: interlaced, uneven frame rate, too large.")
)
@click.option("--encoding", metavar="NAME", help=mark("The encoding that subtitles are in, where it cannot be told."))
@click.option("-n", "--dry-run", is_flag=True, help=mark("Show what would be done; write nothing."))
@click.pass_obj
def mend(
    settings: Settings,
    files: tuple[Path, ...],
    output: Path | None,
    remarks: bool,
    encoding: str | None,
    dry_run: bool,
) -> int:
    from usbkit.sources.mended import Kind

    done: dict[Kind, list[dict[str, Any]]] = {kind: [] for kind in Kind}
    failed: list[UsbkitError] = []
    for file in files:
        try:
            kind, made = _mend(settings, file, output or file.parent, encoding, remarks=remarks, dry_run=dry_run)
        except (UsbkitError, OSError) as problem:
            failed.append(_about(file, problem))
            if not settings.json:
                show.error(failed[-1], as_json=False)
            continue
        done[kind].append(made)
        if not settings.json:
            _SAID[kind](made)
    code = max((problem.exit_code for problem in failed), default=EXIT_DONE)
    if settings.json:
        found = [show.finding_json(f) for problem in failed for f in problem.findings]
        show.document(
            {
                "videos": done[Kind.VIDEO],
                "subtitles": done[Kind.SUBTITLES],
                "pictures": done[Kind.PICTURE],
                "documents": done[Kind.DOCUMENT],
                **({"error": {"exit": code, "findings": found}} if failed else {}),
            }
        )
    return code


def _mend(
    settings: Settings, file: Path, folder: Path, encoding: str | None, *, remarks: bool, dry_run: bool
) -> tuple[Kind, dict[str, Any]]:
    """What was, or would be, done about one file of whatever kind. Raises UsbkitError where nothing can be, OSError."""
    from usbkit.sources.mended import Kind, recognise_kind

    kind = recognise_kind(file)
    if kind is Kind.VIDEO:
        return kind, _mend_video(settings, file, folder, remarks=remarks, dry_run=dry_run)
    if kind is Kind.SUBTITLES:
        return kind, mend_attachments.mend_subtitles(file, folder, encoding, dry_run=dry_run)
    if kind is Kind.PICTURE:
        return kind, mend_attachments.mend_picture(file, folder, dry_run=dry_run)
    return kind, mend_attachments.mend_document(settings, file, folder, dry_run=dry_run)


def _about(file: Path, problem: UsbkitError | OSError) -> UsbkitError:
    """``problem`` as an error of ours each of whose findings names a file: the one that was to be mended, if none."""
    error = show.from_os_error(problem) if isinstance(problem, OSError) else problem
    return type(error)(*(f if f.place else replace(f, place=Place(str(file))) for f in error.findings))


def _mend_video(settings: Settings, file: Path, folder: Path, *, remarks: bool, dry_run: bool) -> dict[str, Any]:
    """What was, or would be, done about one video. Raises InputError where nothing can be."""
    from usbkit.sources.decoding import diagnose
    from usbkit.sources.media.rules import Repair, repair_command
    from usbkit.sources.transcode.mending import foresee_seconds, recipe_for_repairs

    found = diagnose(file)
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
    document["seconds"] = foresee_seconds(file, recipe, found.media)
    if dry_run:
        document["ffmpeg"] = repair_command(file, repairs)
    else:
        _make_video(settings, file, target, document["seconds"], found, repairs)
        document["written"] = True
    return document


def _make_video(settings: Settings, file: Path, target: Path, seconds: int, found: Diagnosis, repairs: Any) -> None:
    from usbkit.core.file_lock import turn
    from usbkit.sources.mended import require_free
    from usbkit.sources.transcode.mending import mend_video, recipe_for_repairs

    progress = settings.progress()
    work = settings.cache / "mending" / hashlib.sha256(os.fsencode(file.absolute())).hexdigest()[:32]
    waiting = _("Waiting for {name}, which another run makes", name=target.name)
    with turn(work.with_suffix(".turn"), lambda: progress.remark(waiting)):
        require_free(target)
        progress.remark(
            _("{name} lasts {length}; mending it takes about {time}", name=file.name, **_times(found, seconds))
        )
        mend_video(file, recipe_for_repairs(repairs), target, work, progress)


def _times(found: Diagnosis, seconds: int) -> Mapping[str, str]:
    return {"length": format_moment(found.media.duration), "time": format_moment(max(1, seconds) * 1000)}


def _say_video(made: dict[str, Any]) -> None:
    values = {"file": made["file"], "mended": made["mended"]}
    if made["mended"] is None:
        show.answer(_("{file}: nothing to mend", **values))
        return
    what = {
        ("copied", "copied"): _("picture and sound unchanged, in a new container"),
        ("copied", "encoded"): _("picture unchanged, sound encoded again"),
        ("encoded", "copied"): _("picture encoded again, sound unchanged"),
        ("encoded", "encoded"): _("picture and sound encoded again"),
    }[made["picture"], made["sound"]]
    if made["written"]:
        show.answer(_("{mended}: made of {file}: {what}", what=what, **values))
        show.answer(_("  Look at it, then name it in programme.toml or put it in the old file's place."))
    else:
        show.answer(_("{mended}: would be made of {file}: {what}", what=what, **values))
        show.answer(_("  It takes about {time} on this computer.", time=format_moment(max(1, made["seconds"]) * 1000)))
        show.answer(_("  The same by another program: {command}", command=made["ffmpeg"]))


_SAID: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "video": _say_video,
    "subtitles": mend_attachments.say_subtitles,
    "picture": mend_attachments.say_picture,
    "document": mend_attachments.say_document,
}
