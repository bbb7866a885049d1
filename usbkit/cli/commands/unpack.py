"""``usbkit unpack``: restore a bundle from its archives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from usbkit.cli import options, passphrases
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.messages import _, mark
from usbkit.core.units import format_size

if TYPE_CHECKING:
    from usbkit.archive.discovery import FoundPack
    from usbkit.archive.passphrase import Passphrase
    from usbkit.trust.verdict import Verdict


@click.command(help=mark("Unpack the bundle from PACK, the folder of its archives, or from archives that 7-Zip made."))
@click.argument("pack", metavar="PACK", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help=mark("The bundle's folder (default: its name)."))
@click.option(
    "--onto",
    type=click.Path(path_type=Path),
    metavar="BUNDLE",
    help=mark("The bundle of the earlier edition that a pack made with --since builds on; without -o it is replaced."),
)
@passphrases.passphrase_fd
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
@click.option("-n", "--dry-run", is_flag=True, help=mark("Check all archives, unpack nothing."))
@click.pass_obj
def unpack(
    settings: Settings,
    pack: Path,
    output: Path | None,
    onto: Path | None,
    passphrase_fd: int | None,
    fingerprint: str | None,
    keys: tuple[str, ...],
    edition: int | None,
    dry_run: bool,
) -> None:
    from usbkit.archive import unpacking
    from usbkit.archive.discovery import find_pack
    from usbkit.trust.minisign import read_public_key
    from usbkit.trust.sums import parse_fingerprint
    from usbkit.verify import Trust

    trust = Trust(
        fingerprint=None if fingerprint is None else parse_fingerprint(fingerprint),
        keys=tuple(read_public_key(key) for key in keys),
        edition=edition,
    )
    found, progress = find_pack(pack), settings.event_progress()
    for name in found.strangers:
        progress.remark(_("{name} is not of this pack, and is left alone", name=name), found.name)
    passphrase = _passphrase(found, passphrase_fd)
    if dry_run:
        admitted = unpacking.check_pack(found, passphrase, progress)
        _say_checked(settings, found, sum(len(a.files) for a in admitted), sum(a.listing.size for a in admitted))
        return
    target = output or onto or Path(found.name)
    verdict = unpacking.unpack(found, target, passphrase, trust, progress, onto)
    _say_unpacked(settings, target, verdict)


def _passphrase(found: FoundPack, descriptor: int | None) -> Passphrase | None:
    from usbkit.archive.opening import needs_passphrase
    from usbkit.archive.passphrase import Passphrase, tidy

    if not needs_passphrase(found):
        return None
    typed = passphrases.ask(descriptor)
    return Passphrase(typed if found.index is None else tidy(typed))


def _say_checked(settings: Settings, found: FoundPack, files: int, size: int) -> None:
    if settings.json:
        from usbkit.cli.output.progress import Events

        Events().emit("result", pack=str(found.folder), archives=len(found.archives), files=files, bytes=size)
        return
    values = {"name": found.name, "count": len(found.archives), "files": files, "size": format_size(size)}
    show.answer(_("{name}: all {count} archives are whole; {files} files, {size} would come out", **values))


def _say_unpacked(settings: Settings, target: Path, verdict: Verdict) -> None:
    from usbkit.trust.verdict import Origin

    if settings.json:
        from usbkit.cli.output.progress import Events

        Events().emit("result", folder=str(target), **verdict.to_json())
        return
    values = {"folder": target, "files": verdict.files, "size": format_size(verdict.bytes)}
    show.answer(_("{folder}: whole, {files} files, {size}", **values))
    if verdict.fingerprint is not None:
        show.fingerprint(verdict.fingerprint)
    if verdict.origin is Origin.PROVEN:
        show.answer(_("  origin proven"))
    else:
        show.answer(_("  origin not checked: compare the fingerprint with the verification letter"))
