"""``usbkit preview``: serve one country's pages on this machine, reloading after each change."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from usbkit.bundle.plan import PlannedFile
from usbkit.cli import options
from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.messages import _, mark


@click.command(
    help=mark(
        "Serve the pages of COUNTRY on this machine and reload them when a template, manifest or subtitle changes."
    )
)
@click.argument("country")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help=mark("Port on 127.0.0.1 (default: a free one)."))
@click.option("--web", is_flag=True, help=mark("Show the pages as they are made for the website."))
@options.allow_missing
@click.pass_obj
def preview(settings: Settings, country: str, port: int, web: bool, allow_missing: tuple[str, ...]) -> None:
    from usbkit.core.progress import Silence
    from usbkit.site.preview import Preview, PreviewServer

    [stem] = settings.load().pick([country], False)

    def make() -> Iterable[PlannedFile]:
        # Nobody polishes a page for languages whose words are still to come: they stand in English meanwhile.
        context = settings.context(
            settings.load(),
            Silence(),
            allow_missing=allow_missing,
            allow_untranslated=True,
            target="web" if web else "drive",
        )
        bundle = context.make_bundle(stem)
        return (*bundle.sealed, *bundle.unsealed(bundle.passport()))

    server = PreviewServer(Preview(make, lambda: _watched(settings)), port)
    stop = threading.Event()
    threading.Thread(target=server.watch, args=(stop,), daemon=True).start()
    if settings.json:
        show.document({"address": server.address, "country": stem})
    else:
        show.answer(server.address)
        show.say(_("Pages reload by themselves. Ctrl-C ends the preview."))
    try:
        server.serve_forever()
    finally:
        stop.set()
        server.server_close()


def _watched(settings: Settings) -> Iterator[Path]:
    """Templates, manifests with what lies beside them, and subtitles: all that an author changes."""
    from usbkit.core import package_data
    from usbkit.core.errors import UsbkitError

    for folder in (settings.templates, package_data.templates(), settings.manifests):
        if folder is not None:
            yield from (p for p in folder.rglob("*") if p.is_file())
    try:
        library = settings.library or settings.load().library
    except UsbkitError:
        return  # a manifest is being edited; it is watched itself
    yield from (p for p in library.rglob("*") if p.suffix.lower() in (".srt", ".vtt"))
