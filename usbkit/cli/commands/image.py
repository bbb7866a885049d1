"""``usbkit image``: the bytes of a whole drive as a file, or their map."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli import options
from usbkit.cli.bundle_folder import of_order, read_for_drives, require_bundle
from usbkit.cli.countries import conclude, for_each
from usbkit.cli.country import Product
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import Finding, InputError
from usbkit.core.messages import Text, _, mark
from usbkit.core.progress import Progress, Silence
from usbkit.core.real_paths import real_path
from usbkit.core.units import format_size

if TYPE_CHECKING:
    from usbkit.bundle.sealed import SealedBundle
    from usbkit.core.shared_blocks import Clones
    from usbkit.disk.image import Image


@click.command(help=mark("Lay out the drive of COUNTRY and write it as a sparse image file."))
@options.countries
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    help=mark("Of the bundle in this folder, made by `usbkit build` or `usbkit unpack`; no manifests are needed."),
)
@of_order
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
    bundle: Path | None,
    order: str | None,
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
    require_bundle(bundle, order)
    if bundle is not None:
        _require_bundle_alone(names, every)
        stem = real_path(bundle).name
        targets = {} if explain else _targets(output, [stem], bundle)

        def make_of_folder(stem: str, progress: Progress) -> Product:
            laid_out, fingerprint = _lay_out_folder(
                read_for_drives(settings, bundle, filesystem, order), size, int(sector_size)
            )
            with _blaming_the_bundle():
                return _write(laid_out, fingerprint, stem, targets.get(stem), bundle, progress)

        conclude(for_each([stem], settings, make_of_folder), settings, "images")
        return
    from usbkit.core.shared_blocks import private_clones

    manifests = settings.load()
    stems = manifests.pick(names, every)
    library = settings.library or manifests.library
    targets = {} if explain else _targets(output, stems, library)
    making: dict[str, Any] = {
        "allow_missing": allow_missing,
        "allow_untranslated": allow_untranslated,
        "may_transcode": not explain,
        "locked": locked,
    }

    def make(stem: str, progress: Progress, clones: Clones | None) -> Product:
        from usbkit.pipeline import image_capacity

        made = settings.context(manifests, progress, **making).make_bundle(stem)
        capacity = size or image_capacity(made, int(sector_size), filesystem)
        laid_out = made.for_drives(filesystem).make(capacity, int(sector_size))
        return _write(laid_out, made.fingerprint, stem, targets.get(stem), library, progress, clones)

    with private_clones(output or Path(), 0 if explain else len(stems)) as clones:
        warm_up = settings.context(manifests, Silence(), **making).warm_up
        results = for_each(stems, settings, functools.partial(make, clones=clones), jobs, warm_up)
    settings.keep_cache_bound()
    conclude(results, settings, "images")


def _require_bundle_alone(names: tuple[str, ...], every: bool) -> None:
    if names or every:
        what, todo = _("an image is of countries or of --bundle, not of both"), _("Leave one of them out.")
        raise InputError(Finding("bundle-and-country", what, None, todo))


def _lay_out_folder(maker: SealedBundle, size: int | None, sector_size: int) -> tuple[Image, str]:
    from usbkit.core.nominal_size import shop_size

    return maker.make(size or shop_size(maker.smallest(sector_size)), sector_size), maker.fingerprint


@contextmanager
def _blaming_the_bundle() -> Iterator[None]:
    """A file of a folder is judged by the folder's seal, not by what was once known of it."""
    from usbkit.core.errors import SourceError

    try:
        yield
    except SourceError as problem:
        what = _("this file is not what the seal says")
        todo = _("`usbkit verify` says what is wrong with the bundle. Build it again, then make the image.")
        raise InputError(*(Finding("bundle-damaged", what, f.place, todo) for f in problem.findings)) from problem


def _write(
    laid_out: Image,
    fingerprint: str,
    stem: str,
    target: Path | None,
    sources: Path,
    progress: Progress,
    clones: Clones | None = None,
) -> Product:
    """The image at ``target``, or without one its map."""
    from usbkit.disk.explain import explain_image, explanation_json
    from usbkit.disk.imagefile import write_image
    from usbkit.writing.image_place import require_replaceable

    if target is None:
        return Product(explanation_json(laid_out), (str(explain_image(laid_out)),))
    target.parent.mkdir(parents=True, exist_ok=True)
    write_image(laid_out, target, progress, clones, lambda: require_replaceable([target], [sources]))
    made = {
        "country": stem,
        "image": str(target),
        "bytes": laid_out.size,
        "written": laid_out.written,
        "filesystem": laid_out.filesystem,
        "files": len(laid_out.files),
        "fingerprint": fingerprint,
    }
    return Product(made, tuple(map(str, _say_made(made))))


def _targets(output: Path | None, stems: Sequence[str], sources: Path) -> dict[str, Path]:
    """Where each image goes. Raises RefusedError for what stands there and is not to be replaced."""
    from usbkit.writing.image_place import require_replaceable

    targets = {stem: _target(output, stem, len(stems)) for stem in stems}
    require_replaceable(targets.values(), [sources])
    return targets


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
