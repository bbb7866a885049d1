"""``usbkit build``: bundles as folders."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli import options
from usbkit.cli.countries import conclude, for_each
from usbkit.cli.country import Product
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.messages import _, mark
from usbkit.core.progress import Progress, Silence
from usbkit.core.units import format_size

if TYPE_CHECKING:
    from usbkit.core.shared_blocks import Clones


@click.command(help=mark("Assemble and seal the bundle of each COUNTRY as a folder that opens by its index.html."))
@options.countries
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("bundles"),
    help=mark("The folder that gets one folder a country (default: bundles)."),
)
@click.option("--web", is_flag=True, help=mark("Make the pages for upload to a website (folder COUNTRY-web)."))
@options.jobs
@options.allow_missing
@options.locked
@click.option("--allow-untranslated", is_flag=True, help=mark("Use English where a page's words have no translation."))
@click.option("--again", is_flag=True, help=mark("Read every source again, and write each folder again."))
@click.option("-n", "--dry-run", is_flag=True, help=mark("Show what would be written; write nothing."))
@click.pass_obj
def build(
    settings: Settings,
    names: tuple[str, ...],
    every: bool,
    output: Path,
    web: bool,
    jobs: int | None,
    allow_missing: tuple[str, ...],
    locked: bool,
    allow_untranslated: bool,
    again: bool,
    dry_run: bool,
) -> None:
    from usbkit.bundle.assembly import files_of_folder, renew_folder
    from usbkit.bundle.folder_stamp import is_as_written
    from usbkit.core.cache import Cache
    from usbkit.core.shared_blocks import private_clones

    cache = Cache(settings.cache)
    manifests = settings.load()
    making: dict[str, Any] = {
        "allow_missing": allow_missing,
        "allow_untranslated": allow_untranslated,
        "target": "web" if web else "drive",
        "may_transcode": not dry_run,
        "locked": locked,
        "again": again,
    }

    def make(stem: str, progress: Progress, clones: Clones | None) -> Product:
        bundle = settings.context(manifests, progress, **making).make_bundle(stem)
        folder = output / (f"{stem}-web" if web else stem)
        if dry_run:
            is_unchanged = not again and is_as_written(cache, folder, files_of_folder(bundle, with_passport=not web))
        else:
            is_unchanged = not renew_folder(
                bundle, folder, progress, cache, with_passport=not web, clones=clones, again=again
            )
        if not dry_run and not is_unchanged:
            progress.end(stem, "built")
        made = {
            "country": stem,
            "folder": str(folder),
            "files": len(bundle.sealed),
            "bytes": bundle.size,
            "fingerprint": bundle.fingerprint,
            "signed": bundle.signature is not None,
            "written": not dry_run and not is_unchanged,
            "unchanged": is_unchanged,
        }
        return Product(made, tuple(_say_built(made)))

    stems = manifests.pick(names, every)
    with private_clones(output, 0 if dry_run else len(stems)) as clones:
        warm_up = settings.context(manifests, Silence(), **making).warm_up
        results = for_each(stems, settings, functools.partial(make, clones=clones), jobs, warm_up)
    settings.keep_cache_bound()
    conclude(results, settings, "bundles")


def _say_built(made: dict[str, Any]) -> Iterator[str]:
    values = {"folder": made["folder"], "files": made["files"], "size": format_size(made["bytes"])}
    if made["written"]:
        yield str(_("{folder}: {files} files, {size}", **values))
    elif made["unchanged"]:
        yield str(_("{folder}: {files} files, {size}, unchanged", **values))
    else:
        yield str(_("{folder}: would hold {files} files, {size}", **values))
    yield from map(str, show.fingerprint_lines(made["fingerprint"]))
    if not made["signed"]:
        yield str(_("  not signed"))
