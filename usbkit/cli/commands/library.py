"""``usbkit library``: the media library itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, AnswerNoError, Finding, InputError
from usbkit.core.messages import _, mark
from usbkit.core.units import format_size
from usbkit.sources.library_check import FileCheck, LibraryCheck, State


@click.group(help=mark("The media library: has any file changed since it was first seen?"))
def library() -> None:
    pass


@library.command(
    help=mark(
        "Read every file that the manifests name again, from its disk, and compare it with what was recorded when it"
        " was first seen. An interrupted check is continued by the next one."
    )
)
@click.option(
    "--accept",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=mark("Take this file as it is now, and record that."),
)
@click.option("--again", is_flag=True, help=mark("Start from the beginning, whatever an interrupted check has read."))
@click.option("-n", "--dry-run", is_flag=True, help=mark("Show what would be read; read nothing."))
@click.pass_obj
def check(settings: Settings, accept: tuple[Path, ...], again: bool, dry_run: bool) -> int:
    from usbkit.sources.first_seen import FirstSeen
    from usbkit.sources.library_check import list_sources

    manifests = settings.load()
    files = list_sources(manifests, settings.library or manifests.library)
    accepted = {path.absolute() for path in accept}
    if unknown := sorted(accepted - set(files)):
        what = _("{file} is not a file that the manifests name", file=unknown[0])
        raise InputError(Finding("usage", what, None, _("Give the path of a file that a manifest names.")))
    work = LibraryCheck(files, FirstSeen.beside(settings.cache), again)
    if dry_run:
        _foresee(work, settings)
        return EXIT_DONE
    found = list(work.carry_out(settings.progress(), accepted))
    problems = [f.problem for f in found if f.problem is not None]
    if settings.json:
        show.document({"files": len(found), **_counts(found), "problems": [_to_json(f) for f in found if f.problem]})
        return AnswerNoError.exit_code if problems else EXIT_DONE
    _say(found)
    if problems:
        raise AnswerNoError(*problems)
    return EXIT_DONE


def _foresee(work: LibraryCheck, settings: Settings) -> None:
    outlook = work.foresee()
    if settings.json:
        values = {"files": outlook.files, "bytes": outlook.size, "recorded": outlook.recorded}
        show.document({**values, "read_before": outlook.done, "bytes_left": outlook.left})
        return
    sizes = {"size": format_size(outlook.size), "left": format_size(outlook.left)}
    show.answer(
        _("{files} files, {size}; {recorded} of them recorded", files=outlook.files, recorded=outlook.recorded, **sizes)
    )
    show.answer(_("would be read: {left}; {done} files were read before", done=outlook.done, **sizes))


def _counts(found: list[FileCheck]) -> dict[str, int]:
    return {state.value.replace("-", "_"): sum(f.state is state for f in found) for state in State}


def _to_json(found: FileCheck) -> dict[str, Any]:
    first = found.first
    return {
        "path": str(found.path),
        "state": found.state.value,
        "sha256": found.sha256,
        "first_sha256": first.sha256 if first else None,
        "first_seen": first.seen if first else None,
        "finding": show.finding_json(found.problem) if found.problem else None,
    }


def _say(found: list[FileCheck]) -> None:
    counts = _counts(found)
    show.answer(_("unchanged since first seen: {whole} of {files} files", whole=counts["whole"], files=len(found)))
    if counts["first_seen"]:
        show.answer(_("{count} files are seen for the first time, and recorded now", count=counts["first_seen"]))
    if counts["accepted"]:
        show.answer(_("accepted as found now: {count} files", count=counts["accepted"]))
