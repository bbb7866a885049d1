"""``usbkit lock``: write down exactly what a country gets."""

from __future__ import annotations

import click

from usbkit.cli import options
from usbkit.cli.countries import conclude, for_each
from usbkit.cli.country import Product
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.messages import _, mark
from usbkit.core.progress import Progress


@click.command(
    help=mark("Record what each COUNTRY gets, so that build, image and write make the same again with --locked.")
)
@options.countries
@options.allow_missing
@options.allow_untranslated
@click.pass_obj
def lock(
    settings: Settings, names: tuple[str, ...], every: bool, allow_missing: tuple[str, ...], allow_untranslated: bool
) -> None:
    from usbkit.bundle.lockfile import write_lock

    manifests = settings.load()
    making = {"allow_missing": allow_missing, "allow_untranslated": allow_untranslated}

    def make(stem: str, progress: Progress) -> Product:
        made = settings.context(manifests, progress, **making).lock(stem)
        path = write_lock(manifests, stem, made)
        values = {"path": path, "sources": len(made.sources), "transcodes": len(made.transcodes)}
        said = [_("{path}: {sources} sources, {transcodes} transcodes", **values)]
        said += show.fingerprint_lines(made.fingerprint)
        return Product({"country": stem, "lock": str(path), "fingerprint": made.fingerprint}, tuple(map(str, said)))

    conclude(for_each(manifests.pick(names, every), settings, make), settings, "locks")
