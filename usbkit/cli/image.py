"""``usbkit image``: the bytes of a whole drive as a file, or their map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from usbkit.cli import options, show
from usbkit.cli.countries import conclude, for_each
from usbkit.cli.country import Product
from usbkit.cli.settings import Settings
from usbkit.manifest.units import format_size
from usbkit.progress import Progress
from usbkit.text import Text, _, mark


@click.command(help=mark("Lay out the drive of COUNTRY and write it as a sparse image file."))
@options.countries
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help=mark("The image file, or with several countries a folder for them (default: COUNTRY.img here)."),
)
@click.option("--size", type=options.SizeType(), help=mark("The drive's size, as 16GB (default: the manifest's)."))
@options.filesystem
@click.option(
    "--sector-size",
    type=click.Choice(["512", "4096"]),
    default="512",
    help=mark("Bytes in a sector of the drive (default: 512)."),
)
@click.option("--explain", is_flag=True, help=mark("Print the map of the drive, write nothing."))
@options.jobs
@options.allow_missing
@options.locked
@options.allow_untranslated
@click.pass_obj
def image(
    settings: Settings,
    names: tuple[str, ...],
    every: bool,
    output: Path | None,
    size: int | None,
    filesystem: Any,
    sector_size: str,
    explain: bool,
    jobs: int | None,
    allow_missing: tuple[str, ...],
    locked: bool,
    allow_untranslated: bool,
) -> None:
    from usbkit.disk.imagefile import write_image
    from usbkit.pipeline import image_capacity, make_image

    manifests = settings.load()
    stems = manifests.pick(names, every)
    making: dict[str, Any] = {
        "allow_missing": allow_missing,
        "allow_untranslated": allow_untranslated,
        "may_transcode": not explain,
        "locked": locked,
    }

    def make(stem: str, progress: Progress) -> Product:
        bundle = settings.workshop(manifests, progress, **making).make_bundle(stem)
        capacity = size or image_capacity(bundle, int(sector_size), filesystem)
        laid_out = make_image(bundle, capacity, sector_size=int(sector_size), filesystem=filesystem)
        if explain:
            from usbkit.disk.explain import explain_image, explanation_json

            return Product(explanation_json(laid_out), (str(explain_image(laid_out)),))
        target = _target(output, stem, len(stems))
        target.parent.mkdir(parents=True, exist_ok=True)
        write_image(laid_out, target, progress)
        made = {
            "country": stem,
            "image": str(target),
            "bytes": laid_out.size,
            "written": laid_out.written,
            "filesystem": laid_out.filesystem,
            "files": len(laid_out.files),
            "fingerprint": bundle.fingerprint,
        }
        return Product(made, tuple(map(str, _say_made(made))))

    results = for_each(stems, settings, make, jobs)
    settings.keep_cache_bound()
    conclude(results, settings, "images")


def _target(output: Path | None, stem: str, count: int) -> Path:
    name = f"{stem}.img"
    if output is None:
        return Path(name)
    return output / name if count > 1 or output.is_dir() else output


def _say_made(made: dict[str, Any]) -> list[Text]:
    line = _(
        "{image}: {size}, {filesystem}, {files} files, {written} of content and structure",
        image=made["image"],
        size=format_size(made["bytes"]),
        filesystem=made["filesystem"],
        files=made["files"],
        written=format_size(made["written"]),
    )
    return [line, *show.fingerprint_lines(made["fingerprint"])]
