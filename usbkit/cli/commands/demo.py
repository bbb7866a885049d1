"""``usbkit demo``: a small real media library, and the first ten minutes with it."""

from __future__ import annotations

import functools
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usbkit.cli.output import show
from usbkit.cli.settings import Settings
from usbkit.core.errors import EXIT_DONE, Finding, InputError, Place
from usbkit.core.messages import Text, _, mark

if TYPE_CHECKING:
    from usbkit.bundle.assembly import Bundle
    from usbkit.manifest.load import Manifests

COUNTRY = "guatemala"

#: The most changes that are named one by one.
_MOST_NAMED = 5


@click.command(help=mark("Make a small media library in DIR, and show the way from a manifest to a proven drive."))
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path("usbkit-demo"))
@click.option("--size", metavar="SIZE", default="16GB", help=mark("Size of the drive that is imaged (default: 16GB)."))
@click.option("--tour/--no-tour", "is_tour", default=True, help=mark("Make the material only, without the tour."))
@click.option("--open/--no-open", "is_opened", default=True, help=mark("Open no page, even where there is a display."))
@click.pass_obj
def demo(settings: Settings, folder: Path, size: str, is_tour: bool, is_opened: bool) -> int:
    from usbkit.cli.tour import run_tour
    from usbkit.demo.edited_files import note_made

    verdicts = _make(settings, folder, size)
    code = max((v.exit_code for v in verdicts.values()), default=EXIT_DONE)
    steps: list[dict[str, Any]] = []
    if is_tour and code == EXIT_DONE:
        code, steps = run_tour(folder, settings)
    note_made(folder, _heads(folder))
    if settings.json:
        told = {place: _verdict_json(verdict) for place, verdict in verdicts.items()}
        show.document({"demo": str(folder), "verdicts": told, "tour": steps})
    elif code == EXIT_DONE:
        _say_made(folder, is_tour=is_tour)
        page = folder / COUNTRY / "index.html"
        if is_tour and is_opened and show.is_terminal() and has_display(os.environ):
            click.launch(page.absolute().as_uri())
    return code


def has_display(environ: Mapping[str, str]) -> bool:
    """Whether a page can be opened for the user."""
    return sys.platform != "linux" or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _heads(folder: Path) -> str | None:
    """The ends of the chains in the ledger of the tour, None where there is none."""
    from usbkit.demo.tour import LEDGER
    from usbkit.ledger import Ledger
    from usbkit.ledger.place import LedgerPlace

    file = folder / "tour" / LEDGER
    if not file.is_file():
        return None
    return " ".join(f"{head}" for head in Ledger.open(LedgerPlace(file), "demo", create=False).heads())


def _make(settings: Settings, folder: Path, size: str) -> dict[str, Any]:
    """The material, and the country's bundle as a folder and as a drive's image: what reading each back says."""
    from usbkit.bundle.assembly import write_folder
    from usbkit.core.units import parse_size
    from usbkit.disk.imagefile import write_image
    from usbkit.manifest.finding import find_programme
    from usbkit.manifest.load import load_programme
    from usbkit.pipeline import BuildContext
    from usbkit.verify import verify_device, verify_directory
    from usbkit.writing.image_place import require_replaceable

    progress, target = settings.progress(), folder / f"{COUNTRY}.img"
    require_place = functools.partial(require_replaceable, [target], [folder / "library"])
    require_place()
    prepare_folder(folder, settings)
    manifests = load_programme(find_programme(folder / "manifests"))
    context = BuildContext(
        manifests, settings.cache, progress, library=folder / "library", templates=settings.templates
    )
    bundle = sign_for_demo(context.make_bundle(COUNTRY), manifests)
    write_folder(bundle, folder / COUNTRY, progress)
    write_image(bundle.for_drives().make(parse_size(size), 512), target, progress, require_place=require_place)
    return {
        str(folder / COUNTRY): verify_directory(folder / COUNTRY, progress=progress),
        str(target): verify_device(target, progress=progress),
    }


def prepare_folder(folder: Path, settings: Settings) -> None:
    """Put the example manifests and a generated media library into ``folder``; an existing demo is reused.

    Raises InputError for a folder with other content, and if files to be regenerated were changed.
    """
    from usbkit.core.package_data import manifests
    from usbkit.demo import make_library
    from usbkit.demo.edited_files import STAMP, changed_since, note_made

    marker = folder / "DEMO.txt"
    if folder.exists() and not marker.is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            Finding(
                "demo-not-ours",
                _("the folder exists and was not made by the demo"),
                Place(str(folder)),
                _("Name another folder: usbkit demo DIR."),
            )
        )
    todo = _("Name another folder: usbkit demo DIR. Or delete this one, with all that is in it.")
    if changed := changed_since(folder, _heads(folder)):
        what = _("it is not as this demo leaves it; making it again would lose what was changed")
        raise InputError(*(Finding("demo-changed", what, Place(str(path)), todo) for path in changed[:_MOST_NAMED]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STAMP).unlink(missing_ok=True)
    marker.write_text(
        "Everything in this folder was made by `usbkit demo`. It is sample material and may be deleted.\n"
    )
    shutil.copytree(manifests(), folder / "manifests", dirs_exist_ok=True)
    list_demo_key(folder)
    note_made(folder, is_finished=False)
    make_library(folder / "library", settings.progress())


def list_demo_key(folder: Path) -> None:
    """Add the insecure demo key to the demo's programme, and put its public half beside it."""
    from usbkit.manifest.finding import PROGRAMME_FILE, find_programme
    from usbkit.trust.demo_key import demo_key, demo_key_table

    with (find_programme(folder / "manifests") / PROGRAMME_FILE).open("a", encoding="utf-8") as programme:
        programme.write(demo_key_table())
    (folder / "demo.pub").write_bytes(demo_key().public.to_file())


def sign_for_demo(bundle: Bundle, manifests: Manifests) -> Bundle:
    """Return ``bundle`` signed with the insecure demo key; keep its signature like ``usbkit seal sign``."""
    from usbkit.trust.demo_key import demo_key
    from usbkit.trust.signing import sign_seal
    from usbkit.trust.store import SealStore

    programme = bundle.plan.programme
    signature = sign_seal(programme, bundle.plan.country, bundle.sums, demo_key())
    SealStore.of(manifests.folder, bundle.stem).keep(programme.edition, bundle.sums, signature)
    return replace(bundle, signature=signature)


def _verdict_json(verdict: Any) -> dict[str, Any]:
    return {"content": verdict.content, "structure": verdict.structure, "origin": verdict.origin}


def _say_made(folder: Path, *, is_tour: bool) -> None:
    from usbkit.cli.tour import next_command

    made: dict[str, Text] = {
        "library": _("the media library: sample videos, subtitles, slides, photos"),
        "manifests": _("what staff edit"),
        COUNTRY: _("a finished bundle: double-click its index.html, as the recipient does"),
        f"{COUNTRY}.img": _("a whole drive as one file"),
        "demo.pub": _("the INSECURE DEMO KEY that signed it: anybody has its secret half"),
    }
    if is_tour:
        made |= {"tour": _("two proven drives, their labels and letter, and one that is damaged")}
    show.answer()
    show.answer(_("Look at:"))
    show.table((), [(f"  {folder / name}", what) for name, what in made.items()])
    show.answer()
    show.answer(_("Next: {command}", command=next_command(folder) if is_tour else f"cd {shlex.quote(str(folder))}"))
