"""``usbkit verify``: check a drive, an image or a folder, with three answers."""

from __future__ import annotations

from pathlib import Path

import click

from usbkit.cli import options
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.messages import _, mark
from usbkit.core.units import format_size
from usbkit.trust.minisign import read_public_key
from usbkit.trust.sums import parse_digest, parse_fingerprint
from usbkit.trust.verdict import Content, FileTrouble, Origin, Structure, Trouble, Verdict
from usbkit.verify import Trust, verify_path

#: Troubles named on a terminal before the rest is only counted; ``--json`` names all.
_SHOWN = 40


@click.command(help=mark("Check drives, images or folders against their seal: content, structure, origin."))
@click.argument("paths", metavar="PATH|DEV...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--fingerprint", metavar="F", help=mark("The fingerprint from the verification letter."))
@click.option(
    "--key",
    "keys",
    metavar="K",
    type=options.PLACE,
    multiple=True,
    help=mark("A public key: its .pub file, or the line RW…"),
)
@click.option("--edition", type=int, help=mark("The edition that the letter is about."))
@click.option(
    "--metadata-digest",
    metavar="D",
    help=mark("The digest of the file system when it was made (default: the ledger's, if it knows the drive)."),
)
@click.option(
    "--receipt", "wants_receipt", is_flag=True, help=mark("Show the code that tells the senders what was found.")
)
@click.option("--word", default="", metavar="WORD", help=mark("The verification letter's word, for the receipt."))
@click.option(
    "--receipt-language",
    metavar="LANG",
    default="en",
    help=mark("The language of the receipt's sentence (default: en)."),
)
@click.pass_obj
def verify(
    settings: Settings,
    paths: tuple[Path, ...],
    fingerprint: str | None,
    keys: tuple[str, ...],
    edition: int | None,
    metadata_digest: str | None,
    wants_receipt: bool,
    word: str,
    receipt_language: str,
) -> int:
    from usbkit.cli.ledger_lookup import RecordedDrives, describe, journey_json
    from usbkit.cli.output import receipt_view

    recorded = RecordedDrives(settings)
    trust = Trust(
        fingerprint=None if fingerprint is None else parse_fingerprint(fingerprint),
        keys=tuple(read_public_key(key) for key in keys),
        edition=edition,
        metadata=None if metadata_digest is None else parse_digest(metadata_digest),
        recorded=recorded.metadata_of,
    )
    receipt_view.require_language(receipt_language)
    wants_receipt = wants_receipt or bool(word)
    progress = settings.progress()
    worst = 0
    for path in paths:
        verdict = verify_path(path, trust, progress)
        worst = max(worst, verdict.exit_code)
        journey = recorded.find(verdict.passport)
        shown = receipt_view.receipt_for(verdict, word, receipt_language) if wants_receipt else None
        if settings.json:
            receipt = {"receipt": shown.to_json() if shown else None} if wants_receipt else {}
            show.document({"path": str(path), **verdict.to_json(), "ledger": journey_json(journey), **receipt})
            continue
        _print(path, verdict)
        if journey is not None:
            show.answer(_("  ledger       {drive}", drive=describe(journey)))
        elif recorded.has_ledger and verdict.passport is not None and verdict.passport.nonce:
            show.answer(_("  ledger       the one of this computer does not know this drive"))
        if shown is not None:
            receipt_view.print_receipt(shown)
        elif wants_receipt:
            show.answer(_("  no receipt: it has no number of its own, or no seal"))
    return worst


def _print(path: Path, verdict: Verdict) -> None:
    show.answer(_("{path}:", path=path))
    show.answer(_("  content      {answer}", answer=_CONTENT[verdict.content]))
    show.answer(_("  structure    {answer}", answer=_STRUCTURE[verdict.structure]))
    show.answer(_("  origin       {answer}", answer=_ORIGIN[verdict.origin]))
    for reason in verdict.origin_reasons:
        show.answer(_("               {reason}", reason=reason))
    _print_claims(verdict)
    _print_seal(verdict)
    for trouble in verdict.troubles[:_SHOWN]:
        _print_trouble(trouble)
    if len(verdict.troubles) > _SHOWN:
        show.answer(_("  and {count} more; --json names all", count=len(verdict.troubles) - _SHOWN))
    for line in verdict.structure_troubles:
        show.answer(_("  structure: {trouble}", trouble=line))
    if verdict.debris:
        show.answer(_("  left by an operating system, as they all do: {names}", names=", ".join(verdict.debris)))


def _print_claims(verdict: Verdict) -> None:
    says = verdict.claims
    if says is None:
        return
    values = {"programme": says.programme, "country": says.country, "edition": says.edition, "date": says.date}
    show.answer(_("  it says       {programme}, {country}, edition {edition} of {date}", **values))
    if not says.is_signed:
        show.answer(_("                not signed"))


def _print_seal(verdict: Verdict) -> None:
    if verdict.fingerprint is None:
        return
    show.answer(_("  unchanged    {files} files, {size}", files=verdict.files, size=format_size(verdict.bytes)))
    show.fingerprint(verdict.fingerprint)


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
    Structure.AS_IT_SAYS: _("as it says of itself: no digest from outside the drive was given"),
    Structure.OPENED: _("opened since, consistent"),
    Structure.DENIED: _("DENIED: as it says of itself, but the digest from outside is of another drive"),
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
