"""``usbkit verify``: three answers about a drive, an image or a folder."""

from __future__ import annotations

from pathlib import Path

import click

from usbkit.cli import show
from usbkit.cli.settings import Settings
from usbkit.manifest.units import format_size
from usbkit.seal import fingerprint_rows, parse_fingerprint
from usbkit.text import _, mark
from usbkit.verdict import Content, FileTrouble, Origin, Structure, Trouble, Verdict
from usbkit.verify import Trust, verify_path

#: Troubles named on a terminal before the rest is only counted; ``--json`` names all.
_SHOWN = 40


@click.command(help=mark("Check drives, images or folders against their seal: content, structure, origin."))
@click.argument("paths", metavar="PATH|DEV...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--fingerprint", metavar="F", help=mark("The fingerprint from the verification letter."))
@click.pass_obj
def verify(settings: Settings, paths: tuple[Path, ...], fingerprint: str | None) -> int:
    trust = Trust(parse_fingerprint(fingerprint) if fingerprint is not None else None)
    progress = settings.progress()
    verdicts = [(path, verify_path(path, trust, progress)) for path in paths]
    worst = max(verdict.exit_code for _path, verdict in verdicts)
    if settings.json:
        show.document({"checked": [{"path": str(p), **v.to_json()} for p, v in verdicts], "exit": worst})
    else:
        for path, verdict in verdicts:
            _print(path, verdict)
    return worst


def _print(path: Path, verdict: Verdict) -> None:
    show.answer(_("{path}:", path=path))
    show.answer(_("  content      {answer}", answer=_CONTENT[verdict.content]))
    show.answer(_("  structure    {answer}", answer=_STRUCTURE[verdict.structure]))
    show.answer(_("  origin       {answer}", answer=_ORIGIN[verdict.origin]))
    for reason in verdict.origin_reasons:
        show.answer(_("               {reason}", reason=reason))
    _print_seal(verdict)
    for trouble in verdict.troubles[:_SHOWN]:
        _print_trouble(trouble)
    if len(verdict.troubles) > _SHOWN:
        show.answer(_("  and {count} more; --json names all", count=len(verdict.troubles) - _SHOWN))
    for line in verdict.structure_troubles:
        show.answer(_("  structure: {trouble}", trouble=line))
    if verdict.debris:
        show.answer(_("  left by an operating system, as they all do: {names}", names=", ".join(verdict.debris)))


def _print_seal(verdict: Verdict) -> None:
    if verdict.fingerprint is None:
        return
    show.answer(_("  as sealed    {files} files, {size}", files=verdict.files, size=format_size(verdict.bytes)))
    for number, row in enumerate(fingerprint_rows(verdict.fingerprint), start=1):
        show.answer(_("  fingerprint {number}  {row}", number=number, row=row))


def _print_trouble(trouble: FileTrouble) -> None:
    kind = _TROUBLE[Trouble(trouble.trouble)]
    show.answer(_("  {kind}: {path}", kind=kind, path=trouble.path))
    if trouble.detail:
        show.answer(_("      {detail}", detail=trouble.detail))


_CONTENT = {
    Content.WHOLE: _("whole: every sealed file is there, unchanged, and nothing else"),
    Content.ADDED_TO: _("added to: every sealed file is there unchanged, and others that are not ours"),
    Content.INCOMPLETE: _("incomplete: files are missing"),
    Content.DAMAGED: _("damaged: files differ from the seal"),
    Content.NO_SEAL: _("no seal: there is nothing to check by"),
}
_STRUCTURE = {
    Structure.UNTOUCHED: _("untouched since it was made"),
    Structure.OPENED: _("opened since, consistent"),
    Structure.BROKEN: _("broken"),
    Structure.NOT_CHECKED: _("not checked: give the device or an image for this"),
}
_ORIGIN = {
    Origin.PROVEN: _("proven"),
    Origin.NOT_CHECKED: _("not checked"),
    Origin.REFUSED: _("REFUSED"),
}
_TROUBLE = {
    Trouble.DAMAGED: _("damaged"),
    Trouble.MISSING: _("missing"),
    Trouble.EXTRA: _("not ours"),
    Trouble.UNREADABLE: _("cannot be read"),
}
