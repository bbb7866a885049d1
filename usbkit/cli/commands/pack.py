"""``usbkit pack``: a bundle as archives, to send as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli import options, passphrases
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError, Place
from usbkit.core.messages import _, mark
from usbkit.core.real_paths import real_path
from usbkit.core.units import format_size

if TYPE_CHECKING:
    from usbkit.archive.index import PackIndex
    from usbkit.archive.packing import EarlierRun
    from usbkit.archive.passphrase import Passphrase
    from usbkit.archive.plan import PackPlan
    from usbkit.archive.source import BundleFolder


@click.command(help=mark("Pack the bundle of COUNTRY, or the one in the folder BUNDLE, into independent 7z archives."))
@click.argument("what", metavar="COUNTRY|BUNDLE", type=options.PLACE)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help=mark("The folder for them (default: packs/NAME).")
)
@click.option(
    "--bundles",
    type=click.Path(path_type=Path),
    default=Path("bundles"),
    help=mark("Where `usbkit build` put the bundles (default: bundles)."),
)
@click.option("--name", help=mark("What the archives are called (default: as the bundle; neutral when encrypted)."))
@click.option("--store", "method", flag_value="store", help=mark("Compress nothing."))
@click.option(
    "--fast", "method", flag_value="fast", help=mark("Compress everything (default: all but videos, pictures).")
)
@click.option(
    "--archive-size",
    type=options.SizeType(),
    default=None,
    help=mark("The most content in one archive; a larger file has one to itself (default: 1GB)."),
)
@click.option("--part-size", type=options.SizeType(), help=mark("Cut archives into parts of this size, as 20MB."))
@click.option("--fat32", is_flag=True, help=mark("Cut archives so that FAT32 holds them."))
@click.option("--encrypt", is_flag=True, help=mark("Encrypt contents and names by a new passphrase of six words."))
@click.option(
    "--new-passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help=mark("Write the new passphrase to file descriptor N instead of showing it."),
)
@passphrases.passphrase_fd
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    metavar="SEAL",
    help=mark("Pack only what is not in this SHA256SUMS of an earlier edition."),
)
@click.option("-n", "--dry-run", is_flag=True, help=mark("Show what would be packed; write nothing."))
@click.pass_obj
def pack(
    settings: Settings,
    what: str,
    output: Path | None,
    bundles: Path,
    name: str | None,
    method: str | None,
    archive_size: int | None,
    part_size: int | None,
    fat32: bool,
    encrypt: bool,
    new_passphrase_fd: int | None,
    passphrase_fd: int | None,
    since: Path | None,
    dry_run: bool,
) -> None:
    from usbkit.archive.packing import carry_out, look_at_pack
    from usbkit.archive.plan import ARCHIVE_SIZE, FAT32_PART, Method, Wishes
    from usbkit.archive.source import read_bundle

    bundle = read_bundle(_find_bundle(settings, what, bundles))
    sizes = [size for size in (part_size, FAT32_PART if fat32 else None) if size]
    wishes = Wishes(
        method=None if method is None else Method(method),
        archive_size=archive_size or ARCHIVE_SIZE,
        part_size=min(sizes, default=None),
        encrypted=encrypt,
    )
    plan = _plan(bundle, name, wishes, since)
    folder = output or Path("packs") / plan.name
    _require_beside(folder, bundle.folder)
    if dry_run:
        _say_plan(settings, plan, folder)
        return
    standing = look_at_pack(folder, plan)
    passphrase = None
    if encrypt and not standing.index.is_complete:
        passphrase = _passphrase(folder, standing, passphrase_fd, new_passphrase_fd)
    index = carry_out(bundle, plan, standing, folder, passphrase, settings.event_progress())
    _say_packed(settings, index, folder, len(standing.index.archives))


def _find_bundle(settings: Settings, what: str, bundles: Path) -> Path:
    """The folder that a person names, or that of a country's built bundle. Raises InputError where it is not built."""
    if Path(what).is_dir():
        return Path(what)
    (stem,) = settings.load().pick([what], False)
    if not (bundles / stem).is_dir():
        problem = _("the bundle of {stem} has not been built", stem=stem)
        todo = _("Build it with `usbkit build {stem}`, or name its folder.", stem=stem)
        raise InputError(Finding("bundle-unbuilt", problem, Place(str(bundles / stem)), todo))
    return bundles / stem


def _require_beside(folder: Path, bundle: Path) -> None:
    """A pack in the bundle would make the bundle one that something was added to."""
    if real_path(folder).is_relative_to(real_path(bundle)):
        what, todo = _("the pack would stand inside the bundle"), _("Name another folder with -o.")
        raise InputError(Finding("pack-in-bundle", what, Place(str(folder)), todo))


def _plan(bundle: BundleFolder, name: str | None, wishes: Any, since: Path | None) -> PackPlan:
    from dataclasses import replace

    from usbkit.archive.plan import check_part_size, plan_pack
    from usbkit.bundle.read_folder import read_seal
    from usbkit.core.portable_names import slug
    from usbkit.trust.sums import fingerprint, parse_sums

    held: frozenset[str] = frozenset()
    called = f"pack-{bundle.fingerprint[:8]}" if wishes.encrypted else slug(real_path(bundle.folder).name, "bundle")
    if since is not None:
        sums = read_seal(since)
        held = frozenset(parse_sums(sums).values())
        wishes = replace(wishes, since=fingerprint(sums))
        called += f"-since-{wishes.since[:8]}"
    plan = plan_pack(slug(name) if name else called, bundle.fingerprint, bundle.seal, bundle.sealed, wishes, held)
    if wishes.part_size is not None:
        check_part_size(wishes.part_size, plan)
    return plan


def _passphrase(folder: Path, standing: EarlierRun, given: int | None, new: int | None) -> Passphrase:
    """The pack's passphrase: a new one, said once; for a pack that was begun the same again, asked for."""
    from usbkit.archive.opening import require_passphrase
    from usbkit.archive.passphrase import Passphrase, new_passphrase, tidy

    if standing.was_begun:
        passphrase = Passphrase(tidy(passphrases.ask(given)))
        require_passphrase(folder, standing.index.archives[0], passphrase)
        return passphrase
    passphrase = Passphrase(new_passphrase())
    passphrases.tell(passphrase.text, new)
    return passphrase


def _say_plan(settings: Settings, plan: PackPlan, folder: Path) -> None:
    if settings.json:
        archives = [
            {"name": a.name, "method": a.method.value, "files": len(a.files), "bytes": a.content_size}
            for a in plan.archives
        ]
        show.document(
            {"folder": str(folder), "bytes": plan.content_size, "seal": plan.fingerprint, "archives": archives}
        )
        return
    rows = [(a.name, a.method.value, len(a.files), format_size(a.content_size)) for a in plan.archives]
    show.table((_("archive"), _("method"), _("files"), _("content")), rows)
    size = format_size(plan.content_size)
    show.answer(_("{folder}: would hold {size} in {count} archives", folder=folder, size=size, count=len(rows)))


def _say_packed(settings: Settings, index: PackIndex, folder: Path, kept: int) -> None:
    parts = [part for archive in index.archives for part in archive.parts]
    size = sum(part.size for part in parts)
    if settings.json:
        from usbkit.cli.output.progress import Events

        Events().emit(
            "result",
            folder=str(folder),
            index=index.file_name,
            archives=len(index.archives),
            kept=kept,
            parts=len(parts),
            size=size,
            bytes=index.content_size,
            encrypted=index.wishes.encrypted,
            since=index.wishes.since,
            seal=index.fingerprint,
        )
        return
    values = {
        "folder": folder,
        "count": len(parts),
        "size": format_size(size),
        "bytes": format_size(index.content_size),
    }
    show.answer(_("{folder}: {count} files and their index, {size} for {bytes} of content", **values))
    if kept:
        show.answer(_("  {kept} of {count} archives were finished before", kept=kept, count=len(index.archives)))
    show.fingerprint(index.fingerprint)
