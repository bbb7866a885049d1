"""``usbkit export``: bundles in formats that others accept."""

from __future__ import annotations

from pathlib import Path

import click

from usbkit.cli import options
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE
from usbkit.core.messages import _, mark
from usbkit.core.real_paths import real_path
from usbkit.core.units import format_size


@click.group(help=mark("Bundles in the form that archives take in."))
def export() -> None:
    pass


@export.command(help=mark("The bundle of COUNTRY, or the one in the folder BUNDLE, as a BagIt bag (RFC 8493)."))
@click.argument("what", metavar="COUNTRY|BUNDLE", type=options.PLACE)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help=mark("The bag's folder (default: bags/NAME)."),
)
@options.allow_missing
@options.allow_untranslated
@click.pass_obj
def bagit(
    settings: Settings, what: str, output: Path | None, allow_missing: tuple[str, ...], allow_untranslated: bool
) -> int:
    from usbkit.archive.bag_sources import bag_of_bundle, bag_of_folder
    from usbkit.archive.bagit import DECLARATION
    from usbkit.bundle.drive_ids import moment_of
    from usbkit.bundle.write_folder import fill_folder, require_ours

    progress = settings.progress()
    folder = Path(what)
    if (folder / "SHA256SUMS").is_file():
        target = output or Path("bags") / real_path(folder).name
        require_ours(target, DECLARATION)
        bag = bag_of_folder(folder, progress)
    else:
        manifests = settings.load()
        (stem,) = manifests.pick([what], False)
        target = output or Path("bags") / stem
        require_ours(target, DECLARATION)
        context = settings.context(
            manifests, progress, allow_missing=allow_missing, allow_untranslated=allow_untranslated
        )
        bag = bag_of_bundle(context.make_bundle(stem))
    when = int(moment_of(bag.date).timestamp())
    fill_folder(bag.files, target, when, progress, key=target.name, marker=DECLARATION)
    progress.end(target.name, "exported")
    size = sum(f.size for f in bag.files)
    if settings.json:
        listed = {"files": len(bag.files), "bytes": size, "fingerprint": bag.fingerprint}
        show.document({"bag": str(target), **listed})
    else:
        values = {"folder": target, "files": len(bag.files), "size": format_size(size)}
        show.answer(_("{folder}: {files} files, {size}", **values))
    return EXIT_DONE
