"""``usbkit lock``: write down exactly what a country gets."""

from __future__ import annotations

from typing import Any

import click

from usbkit.cli import options, show
from usbkit.cli.countries import conclude, for_each
from usbkit.cli.settings import Settings
from usbkit.text import _, mark


@click.command(
    help=mark("Write down what each COUNTRY gets, so that build, image and write make the same again with --locked.")
)
@options.countries
@options.allow_missing
@options.allow_untranslated
@click.pass_obj
def lock(
    settings: Settings, names: tuple[str, ...], every: bool, allow_missing: tuple[str, ...], allow_untranslated: bool
) -> None:
    from usbkit.locking import write_lock

    manifests = settings.load()
    workshop = settings.workshop(
        manifests, settings.progress(), allow_missing=allow_missing, allow_untranslated=allow_untranslated
    )

    def make(stem: str) -> dict[str, Any]:
        made = workshop.lock(stem)
        path = write_lock(manifests, stem, made)
        if not settings.json:
            values = {"path": path, "sources": len(made.sources), "transcodes": len(made.transcodes)}
            show.answer(_("{path}: {sources} sources, {transcodes} transcodes", **values))
            show.fingerprint(made.fingerprint)
        return {"country": stem, "lock": str(path), "fingerprint": made.fingerprint}

    conclude(for_each(manifests.pick(names, every), settings, make), settings, "locks")
